from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, plaintext2html

from ..const import CONTACT_MEANS, MAIL_LAYOUT

# What a contact is most likely about, while the case is in a phase.
PHASE_PURPOSES = {
    'intake': 'apology',
    'assessment': 'apology',
    'assignment': 'progress',
    'investigation': 'progress',
    'solution': 'progress',
    'approval': 'progress',
    'execution': 'progress',
}


class ComplaintCaseContact(models.Model):
    """Contacts with the customer and the referring body, and what was promised in them."""

    _inherit = 'complaint.case'

    contact_ids = fields.One2many(
        comodel_name='complaint.contact', inverse_name='case_id', string="Contacts"
    )
    promised_at = fields.Datetime(
        string="Promised for",
        readonly=True,
        copy=False,
        index='btree_not_null',
        help="The earliest date of a promise that is still open.",
    )
    statement_confirmed_at = fields.Datetime(
        string="Statement confirmed at",
        readonly=True,
        copy=False,
        help="When the customer confirmed that the complaint is written down as it was meant.",
    )
    statement_confirmed_means = fields.Selection(
        selection=CONTACT_MEANS, string="Statement confirmed by", readonly=True, copy=False
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            'contact_ids',
            'promised_at',
            'statement_confirmed_at',
            'statement_confirmed_means',
        }

    # === CONTACTS === #

    def _record_contact(self, values, send_mail=False):
        """Record the same contact on each of these cases.

        :param dict values: of complaint.contact, without the case
        :param bool send_mail: also send the content to the customer through the thread
        :return: the new contacts
        :raise UserError: as creating contacts does; or a customer has no address
        """
        contacts = self.env['complaint.contact'].create(
            [{**values, 'case_id': case.id} for case in self]
        )
        if send_mail:
            self._mail_to_customer(values.get('content'))
        return contacts

    def _mail_to_customer(self, content):
        """Send words to the customers of these cases, each through the thread of the case.

        :raise UserError: nothing to send, or somebody without an address
        """
        if not (content or '').strip():
            raise UserError(self.env._("Write what the mail shall say."))
        if unreachable := self.filtered(lambda case: not case._get_customer_email()):
            raise UserError(
                self.env._(
                    "Without an e-mail address nothing can be sent:\n%(cases)s",
                    cases='\n'.join(unreachable.mapped('display_name')),
                )
            )
        for case in self:
            partner = case.partner_id
            email = case._get_customer_email()
            is_partner = partner.email and email_normalize(partner.email) == email_normalize(email)
            case = case.with_context(lang=partner.lang or self.env.lang)
            case.message_post(
                body=plaintext2html(content),
                subject=case.env._("Your complaint %(number)s", number=case.number or case.name),
                message_type='comment',
                subtype_xmlid='mail.mt_comment',
                email_layout_xmlid=MAIL_LAYOUT,
                partner_ids=partner.ids if is_partner else None,
                outgoing_email_to=False if is_partner else email,
            )

    def _get_customer_email(self):
        """Return the address to which this customer is written, or False."""
        self.ensure_one()
        return self.complainant_email or self.partner_id.email

    def _get_preferred_means(self):
        """Return the means by which the customer wants to be reached."""
        return self.preferred_contact or 'phone'

    @api.model
    def _get_default_purpose(self, phase):
        """Return what a contact is most likely about while a case is in a phase."""
        return PHASE_PURPOSES.get(phase, 'other')

    def action_contact(self):
        """Ask what was said in a contact with the customer."""
        return self._open_contact_dialog('contact', self.env._("Record contact"))

    def action_confirm_statement(self):
        """Ask how the customer confirmed what was written down."""
        return self._open_contact_dialog('statement', self.env._("Statement confirmed"))

    def _open_contact_dialog(self, kind, title):
        return self._get_dialog('complaint.case.contact', title, default_kind=kind)

    def _confirm_statement(self, values):
        """Record that the customer confirmed what was written down (PROD-5.2-c, T17).

        :param dict values: of complaint.contact: `means`, `occurred_at`, `content` …
        """
        contacts = self._record_contact({**values, 'direction': 'in', 'purpose': 'confirmation'})
        for case, contact in zip(self, contacts, strict=True):
            case._write_internal(
                {
                    'statement_confirmed_at': contact.occurred_at,
                    'statement_confirmed_means': contact.means,
                }
            )
        return contacts

    # === PROMISES === #

    def _update_promised_at(self):
        """Keep the earliest date of the open promises of each case."""
        # A date that the case shows to everybody who may read it.
        promises_sudo = self.env['complaint.contact'].sudo()
        dates = {
            case.id: date
            for case, date in promises_sudo._read_group(
                [
                    ('case_id', 'in', self.ids),
                    ('promise_state', '=', 'open'),
                    ('promise_date', '!=', False),
                ],
                ['case_id'],
                ['promise_date:min'],
            )
        }
        for case in self:
            date = dates.get(case.id, False)
            if case.promised_at != date:
                case._write_internal({'promised_at': date})

    def _get_promised_date(self):
        """Return the date of the earliest open promise, or what is known besides."""
        self.ensure_one()
        return self.promised_at or super()._get_promised_date()
