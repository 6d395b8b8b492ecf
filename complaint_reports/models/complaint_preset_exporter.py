from odoo import api, models


class ComplaintPresetExporter(models.AbstractModel):
    _inherit = 'complaint.preset.exporter'

    @api.model
    def _get_domain(self, model, procedure):
        if model == 'complaint.report.section':
            return [('schedule_id.procedure_id', '=', procedure.id)]
        return super()._get_domain(model, procedure)
