from odoo import api, models
from odoo.exceptions import UserError


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
        if {'user_id', 'department_id', 'active'} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def _cron_update_current_version_id(self):
        result = super()._cron_update_current_version_id()
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_accused(self):
        """A complaint keeps whom it is about: the link has no foreign key on this side."""
        cases = self.env['complaint.case'].sudo().with_context(active_test=False)  # any case counts
        if cases.search_count([('accused_employee_ids', 'in', self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Complaints name some of these employees. Archive the employees instead."
                )
            )
