from odoo import api, models


class ComplaintCachedMixin(models.AbstractModel):
    """Configuration that the server keeps in mind: every change of it empties that memory."""

    _name = 'complaint.cached.mixin'
    _description = "Configuration Kept in Mind"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
