from . import export
from . import portal
from . import public
from . import recusal
