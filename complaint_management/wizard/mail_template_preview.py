from odoo import models

from ..tools.contact_mask import mask_addresses


class MailTemplatePreview(models.TransientModel):
    """Every employee may look at a template with the values of a complaint; nothing is sent."""

    _inherit = 'mail.template.preview'

    def _set_mail_attributes(self, values=None):
        """Show nobody and no address that the complaint hides from who looks."""
        super()._set_mail_attributes(values=values)
        record = self.resource_ref
        if not record or record._name != 'complaint.case':
            return
        if record.is_contact_masked:
            for name in ('email_to', 'email_cc'):
                self[name] = self[name] and mask_addresses(self[name])
        if record.is_name_masked:
            field = self.env['mail.compose.message']._fields['partner_ids']
            self.partner_ids = field._get_shown(self.partner_ids)
