from odoo import fields, models
from odoo.exceptions import UserError


class ComplaintCaseRecordMilestone(models.TransientModel):
    _name = 'complaint.case.record.milestone'
    _description = "Record Milestone"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    milestone_id = fields.Many2one(
        comodel_name='complaint.milestone', required=True, domain=[('manual', '=', True)]
    )
    occurred_at = fields.Datetime(string="Happened at", required=True, default=fields.Datetime.now)
    note = fields.Text()

    def action_confirm(self):
        self.ensure_one()
        self.case_id.check_access('write')
        if not self.milestone_id.manual:
            raise UserError(
                self.env._(
                    "“%(milestone)s” is recorded by the software, not by hand.",
                    milestone=self.milestone_id.name,
                )
            )
        self.case_id._stamp(self.milestone_id.code, occurred_at=self.occurred_at, note=self.note)
        return {'type': 'ir.actions.act_window_close'}
