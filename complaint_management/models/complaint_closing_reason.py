from odoo import fields, models


class ComplaintClosingReason(models.Model):
    _name = 'complaint.closing.reason'
    _description = "Closing Reason"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        string="Normal or abnormal",
        selection=[('normal', "Normal"), ('abnormal', "Abnormal")],
        required=True,
        default='normal',
    )
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        ondelete='restrict',
        index='btree_not_null',
        help="Empty: it serves every procedure.",
    )
    needs_text = fields.Boolean(
        string="Needs an explanation", help="Whoever closes a case so must say why."
    )
    needs_failed_callbacks = fields.Boolean(
        string="Needs failed callbacks",
        help="A case closes so only after as many failed callbacks as its procedure asks for.",
    )
