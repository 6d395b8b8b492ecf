from odoo import fields, models


class ComplaintSolutionRenegotiate(models.TransientModel):
    _name = 'complaint.solution.renegotiate'
    _description = "Renegotiate Solution"
    _inherit = ['complaint.dialog.mixin']

    solution_id = fields.Many2one(
        comodel_name='complaint.solution', required=True, ondelete='cascade'
    )
    reason = fields.Text(string="What stands in the way", required=True)

    def action_confirm(self):
        self.ensure_one()
        self.solution_id._renegotiate(self.reason)
        return {'type': 'ir.actions.act_window_close'}
