from . import complaint_workday_load
from . import complaint_workday_load_line
