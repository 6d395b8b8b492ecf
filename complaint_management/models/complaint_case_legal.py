from odoo import fields, models

LEGAL_GROUPS = (
    'complaint_management.group_complaint_legal,complaint_management.group_complaint_committee'
)


class ComplaintCaseLegal(models.Model):
    """What legal thinks of a case that may end in a dispute (PAWN-2.4-b)."""

    _inherit = 'complaint.case'

    legal_risk = fields.Selection(
        selection=[('low', "Low"), ('medium', "Medium"), ('high', "High")],
        string="Legal risk",
        groups=LEGAL_GROUPS,
        copy=False,
    )
    legal_strategy = fields.Text(
        string="Legal strategy",
        groups=LEGAL_GROUPS,
        copy=False,
        help="Only legal and the handling team read it.",
    )
