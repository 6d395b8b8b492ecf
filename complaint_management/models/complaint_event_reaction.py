from odoo import models


class ComplaintEventReaction(models.Model):
    """What follows from events: people are told, and what was revoked is taken back."""

    _inherit = 'complaint.event'

    def _after_stamp(self):
        super()._after_stamp()
        self.env['complaint.inform.rule']._inform(self)
        for event in self.revokes_id:
            event._take_back()

    def _take_back(self):
        """Bring a case in line with its history after this event was revoked."""
        self.ensure_one()
        payload = self.payload or {}
        code = self.milestone_id._get_code()
        if code == 'closing_requested':
            self.case_id._take_back_application()
        elif code == 'ruled' and payload.get('subject') == 'closing':
            self.case_id._take_back_ruling()
        elif code == 'ruled' and payload.get('subject') == 'validity':
            self.case_id._take_back_validity(payload.get('from'), payload.get('to'))
        elif code == 'customer_accepted' and payload.get('means'):
            self.case_id._take_back_confirmation()
        elif code == 'published':
            self.case_id._take_back_notice()
