"""What a page says at its foot: layouts of companies print the name of what is printed there."""


class NamedPaper:
    """A record under the name of a paper, for the layout around it.

    Layouts print `name` beside the number of the page; a complaint's is its subject, and a page
    that is found alone must tell of which paper and which complaint it is.
    """

    def __init__(self, record, name):
        self._record = record
        self.name = name

    def __getattr__(self, key):
        return getattr(self._record, key)

    def __contains__(self, key):
        return key in self._record
