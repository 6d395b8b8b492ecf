from odoo import api, models


class ResourceCalendarAttendance(models.Model):
    _inherit = 'resource.calendar.attendance'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        default = self.env.context.get('default_calendar_id')
        ids = {vals.get('calendar_id', default) for vals in vals_list} - {None, False}
        self.env['resource.calendar'].browse(ids)._remember_working_time()
        attendances = super().create(vals_list)
        attendances.calendar_id._renew_engine_token()
        return attendances

    def write(self, vals):
        calendars = self.calendar_id
        target = calendars.browse(filter(None, [vals.get('calendar_id')]))
        (calendars | target)._remember_working_time()
        result = super().write(vals)
        (calendars | self.calendar_id)._renew_engine_token()
        return result

    def unlink(self):
        calendars = self.calendar_id
        calendars._remember_working_time()
        result = super().unlink()
        calendars._renew_engine_token()
        return result
