"""``./dev i18n``: take all texts out of the addons and bring the translations in step."""

import contextlib
import os
import shutil
import subprocess

from . import machine, odoo_process, python_env
from .common import REPO, STATE, Failure, say, step

LANGUAGE = "zh_CN"
EXPORTS = STATE / "i18n"

# Runs inside Odoo.
EXPORT = """
import pathlib
from odoo.tools.translate import trans_export
# A preset that the examples installed carries its own translations: it is no text of an addon.
env.cr.execute(
    "DELETE FROM ir_model_data WHERE module = ANY(%s) AND name ~ '^[0-9]+_[a-z]+_'",
    [list({names!r})],
)
for name in {names!r}:
    with open(pathlib.Path({folder!r}, name + ".pot"), "wb") as handle:
        trans_export(None, [name], handle, "po", env)
"""

# Runs in the environment that has polib.  Prints one line for each problem; writes only when
# asked to, so that the linter can compare.
MERGE = r"""
import pathlib, sys
import polib

repo, exports, language, write = sys.argv[1:5]
KEEP = ("Project-Id-Version", "Report-Msgid-Bugs-To", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding", "Plural-Forms", "Language")


def steady(catalogue, language=None):
    # Leave out what differs from one export to the next without any text having changed.
    kept = {k: v for k, v in catalogue.metadata.items() if k in KEEP}
    if language:
        kept["Language"] = language
    catalogue.metadata = kept
    catalogue.sort(key=lambda entry: (entry.msgctxt or "", entry.msgid))
    for entry in catalogue:
        entry.occurrences = sorted(entry.occurrences)
    catalogue.wrapwidth = 78
    return catalogue


def merged(po, pot):
    known = {(e.msgctxt, e.msgid): e for e in po if not e.obsolete}
    result = polib.POFile()
    result.header, result.metadata = pot.header, dict(pot.metadata)
    for entry in pot:
        old = known.get((entry.msgctxt, entry.msgid))
        result.append(polib.POEntry(
            msgid=entry.msgid, msgctxt=entry.msgctxt, occurrences=entry.occurrences,
            comment=entry.comment, msgstr=old.msgstr if old else "",
            flags=sorted({*entry.flags, *({"fuzzy"} & set(old.flags if old else []))}),
            tcomment=old.tcomment if old else "",
        ))
    return result


for name in sys.argv[5:]:
    pot = steady(polib.pofile(f"{exports}/{name}.pot"))
    folder = pathlib.Path(repo, name, "i18n")
    pot_path, po_path = folder / f"{name}.pot", folder / f"{language}.po"
    po = polib.pofile(str(po_path)) if po_path.exists() else polib.POFile()
    new = steady(merged(po, pot), language)
    for path, catalogue in ((pot_path, pot), (po_path, new)):
        text = str(catalogue) + ("" if str(catalogue).endswith("\n") else "\n")
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if write == "write" and text != old:
            folder.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif write == "compare" and text != old:
            print(f"{path.relative_to(repo)}: not in step with the code, run ./dev i18n")
    for entry in new:
        if not entry.msgstr or "fuzzy" in entry.flags:
            print(f"{po_path.relative_to(repo)}: no translation of {entry.msgid!r}")
"""


def run(recipe):
    """Write the catalogues and return the exit code: 1 when a translation is missing."""
    with (
        machine.prepared() as source,
        machine.private_copy(source, recipe, "i18n") as (database, *_names),
    ):
        problems = problems_of(database, recipe.names, write=True)
    if problems:
        raise Failure("Translations are missing:\n" + "\n".join(problems))
    say("All texts are translated.")
    return 0


def problems_of(database, names, write=False):
    """Export the texts of ``names`` and return what is wrong with their catalogues.

    :param bool write: bring the files in step instead of comparing them
    """
    if not names:
        return []
    with step("Exporting the texts"), _empty_folder() as folder:
        _export(database, names, folder)
        command = [python_env.python(), "-c", MERGE, REPO, folder, LANGUAGE]
        done = subprocess.run(
            [str(part) for part in [*command, "write" if write else "compare", *names]],
            capture_output=True,
            text=True,
            env=odoo_process.environment(),
            check=False,
        )
    if done.returncode:
        raise Failure(f"The translations could not be merged:\n{done.stderr}")
    return done.stdout.splitlines()


@contextlib.contextmanager
def _empty_folder():
    """Yield a folder of this process that is gone afterwards."""
    folder = EXPORTS / str(os.getpid())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _export(database, names, folder):
    """Let Odoo write one template for each addon, without touching the addons."""
    odoo_process.shell(database, EXPORT.format(folder=str(folder), names=list(names)), "i18n")
