from . import recusal
