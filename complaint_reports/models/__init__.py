from . import complaint_analysis_mixin
from . import complaint_sla_analysis
from . import complaint_case
from . import complaint_case_analysis
from . import complaint_case_analysis_course
from . import complaint_case_analysis_result
from . import ir_actions_report
from . import ir_filters
