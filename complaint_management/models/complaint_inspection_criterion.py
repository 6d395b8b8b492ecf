from odoo import fields, models


class ComplaintInspectionCriterion(models.Model):
    """What a sampled complaint is checked for: accepted in time, in order, customer satisfied …"""

    _name = 'complaint.inspection.criterion'
    _description = "Criterion of Inspections"
    _order = 'sequence, id'

    name = fields.Char(string="What is checked", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    guidance = fields.Text(
        string="What to look at", translate=True, help="What is good, and what is a finding."
    )
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        ondelete='cascade',
        index=True,
        help="Empty: complaints of every procedure are checked for it.",
    )
    company_id = fields.Many2one(related='procedure_id.company_id', store=True, index=True)
