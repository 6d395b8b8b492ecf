from odoo import fields, models


class ComplaintProcedurePortal(models.Model):
    """Switches of a procedure about what customers read."""

    _inherit = 'complaint.procedure'

    portal_shows_handler = fields.Boolean(
        string="Customers read who handles",
        help="On their pages customers read the handler's name and who wrote to them. Otherwise "
        "the company speaks.",
    )
