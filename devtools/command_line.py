"""The commands of ``./dev`` and their options."""

import argparse
import errno

from . import addons, console, dev_database, i18n, lint, server, tests_command
from .common import Failure, fail
from .templates import Recipe

EPILOG = """\
Everything that is downloaded or made lies in .odoo/ beside this command.

  ODOO_HOME   a source tree of Odoo 19.0 to use in place of Debian's package
  PGHOST ...  a PostgreSQL server to use in place of a private one
"""


def main(arguments):
    """Run one command and return the exit code; what goes wrong is told in one sentence."""
    options, rest = _parse(arguments)
    try:
        return options.function(options, rest)
    except Failure as failure:
        return fail(str(failure))
    except KeyboardInterrupt:
        return fail("Interrupted; it is safe to run ./dev again.") + 129
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return fail("The disk is full: free some space and run ./dev again.")
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return fail(
                f"{error.filename} may not be written ({error.strerror}): run ./dev as the owner "
                "of this checkout."
            )
        raise


def _parse(arguments):
    """Return the options, and the arguments that are passed on to another program."""
    parser = argparse.ArgumentParser(
        prog="./dev",
        description="Set up all that is missing, then do one thing.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(metavar="command", required=True)
    _add_run(commands)
    _add_test(commands)
    _add_database_commands(commands)
    passing = {_test, _bench, _shell, _psql}
    options, rest = parser.parse_known_args(arguments)
    if rest and options.function not in passing:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    return options, rest


def _add(commands, name, function, text, **options):
    """Add one command."""
    parser = commands.add_parser(name, help=text, description=text, allow_abbrev=False, **options)
    parser.set_defaults(function=function)
    return parser


def _add_run(commands):
    """Add ``run``."""
    parser = _add(commands, "run", _run, "serve the addons with demo data on 127.0.0.1")
    parser.add_argument("--port", type=int, default=8069, help="default: %(default)s")
    _add_database_options(parser)
    parser.add_argument("--workers", type=int, default=0, help="worker processes, default: none")
    parser.add_argument("--fresh", action="store_true", help="build the database anew")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the whole log")


def _add_database_options(parser):
    """Add the options that choose a database."""
    parser.add_argument("--db", default=dev_database.DEFAULT, help="default: %(default)s")
    parser.add_argument("--no-demo", action="store_true", help="without demo data")


def _add_test(commands):
    """Add ``test`` and ``bench``."""
    parser = _add(
        commands,
        "test",
        _test,
        "run the tests; all other arguments go to pytest",
        usage="./dev test [--jobs N] [--addons A,B] [--auto-install] [pytest arguments]",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        help="processes that share the test files, default: one a core, at most "
        f"{tests_command.MOST_JOBS}; 1 to debug",
    )
    parser.add_argument("--addons", help="install only these, separated by commas, or none")
    parser.add_argument(
        "--auto-install",
        action="store_true",
        help="with the modules that a normal Odoo installs by itself",
    )
    parser.add_argument(
        "--allow-warnings",
        action="store_true",
        help="go on when Odoo warns while the addons are installed",
    )
    _add(commands, "bench", _bench, "run the benchmark; arguments go to bench/run.py")


def _add_database_commands(commands):
    """Add ``shell``, ``psql``, ``lint``, ``i18n`` and ``reset``."""
    for name, function, text in (
        ("shell", _shell, "open a Python prompt in the database; arguments go to odoo shell"),
        ("psql", _psql, "open PostgreSQL's prompt; arguments go to psql"),
    ):
        _add_database_options(_add(commands, name, function, text))
    parser = _add(commands, "lint", _lint, "check the sources, the translations, the manifests")
    parser.add_argument("--fix", action="store_true", help="mend what can be mended first")
    _add(commands, "i18n", _i18n, "bring the translations in step; fail if one is missing")
    parser = _add(commands, "reset", _reset, "drop the databases; the next run makes new ones")
    parser.add_argument("--all", action="store_true", help="remove the downloads as well")


def _recipe(only=None, demo=True, **options):
    """Return what the database is to hold."""
    names = [] if only == "none" else addons.present(only.split(",") if only else None)
    return Recipe(names=tuple(names), demo=demo, **options)


def _run(options, _rest):
    recipe = _recipe(demo=not options.no_demo, allow_warnings=True)
    return server.run(
        recipe, options.db, options.port, options.workers, options.fresh, options.verbose
    )


def _folders(only):
    """Return what to test when only some addons are installed."""
    if not only:
        return []
    return ["tests"] if only == "none" else only.split(",")


def _test(options, rest):
    recipe = _recipe(
        options.addons, auto=options.auto_install, allow_warnings=options.allow_warnings
    )
    return tests_command.run_tests(recipe, rest or _folders(options.addons), options.jobs)


def _bench(_options, rest):
    return tests_command.run_bench(_recipe(allow_warnings=True), rest)


def _shell(options, rest):
    return console.shell(_recipe(demo=not options.no_demo, allow_warnings=True), options.db, rest)


def _psql(options, rest):
    return console.psql(_recipe(demo=not options.no_demo, allow_warnings=True), options.db, rest)


def _lint(options, _rest):
    return lint.run(_recipe(allow_warnings=True), options.fix)


def _i18n(_options, _rest):
    return i18n.run(_recipe(allow_warnings=True))


def _reset(options, _rest):
    return console.reset(options.all)
