from odoo import fields, models


class ComplaintKind(models.Model):
    _name = 'complaint.kind'
    _description = "Complaint Kind"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
