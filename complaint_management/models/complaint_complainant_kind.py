from odoo import fields, models


class ComplaintComplainantKind(models.Model):
    """What the complainant is to us: a customer, somebody who may become one, the public, …"""

    _name = 'complaint.complainant.kind'
    _description = "Kind of Complainant"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
