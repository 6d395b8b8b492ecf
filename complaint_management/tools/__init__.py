from . import anonymity
from . import preset_files
from . import uploads
