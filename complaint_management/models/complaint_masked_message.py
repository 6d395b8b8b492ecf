from odoo import api, models
from odoo.fields import Domain


class ComplaintMaskedMessage(models.AbstractModel):
    """Belongs to a message: what is masked there for a reader is masked here."""

    _name = 'complaint.masked.message'
    _description = "Masked Contact Data Beside a Message"
    _inherit = ['complaint.masked.mixin']

    def _hides(self, mask):
        self.ensure_one()
        return self.sudo().mail_message_id.sudo(False)._hides(mask)  # which is no secret

    @api.model
    def _get_shown_domain(self, mask):
        domain = self.env['mail.message']._get_shown_domain(mask)
        return domain if domain.is_true() else Domain('mail_message_id', 'any!', domain)
