"""The addons of this repository: which there are, what they need, what state they are in."""

import ast
import hashlib

from .common import REPO, Failure

NAMES = ("complaint_management", "complaint_sla", "complaint_reports")

# What a normal Odoo installs by itself next to our addons and what people use with them.
# Installed by name, because auto-install is off: it also brings modules that call
# servers on the internet at the first log-in.
COMPANIONS = ("base_import", "rpc", "privacy_lookup", "portal_rating")


def present(only=None):
    """Return the names of the addons that have a manifest.

    :param only: leave out all others
    """
    names = [name for name in NAMES if (REPO / name / "__manifest__.py").is_file()]
    if not only:
        return names
    unknown = sorted(set(only) - set(names))
    if unknown:
        raise Failure(f"There is no addon {', '.join(unknown)} here: there is {', '.join(names)}.")
    return [name for name in names if name in only]


def manifest(name):
    """Return the manifest of an addon."""
    path = REPO / name / "__manifest__.py"
    try:
        return ast.literal_eval(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        raise Failure(f"{path.relative_to(REPO)} cannot be read: {error}.") from error


def needed(names):
    """Return the modules of Odoo that ``names`` need, sorted, with the companions."""
    found = set(COMPANIONS)
    for name in names:
        found.update(manifest(name).get("depends", []))
    return sorted(found - set(NAMES))


def fingerprint(name):
    """Return a hash over everything in an addon that a database can depend on."""
    root = REPO / name
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if _matters(inside) and path.is_file():
            digest.update(f"{inside}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _matters(inside):
    """Tell whether a file can change the database; ``static/tests`` is in a bundle."""
    if inside.parts[0] == "tests" or "__pycache__" in inside.parts:
        return False
    return inside.suffix not in (".pot", ".pyc", ".md") and not inside.name.startswith(".")
