from odoo import api, fields, models
from odoo.tools import ormcache


class ComplaintKind(models.Model):
    _name = 'complaint.kind'
    _description = "Complaint Kind"
    _inherit = ['complaint.cached.mixin']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_complaint = fields.Boolean(
        string="Counts as a complaint",
        default=True,
        help="Praise, suggestions and enquiries do not: repeats and figures leave them out.",
    )

    # === BUSINESS METHODS === #

    @api.model
    @ormcache()
    def _get_other_ids(self):
        """Return the ids of the kinds that are no complaints, kept in mind for all cases."""
        kinds = self.sudo().with_context(active_test=False)  # which there are is no secret
        return tuple(kinds.search([('is_complaint', '=', False)]).ids)
