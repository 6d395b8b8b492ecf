from odoo import api, models


class ComplaintReportScheduleLine(models.AbstractModel):
    """Part of what a schedule reports: who may change the schedule changes it, nobody else."""

    _name = 'complaint.report.schedule.line'
    _description = "Line of a Report Schedule"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.schedule_id._check_may_change()
        return lines

    def write(self, vals):
        self.schedule_id._check_may_change()
        result = super().write(vals)
        self.schedule_id._check_may_change()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_foreign_rights(self):
        self.schedule_id._check_may_change()
