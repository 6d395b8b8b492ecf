from odoo import fields, models


class ComplaintHistoryCheckLine(models.Model):
    """A broken history that a check has found: the first broken row, in words."""

    _name = 'complaint.history.check.line'
    _description = "Broken Complaint History"
    _inherit = ['complaint.case.line']
    _anonymising = 'keep'
    _order = 'id'
    _rec_name = 'problem'

    check_id = fields.Many2one(
        comodel_name='complaint.history.check',
        required=True,
        readonly=True,
        ondelete='cascade',
        index=True,
    )
    problem = fields.Char(string="What is broken", required=True, readonly=True)
