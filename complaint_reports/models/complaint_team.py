from odoo import fields, models


class ComplaintTeam(models.Model):
    _inherit = 'complaint.team'

    justified_target = fields.Integer(
        string="Ceiling of justified complaints a month",
        help="Monthly reports of the team hold the number against it. Zero: there is none.",
    )

    _justified_target_positive = models.Constraint(
        'CHECK (justified_target >= 0)', "A ceiling of complaints is not below zero."
    )
