from . import adjustments
from . import case_history
from . import holds
from . import timeline_cache
from . import work_timeline
from . import work_trace
