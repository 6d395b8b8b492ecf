from odoo import fields, models


class ComplaintCaseAnswerDepartmentPart(models.TransientModel):
    _name = 'complaint.case.answer.department.part'
    _description = "Part of a Department's Answer"

    wizard_id = fields.Many2one(
        comodel_name='complaint.case.answer.department',
        required=True,
        index=True,
        ondelete='cascade',
    )
    heading = fields.Char(string="Part", required=True)
    text = fields.Text()
