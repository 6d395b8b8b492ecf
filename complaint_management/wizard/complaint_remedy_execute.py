from odoo import api, fields, models

from ..const import CONTACT_MEANS, REMEDY_MEANS


class ComplaintRemedyExecute(models.TransientModel):
    _name = 'complaint.remedy.execute'
    _description = "Give a Remedy"
    _inherit = ['complaint.dialog.mixin']

    remedy_id = fields.Many2one(comodel_name='complaint.remedy', required=True, readonly=True)
    state = fields.Selection(related='remedy_id.state')
    credit_first = fields.Boolean(related='remedy_id.procedure_id.remedy_credit_first')
    executed_at = fields.Datetime(
        string="Given at", required=True, default=lambda self: self.env.cr.now()
    )
    reason = fields.Char(
        string="Why recorded later", help="Needed when it was given more than five minutes ago."
    )
    means = fields.Selection(
        selection=REMEDY_MEANS,
        string="Given by way of",
        compute='_compute_payment',
        store=True,
        readonly=False,
    )
    means_reason = fields.Char(
        string="Why not to the account", compute='_compute_payment', store=True, readonly=False
    )
    reference = fields.Char(
        string="Payment reference", compute='_compute_payment', store=True, readonly=False
    )
    told = fields.Boolean(string="The customer was told")
    told_means = fields.Selection(
        selection=[pair for pair in CONTACT_MEANS if pair[0] != 'internal'],
        string="Told by way of",
        default='phone',
    )
    told_content = fields.Text(string="What was said")

    @api.depends('remedy_id')
    def _compute_payment(self):
        for wizard in self:
            remedy = wizard.remedy_id
            credit = wizard.credit_first and 'credit'
            wizard.means = remedy.means or credit
            wizard.means_reason = remedy.means_reason
            wizard.reference = remedy.reference

    def action_confirm(self):
        self.ensure_one()
        remedy = self.remedy_id
        if remedy.state != 'executed':
            remedy._execute(
                {
                    'means': self.means,
                    'means_reason': self.means_reason,
                    'reference': self.reference,
                },
                executed_at=self.executed_at,
                reason=self.reason,
            )
        if self.told:
            remedy._tell(self.told_means, self.told_content)
        return {'type': 'ir.actions.act_window_close'}
