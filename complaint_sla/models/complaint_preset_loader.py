from odoo import api, models


class ComplaintPresetLoader(models.AbstractModel):
    _inherit = 'complaint.preset.loader'

    @api.model
    def _get_models(self):
        # Stages name reasons to pause; policies name everything else.
        return [
            'complaint.sla.pause.reason',
            *super()._get_models(),
            'complaint.sla.policy',
            'complaint.sla.escalation',
        ]

    @api.model
    def _get_shared_models(self):
        return [*super()._get_shared_models(), 'complaint.sla.pause.reason']
