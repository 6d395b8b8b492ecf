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

        def shows(row):
            people = row.res_partner_id
            return (people and not people.partner_share) or not row.with_user(reader)._hides(
                'addresses'
            )

        attributes = []
        for attribute in super()._to_store_defaults(target):
            if attribute == 'mail_email_address':
                field = self._fields[attribute]
                attribute = Store.Attr(
                    attribute,
                    lambda row: (
                        row.mail_email_address
                        if shows(row)
                        else field._get_shown(row.mail_email_address)
                    ),
                )
            elif getattr(attribute, 'field_name', None) == 'res_partner_id':
                attribute.fields.remove('email')
                attribute.dynamic_fields = lambda row: ['email'] if shows(row) else []
            attributes.append(attribute)
        return attributes
