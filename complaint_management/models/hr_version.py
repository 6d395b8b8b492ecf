from odoo import api, models


class HrVersion(models.Model):
    _inherit = 'hr.version'

    # The department of an employee stands here, and record rules hold the ids of a user's
    # departments in a cache.

    @api.model_create_multi
    def create(self, vals_list):
        versions = super().create(vals_list)
        self.env.registry.clear_cache()
        return versions

    def write(self, vals):
        result = super().write(vals)
        if {'department_id', 'date_version', 'employee_id', 'active'} & vals.keys():
            self.env.registry.clear_cache()
        return result
