from odoo import models


class IrUiMenu(models.Model):
    _inherit = 'ir.ui.menu'

    def _load_menus_blacklist(self):
        """Leave out the menus of parts that no procedure of complaints uses."""
        return [
            *super()._load_menus_blacklist(),
            *self.env['complaint.procedure']._get_unused_menu_ids(),
        ]
