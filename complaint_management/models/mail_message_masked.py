from odoo import models
from odoo.fields import Domain

from odoo.addons.mail.tools.discuss import Store

from ..tools.masked_fields import MaskedChar, MaskedMany2one


class MailMessageMasked(models.Model):
    """Senders of a complaint's mails are masked for whom the complaint's contact data is."""

    _inherit = 'mail.message'

    email_from = MaskedChar(mask='email')
    reply_to = MaskedChar(mask='email')
    author_id = MaskedMany2one(mask='name')

    def _get_masked_case(self):
        """Return the complaint on which a customer wrote this, if any."""
        cases = self.env['complaint.case']
        message = self.sudo()  # who wrote is not told by this
        if message.model != cases._name:
            return cases
        is_of_staff = message.author_id and not message.author_id.partner_share
        return cases if is_of_staff else cases.browse(message.res_id)

    def _hides(self, mask):
        self.ensure_one()
        case = self._get_masked_case()
        return case.is_name_masked if mask == 'name' else case.is_contact_masked

    def _get_shown_sql(self, mask, alias, query):
        """Let a search by a sender find no mail of a complaint whose contact data is masked."""
        if self.env.su:
            return None
        shown = self.env['complaint.case']._get_shown_domain(mask)
        if shown.is_true():
            return None
        cases = self.env['complaint.case'].sudo()._search(shown)  # rights are asked elsewhere
        domain = Domain('model', '!=', 'complaint.case') | Domain('res_id', 'in', cases)
        model = self.sudo()
        return domain.optimize_full(model)._to_sql(model, alias, query)

    def _to_store_defaults(self, target):
        """Send the chatter of whoever looks no addresses, and no names, that are masked for him."""
        reader = target.get_user(self.env) or self.env.user
        shown = []
        for attribute in super()._to_store_defaults(target):
            name = getattr(attribute, 'field_name', None)
            if name == 'email_from':
                attribute = Store.Attr(
                    name,
                    lambda message: message._get_shown_sender(reader),
                    predicate=attribute.predicate,
                )
            elif name == 'author_id':
                attribute.value = lambda message: message._get_shown_author(reader)
            shown.append(attribute)
        return shown

    def _get_shown_sender(self, reader):
        hidden = self.email_from and self.with_user(reader)._hides('email')
        field = self._fields['email_from']
        return field._get_shown(self.email_from) if hidden else self.email_from

    def _get_shown_author(self, reader):
        # Core shows the author to whoever reads the message.
        author = self.sudo().author_id
        return author.browse() if author and self.with_user(reader)._hides('name') else author
