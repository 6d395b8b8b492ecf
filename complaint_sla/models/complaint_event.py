from odoo import models


class ComplaintEvent(models.Model):
    _inherit = 'complaint.event'

    def _after_stamp(self):
        """Let the clocks of the cases follow what happened, or was revoked."""
        super()._after_stamp()
        self.revokes_id._undo_adjustments()
        cases = self.case_id
        is_all = sum(cases.mapped('event_count')) == len(self)
        self.env['complaint.sla.clock']._reconcile(cases, first_events=self if is_all else None)

    def _undo_adjustments(self):
        """Take back what these events, which were revoked, had done to time limits."""
        by_code = self.grouped(lambda event: event.milestone_id._get_code())
        nothing = self.browse()
        if events := by_code.get('paused', nothing) | by_code.get('resumed', nothing):
            self.env['complaint.sla.pause']._follow_revocations(events)
        if events := by_code.get('extended'):
            self.env['complaint.sla.extension']._follow_revocations(events)
