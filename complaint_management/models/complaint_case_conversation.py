from odoo import models
from odoo.fields import Domain
from odoo.tools import email_normalize, human_size, is_html_empty, plaintext2html

# How many of the newest messages one page shows.
MESSAGE_LIMIT = 100

MESSAGE_TYPES = ('comment', 'email', 'email_outgoing', 'auto_comment')


class ComplaintCaseConversation(models.Model):
    """What was said between us and the customer, as the customer may read it again."""

    _inherit = 'complaint.case'

    # === ANSWERS === #

    def _get_portal_answers(self):
        """Return the contacts in which this customer was answered, newest first."""
        self.ensure_one()
        return self.env['complaint.contact'].search(
            [('case_id', '=', self.id), ('purpose', '=', 'answer'), ('direction', '=', 'out')],
            limit=MESSAGE_LIMIT,
        )

    def _get_portal_answer(self, contact):
        """Return what the page shows of the answer of this round, or False."""
        self.ensure_one()
        if not contact:
            return False
        return {
            'content': contact.content or '',
            'moment': self._format_portal_moment(contact.occurred_at),
            'state': self.answer_state,
        }

    # === CONVERSATION === #

    def _get_portal_messages(self, answers, access_token=None):
        """Return the conversation with this customer, oldest first.

        :param answers: complaint.contact records of earlier rounds
        :param str access_token: of the link by which the reader came
        :return: list of dicts, see `_get_portal_message`
        """
        self.ensure_one()
        mails = self._get_customer_mails()
        words = answers | self._get_portal_words()
        # An answer that went by mail stands among the answers already.
        told = {plaintext2html(contact.content or '') for contact in self._get_portal_answers()}
        rows = [
            self._get_portal_message(mail, access_token)
            for mail in mails.sorted('id')
            if mail.body not in told
        ]
        rows += [self._get_portal_contact(contact) for contact in words]
        rows.sort(key=lambda row: row['occurred_at'])
        return rows[-MESSAGE_LIMIT:]

    def _get_portal_message(self, message, access_token=None):
        """Return what the page shows of a message of the thread."""
        self.ensure_one()
        author = message.author_id
        is_customer = self._is_customer_side(author) or bool(
            self._get_customer_addresses() & {email_normalize(message.email_from)}
        )
        return {
            'occurred_at': message.date,
            'moment': self._format_portal_moment(message.date),
            'title': '',
            'is_customer': is_customer,
            'author': self._get_portal_author_name(author, is_customer),
            'body': message.body,
            'files': [
                {
                    'name': file.name,
                    'size': human_size(file.file_size),
                    'url': self._get_portal_url(f'/files/{file.id}', access_token),
                }
                for file in message.attachment_ids.sorted('id')
            ],
        }

    def _get_portal_words(self):
        """Return the contacts in which the customer asked or decided on the portal."""
        self.ensure_one()
        return self.env['complaint.contact'].search(
            [
                ('case_id', '=', self.id),
                ('means', '=', 'portal'),
                ('direction', '=', 'in'),
                ('purpose', 'in', ('opinion', 'chase')),
            ],
            limit=MESSAGE_LIMIT,
        )

    def _get_portal_contact(self, contact):
        """Return what the page shows of a contact, in the shape of a message."""
        self.ensure_one()
        titles = {
            'answer': self.env._("Answer"),
            'opinion': self.env._("Answer rejected"),
            'chase': self.env._("Asked for progress"),
        }
        is_customer = contact.direction == 'in'
        return {
            'occurred_at': contact.occurred_at,
            'moment': self._format_portal_moment(contact.occurred_at),
            'title': titles[contact.purpose],
            'is_customer': is_customer,
            'author': self._get_portal_author_name(contact.user_id.partner_id, is_customer),
            'body': plaintext2html(contact.content or ''),
            'files': [],
        }

    def _get_portal_author_name(self, partner, is_customer):
        """Return under which name the reader sees who wrote.

        :param partner: res.partner record, or none of somebody without one
        :param bool is_customer: whether it was somebody on the customer's side
        """
        self.ensure_one()
        if is_customer and self.is_name_masked:  # for one of ours who looks at the page
            return self.env._("Complainant")
        if is_customer:
            user = self.env.user
            reader = self.partner_id if user._is_public() else user.partner_id
            others = partner != reader and self._is_customer_side(partner)
            return partner.name if others else self.env._("You")
        if partner and not partner.partner_share and self.procedure_id.portal_shows_handler:
            return partner.name
        return self.company_id.name

    def _get_customer_mails(self):
        """Return the messages that this customer wrote or was sent, newest first.

        Not every comment is for the customer: people also write to experts, to other departments
        and to who referred the complaint. Notes, and mails that wait for Undo, are for nobody.
        """
        self.ensure_one()
        messages = self.env['mail.message'].search(
            Domain('model', '=', self._name)
            & Domain('res_id', '=', self.id)
            & Domain('message_type', 'in', MESSAGE_TYPES)
            & Domain('is_internal', '=', False)
            & (Domain('subtype_id', '=', False) | Domain('subtype_id.internal', '=', False))
            & self._get_correspondent_domain(),
            order='id desc',
            limit=MESSAGE_LIMIT,
        )
        waiting = self.env['mail.mail'].search(
            [
                ('mail_message_id', 'in', messages.ids),
                ('state', '=', 'outgoing'),
                ('scheduled_date', '>', self.env.cr.now()),
            ]
        )
        return (messages - waiting.mail_message_id).filtered(
            lambda message: (
                (message.attachment_ids or not is_html_empty(message.body))
                and self._is_with_customer(message)
            )
        )

    def _get_customer_addresses(self):
        """Return the normalised addresses of this customer, as a set."""
        self.ensure_one()
        addresses = (self.complainant_email, self.partner_id.email)
        return set(filter(None, map(email_normalize, addresses)))

    def _get_correspondent_domain(self):
        """Return the domain of messages that may be to or from this customer."""
        self.ensure_one()
        domain = Domain.FALSE
        if customer := self.partner_id:
            domain |= Domain('author_id', '=', customer.id)
            domain |= Domain('author_id.commercial_partner_id', '=', customer.id)
            domain |= Domain('partner_ids', 'in', customer.ids)
            domain |= Domain('notified_partner_ids', 'in', customer.ids)
        for address in self._get_customer_addresses():
            domain |= Domain('email_from', 'ilike', address)
            domain |= Domain('outgoing_email_to', 'ilike', address)
        return domain

    def _is_with_customer(self, message):
        """Say whether a message is to or from this customer: by whole addresses, not parts."""
        self.ensure_one()
        customer = self.partner_id
        if customer and customer in message.partner_ids | message.notified_partner_ids:
            return True
        addresses = {
            email_normalize(message.email_from),
            email_normalize(message.outgoing_email_to),
        }
        return self._is_customer_side(message.author_id) or bool(
            addresses & self._get_customer_addresses()
        )

    def _is_customer_side(self, partner):
        """Say whether somebody is this customer or belongs to it."""
        self.ensure_one()
        customer = self.partner_id
        if not customer or partner == customer:
            return bool(customer)
        return partner.partner_share and partner.commercial_partner_id == customer
