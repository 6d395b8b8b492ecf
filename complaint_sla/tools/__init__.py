from . import case_history
from . import timeline_cache
from . import work_timeline
from . import work_trace
from . import workday_sources
