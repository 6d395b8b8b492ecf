from . import complaint_case_pause
from . import complaint_sla_clock_extend
from . import complaint_sla_extension_refuse
from . import complaint_sla_extension_tell
from . import complaint_sla_pause_correct
from . import complaint_workday_load
from . import complaint_workday_load_line
