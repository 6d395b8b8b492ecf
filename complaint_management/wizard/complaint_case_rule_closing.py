from odoo import fields, models


class ComplaintCaseRuleClosing(models.TransientModel):
    _name = 'complaint.case.rule.closing'
    _description = "Rule on Closing"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    closing_reason_id = fields.Many2one(related='case_id.closing_reason_id')
    closing_note = fields.Text(related='case_id.closing_note')
    basis = fields.Text(related='case_id.basis')
    requested_by_id = fields.Many2one(
        related='case_id.closing_requested_by_id', string="Closing applied for by"
    )
    ruling = fields.Selection(
        selection=[
            ('granted', "Granted: it may be closed so"),
            ('denied', "Denied: back to handling"),
        ],
        string="Ruling on closing",
        required=True,
    )
    reason = fields.Text(
        string="On what it rests", required=True, help="Contract clause, final decision, facts."
    )

    def action_confirm(self):
        self.ensure_one()
        self.case_id._rule_closing(self.ruling == 'granted', self.reason)
        return {'type': 'ir.actions.act_window_close'}
