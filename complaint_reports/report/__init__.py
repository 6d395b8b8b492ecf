from . import complaint_case_sheet
from . import complaint_report_run
