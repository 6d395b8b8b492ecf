from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.complaint_management.const import CONTACT_MEANS
from odoo.addons.complaint_management.tools.masked_fields import MaskedChar


class ComplaintSlaExtensionTell(models.TransientModel):
    _name = 'complaint.sla.extension.tell'
    _description = "Tell the Customer about an Extension"
    _inherit = ['complaint.masked.mixin', 'complaint.dialog.mixin']

    extension_id = fields.Many2one(
        comodel_name='complaint.sla.extension', required=True, ondelete='cascade'
    )
    case_id = fields.Many2one(related='extension_id.case_id')
    planned_deadline = fields.Datetime(related='extension_id.planned_deadline')
    means = fields.Selection(
        selection=CONTACT_MEANS,
        required=True,
        compute='_compute_means',
        store=True,
        readonly=False,
        precompute=True,
    )
    content = fields.Text(
        string="What the customer is told",
        required=True,
        compute='_compute_content',
        store=True,
        readonly=False,
        precompute=True,
    )
    occurred_at = fields.Datetime(string="Told at", help="Empty: now.")
    late_reason = fields.Char(string="Why recorded later")
    customer_email = MaskedChar(string="E-mail to", compute='_compute_customer_email', mask='email')
    send_mail = fields.Boolean(
        string="Send by e-mail", compute='_compute_send_mail', store=True, readonly=False
    )

    @api.depends('extension_id')
    def _compute_customer_email(self):
        for wizard in self:
            wizard.customer_email = wizard.case_id._get_customer_email()

    @api.depends('extension_id')
    def _compute_means(self):
        for wizard in self:
            has_email = wizard.case_id._get_customer_email()
            wizard.means = 'email' if has_email else wizard.case_id._get_preferred_means()

    @api.depends('extension_id')
    def _compute_content(self):
        for wizard in self:
            wizard.content = wizard.extension_id and wizard.extension_id._get_notice()

    @api.depends('means')
    def _compute_send_mail(self):
        for wizard in self:
            wizard.send_mail = wizard.means == 'email' and bool(wizard.customer_email)

    def action_confirm(self):
        self.ensure_one()
        if self.extension_id.state != 'approved':
            raise UserError(self.env._("Only an approved extension is told to the customer."))
        if not self.extension_id._is_of_use(self.occurred_at):
            raise UserError(
                self.env._("The time limit has ended or is late meanwhile: it stays as it is.")
            )
        # Recording the contact puts the extension in force.
        self.case_id._record_contact(
            {
                'means': self.means,
                'direction': 'out',
                'purpose': 'extension',
                'content': self.content,
                'occurred_at': self.occurred_at,
                'late_reason': self.late_reason,
            },
            send_mail=self.send_mail and self.means == 'email',
        )
        return {'type': 'ir.actions.act_window_close'}
