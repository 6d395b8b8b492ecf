from odoo.tools import SQL

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

# Configuration that companies made themselves. Whatever refers to other configuration stands
# before it; the lines of a procedure go with it.
OWN_CONFIGURATION = (
    'complaint.assignment.rule',
    'complaint.inform.rule',
    'complaint.category',
    'complaint.cause',
    'complaint.closing.reason',
    'complaint.team',
    'complaint.procedure',
)


def post_init_hook(env):
    """Give the companies that exist already their one sequence of complaint numbers."""
    env['res.company'].search([])._create_complaint_sequences()


def uninstall_hook(env):
    """Take away what would hold back the rest, before Odoo removes data and tables.

    The triggers that keep events append-only are unknown to the ORM; complaints and people's own
    configuration hold on to the addon's data by foreign keys. Messages, files and activities of
    removed models are deleted by Odoo itself.
    """
    env['complaint.event']._drop_append_only_trigger()
    env.flush_all()
    for statement in (
        SQL("DELETE FROM complaint_event"),
        SQL("UPDATE complaint_case SET parent_id = NULL, duplicate_of_id = NULL"),
        SQL("DELETE FROM complaint_case"),
        SQL("DELETE FROM complaint_handover"),
        SQL("DELETE FROM complaint_lesson"),
        SQL("DELETE FROM complaint_inspection"),
        SQL("DELETE FROM complaint_conduct"),
    ):
        env.cr.execute(statement)
    env.invalidate_all()
    everything = env(context={'active_test': False, MODULE_UNINSTALL_FLAG: True})
    for model in OWN_CONFIGURATION:
        everything[model].search([], order='id desc').unlink()
