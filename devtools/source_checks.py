"""Checks of our own: shape of the code, and mistakes that Odoo passes over in silence."""

import ast
import re

from . import addons
from .common import REPO

MOST_LINES = 500
MOST_FUNCTION_LINES = 60

# What Odoo 19 ignores or forbids without an error: (pattern, suffixes, what to do).
SILENT = [
    (r"tree,form|<tree[ >]", {".py", ".xml"}, "views of this kind are called list"),
    (r"kanban-box", {".xml"}, "the template of a kanban card is called card"),
    (r"oe_chatter", {".xml"}, "use <chatter/>"),
    (r"\bname_get\b", {".py"}, "use _compute_display_name"),
    (r"\b_name_search\b", {".py"}, "use _search_display_name or _rec_names_search"),
    (r"hasattr\(self", {".py"}, "an addon does not ask which others are installed"),
    (r"\bgroups_id\b", {".py", ".xml", ".csv"}, "the field is called group_ids"),
    (r"\.commit\(\)", {".py"}, "a job commits by _commit_progress, nothing else does"),
    (r"datetime\.now\(", {".py"}, "use fields.Datetime.now()"),
    (r"\bt-esc\b", {".xml"}, "use t-out"),
    (r"\b_sql_constraints\b", {".py"}, "use models.Constraint"),
]


def check(names):
    """Return the complaints about the given addons and about the developer command."""
    found = []
    for name in names:
        for path in _files(REPO / name):
            found += _check_silent(path)
            if path.suffix == ".py":
                found += _check_python(path, in_models=path.parent.name in ("models", "wizard"))
    for path in [REPO / "dev", REPO / "conftest.py", *_files(REPO / "devtools")]:
        if path.suffix == ".py" or path.name == "dev":
            found += _check_python(path)
    for folder in ("tests", "bench"):
        for path in (REPO / folder).rglob("*.py"):
            found += _check_python(path)
    return found + _check_upward_names(names)


def _files(folder):
    """Return the source files below a folder, in order."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {"__pycache__", "lib", "node_modules"} & set(path.parts)
    ]


def _place(path, line=None):
    """Return where something is, as an editor understands it."""
    name = str(path.relative_to(REPO))
    return f"{name}:{line}" if line else name


def _check_silent(path):
    """Find what would be ignored; tests may name it to prove that it is not there."""
    if path.suffix not in (".py", ".xml", ".csv") or "tests" in path.relative_to(REPO).parts:
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for pattern, suffixes, advice in SILENT:
            if path.suffix in suffixes and re.search(pattern, line):
                match = re.search(pattern, line)[0]
                found.append(f"{_place(path, number)}: '{match}': {advice}")
    return found


def _check_python(path, in_models=False):
    """Check the length of a file and of its functions, and one model a file."""
    text = path.read_text(encoding="utf-8")
    found = []
    count = len(text.splitlines())
    if count > MOST_LINES:
        found.append(f"{_place(path)}: {count} lines, more than {MOST_LINES}: split it by subject")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return [f"{_place(path, error.lineno)}: {error.msg}"]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            if length > MOST_FUNCTION_LINES:
                found.append(
                    f"{_place(path, node.lineno)}: {node.name} has {length} lines, more than "
                    f"{MOST_FUNCTION_LINES}"
                )
    if in_models:
        found += _check_one_model(path, tree)
    return found


def _check_one_model(path, tree):
    """Find a second model in a file; a wizard and its lines may live together."""
    models = [node for node in tree.body if isinstance(node, ast.ClassDef) and _is_model(node)]
    if len(models) < 2:
        return []
    names = ", ".join(node.name for node in models)
    return [f"{_place(path, models[1].lineno)}: one model a file, but here are {names}"]


def _is_model(node):
    """Tell whether a class is a model of Odoo."""
    bases = {base.attr for base in node.bases if isinstance(base, ast.Attribute)}
    return bool(bases & {"Model", "TransientModel", "AbstractModel"})


def _check_upward_names(names):
    """Find a lower addon that names an upper one; the arrows point one way."""
    order = [name for name in addons.NAMES if name in names]
    lower = {"complaint_management": order, "complaint_sla": ["complaint_reports"]}
    found = []
    for name, uppers in lower.items():
        if name not in order:
            continue
        for path in _files(REPO / name):
            if path.suffix not in (".py", ".xml", ".csv", ".js"):
                continue
            text = path.read_text(encoding="utf-8")
            found += [
                f"{_place(path, text[: match.start()].count(chr(10)) + 1)}: names {upper}, which "
                "is built on this addon"
                for upper in uppers
                if upper != name
                for match in re.finditer(rf"\b{upper}[./]", text)
            ]
    return found
