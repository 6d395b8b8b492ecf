from odoo.tools import SQL

# Milestones of this addon by code; what once happened keeps them when the addon goes.
MILESTONES = ('paused', 'resumed', 'deadline_moved')


def pre_init_hook(env):
    """Take back the milestones that an earlier installation left with its history."""
    known = env['complaint.milestone'].with_context(active_test=False)
    env['ir.model.data'].create(
        [
            {
                'module': 'complaint_sla',
                'name': f'milestone_{milestone.code}',
                'model': milestone._name,
                'res_id': milestone.id,
            }
            for milestone in known.search([('code', 'in', MILESTONES)])
        ]
    )


def post_init_hook(env):
    """Give the procedures of presets that are installed already their time limits."""
    env['complaint.preset.install']._complete('complaint_sla')


def uninstall_hook(env):
    """Take away what would hold back the rest, before Odoo removes data and tables.

    Activities of reached limits would keep their type from going; clocks and policies that
    people made hold on to milestones. The history keeps the milestones that it tells of.
    """
    own_type = env.ref('complaint_sla.mail_activity_type_deadline', raise_if_not_found=False)
    if own_type:
        activities = env['mail.activity'].with_context(active_test=False)
        activities.search([('activity_type_id', '=', own_type.id)]).unlink()
    env.flush_all()
    env.cr.execute(SQL("DELETE FROM complaint_sla_clock"))
    env.cr.execute(SQL("DELETE FROM complaint_sla_policy"))
    env.cr.execute(SQL("DELETE FROM complaint_sla_pause"))
    env.invalidate_all()
    milestones = env['complaint.milestone'].search([('code', 'in', MILESTONES)])
    told = env['complaint.event'].search([('milestone_id', 'in', milestones.ids)]).milestone_id
    env['ir.model.data'].search(
        [
            ('module', '=', 'complaint_sla'),
            ('model', '=', 'complaint.milestone'),
            ('res_id', 'in', told.ids),
        ]
    ).unlink()
