from odoo import models

from odoo.addons.mail.tools.discuss import Store

from ..tools.masked_fields import MaskedChar, MaskedMany2one, MaskedText


class MailNotification(models.Model):
    _name = 'mail.notification'
    _inherit = ['complaint.masked.message', 'complaint.people.door', 'mail.notification']
    _recusal_message = 'mail_message_id'
    _people_field = 'res_partner_id'

    author_id = MaskedMany2one(mask='name')
    mail_email_address = MaskedChar(mask='addresses')
    failure_reason = MaskedText(mask='text')

    def _to_store_defaults(self, target):
        """Send no address that is masked for whoever looks at the chatter."""
        reader = target.get_user(self.env) or self.env.user
        attributes = []
        for attribute in super()._to_store_defaults(target):
            if attribute == 'mail_email_address':
                attribute = Store.Attr(attribute, lambda row: row._get_shown_address(reader))
            elif getattr(attribute, 'field_name', None) == 'res_partner_id':
                attribute.fields.remove('email')
                attribute.dynamic_fields = lambda row: row._get_address_fields(reader)
            attributes.append(attribute)
        return attributes

    def _get_shown_address(self, reader):
        address = self.mail_email_address
        if address and self.with_user(reader)._hides('addresses'):
            return self._fields['mail_email_address']._get_shown(address)
        return address

    def _get_address_fields(self, reader):
        """Return what of the recipient's address a reader is sent: of the staff always all."""
        is_customer = self.res_partner_id.partner_share
        return [] if is_customer and self.with_user(reader)._hides('addresses') else ['email']
