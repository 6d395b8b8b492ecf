from odoo import models


class HrDepartment(models.Model):
    _inherit = 'hr.department'

    def write(self, vals):
        result = super().write(vals)
        if {'manager_id', 'parent_id', 'active'} & vals.keys():
            self.env.registry.clear_cache()  # record rules hold the ids of a user's departments
        return result
