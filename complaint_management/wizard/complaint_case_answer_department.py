from odoo import Command, api, fields, models


class ComplaintCaseAnswerDepartment(models.TransientModel):
    _name = 'complaint.case.answer.department'
    _description = "Department's Answer"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    part_ids = fields.One2many(
        comodel_name='complaint.case.answer.department.part',
        inverse_name='wizard_id',
        string="Parts",
        compute='_compute_part_ids',
        store=True,
        readonly=False,
    )

    @api.depends('case_id')
    def _compute_part_ids(self):
        for wizard in self:
            case = wizard.case_id
            procedure = case.procedure_id
            headings = procedure._get_feedback_headings(case.grade_id) if procedure else []
            wizard.part_ids = [
                Command.clear(),
                *(Command.create({'heading': heading}) for heading in headings),
            ]

    def action_confirm(self):
        self.ensure_one()
        self.case_id._answer_department({part.heading: part.text for part in self.part_ids})
        return {'type': 'ir.actions.act_window_close'}
