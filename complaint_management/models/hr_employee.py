from odoo import api, models
from odoo.exceptions import UserError


class HrEmployee(models.Model):
    _inherit = 'hr.employee'

    def write(self, vals):
        result = super().write(vals)
        if {'user_id', 'department_id', 'active'} & vals.keys():
            self.env.registry.clear_cache()  # record rules hold the ids of a user's departments
        if 'user_id' in vals:
            self._update_complaint_recusals()
        return result

    def _update_complaint_recusals(self):
        """Recuse the user an accused employee has now, and no longer the one of before."""
        self.flush_recordset(['user_id'])
        public = self.env['hr.employee.public'].browse(self.ids)
        public.invalidate_recordset(['user_id'])
        # Recusal binds whether or not the editor of the employee may see the cases.
        cases = self.env['complaint.case'].sudo().with_context(active_test=False)
        cases.search([('accused_employee_ids', 'in', self.ids)])._update_recused_users()

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
