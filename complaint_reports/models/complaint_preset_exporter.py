from odoo import api, models


class ComplaintPresetExporter(models.AbstractModel):
    _inherit = 'complaint.preset.exporter'

    @api.model
    def _get_domain(self, model, procedure):
        if model == 'complaint.report.section':
            return [('schedule_id.procedure_id', '=', procedure.id)]
        return super()._get_domain(model, procedure)

    @api.model
    def _get_foreign_models(self):
        # The layout of a form is the addon's, not the procedure's.
        return (*super()._get_foreign_models(), 'ir.actions.report')

    @api.model
    def _get_columns(self, found):
        # From which period on reports are made is for the database that makes them to say.
        return [name for name in super()._get_columns(found) if name != 'next_date']
