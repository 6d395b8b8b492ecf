from odoo import models


class ResLang(models.Model):
    _inherit = 'res.lang'

    def write(self, vals):
        """Bring installed presets into a language that is being activated."""
        new = self.filtered(lambda lang: not lang.active) if vals.get('active') else self.browse()
        result = super().write(vals)
        for lang in new:
            self.env['complaint.preset.loader'].sudo()._load_language(lang.code)  # for everybody
        return result
