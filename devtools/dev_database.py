"""The database that ``./dev run`` serves: made once, then kept up to date."""

import contextlib
import fcntl

from . import addons, databases, odoo_process, templates
from .common import RUN, Failure, setup_lock, step

DEFAULT = "complaints"
DEMO_LOGINS = """
SELECT u.login, p.name, coalesce(string_agg(g.name ->> 'en_US', ', ' ORDER BY g.id), '')
FROM res_users u
JOIN res_partner p ON p.id = u.partner_id
LEFT JOIN res_groups_users_rel r ON r.uid = u.id AND EXISTS (
    SELECT 1 FROM ir_model_data d
    WHERE d.model = 'res.groups' AND d.res_id = r.gid AND d.module LIKE 'complaint%')
LEFT JOIN res_groups g ON g.id = r.gid
WHERE u.active AND (u.login = 'admin' OR u.login LIKE '%@complaint.example')
GROUP BY u.id, u.login, p.name
ORDER BY u.id
"""


@contextlib.contextmanager
def reserved(database):
    """Keep a database for one server, since a second one would run its jobs twice."""
    RUN.mkdir(parents=True, exist_ok=True)
    with open(RUN / f"serving-{database}.lock", "w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                f"The database {database} is being served by another ./dev run: stop that one, "
                "or choose another database with --db."
            ) from None
        yield


def ensure(source, database, recipe, fresh=False):
    """Have ``database`` hold the addons as they are on disk now."""
    databases.check_name(database)
    with setup_lock():
        databases.drop_left_behind()
        if databases.exists(database):
            state = templates.load_state(database)
            _check_ours(database, state)
            if not fresh:
                _check_demo(database, state, recipe)
                _update(source, database, recipe, state)
                return
            with step(f"Dropping the database {database}"):
                databases.drop(database)
        layer = templates.ensure_top(source, recipe)
        with step(f"Creating the database {database}"):
            databases.clone(layer, database)


def demo_logins(database):
    """Return (log-in, password, name, groups) of those whose password is known."""
    rows = databases.query(DEMO_LOGINS, database)
    return [(login, login.split("@")[0], name, groups) for login, name, groups in rows]


def _wanted(source, recipe):
    """Return the state that an up-to-date database has."""
    state = templates.current_state(recipe.names)
    return {**state, "odoo": source.identity, "demo": recipe.demo}


def _check_ours(database, state):
    """Leave alone what ./dev did not make."""
    if not state:
        raise Failure(
            f"The database {database} was not made by ./dev: choose another name with --db, or "
            "drop that one yourself."
        )


def _check_demo(database, state, recipe):
    """Demonstration data cannot be taken out again, nor put in later."""
    if state.get("demo") != recipe.demo:
        having = "with" if state.get("demo") else "without"
        raise Failure(
            f"The database {database} was made {having} demo data: add --fresh to build it anew, "
            "or choose another with --db."
        )


def _update(source, database, recipe, state):
    """Update what has changed on disk since the last start."""
    wanted = _wanted(source, recipe)
    state = {key: value for key, value in state.items() if key != "warnings"}
    if state == wanted:
        return
    new = [name for name in recipe.names if name not in state]
    changed = [name for name in recipe.names if name in state and state[name] != wanted[name]]
    if state.get("odoo") != wanted["odoo"]:
        changed = ["base"]
    if new or changed:
        with step(f"Updating {', '.join(new + changed)} in {database}"):
            missing = _not_installed(database, addons.needed(recipe.names))
            odoo_process.install(
                database, [*missing, *new], "update", *recipe.options, update=changed
            )
            databases.query(templates.QUIET, database)
    templates.save_state(database, wanted)


def _not_installed(database, modules):
    """Return the modules that the addons have come to need since the database was made."""
    rows = databases.query("SELECT name FROM ir_module_module WHERE state = 'installed'", database)
    return sorted(set(modules) - {row[0] for row in rows})
