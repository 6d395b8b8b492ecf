from odoo import models

# For people without a role in complaints; the others register and read complaints themselves.
EMPLOYEE_MENUS = ('complaint_menu_report', 'complaint_menu_reported')


class IrUiMenu(models.Model):
    _inherit = 'ir.ui.menu'

    def _load_menus_blacklist(self):
        """Leave out the menus of parts that no procedure uses, or that are not for this user."""
        unused = self.env['complaint.procedure']._get_unused_menu_ids()
        return [*super()._load_menus_blacklist(), *unused, *self._get_foreign_complaint_menus()]

    def _get_foreign_complaint_menus(self):
        """Return the ids of the menus that are meant for people without a role in complaints."""
        user = self.env.user
        if not (
            user.has_group('complaint_management.group_complaint_user')
            or user.has_group('complaint_management.group_complaint_auditor')
        ):
            return []
        find = self.env['ir.model.data']._xmlid_to_res_id
        menu_ids = (
            find(f'complaint_management.{name}', raise_if_not_found=False)
            for name in EMPLOYEE_MENUS
        )
        return [menu_id for menu_id in menu_ids if menu_id]
