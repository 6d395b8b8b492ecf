from odoo import fields, models


class ComplaintApprovalCriterion(models.Model):
    """What an approver must find true of a proposal before he approves it (PAWN-3.4-d)."""

    _name = 'complaint.approval.criterion'
    _description = "Approval Criterion"
    _order = 'sequence, id'
    _rec_names_search = ['name', 'code']

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint('unique(code)', "Another criterion has the same code.")
