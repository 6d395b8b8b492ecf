from odoo import fields, models


class ComplaintCostCategory(models.Model):
    """What a complaint may cost: the kinds of external failure cost (RET-5.3-d)."""

    _name = 'complaint.cost.category'
    _description = "Kind of Failure Cost"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
