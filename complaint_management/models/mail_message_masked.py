from odoo import api, fields, models

from ..tools.masked_fields import (
    MaskedBinary,
    MaskedChar,
    MaskedMany2one,
    MaskedPartners,
    MaskedText,
)

# To whom a message went, and how, is masked whoever wrote it; from whom it came, where a customer
# wrote it.
RECIPIENT_MASKS = ('people', 'addresses', 'text')


class MailMessageMasked(models.Model):
    """Who wrote, and to whom, is masked for whom the complaint's contact data is."""

    _inherit = 'mail.message'

    email_from = MaskedChar(mask='email')
    reply_to = MaskedChar(mask='email')
    author_id = MaskedMany2one(mask='name')
    partner_ids = MaskedPartners(mask='people')
    notified_partner_ids = MaskedPartners(mask='people')
    starred_partner_ids = MaskedPartners(mask='people')
    incoming_email_to = MaskedText(mask='addresses')
    incoming_email_cc = MaskedChar(mask='addresses')
    outgoing_email_to = MaskedChar(mask='addresses')
    author_avatar = MaskedBinary(
        mask='name',
        related=None,
        compute='_compute_author_avatar',
        depends=('author_id',),
        depends_context=('bin_size', 'uid', 'su'),
        readonly=True,
    )
    # Who was told is asked for its rights when a search looks through it.
    notification_ids = fields.One2many(bypass_search_access=False)

    def _compute_author_avatar(self):
        """Show no picture of whoever is hidden."""
        for message in self:
            reader = message.sudo(False)  # pages of Odoo show it as superuser, to whoever asks
            is_hidden = not reader.env.su and bool(message.id) and reader._hides('name')
            author = message.sudo().author_id  # core shows it to whoever reads the message
            message.author_avatar = not is_hidden and author.avatar_128

    def _get_masked_case(self):
        """Return the complaint on which a customer wrote this, if any."""
        author = self.sudo().author_id  # who wrote is not told by this
        is_known = author and (not author.partner_share or author == self.env.user.partner_id)
        return self.env['complaint.case'] if is_known else self._get_case_of_thread()

    def _hides(self, mask):
        self.ensure_one()
        is_of_recipients = mask in RECIPIENT_MASKS
        case = self._get_case_of_thread() if is_of_recipients else self._get_masked_case()
        return bool(case) and case._hides(mask)

    @api.model
    def _get_shown_domain(self, mask):
        """Let a search by people find no mail of a complaint for which they are masked."""
        return self._get_shown_domain_of_thread(mask)
