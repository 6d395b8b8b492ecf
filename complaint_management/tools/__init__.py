from . import access_key
from . import anonymity
from . import preset_files
from . import uploads
