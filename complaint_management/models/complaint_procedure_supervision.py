from odoo import fields, models

from .complaint_procedure_improvement import SWITCHED_MENUS

SWITCHED_MENUS['use_inspections'] = (
    'complaint_menu_inspection',
    'complaint_menu_inspection_criterion',
)
SWITCHED_MENUS['use_conduct'] = ('complaint_menu_conduct', 'complaint_menu_conduct_kind')


class ComplaintProcedureSupervision(models.Model):
    """Switches of a procedure for supervision, which only some trades write down (T22)."""

    _inherit = 'complaint.procedure'

    use_inspections = fields.Boolean(
        string="Supervise by samples",
        help="Managers and the handling team check samples of complaints by a list, and order "
        "what has to be put right.",
    )
    use_conduct = fields.Boolean(
        string="Rewards and penalties",
        help="Managers propose and decide on rewards and penalties for what complaints show.",
    )
