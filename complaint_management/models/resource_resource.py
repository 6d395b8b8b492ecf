from odoo import models


class ResourceResource(models.Model):
    _inherit = 'resource.resource'

    def write(self, vals):
        result = super().write(vals)
        if 'user_id' in vals:  # the user of an employee stands here
            self.env.registry.clear_cache()  # record rules hold the ids of a user's departments
        return result
