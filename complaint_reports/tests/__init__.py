from . import test_analysis_access
from . import test_case_analysis
from . import test_case_sheet
from . import test_case_sheet_access
from . import test_case_sheet_pdf
from . import test_sla_analysis
from . import test_report_figures
