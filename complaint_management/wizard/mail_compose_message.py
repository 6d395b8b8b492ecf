from odoo import api, fields, models

from ..const import LETTER_PURPOSES, MAIL_LAYOUT
from ..models.complaint_case_answer import ACTIVITY_ANSWER, ACTIVITY_REJECTED


class MailComposeMessage(models.TransientModel):
    """A mail to the customer of a complaint: to nobody else, and kept as a contact."""

    _inherit = 'mail.compose.message'

    complaint_purpose = fields.Selection(selection=LETTER_PURPOSES, string="Purpose")
    complaint_email = fields.Char(string="To", compute='_compute_complaint_email')
    complaint_obstacles = fields.Text(compute='_compute_complaint_obstacles')

    # === COMPUTE METHODS === #

    def _get_complaint(self):
        """Return the complaint whose customer is written to, possibly none."""
        self.ensure_one()
        cases = self.env['complaint.case']
        if not self.complaint_purpose or self.model != cases._name:
            return cases
        return cases.browse(self._evaluate_res_ids())[:1]

    @api.depends('complaint_purpose', 'model', 'res_ids')
    def _compute_complaint_email(self):
        for composer in self:
            case = composer._get_complaint()
            email = case and case._get_customer_email()
            name = case and case.complainant_name
            composer.complaint_email = f'{name} <{email}>' if name and email else email

    @api.depends('complaint_purpose', 'model', 'res_ids')
    def _compute_complaint_obstacles(self):
        for composer in self:
            case = composer._get_complaint()
            sentences = case and case._get_letter_obstacles(composer.complaint_purpose)
            composer.complaint_obstacles = '\n'.join(sentences or ())

    @api.depends('complaint_purpose')
    def _compute_partner_ids(self):
        """Propose the customer alone, and make no contact of an address."""
        to_customers = self.filtered(lambda composer: composer._get_complaint())
        for composer in to_customers:
            case = composer._get_complaint()
            composer.partner_ids = case.partner_id if case._writes_to_partner() else False
        super(MailComposeMessage, self - to_customers)._compute_partner_ids()

    @api.depends('complaint_purpose')
    def _compute_notify_skip_followers(self):
        to_customers = self.filtered('complaint_purpose')
        to_customers.notify_skip_followers = True
        super(MailComposeMessage, self - to_customers)._compute_notify_skip_followers()

    @api.depends('complaint_purpose')
    def _compute_email_layout_xmlid(self):
        to_customers = self.filtered('complaint_purpose')
        to_customers.email_layout_xmlid = MAIL_LAYOUT
        super(MailComposeMessage, self - to_customers)._compute_email_layout_xmlid()

    # === ONCHANGE METHODS === #

    @api.onchange('complaint_purpose')
    def _onchange_complaint_purpose(self):
        case = self._get_complaint()
        if case and self.template_id.complaint_purpose != self.complaint_purpose:
            self.template_id = case._get_letter_template(self.complaint_purpose)

    @api.onchange('template_id')
    def _onchange_complaint_template(self):
        if self.complaint_purpose and self.template_id.complaint_purpose:
            self.complaint_purpose = self.template_id.complaint_purpose

    # === SENDING === #

    def _prepare_mail_values_rendered(self, res_ids):
        values = super()._prepare_mail_values_rendered(res_ids)
        if case := self._get_complaint():
            # Whatever a client sent along: the customer, and nobody else.
            is_partner = case._writes_to_partner()
            values[case.id] |= {
                'partner_ids': case.partner_id.ids if is_partner else [],
                'outgoing_email_to': False if is_partner else case._get_customer_email(),
                'scheduled_date': False,
            }
        return values

    def _action_send_mail_comment(self, res_ids):
        case = self._get_complaint()
        if not case:
            return super()._action_send_mail_comment(res_ids)
        case.check_access('write')
        sentences = case._get_letter_obstacles(self.complaint_purpose)
        case._raise_obstacles({case: sentences} if sentences else {})
        messages = super()._action_send_mail_comment(case.ids)
        case._record_letter(self.template_id, self.body, self.complaint_purpose)
        if self.complaint_purpose == 'answer':
            case.activity_unlink([ACTIVITY_ANSWER, ACTIVITY_REJECTED])
        return messages
