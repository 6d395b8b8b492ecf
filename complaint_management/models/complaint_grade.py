from odoo import fields, models


class ComplaintGrade(models.Model):
    _name = 'complaint.grade'
    _description = "Complaint Grade"
    _order = 'procedure_id, rank, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    rank = fields.Integer(default=1, help="The higher, the graver.")
    color = fields.Integer()
    active = fields.Boolean(default=True)
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        ondelete='cascade',
        index=True,
        help="Empty: the grade serves every procedure.",
    )
