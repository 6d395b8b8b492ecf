from odoo import api, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    # === BUSINESS METHODS === #

    @api.model
    def _get_in(self, countries):
        """Return the companies that sit in some countries."""
        return self.search([('partner_id.country_id', 'in', countries.ids)])

    def _get_working_calendars(self):
        """Return the calendars, as superuser, that may count for cases of these companies."""
        calendars = self.env['resource.calendar'].sudo()  # of whatever company
        if not self:
            return calendars
        calendars = calendars.with_context(active_test=False)
        return calendars.search([('company_id', 'in', self.ids + [False])])
