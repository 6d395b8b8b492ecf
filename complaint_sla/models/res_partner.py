from odoo import models


class ResPartner(models.Model):
    _inherit = 'res.partner'

    # === CRUD METHODS === #

    def write(self, vals):
        """A company that moves to another country has other days off."""
        if 'country_id' not in vals:
            return super().write(vals)
        # Whoever changes an address need not see the company.
        companies = self.env['res.company'].sudo().search([('partner_id', 'in', self.ids)])
        moved = companies.filtered(lambda c: c.partner_id.country_id.id != vals['country_id'])
        result = super().write(vals)
        moved._get_working_calendars()._renew_engine_token()
        return result
