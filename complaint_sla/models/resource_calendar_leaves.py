from odoo import api, models

# What decides which calendars a leave closes.
SCOPE_FIELDS = {'calendar_id', 'company_id', 'resource_id'}


class ResourceCalendarLeaves(models.Model):
    _inherit = 'resource.calendar.leaves'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not all(vals.get('resource_id') for vals in vals_list):
            self.env['resource.calendar']._remember_all()
        leaves = super().create(vals_list)
        leaves._get_closed_calendars()._renew_engine_token()
        return leaves

    def write(self, vals):
        calendars = self._get_closed_calendars()
        if SCOPE_FIELDS & vals.keys():
            calendars._remember_all()
        else:
            calendars._remember_working_time()
        result = super().write(vals)
        (calendars | self._get_closed_calendars())._renew_engine_token()
        return result

    def unlink(self):
        calendars = self._get_closed_calendars()
        calendars._remember_working_time()
        result = super().unlink()
        calendars._renew_engine_token()
        return result

    # === BUSINESS METHODS === #

    def _get_closed_calendars(self):
        """Return the calendars, as superuser, whose working time these leaves take away.

        The leave of one person takes nothing away. A leave without a calendar closes all
        calendars of its company, and those that belong to no company.
        """
        # Whoever may enter a leave need not see each calendar that it closes.
        leaves_sudo = self.sudo().filtered(lambda leave: not leave.resource_id)
        general = leaves_sudo.filtered(lambda leave: not leave.calendar_id)
        calendars = leaves_sudo.calendar_id
        if general:
            companies = general.company_id
            domain = [('company_id', 'in', companies.ids + [False])]
            if len(companies) < 1 or not all(general.mapped('company_id')):
                domain = []
            calendars |= calendars.with_context(active_test=False).search(domain)
        return calendars
