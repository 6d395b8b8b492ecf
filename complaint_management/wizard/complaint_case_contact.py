from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import CONTACT_MEANS, CONTACT_PURPOSES
from ..models.complaint_contact import ANSWER_PURPOSES


class ComplaintCaseContact(models.TransientModel):
    _name = 'complaint.case.contact'
    _description = "Record Contact"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    kind = fields.Selection(
        selection=[
            ('contact', "Contact with the customer"),
            ('statement', "Statement confirmed"),
            ('source', "Reply to the referring body"),
        ],
        required=True,
        default='contact',
    )
    occurred_at = fields.Datetime(string="Happened at", help="Empty: now.")
    late_reason = fields.Char(string="Why recorded later")
    means = fields.Selection(
        selection=CONTACT_MEANS, required=True, compute='_compute_means', store=True, readonly=False
    )
    direction = fields.Selection(
        selection=[('out', "Outgoing"), ('in', "Incoming"), ('internal', "Internal")],
        required=True,
        default='out',
    )
    purpose = fields.Selection(
        selection=[pair for pair in CONTACT_PURPOSES if pair[0] not in ANSWER_PURPOSES],
        required=True,
        compute='_compute_purpose',
        store=True,
        readonly=False,
    )
    counterpart = fields.Char(
        string="Spoke with", compute='_compute_counterpart', store=True, readonly=False
    )
    content = fields.Text(compute='_compute_content', store=True, readonly=False)
    promise = fields.Text()
    promise_date = fields.Datetime(string="Promised for")
    can_mail = fields.Boolean(compute='_compute_can_mail')
    send_mail = fields.Boolean(string="Send by e-mail")

    @api.depends('case_id')
    def _compute_means(self):
        for wizard in self:
            wizard.means = wizard.case_id._get_preferred_means()

    @api.depends('case_id')
    def _compute_purpose(self):
        for wizard in self:
            wizard.purpose = wizard.case_id._get_default_purpose(wizard.case_id.phase)

    @api.depends('case_id', 'kind')
    def _compute_counterpart(self):
        for wizard in self:
            case = wizard.case_id
            is_source = wizard.kind == 'source'
            wizard.counterpart = (
                case.source_partner_id.name if is_source else case._get_shown_name()
            )

    @api.depends('case_id', 'kind')
    def _compute_content(self):
        for wizard in self:
            if wizard.kind == 'source' and wizard.case_id:
                wizard.content = wizard.case_id._get_source_reply()

    @api.depends('means', 'direction', 'case_id', 'kind', 'purpose')
    def _compute_can_mail(self):
        for wizard in self:
            goes_out = wizard.direction == 'out' and wizard.means == 'email'
            goes_out = goes_out and wizard.kind == 'contact' and wizard.purpose != 'referral'
            wizard.can_mail = bool(goes_out and wizard.case_id._get_customer_email())

    def action_confirm(self):
        self.ensure_one()
        values = self._prepare_values()
        if self.kind == 'statement':
            self.case_id._confirm_statement(values)
        elif self.kind == 'source':
            self.case_id._reply_to_source(values)
        else:
            self._check_words()
            values |= {'direction': self.direction, 'purpose': self.purpose}
            self.case_id._record_contact(values, send_mail=self.send_mail and self.can_mail)
        return {'type': 'ir.actions.act_window_close'}

    def action_write(self):
        """Write it as a mail, with the template of the chosen purpose."""
        self.ensure_one()
        return self.case_id._get_letter_action(self.purpose)

    def _check_words(self):
        """Refuse a contact that says nothing: whoever reads it later learns nothing from it."""
        if not (self.content or '').strip() and not (self.promise or '').strip():
            raise UserError(self.env._("Write down in a few words what was said."))

    def _prepare_values(self):
        """Return the values of the contact as they were typed."""
        return {
            'occurred_at': self.occurred_at,
            'late_reason': self.late_reason,
            'means': self.means,
            'counterpart': self.counterpart,
            'content': self.content,
            'promise': self.promise,
            'promise_date': self.promise_date,
        }
