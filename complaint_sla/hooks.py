from odoo.tools import SQL


def post_init_hook(env):
    """Give the procedures of presets that are installed already their time limits."""
    env['complaint.preset.install']._complete('complaint_sla')


def uninstall_hook(env):
    """Take away what would hold back the rest, before Odoo removes data and tables.

    Activities of reached limits would keep their type from going; clocks and policies that
    people made hold on to milestones.
    """
    own_type = env.ref('complaint_sla.mail_activity_type_deadline', raise_if_not_found=False)
    if own_type:
        activities = env['mail.activity'].with_context(active_test=False)
        activities.search([('activity_type_id', '=', own_type.id)]).unlink()
    env.flush_all()
    env.cr.execute(SQL("DELETE FROM complaint_sla_clock"))
    env.cr.execute(SQL("DELETE FROM complaint_sla_policy"))
    env.invalidate_all()
