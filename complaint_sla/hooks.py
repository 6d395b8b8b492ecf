def uninstall_hook(env):
    """Remove the activities of reached limits: they would keep their type from going."""
    own_type = env.ref('complaint_sla.mail_activity_type_deadline', raise_if_not_found=False)
    if own_type:
        activities = env['mail.activity'].with_context(active_test=False)
        activities.search([('activity_type_id', '=', own_type.id)]).unlink()
