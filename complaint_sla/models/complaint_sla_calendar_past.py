from odoo import api, fields, models

from ..tools import schedule_store
from ..tools.work_timeline import to_seconds


class ComplaintSlaCalendarPast(models.Model):
    """What a calendar said until it was edited, so that time that has passed never changes.

    Kept only where running limits count in the calendar and the edit would have changed working
    time that has passed for them.
    """

    _name = 'complaint.sla.calendar.past'
    _description = "Past of Working Hours"
    _order = 'until, id'
    _rec_name = 'calendar_id'

    calendar_id = fields.Many2one(
        comodel_name='resource.calendar',
        string="Working hours",
        required=True,
        readonly=True,
        ondelete='cascade',
        index=True,
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, ondelete='cascade', index=True
    )
    until = fields.Datetime(required=True, readonly=True)
    schedule = fields.Json(required=True, readonly=True)

    _until_uniq = models.UniqueIndex('(calendar_id, company_id, until)')

    @api.model
    def _get_earlier(self, calendar, company):
        """Return the earlier schedules of a calendar, as a Schedule holds them."""
        pasts = self.sudo().search(  # hours are no secret
            [('calendar_id', '=', calendar.id), ('company_id', '=', company.id)]
        )
        return tuple((to_seconds(past.until), schedule_store.load(past.schedule)) for past in pasts)

    @api.model
    def _keep(self, calendar, company, schedule):
        """Keep what a calendar said until now, once for each company whose closures count."""
        pasts = self.sudo()  # whoever edits a calendar need not know of time limits
        values = {
            'calendar_id': calendar.id,
            'company_id': company.id,
            'until': self.env.cr.now().replace(microsecond=0),
        }
        if not pasts.search_count([(name, '=', value) for name, value in values.items()]):
            pasts.create({**values, 'schedule': schedule_store.dump(schedule)})
