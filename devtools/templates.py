"""Prepared databases that are copied in a moment, in two layers.

The lower layer holds the modules of Odoo that the addons need and changes seldom.  The
upper one is a copy of it with our addons installed and is made anew whenever a file of
theirs has changed.
"""

import contextlib
import fcntl
import hashlib
import json
import os
from dataclasses import dataclass

from . import addons, databases, log_gate, odoo_process, python_env
from .common import RUN, Failure, setup_lock, step
from .databases import PREFIX, literal

LANGUAGE = "zh_CN"
STATE_PARAMETER = "complaint_dev.addons"
KEEP = 2
MARKS = RUN / "templates"

# Modules that auto-install brings and that call servers on the internet.
CALLING_HOME = ("partner_autocomplete", "iap", "iap_mail", "sms", "snailmail")

# The bundles that a browser opens first; making them takes seconds that each browser test
# would otherwise pay.
PREGENERATE = """
def pregenerate(name, **options):
    bundle = env["ir.qweb"]._get_asset_bundle(name, debug_assets=False, **options)
    if bundle.stylesheets:
        bundle.css()
    if bundle.javascripts:
        bundle.js()

for name in (
    "web.assets_web", "web.assets_backend", "web.assets_frontend", "web.assets_web_print",
    "web.assets_frontend_minimal", "web.assets_frontend_lazy", "web.assets_tests",
    "web.assets_backend_lazy", "web.report_assets_common", "web.report_assets_pdf",
):
    pregenerate(name)
for name in ("web.report_assets_common", "web.report_assets_pdf"):
    pregenerate(name, js=False, autoprefix=True)
env.cr.commit()
"""

# The first job asks the publisher for news.
QUIET = """
UPDATE ir_cron SET active = false WHERE id IN (
    SELECT res_id FROM ir_model_data
    WHERE module = 'mail' AND name = 'ir_cron_module_update_notification');
"""


@dataclass(frozen=True)
class Recipe:
    """What a prepared database is to hold.

    :param names: our addons in it
    :param demo: with demonstration data
    :param auto: with the modules that Odoo installs by itself
    :param allow_warnings: do not fail when Odoo warns while our addons are installed
    """

    names: tuple
    demo: bool = True
    auto: bool = False
    allow_warnings: bool = False

    @property
    def options(self):
        """The options of Odoo's command line that belong to this recipe."""
        return [*(() if self.auto else ("--skip-auto-install",))]

    @property
    def kind(self):
        """A short word for the names of databases."""
        return ("demo" if self.demo else "bare") + ("auto" if self.auto else "")


def base_name(source, recipe):
    """Return the name of the lower layer: it changes with Odoo and what is needed of it."""
    needed = addons.needed(recipe.names)
    parts = [source.identity, *needed, recipe.kind, python_env.REQUIREMENTS.read_text(), "2"]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]
    return f"{PREFIX}_base_{recipe.kind}_{digest}"


def top_name(source, recipe):
    """Return the name of the upper layer: it also changes with the files of the addons."""
    parts = [base_name(source, recipe)]
    parts += [f"{name} {addons.fingerprint(name)}" for name in recipe.names]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]
    return f"{PREFIX}_top_{recipe.kind}_{digest}"


def ensure_base(source, recipe):
    """Return the name of the lower layer, making it if it is not there.

    The caller holds the lock of the set-up.
    """
    name = base_name(source, recipe)
    if databases.exists(name):
        return name
    modules = addons.needed(recipe.names)
    # Both by name: one language alone would take the place of English.
    options = [*recipe.options, "--load-language", f"en_US,{LANGUAGE}"]
    if recipe.demo:
        options.append("--with-demo")
    with step(f"Preparing a database with {len(modules)} modules of Odoo"), _building(name) as new:
        databases.create(new)
        odoo_process.install(new, modules, "base", *options)
        _check_installed(new, modules, "base")
        if recipe.auto:
            _remove_calling_home(new)
        databases.query(QUIET, new)
    _drop_old(f"{PREFIX}_base_{recipe.kind}_")
    return name


def ensure_top(source, recipe):
    """Return the name of the upper layer, making both if they are not there.

    The caller holds the lock of the set-up.
    """
    base = ensure_base(source, recipe)
    name = top_name(source, recipe)
    if databases.exists(name):
        _check_warnings(name, recipe)
        return name
    state = {**current_state(recipe.names), "demo": recipe.demo, "odoo": source.identity}
    what = ", ".join(recipe.names) or "nothing"
    with step(f"Installing {what} into a copy of it"), _building(name) as new:
        databases.clone(base, new)
        warnings = []
        if recipe.names:
            log = odoo_process.install(new, recipe.names, "addons", *recipe.options)
            _check_installed(new, recipe.names, "addons")
            warnings = log_gate.bad_lines(log)
        odoo_process.shell(new, PREGENERATE, "bundles")
        databases.query(QUIET, new)
        save_state(new, {**state, "warnings": warnings})
    _check_warnings(name, recipe)
    _drop_old(f"{PREFIX}_top_{recipe.kind}_")
    return name


@contextlib.contextmanager
def in_use(name):
    """Keep a template from being dropped while somebody may still copy it."""
    MARKS.mkdir(parents=True, exist_ok=True)
    with open(MARKS / name, "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


def copy(source, recipe, target, with_addons=True):
    """Make ``target`` a copy of one layer; takes the lock of the set-up by itself."""
    with setup_lock():
        layer = ensure_top if with_addons else ensure_base
        databases.clone(layer(source, recipe), target)
    return target


def current_state(names):
    """Return the hash of each addon."""
    return {name: addons.fingerprint(name) for name in names}


def save_state(database, state):
    """Write into a database which state of the addons it holds."""
    databases.query(
        "INSERT INTO ir_config_parameter (key, value) VALUES "
        f"({literal(STATE_PARAMETER)}, {literal(json.dumps(state, sort_keys=True))}) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        database,
    )


def load_state(database):
    """Return which state of the addons a database holds, empty if it is none of ours."""
    try:
        rows = databases.query(
            f"SELECT value FROM ir_config_parameter WHERE key = {literal(STATE_PARAMETER)}",
            database,
        )
    except Failure:
        return {}
    return json.loads(rows[0][0]) if rows else {}


@contextlib.contextmanager
def _building(name):
    """Give a name to build under; only a finished database gets the final name."""
    new = f"{PREFIX}_building_{os.getpid()}"
    for database in databases.names():
        if database.startswith(f"{PREFIX}_building_"):
            databases.drop(database)
    try:
        yield new
    except BaseException:
        with contextlib.suppress(Failure):
            databases.drop(new)
        raise
    databases.rename(new, name)


def _check_installed(database, modules, log):
    """Fail when a module is not installed: Odoo only warns about a name it does not know."""
    rows = databases.query("SELECT name FROM ir_module_module WHERE state = 'installed'", database)
    missing = sorted(set(modules) - {row[0] for row in rows})
    if missing:
        raise Failure(
            f"Odoo did not install {', '.join(missing)}: see .odoo/log/{log}.log for the reason."
        )


def _check_warnings(database, recipe):
    """Fail for what Odoo said while it installed the addons; the database remembers it."""
    warnings = [] if recipe.allow_warnings else load_state(database).get("warnings", [])
    if warnings:
        raise Failure(
            "Odoo logged warnings or errors while it installed the addons, which is not allowed "
            "(./dev test --allow-warnings goes on):" + "".join(f"\n  {line}" for line in warnings)
        )


def _remove_calling_home(database):
    """Uninstall what would call the internet; the tests run without a network."""
    rows = databases.query("SELECT name FROM ir_module_module WHERE state = 'installed'", database)
    found = [name for name in CALLING_HOME if [name] in rows]
    if found:
        odoo_process.run(database, "module", "uninstall", *found, "-d", database, name="uninstall")


def _drop_old(prefix):
    """Keep the newest templates of a kind and those in use."""
    found = [name for name in databases.names() if name.startswith(prefix)]
    for name in found[:-KEEP]:
        mark = MARKS / name
        MARKS.mkdir(parents=True, exist_ok=True)
        with open(mark, "w", encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            databases.drop(name)
            mark.unlink()
