"""The mark of what is only tried out."""


class Pretence:
    """Stands in the context while a change is tried out, and is taken back afterwards.

    It tells apart what is kept in memory meanwhile. No caller from outside can send one.
    """

    KEY = 'complaint_pretence'

    @classmethod
    def find(cls, context):
        """Return the pretence that a context holds, or None."""
        value = context.get(cls.KEY)
        return value if isinstance(value, cls) else None
