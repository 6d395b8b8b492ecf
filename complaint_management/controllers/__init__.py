from . import export
from . import public
