from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class HrEmployee(models.Model):
    _inherit = 'hr.employee'

    # Record rules hold the ids of a user's departments in a cache.

    @api.model_create_multi
    def create(self, vals_list):
        employees = super().create(vals_list)
        self.env.registry.clear_cache()
        return employees

    def write(self, vals):
        result = super().write(vals)
        if {'user_id', 'department_id', 'active', 'parent_id'} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def _cron_update_current_version_id(self):
        result = super()._cron_update_current_version_id()
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_accused(self):
        """A complaint keeps whom it is about: the link has no foreign key on this side."""
        for model, field_names in self._get_complaint_links().items():
            records = self.env[model].sudo().with_context(active_test=False)  # any of them counts
            domain = Domain.OR([Domain(name, 'in', self.ids) for name in field_names])
            if records.search_count(domain, limit=1):
                raise UserError(
                    self.env._(
                        "Complaints name some of these employees. Archive the employees instead."
                    )
                )

    @api.model
    def _get_complaint_links(self):
        """Return {model: fields} that name employees and keep them; addons above add theirs."""
        return {
            'complaint.case': ['accused_employee_ids'],
            'complaint.conduct': ['employee_id'],
            'complaint.lesson.session': ['trainer_id', 'employee_ids', 'present_ids'],
        }
