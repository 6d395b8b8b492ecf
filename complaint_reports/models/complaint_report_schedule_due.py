from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.report_period import (
    DAY,
    get_due_day,
    get_period,
    get_workday_after,
    roll,
    to_local_date,
    to_utc,
)

LAST_HOUR = 24


class ComplaintReportScheduleDue(models.Model):
    """Which period a report covers, and when it is due (the time limits of requirements 2.6)."""

    _inherit = 'complaint.report.schedule'

    due_rule = fields.Selection(
        selection=[
            ('days_after', "Days after the period"),
            ('weekday', "Day of the week"),
            ('month_day', "Day of the month"),
            ('workday', "Working day after the period"),
        ],
        string="Due on",
        required=True,
        default='days_after',
    )
    due_value = fields.Integer(
        string="Day",
        default=1,
        aggregator=False,
        help="0 days after the period is its last day itself. “Before the 28th” is the 27th at "
        "24:00.",
    )
    due_weekday = fields.Selection(
        selection=[
            ('0', "Monday"),
            ('1', "Tuesday"),
            ('2', "Wednesday"),
            ('3', "Thursday"),
            ('4', "Friday"),
            ('5', "Saturday"),
            ('6', "Sunday"),
        ],
        string="Weekday",
        default='0',
    )
    due_hour = fields.Float(string="Time of day", default=9.0, aggregator=False)
    due_roll = fields.Selection(
        selection=[
            ('keep', "Stays"),
            ('next', "Next working day"),
            ('previous', "Working day before"),
        ],
        string="On a day off",
        required=True,
        default='keep',
    )
    prepare_days = fields.Integer(
        string="Days to prepare",
        default=0,
        aggregator=False,
        help="So many days before it is due the report is opened for its author, never before "
        "its period has ended.",
    )
    next_date = fields.Date(
        string="Next period from",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        copy=False,
        help="The first period that is not opened yet.",
    )
    next_open_at = fields.Datetime(
        string="Opens next at",
        compute='_compute_next_open_at',
        store=True,
        index=True,
        compute_sudo=True,
    )
    next_due_at = fields.Datetime(
        string="Due next at", compute='_compute_next_open_at', store=True, compute_sudo=True
    )
    tz = fields.Char(string="Time zone", compute='_compute_tz', compute_sudo=True)

    # === COMPUTE METHODS === #

    @api.depends('company_id', 'team_id')
    def _compute_tz(self):
        for schedule in self:
            calendar = schedule._get_calendar()
            schedule.tz = calendar.tz or schedule.company_id.partner_id.tz or 'UTC'

    @api.depends(
        *('active', 'period', 'cutoff_day', 'custom_days', 'custom_start', 'next_date'),
        *('due_rule', 'due_value', 'due_weekday', 'due_hour', 'due_roll', 'prepare_days'),
        *('company_id', 'team_id', 'reviewer_id', 'leader_reviews'),
        *('kind', 'section_ids.kind'),
    )
    def _compute_next_open_at(self):
        for schedule in self:
            if not schedule.active or not schedule.next_date or not schedule.company_id:
                schedule.next_open_at = schedule.next_due_at = False
                continue
            period = schedule._get_period(schedule.next_date)
            schedule.next_due_at = schedule._get_due_at(period)
            schedule.next_open_at = schedule._get_open_at(period)

    # === CONSTRAINTS === #

    @api.constrains('due_rule', 'due_value', 'due_weekday', 'due_hour', 'prepare_days')
    def _check_due(self):
        """Refuse a date that no calendar has, all of it in one sentence each."""
        lowest = {'days_after': (0, 366), 'month_day': (1, 31), 'workday': (1, 60)}
        for schedule in self:
            sentences = []
            low, high = lowest.get(schedule.due_rule, (None, None))
            if low is not None and not low <= schedule.due_value <= high:
                sentences.append(
                    self.env._("The day is between %(low)s and %(high)s.", low=low, high=high)
                )
            if schedule.due_rule == 'weekday' and not schedule.due_weekday:
                sentences.append(self.env._("Choose the day of the week."))
            if not 0 <= schedule.due_hour <= LAST_HOUR:
                sentences.append(self.env._("The time of day is between 00:00 and 24:00."))
            if not 0 <= schedule.prepare_days <= 366:
                sentences.append(self.env._("The days to prepare are between 0 and 366."))
            if sentences:
                raise ValidationError('\n'.join(sentences))

    # === BUSINESS METHODS === #

    def _get_calendar(self):
        """Return the working hours of the team or company, as superuser; maybe empty."""
        self.ensure_one()
        # Working hours are no secret.
        for calendar in (
            self.team_id.sudo().calendar_id,
            self.company_id.sudo().resource_calendar_id,
        ):
            if calendar and calendar._is_countable():
                return calendar
        return self.env['resource.calendar'].sudo()

    def _is_workday(self, day):
        calendar = self._get_calendar()
        if not calendar:
            return True
        return calendar._get_work_timeline(self.company_id).is_workday(day)

    def _get_period(self, day):
        """Return the Period of this schedule that contains a local day."""
        self.ensure_one()
        return get_period(
            self.period, day, self.cutoff_day, self.custom_start, max(self.custom_days, 1)
        )

    def _get_previous_period(self, period):
        return self._get_period(period.first - DAY)

    def _get_next_period(self, period):
        return self._get_period(period.last + DAY)

    def _get_periods_until(self, period, count):
        """Return the last `count` periods, the given one at the end."""
        periods = [period]
        while len(periods) < count:
            periods.append(self._get_previous_period(periods[-1]))
        return periods[::-1]

    def _get_due_at(self, period):
        """Return when the report of a period is due, in UTC.

        :param Period period: local days
        """
        self.ensure_one()
        if self.due_rule == 'workday':
            day = get_workday_after(period.last, max(self.due_value, 1), self._is_workday)
            day = day or period.last + timedelta(days=self.due_value)
        else:
            weekday = self.due_rule == 'weekday'
            value = int(self.due_weekday or 0) if weekday else self.due_value
            day = get_due_day(self.due_rule, value, period)
        day = roll(day, self.due_roll, self._is_workday)
        return to_utc(day, self.tz, self.due_hour)

    def _get_open_at(self, period):
        """Return when the report of a period is opened: when due, or earlier for its author."""
        self.ensure_one()
        due = self._get_due_at(period)
        if not self._needs_person() or not self.prepare_days:
            return due
        _begin, end = period.get_bounds(self.tz)
        return min(due, max(end, due - timedelta(days=self.prepare_days)))

    def _get_current_period(self):
        """Return the Period that runs now."""
        self.ensure_one()
        return self._get_period(to_local_date(self.env.cr.now(), self.tz))

    def _get_last_period(self):
        """Return the Period that ended last."""
        return self._get_previous_period(self._get_current_period())
