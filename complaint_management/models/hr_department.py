from odoo import api, models


class HrDepartment(models.Model):
    _inherit = 'hr.department'

    # Record rules hold the ids of a user's departments in a cache.

    @api.model_create_multi
    def create(self, vals_list):
        departments = super().create(vals_list)
        self.env.registry.clear_cache()
        return departments

    def write(self, vals):
        result = super().write(vals)
        if {'manager_id', 'parent_id', 'active'} & vals.keys():
            self.env.registry.clear_cache()
        return result
