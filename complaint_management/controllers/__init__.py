from . import export
from . import recusal
