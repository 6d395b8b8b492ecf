from . import complaint_case_sheet
from . import complaint_form
from . import complaint_form_evidence
from . import complaint_form_log
from . import complaint_report_run
