"""``./dev lint``: every check of the sources, one after the other; all of them are run."""

import json
import os
import shutil
import subprocess

from . import i18n, log_gate, machine, odoo_process, python_env, source_checks
from .common import (
    REPO,
    STATE,
    Failure,
    log_path,
    replace_folder,
    run_logged,
    say,
    setup_lock,
    step,
)

NODE = STATE / "node"
NODE_PACKAGES = {"prettier": "3.10.1", "@prettier/plugin-xml": "3.4.2"}
PRETTIER = [
    "--plugin=@prettier/plugin-xml",
    "--print-width=100",
    "--tab-width=4",
    "--xml-whitespace-sensitivity=preserve",
    "--no-config",
    "--no-editorconfig",
    "--ignore-path=",
    "--bracket-same-line",
]
MOST_SHOWN = 60
# Off: rules of the OCA's own repositories.  A README.md is what Odoo shows of an addon.  Demo
# data tell of a record in chapters (made, worked on, closed), so its id stands in several files.
OCA_OFF = (
    "prefer-readme-rst,weblate-component-too-long,xml-duplicate-record-id,xml-header-wrong,"
    "xml-tag-position"
)
# The tests of Odoo's linter that look at the addons and not at Odoo itself.
ODOO_LINT = (
    "ManifestLinter",
    "TestIndex",
    "TestNaming",
    "TestTestHoles",
    "TestOnchangeDomains",
    "PotLinter",
    "RoutesLinter",
)


def run(recipe, fix=False):
    """Run all checks and return the exit code."""
    machine.ensure_programs()
    with setup_lock():
        python_env.ensure_lint()
        python_env.use(python_env.LINT_VENV)
    found = []
    sources = _sources(recipe.names)
    if fix:
        _report("ruff check --fix", _tool("ruff", "check", "--fix", "-q", *sources), found)
        _tool("ruff", "format", "-q", *sources)
    _report("ruff check", _tool("ruff", "check", "--output-format=concise", "-q", *sources), found)
    _report(
        "ruff format",
        _tool("ruff", "format", "--check", "--output-format=concise", "-q", *sources),
        found,
    )
    _report("own checks", source_checks.check(recipe.names), found)
    _report("prettier", _prettier(recipe.names, fix), found)
    if recipe.names:
        _report("pylint-odoo", _tool("pylint", "--rcfile=pyproject.toml", *recipe.names), found)
        oca = _tool("oca-checks-odoo-module", f"--disable={OCA_OFF}", *recipe.names)
        _report("oca-checks-odoo-module", oca, found)
        catalogues = [str(path.relative_to(REPO)) for path in REPO.glob("complaint_*/i18n/*.po")]
        if catalogues:
            _report(
                "oca-checks-po",
                _tool("oca-checks-po", "--disable=po-pretty-format", *catalogues),
                found,
            )
        _with_database(recipe, found)
    if found:
        raise Failure(f"Lint failed: {', '.join(found)}.")
    say("Lint passed.")
    return 0


def _with_database(recipe, found):
    """Run the checks that need the addons installed."""
    with (
        machine.prepared() as source,
        machine.private_copy(source, recipe, "lint") as (database, *_names),
    ):
        _report("translations", i18n.problems_of(database, recipe.names), found)
        with step("Running Odoo's own linter"):
            problems = _odoo_lint(database)
        _report("Odoo's test_lint", problems, found)


def _report(name, problems, found):
    """Print what a check found."""
    if problems:
        found.append(name)
        say(f"{name}:")
        for line in problems[:MOST_SHOWN]:
            say(f"  {line}")
        if len(problems) > MOST_SHOWN:
            say(f"  ... and {len(problems) - MOST_SHOWN} more")
    else:
        say(f"{name}: ok")


def _sources(names):
    """Return the Python sources to look at."""
    places = ["dev", "conftest.py", "devtools", "tests", "bench", *names]
    scripts = ["devtools/bin/odoo", "devtools/bin/wkhtmltopdf"]
    return [place for place in [*places, *scripts] if (REPO / place).exists()]


def _tool(name, *arguments):
    """Run a linter and return the lines it complains with; none when it is content."""
    program = python_env.LINT_VENV / "bin" / name
    path = os.pathsep.join([str(program.parent), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        [str(program), *arguments],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ, PATH=path),
    )
    if not done.returncode:
        return []
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines or [f"ended with code {done.returncode}"]


def _prettier(names, fix):
    """Check the layout of the XML files, or mend it."""
    files = [
        str(path.relative_to(REPO))
        for name in names
        for path in sorted((REPO / name).rglob("*.xml"))
    ]
    if not files:
        return []
    if not all(shutil.which(program) for program in ("npm", "node")):
        say("prettier: left out, since npm is not installed")
        return []
    with setup_lock():
        _ensure_prettier()
    program = NODE / "node_modules" / "prettier" / "bin" / "prettier.cjs"
    action = "--write" if fix else "--list-different"
    done = subprocess.run(
        ["node", str(program), *PRETTIER, action, *(str(REPO / name) for name in files)],
        cwd=NODE,
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.returncode:
        return []
    lines = (done.stdout + done.stderr).splitlines() or [f"ended with code {done.returncode}"]
    return [f"{line.replace('../../', '')}: run ./dev lint --fix" for line in lines]


def _ensure_prettier():
    """Install the pinned packages once."""
    stamp = NODE / "made-of.json"
    if stamp.exists() and json.loads(stamp.read_text(encoding="utf-8")) == NODE_PACKAGES:
        return
    new = NODE.with_name("node.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    wanted = [f"{name}@{version}" for name, version in NODE_PACKAGES.items()]
    with step("Installing prettier"):
        run_logged(
            [
                "npm",
                "install",
                "--prefix",
                new,
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--save-exact",
                *wanted,
            ],
            "npm",
            "prettier could not be installed: check the network and run ./dev lint again",
        )
    (new / "made-of.json").write_text(json.dumps(NODE_PACKAGES), encoding="utf-8")
    replace_folder(new, NODE)


def _odoo_lint(database):
    """Let Odoo's linter look at our addons and return what it complains about."""
    tags = ",".join(f"/test_lint:{name}" for name in ODOO_LINT)
    before = os.environ.get("COMPLAINT_LAST_PATH")
    os.environ["COMPLAINT_LAST_PATH"] = str(python_env.packages(python_env.LINT_VENV))
    try:
        odoo_process.run(
            database,
            "-d",
            database,
            "-i",
            "test_lint",
            "--test-tags",
            tags,
            "--no-http",
            "--skip-auto-install",
            "--stop-after-init",
            name="test_lint",
        )
        return _complaints(log_path("test_lint"))
    except Failure:
        return _complaints(log_path("test_lint")) or ["see .odoo/log/test_lint.log"]
    finally:
        os.environ.pop("COMPLAINT_LAST_PATH")
        if before:
            os.environ["COMPLAINT_LAST_PATH"] = before


def _complaints(path):
    """Return the lines of a log that say what is wrong; Odoo's own addons are not ours."""
    return [
        line
        for line in log_gate.bad_lines(path)
        if not line.lstrip().startswith(("File ", "Traceback"))
    ]
