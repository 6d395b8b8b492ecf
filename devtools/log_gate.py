"""Warnings and errors in Odoo's log, which fail a build.

Odoo reports many mistakes of an addon only there: an unknown field attribute, a model
without access rules, a constraint that is ignored.
"""

import re

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) (?P<db>\S+) (?P<logger>[^:]+): "
    r"(?P<message>.*)$"
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
BAD = {"WARNING", "ERROR", "CRITICAL"}

# What Odoo says by itself, whatever the addons are: (logger, message), both regular
# expressions that must match from the beginning, and the reason.
ALLOWED = [
    (
        r"odoo\.http$",
        r"cannot execute \w+ in a read-only transaction, retrying",
        "a page that is mostly read writes after all, and Odoo calls it again with a cursor that "
        "may write: a report that is kept as an attachment does so, and a bundle made on the way",
    ),
    (
        r"odoo\.sql_db$",
        r"bad query: b?['\"]+INSERT INTO \"ir_attachment\"",
        "the same write, one line earlier",
    ),
]


def is_allowed(logger, message):
    """Tell whether a message is Odoo's own and says nothing about the addons."""
    return any(
        re.match(wanted_logger, logger) and re.match(wanted, message)
        for wanted_logger, wanted, _reason in ALLOWED
    )


def bad_lines(path):
    """Return the lines of a log that fail the build, with the lines that belong to them."""
    found = []
    inside = False
    for raw in path.read_text(encoding="utf-8", errors="replace").splitlines():
        line = COLOUR.sub("", raw)
        match = LINE.match(line)
        if match:
            inside = match["level"] in BAD and not is_allowed(match["logger"], match["message"])
        elif _is_python_warning_tail(line):
            continue
        if inside:
            found.append(line)
    return found


def _is_python_warning_tail(line):
    """Tell whether a line carries nothing that helps to find the mistake."""
    return not line.strip()
