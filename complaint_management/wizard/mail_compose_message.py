from odoo import api, fields, models
from odoo.fields import Domain

from ..const import LETTER_PURPOSES, MAIL_LAYOUT
from ..models.complaint_case_answer import ACTIVITY_ANSWER, ACTIVITY_REJECTED
from ..models.complaint_masked_mixin import PARTNER_MASKS
from ..tools.contact_mask import mask_text
from ..tools.masked_fields import MaskedChar, MaskedPartners


class MailComposeMessage(models.TransientModel):
    """A mail to the customer of a complaint: to nobody else, and kept as a contact."""

    _name = 'mail.compose.message'
    _inherit = ['complaint.masked.mixin', 'mail.compose.message']

    partner_ids = MaskedPartners(mask='people')
    complaint_purpose = fields.Selection(selection=LETTER_PURPOSES, string="Purpose")
    complaint_email = MaskedChar(string="To", compute='_compute_complaint_email', mask='email')
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
            email = case._get_customer_email() if case else False
            name = case.complainant_name
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

    # === SEAMS OF THE MASK === #

    def _get_masked_case(self):
        """Return the complaints on which this is written, if any."""
        cases = self.env['complaint.case']
        ids = self._evaluate_res_ids() if self.model == cases._name else ()
        return cases.browse(ids).exists()  # a client can send anything

    def _hides(self, mask):
        self.ensure_one()
        return any(case._hides(mask) for case in self._get_masked_case())

    @api.model
    def _get_shown_domain(self, mask):
        """Let no search tell whom a mail on a complaint was proposed for."""
        shown = self.env['complaint.case']._get_shown_domain('name')
        return shown if shown.is_true() else Domain('model', '!=', 'complaint.case')

    def onchange(self, values, field_names, fields_spec):
        """Propose nobody who is hidden: a dialog shows its recipients before it is saved."""
        result = super().onchange(values, field_names, fields_spec)
        commands = result.get('value', {}).get('partner_ids')
        composer = self.new(values, origin=self)
        if not commands or self.env.su or not composer._hides('email'):
            return result
        if composer._hides('people'):
            partners = self.env['res.partner'].browse(command[1] for command in commands)
            shown = set(self._fields['partner_ids']._get_shown(partners).ids)
            commands = [command for command in commands if command[1] in shown]
            result['value']['partner_ids'] = commands
        for command in commands:
            if isinstance(command[2], dict):
                self._mask_recipient(command[2])
        return result

    def web_read(self, specification):
        """Show a known customer without the address."""
        result = super().web_read(specification)
        if not self.env.su and (specification.get('partner_ids') or {}).get('fields'):
            masked = {composer.id for composer in self if composer._hides('email')}
            for values in result:
                for partner in values['partner_ids'] if values['id'] in masked else ():
                    self._mask_recipient(partner)
        return result

    @api.model
    def _mask_recipient(self, values):
        """Mask what is read of a recipient: a label can hold the address, too."""
        masks = {**PARTNER_MASKS, 'display_name': mask_text}
        for name in masks.keys() & values.keys():
            values[name] = values[name] and masks[name](values[name])

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
