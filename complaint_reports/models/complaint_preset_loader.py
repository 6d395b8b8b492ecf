from odoo import api, models


class ComplaintPresetLoader(models.AbstractModel):
    _inherit = 'complaint.preset.loader'

    @api.model
    def _get_models(self):
        return [
            *super()._get_models(),
            'complaint.report.schedule',
            'complaint.report.section',
            'complaint.form',
        ]

    @api.model
    def _load_file(self, install, file):
        """Take over schedules that run with the rights of another person before updating them."""
        if file.model in ('complaint.report.schedule', 'complaint.report.section'):
            records = self._get_records(install).values()
            ids = [r.id for r in records if r._name == 'complaint.report.schedule']
            schedules = self.env['complaint.report.schedule'].browse(ids)
            foreign = schedules.filtered(lambda schedule: schedule.runs_as_id != self.env.user)
            if foreign and not self.env.su:
                foreign.action_take_over()
        return super()._load_file(install, file)
