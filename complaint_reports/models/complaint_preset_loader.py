from odoo import api, models


class ComplaintPresetLoader(models.AbstractModel):
    _inherit = 'complaint.preset.loader'

    @api.model
    def _get_models(self):
        return [
            *super()._get_models(),
            'complaint.report.schedule',
            'complaint.report.section',
        ]
