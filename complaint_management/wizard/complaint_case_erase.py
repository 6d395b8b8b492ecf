from odoo import fields, models


class ComplaintCaseErase(models.TransientModel):
    _name = 'complaint.case.erase'
    _description = "Erase Complaints"
    _inherit = ['complaint.dialog.mixin']

    case_ids = fields.Many2many(comodel_name='complaint.case', required=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        self.ensure_one()
        self.case_ids._erase(self.reason)
        return self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_case_action_all'
        )
