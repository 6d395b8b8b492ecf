from odoo import api, models


class ComplaintPresetExporter(models.AbstractModel):
    _inherit = 'complaint.preset.exporter'

    @api.model
    def _get_domain(self, model, procedure):
        # Earlier versions belong to the clocks of this database.
        if model == 'complaint.sla.policy':
            return [('procedure_id', '=', procedure.id), ('current_id', '=', False)]
        if model == 'complaint.sla.escalation':
            return [
                ('policy_id.procedure_id', '=', procedure.id),
                ('policy_id.current_id', '=', False),
                # People and server actions stay in their database.
                ('recipient', '!=', 'user'),
                ('action', '!=', 'server_action'),
            ]
        return super()._get_domain(model, procedure)
