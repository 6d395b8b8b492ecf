from odoo import models

from ..tools.masked_fields import MaskedPartners


class MailScheduledMessage(models.Model):
    _name = 'mail.scheduled.message'
    _inherit = ['complaint.masked.mixin', 'complaint.recusal.door', 'mail.scheduled.message']
    _recusal_link = ('model', 'res_id')

    partner_ids = MaskedPartners(mask='people')

    def _get_masked_case(self):
        cases = self.env['complaint.case']
        message = self.sudo()  # on which record it will be, is no secret
        return cases.browse(message.res_id) if message.model == cases._name else cases

    def _hides(self, mask):
        case = self._get_masked_case()
        return case.is_name_masked if mask == 'people' else case.is_contact_masked

    def _get_shown_domain(self, mask):
        return self.env['mail.message']._get_shown_domain(mask)
