from odoo import fields, models


class ComplaintCause(models.Model):
    _name = 'complaint.cause'
    _description = "Complaint Cause"
    _inherit = ['complaint.tree.mixin']

    parent_id = fields.Many2one(comodel_name='complaint.cause', ondelete='restrict', index=True)
    child_ids = fields.One2many(comodel_name='complaint.cause', inverse_name='parent_id')
