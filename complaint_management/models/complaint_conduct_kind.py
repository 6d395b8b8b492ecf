from odoo import fields, models


class ComplaintConductKind(models.Model):
    """For what people are rewarded or penalised (PAWN-5.2, PAWN-5.3, BDAY, TEL, INS)."""

    _name = 'complaint.conduct.kind'
    _description = "Kind of Reward or Penalty"
    _order = 'nature desc, sequence, id'

    name = fields.Char(required=True, translate=True)
    nature = fields.Selection(
        selection=[('reward', "Reward"), ('penalty', "Penalty")], required=True, default='reward'
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    consequences = fields.Text(
        string="What it may bring", translate=True, help="Certificate, warning, fine …"
    )
    company_id = fields.Many2one(comodel_name='res.company', index=True)
