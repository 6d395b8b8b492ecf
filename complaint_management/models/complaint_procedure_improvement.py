from odoo import api, fields, models

# Menus that appear only where a procedure turns their part on.
SWITCHED_MENUS = {
    'use_returns': ('complaint_menu_return', 'complaint_menu_hold'),
    'use_costs': ('complaint_menu_cost',),
}


class ComplaintProcedureImprovement(models.Model):
    """Switches of a procedure for what only some trades need (T25): 8D, returned goods, costs."""

    _inherit = 'complaint.procedure'

    use_8d = fields.Boolean(
        string="Work by 8D",
        help="Complaints have a page for the 8D team, trace-back, containment, causes and "
        "measures; the same defect is not worked on twice without a link.",
    )
    use_returns = fields.Boolean(
        string="Returned goods",
        help="Complaints have a page for goods on hold and goods that customers send back.",
    )
    use_costs = fields.Boolean(
        string="Count external failure costs",
        help="Complaints have a page for what they cost: travel, rework, scrap, freight …",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        procedures = super().create(vals_list)
        if any(vals.get(name) for vals in vals_list for name in SWITCHED_MENUS):
            self.env.registry.clear_cache()  # menus come and go with the switches
        return procedures

    def write(self, vals):
        result = super().write(vals)
        if {'active', *SWITCHED_MENUS} & vals.keys():
            self.env.registry.clear_cache()  # idem
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()  # idem
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _get_unused_menu_ids(self):
        """Return the ids of menus of parts that no procedure uses."""
        procedures = self.sudo()  # which parts are in use is no secret
        used = procedures.search_fetch([], list(SWITCHED_MENUS))
        get_id = self.env['ir.model.data']._xmlid_to_res_id
        menu_ids = [
            get_id(f'complaint_management.{menu}', raise_if_not_found=False)
            for name, menus in SWITCHED_MENUS.items()
            if not any(used.mapped(name))
            for menu in menus
        ]
        return [menu_id for menu_id in menu_ids if menu_id]
