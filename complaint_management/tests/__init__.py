from . import test_case
from . import test_event
from . import test_history_proof
from . import test_number
from . import test_smoke
from . import test_stage_change
from . import test_stage_config
from . import test_undo
