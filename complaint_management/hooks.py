def post_init_hook(env):
    """Give the companies that exist already their one sequence of complaint numbers."""
    env['res.company'].search([])._create_complaint_sequences()


def uninstall_hook(env):
    """Drop what the ORM does not know: the triggers that keep events append-only.

    Runs before the tables of the addon are dropped, so that nothing stops that.
    """
    env['complaint.event']._drop_append_only_trigger()
