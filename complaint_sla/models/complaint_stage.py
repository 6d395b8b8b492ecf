from odoo import fields, models


class ComplaintStage(models.Model):
    _inherit = 'complaint.stage'

    pause_reason_id = fields.Many2one(
        comodel_name='complaint.sla.pause.reason',
        string="Pauses time limits",
        ondelete='restrict',
        help="While a complaint is in this stage, those of its time limits stand still that take "
        "this reason. Leaving the stage resumes them.",
    )
