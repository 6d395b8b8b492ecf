from . import complaint_callback_fail
from . import complaint_case_close
from . import complaint_case_erase
from . import complaint_case_record_milestone
from . import complaint_event_revoke
from . import complaint_preset_import
from . import complaint_preset_preview
