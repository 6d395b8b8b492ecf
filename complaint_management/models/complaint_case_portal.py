from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import consteq, format_date, format_time

from odoo.addons.rating.models.rating_data import (
    RATING_HAPPY_VALUE,
    RATING_NEUTRAL_VALUE,
    RATING_UNHAPPY_VALUE,
)

# The largest id that the database knows.
MAX_ID = 2**31 - 1


class ComplaintCasePortal(models.Model):
    """Which complaints a customer reads on the portal, and what of them.

    Portal users have no rights on any model of ours. The pages ask `_get_portal_case` for a
    complaint and print what `_get_portal_row` and `_get_portal_values` return: plain texts, chosen
    one by one, so that nothing internal can get into a page by accident.
    """

    _inherit = 'complaint.case'

    # === CRUD METHODS === #

    def write(self, vals):
        """Let the link that one customer was sent die when the complaint becomes another's."""
        customer_id = vals.get('partner_id') or False
        handed_over = self.browse()
        if 'partner_id' in vals:
            handed_over = self.filtered(
                lambda case: case.partner_id and case.partner_id.id != customer_id
            )
        result = super().write(vals)
        if linked := handed_over.filtered('access_token'):
            linked._write_internal({'access_token': False})
        return result

    # === WHOSE COMPLAINTS === #

    @api.model
    def _get_portal_domain(self, partner):
        """Return the domain of the complaints that are a partner's to read and to act on.

        Those in the partner's own name, and those in the name of the company to which the partner
        belongs. What colleagues complain about in their own names is theirs alone, and so is a
        restricted complaint of the company: only the company's own user reads it. Nobody's are
        complaints without a customer, those of anonymous people.

        :param partner: res.partner record
        """
        domain = Domain('partner_id', '=', partner.id)
        company = partner.commercial_partner_id
        if company != partner and company.is_company:
            domain |= Domain('partner_id', '=', company.id) & Domain('is_restricted', '=', False)
        return domain & Domain('recused_user_ids', 'not in', self.env.uid)

    @api.model
    def _get_portal_case(self, case_id, access_token=None):
        """Return, as superuser, a complaint that the current user may read on the portal.

        :param int case_id: whatever a visitor sent
        :param str access_token: of the link in a mail
        :return: no record if there is none, or if it is not for this reader: nobody learns which
        """
        if not 0 < case_id <= MAX_ID:
            return self.sudo().browse()
        case_sudo = self.sudo().browse(case_id).exists()  # who reads is asked below
        try:
            case_sudo and case_sudo._check_portal_reader(access_token)
        except AccessError:
            return case_sudo.browse()
        return case_sudo

    def _check_portal_reader(self, access_token=None):
        """Refuse whoever may not read this complaint on the portal.

        The link in a customer's mail opens it without a log-in. It does not widen what staff read:
        an employee, who could keep a link for long, needs the rights to the complaint itself. And
        recusal beats everything.

        :param str access_token: of the link in a mail
        :raise AccessError: not for this reader
        """
        self.ensure_one()
        user = self.env.user
        if user not in self.sudo().recused_user_ids:  # hidden from some
            if self._is_portal_customer(access_token):
                return
            if user._is_internal() and self.sudo(False).has_access('read'):
                return
        raise AccessError(self.env._("This complaint is not yours to read."))

    def _is_portal_customer(self, access_token=None):
        """Say whether the current user reads and acts as the customer of this complaint.

        :param str access_token: of the link in a mail; nothing to employees
        """
        self.ensure_one()
        user = self.env.user
        case_sudo = self.sudo()  # a customer has no rights on the model
        mine = self._get_portal_domain(user.partner_id)
        if not user._is_public() and case_sudo.filtered_domain(mine):
            return True
        token = case_sudo.access_token
        if user._is_internal() or not (token and access_token):
            return False
        # In bytes: of texts with other letters than ASCII the comparison wants to know nothing.
        return consteq(token.encode(), access_token.encode('utf-8', 'replace'))

    @api.model
    def _get_thread_with_access(self, thread_id, *, hash=None, pid=None, token=None, **kwargs):
        """Keep customers' links away from the doors of Odoo's own thread.

        Those hand out followers, activities and every file of a record to whoever has its token.
        """
        return super()._get_thread_with_access(thread_id, **kwargs)

    # === WHAT OF THEM === #

    def _get_portal_rows(self):
        """Return what the list shows of these complaints.

        :return: list of dicts of texts and booleans, see `_get_portal_row`
        """
        return [case._get_portal_row() for case in self]

    def _get_portal_row(self):
        """Return the short facts of a complaint that its customer reads."""
        self.ensure_one()
        return {
            'url': self.access_url,
            'number': self.number or '',
            'name': self.name,
            'label': self.stage_id._get_portal_label(),
            'is_closed': self.is_closed,
            'received': self._format_portal_moment(self.received_at),
            'needs_decision': self._awaits_customer(),
        }

    def _get_portal_values(self, access_token=None):
        """Return everything that a customer's page shows of this complaint.

        :param str access_token: of the link by which the reader came
        :return: dict of texts, booleans, and lists and dicts of them; the bodies of messages are
            HTML that was cleaned when they came in
        """
        self.ensure_one()
        promised = False if self.is_closed else self._get_promised_date()
        answers = self._get_portal_answers()
        current = answers[:1] if self.answer_state != 'none' else answers.browse()
        can_act = self._is_portal_customer(access_token)
        return {
            **self._get_portal_row(),
            'description': self.description or '',
            'expected_solution': self.expected_solution or '',
            'company': self.company_id.name,
            'handler': self._get_portal_handler(),
            'promised': self._format_portal_moment(promised),
            'is_promise_overdue': bool(promised and promised < self.env.cr.now()),
            'timeline': [
                {'moment': self._format_portal_moment(step['occurred_at']), 'label': step['label']}
                for step in self._get_timeline()
            ],
            'answer': self._get_portal_answer(current),
            'messages': self._get_portal_messages(answers - current, access_token),
            'survivor': self._get_portal_survivor(),
            'rating_links': self._get_portal_rating_links() if can_act else [],
            'can_act': can_act,
        }

    def _awaits_customer(self):
        """Say whether the customer has an answer to accept or to reject."""
        self.ensure_one()
        return self.answer_state == 'answered' and not self.is_closed

    def _get_portal_handler(self):
        """Return the handler's name where the procedure lets customers read it, or ''."""
        self.ensure_one()
        return self.procedure_id.portal_shows_handler and self.handler_id.name or ''

    def _format_portal_moment(self, moment):
        """Return a time as the reader writes it, in the reader's time zone, or ''.

        :param datetime moment: UTC, or False
        """
        self.ensure_one()
        if not moment:
            return ''
        tz = self._get_portal_tz()
        local = fields.Datetime.context_timestamp(self.with_context(tz=tz), moment)
        time = format_time(self.env, moment, tz=tz, time_format='short')
        return f'{format_date(self.env, local.date())} {time}'

    def _get_portal_tz(self):
        """Return the time zone of whoever reads: the reader's, the customer's or the company's."""
        self.ensure_one()
        user = self.env.user
        own = not user._is_public() and user.tz
        return own or self.partner_id.tz or self.company_id.resource_calendar_id.tz or 'UTC'

    # === LINKS === #

    def _may_pass_link_on(self):
        """Say whether the user may have the link by which the customer gets in without a log-in.

        It is for those who talk to the customer: who see the contact data and work on the case.
        """
        self.ensure_one()
        return self.has_access('write') and not self.is_contact_masked

    def _portal_ensure_token(self):
        """Give the customer's link to nobody else; mails of the software bring it as superuser.

        :raise AccessError: the user is none of those
        """
        if not (self.env.su or self._may_pass_link_on()):
            raise AccessError(
                self.env._(
                    "This link opens the customer's own page without a log-in. It is for those "
                    "who talk to the customer: who work on the complaint and see the contact data."
                )
            )
        return super()._portal_ensure_token()

    def _get_portal_url(self, suffix='', access_token=None, **parameters):
        """Return the address of a page or a file of this complaint.

        :param str access_token: of the link by which the reader came; it stays in the address
        """
        self.ensure_one()
        if access_token:
            parameters['access_token'] = access_token
        query = f'?{urlencode(parameters)}' if parameters else ''
        return f'{self.access_url}{suffix}{query}'

    def _get_portal_file(self, attachment_id):
        """Return a file that this customer sent or was sent; no record if it is none of those."""
        self.ensure_one()
        files = self._get_customer_mails().attachment_ids
        return files.filtered(lambda file: file.id == attachment_id)

    def _get_portal_survivor(self):
        """Return what the page shows of the complaint that this one was merged into, or False."""
        self.ensure_one()
        if not self.duplicate_of_id:
            return False
        survivor = self._get_survivor()
        if not survivor._is_portal_customer():
            return {'number': '', 'url': ''}
        return {'number': survivor._get_reference(), 'url': survivor.access_url}

    def _get_portal_rating_links(self):
        """Return the links of a rating that was asked for and is not given yet.

        :return: list of {'url', 'image', 'label'}, the best first
        """
        self.ensure_one()
        user = self.env.user
        rater = self.partner_id if user._is_public() else user.partner_id
        asked = self.rating_ids.filtered(
            lambda rating: (
                rating.access_token and not rating.consumed and rating.partner_id == rater
            )
        )
        if not (asked and rater):
            return []
        labels = {
            RATING_HAPPY_VALUE: self.env._("Satisfied"),
            RATING_NEUTRAL_VALUE: self.env._("Basically satisfied"),
            RATING_UNHAPPY_VALUE: self.env._("Dissatisfied"),
        }
        token = asked.sorted('id')[-1].access_token
        return [
            {
                'url': f'/rate/{token}/{value}',
                'image': f'/rating/static/src/img/rating_{value}.png',
                'label': label,
            }
            for value, label in labels.items()
        ]
