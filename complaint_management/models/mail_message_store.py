from copy import copy

from odoo import models

from odoo.addons.mail.tools.discuss import Store

from ..tools.contact_mask import mask_addresses, mask_email

# What a chatter is sent that may tell of a complainant, and who takes out what it must not tell.
STORE_MASKS = {
    'attachment_ids': '_get_shown_files',
    'author_id': '_get_shown_author',
    'email_from': '_get_shown_sender',
    'incoming_email_cc': '_get_shown_addresses',
    'incoming_email_to': '_get_shown_addresses',
    'partner_ids': '_get_shown_recipients',
    'notification_ids': '_get_shown_notifications',
    'reactions': '_get_shown_reactions',
}


class MailMessageStore(models.Model):
    """The chatter of whoever looks gets no addresses, and no people, that are masked for him."""

    _inherit = 'mail.message'

    def _to_store(self, store, fields, **kwargs):
        reader = store.target.get_user(self.env) or self.env.user
        fields = [self._mask_attribute(attribute, reader) for attribute in fields]
        return super()._to_store(store, fields, **kwargs)

    def _mask_attribute(self, attribute, reader):
        """Return the attribute so that it holds what the reader is shown of it."""
        name = attribute if isinstance(attribute, str) else getattr(attribute, 'field_name', None)
        if name not in STORE_MASKS:
            return attribute
        masked = Store.Attr(name) if isinstance(attribute, str) else copy(attribute)
        source = copy(masked)

        def get_shown(message):
            value = Store.Attr._get_value(source, message)
            return value and getattr(message.with_user(reader), STORE_MASKS[name])(value)

        masked.value = get_shown
        return masked

    def _get_shown_author(self, author):
        return author.browse() if self._hides('name') else author

    def _get_shown_sender(self, email):
        return self._fields['email_from']._get_shown(email) if self._hides('email') else email

    def _get_shown_addresses(self, addresses):
        """Mask addresses, as a text or split into pairs of a name and an address."""
        if not self._hides('addresses'):
            return addresses
        if isinstance(addresses, str):
            return mask_addresses(addresses)
        return [('', mask_email(email)) for _name, email in addresses]

    def _get_shown_files(self, files):
        """Leave out mails as they came in and the like: core sends a key to each along."""
        if not (files and self._hides('addresses')):
            return files
        closed = files.with_env(self.env)._filter_closed()
        return files - closed.with_env(files.env)

    def _get_shown_recipients(self, partners):
        known = self._fields['partner_ids']._get_shown(partners.with_env(self.env))
        # Most messages went to nobody who may have to be hidden: they ask for no complaint.
        is_hidden = len(known) < len(partners) and self._hides('people')
        return known.with_env(partners.env) if is_hidden else partners

    def _get_shown_notifications(self, notifications):
        rows = notifications.sudo()  # core shows them to whoever reads the message
        people = rows.res_partner_id
        hidden = people - self._get_shown_recipients(people)
        return notifications.filtered(lambda row: row.sudo().res_partner_id not in hidden)

    def _get_shown_reactions(self, reactions):
        if not isinstance(reactions, Store.Many):  # what is taken away
            return reactions
        people = reactions.records.partner_id
        hidden = people - self._get_shown_recipients(people)
        shown = reactions.records.filtered(lambda row: row.partner_id not in hidden)
        return reactions if shown == reactions.records else Store.Many(shown, mode=reactions.mode)
