from odoo import api, fields, models


class ComplaintCaseReopen(models.TransientModel):
    _name = 'complaint.case.reopen'
    _description = "Reopen Complaint"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    procedure_id = fields.Many2one(related='case_id.procedure_id')
    stage_id = fields.Many2one(
        comodel_name='complaint.stage',
        string="Take up again at",
        required=True,
        compute='_compute_stage_id',
        store=True,
        readonly=False,
        domain="[('procedure_id', '=', procedure_id), ('is_closed', '=', False)]",
    )
    reason = fields.Text(required=True)

    @api.depends('case_id')
    def _compute_stage_id(self):
        for wizard in self:
            wizard.stage_id = wizard.case_id and wizard.case_id._get_reopening_stage()

    def action_confirm(self):
        self.ensure_one()
        self.case_id._reopen(self.stage_id, self.reason)
        return {'type': 'ir.actions.act_window_close'}
