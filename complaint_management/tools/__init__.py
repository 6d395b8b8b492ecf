from . import access_key
from . import anonymity
from . import contact_mask
from . import dialogs
from . import masked_fields
from . import preset_files
from . import uploads
