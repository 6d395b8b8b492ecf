from odoo import models

from ..tools.masked_fields import MaskedPartners


class MailScheduledMessage(models.Model):
    _name = 'mail.scheduled.message'
    _inherit = ['complaint.masked.mixin', 'complaint.recusal.door', 'mail.scheduled.message']
    _recusal_link = ('model', 'res_id')

    partner_ids = MaskedPartners(mask='people')

    def _get_masked_case(self):
        return self._get_case_of_thread()

    def _get_shown_domain(self, mask):
        return self._get_shown_domain_of_thread(mask)
