from odoo import api, fields, models

from ..models.complaint_workday import WEEKDAYS


class ComplaintWorkdayLoadLine(models.TransientModel):
    """One day of the preview."""

    _name = 'complaint.workday.load.line'
    _description = "Day to Load"
    _order = 'date, id'

    load_id = fields.Many2one(
        comodel_name='complaint.workday.load', required=True, ondelete='cascade', index=True
    )
    workday_id = fields.Many2one(comodel_name='complaint.workday', ondelete='cascade')
    date = fields.Date(required=True)
    weekday = fields.Selection(selection=WEEKDAYS, compute='_compute_weekday')
    kind = fields.Selection(
        selection=[('off', "Day off"), ('on', "Make-up working day")], required=True
    )
    like_weekday = fields.Selection(selection=WEEKDAYS, string="Hours of")
    name = fields.Char(required=True)
    source_name = fields.Char()
    name_zh = fields.Char()
    status = fields.Selection(
        selection=[
            ('new', "New"),
            ('changed', "Changed"),
            ('same', "As before"),
            ('gone', "No longer official"),
        ],
        required=True,
    )

    @api.depends('date')
    def _compute_weekday(self):
        for line in self:
            line.weekday = line.date and str(line.date.weekday())
