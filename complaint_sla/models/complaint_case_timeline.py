from odoo import api, fields, models


class ComplaintCaseTimeline(models.Model):
    """What the form draws: each time limit of a complaint as a bar, and the next one in words."""

    _inherit = 'complaint.case'

    sla_timeline = fields.Json(string="Course of the time limits", compute='_compute_sla_timeline')

    @api.depends('sla_clock_ids.state', 'sla_clock_ids.deadline', 'sla_clock_ids.stopped_at')
    @api.depends_context('lang')
    def _compute_sla_timeline(self):
        now = self.env['complaint.sla.clock']._get_now()
        for case in self:
            clocks = case._origin.sudo().sla_clock_ids  # of cases that are read anyhow
            case.sla_timeline = {
                'now': fields.Datetime.to_string(now),
                'next_id': case._get_next_clock(clocks).id,
                'clocks': [
                    clock._prepare_bar(now)
                    for clock in clocks.sorted(lambda clock: (clock.started_at, clock.id))
                ],
            }

    @api.model
    def _get_next_clock(self, clocks):
        """Return the running clock that is due first, or an empty record."""
        running = clocks.filtered(lambda clock: clock.state == 'running')
        return running.sorted(lambda clock: (clock.deadline, clock.id))[:1]
