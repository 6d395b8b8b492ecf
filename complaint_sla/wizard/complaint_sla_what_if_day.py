from odoo import api, fields, models

from ..models.complaint_workday import WEEKDAYS


class ComplaintSlaWhatIfDay(models.TransientModel):
    """A day off or a make-up day that working hours would get."""

    _name = 'complaint.sla.what.if.day'
    _description = "Day to Try Out"
    _order = 'date, id'

    what_if_id = fields.Many2one(
        comodel_name='complaint.sla.what.if', required=True, ondelete='cascade', index=True
    )
    date = fields.Date(required=True)
    kind = fields.Selection(
        selection=[('off', "Day off"), ('on', "Make-up working day")], required=True, default='off'
    )
    like_weekday = fields.Selection(
        selection=WEEKDAYS,
        string="Hours of",
        compute='_compute_like_weekday',
        store=True,
        readonly=False,
    )
    name = fields.Char(required=True)

    _date_uniq = models.UniqueIndex('(what_if_id, date)', "Each day can be entered once.")

    @api.depends('kind')
    def _compute_like_weekday(self):
        for day in self:
            day.like_weekday = day.kind == 'on' and (day.like_weekday or '0')

    def _get_values(self):
        """Return this day as plain values, as `complaint.workday._set_days` takes it."""
        self.ensure_one()
        return {
            'date': fields.Date.to_string(self.date),
            'kind': self.kind,
            'like_weekday': self.like_weekday,
            'name': self.name,
        }
