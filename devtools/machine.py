"""Everything that has to be on the machine before a command can do its work."""

import contextlib

from . import databases, debian, odoo_source, postgres, python_env, templates
from .common import make_folders, setup_lock


def ensure_programs():
    """Have Debian's packages, Odoo and the Python packages; return the Odoo to use."""
    make_folders()
    with setup_lock():
        debian.ensure_packages()
        source = odoo_source.find_or_fetch()
        python_env.ensure(source)
        python_env.use()
    return source


@contextlib.contextmanager
def prepared():
    """Have all of that and a database server; yield the Odoo to use."""
    source = ensure_programs()
    with postgres.server():
        yield source


@contextlib.contextmanager
def private_copy(source, recipe, suffix):
    """Yield the name of a copy of the upper layer that only this command knows.

    Both layers stay as they are while the copy lives, so that a test can copy them too.

    :return: (name of the copy, beginning of the names of this command's databases,
        name of the upper layer, name of the lower layer)
    """
    with contextlib.ExitStack() as stack:
        prefix = stack.enter_context(databases.session())
        with setup_lock():
            databases.drop_left_behind()
            top = templates.ensure_top(source, recipe)
            base = templates.ensure_base(source, recipe)
            stack.enter_context(templates.in_use(top))
            stack.enter_context(templates.in_use(base))
            databases.clone(top, prefix + suffix)
        yield prefix + suffix, prefix, top, base
