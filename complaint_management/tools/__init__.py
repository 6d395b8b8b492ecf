from . import preset_files
