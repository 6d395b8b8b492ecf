from . import complaint_analysis_mixin
from . import complaint_sla_analysis
from . import complaint_case_analysis
from . import complaint_case_evidence
from . import complaint_case_print
from . import complaint_form
from . import ir_actions_report
