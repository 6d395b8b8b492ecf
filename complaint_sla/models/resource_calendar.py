import secrets

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import float_round

from ..tools.timeline_cache import TIMELINES
from ..tools.work_timeline import DAY, Schedule, WorkTimeline, to_seconds

# A change of one of these changes what the calendar answers.
ENGINE_FIELDS = {
    'company_id',
    'flexible_hours',
    'hours_per_day',
    'ignores_workdays',
    'schedule_type',
    'two_weeks_calendar',
    'tz',
}


class ResourceCalendar(models.Model):
    _inherit = 'resource.calendar'

    engine_token = fields.Char(
        default=lambda self: secrets.token_hex(8),
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Renewed with every change of the working time; names what may be kept in memory.",
    )
    ignores_workdays = fields.Boolean(
        string="Open on public holidays",
        help="The days off and make-up days of the country do not count in these working hours. "
        "Exceptions that name them do.",
    )

    # === CONSTRAINTS === #

    @api.constrains('flexible_hours', 'schedule_type')
    def _check_counts_time_limits(self):
        """A calendar that time limits count in keeps fixed hours."""
        flexible = self.filtered('flexible_hours')
        if not flexible:
            return
        # Rules hide teams and policies of other companies, which count all the same.
        teams = self.env['complaint.team'].sudo().with_context(active_test=False)
        policies = self.env['complaint.sla.policy'].sudo()  # idem
        domain = [('calendar_id', 'in', flexible.ids)]
        used = teams.search(domain).calendar_id | policies.search(domain).calendar_id
        used._check_countable()

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if ENGINE_FIELDS & vals.keys():
            self._renew_engine_token()
        return result

    def _renew_engine_token(self):
        """Make every process forget what it knows about the working time of these calendars."""
        if self:
            # Whoever may change a line of a calendar or a leave need not be able to write it.
            self.sudo().write({'engine_token': secrets.token_hex(8)})

    # === BUSINESS METHODS === #

    def _check_countable(self):
        """Refuse calendars in which no time limit can be counted.

        :raise ValidationError: says which calendar, and what to do
        """
        for calendar in self:
            if calendar.flexible_hours:
                raise ValidationError(
                    self.env._(
                        "The working hours “%(calendar)s” are flexible: they do not say when "
                        "people work, so no time limit can be counted in them. Choose working "
                        "hours with fixed times.",
                        calendar=calendar.name,
                    )
                )
            if not calendar._is_countable():
                raise ValidationError(
                    self.env._(
                        "The working hours “%(calendar)s” are empty. Add the hours of work first.",
                        calendar=calendar.name,
                    )
                )

    def _is_countable(self):
        """Say whether time limits can be counted in this calendar."""
        self.ensure_one()
        return not self.flexible_hours and any(
            attendance._is_work_period() and attendance.hour_from < attendance.hour_to
            for attendance in self.attendance_ids
        )

    def _get_work_timeline(self, company):
        """Return the working time of this calendar, laid out for questions.

        :param company: res.company whose general closures (leaves without calendar) count when
            the calendar belongs to no company
        :rtype: WorkTimeline
        :raise UserError: the calendar is flexible
        """
        self.ensure_one()
        calendar_sudo = self.sudo()  # hours and public closures are no secret, rules hide some
        if calendar_sudo.flexible_hours:
            raise UserError(
                self.env._(
                    "The working hours “%(calendar)s” are flexible: no time limit can be counted "
                    "in them.",
                    calendar=calendar_sudo.name,
                )
            )
        company = calendar_sudo.company_id or company
        key = (self.env.cr.dbname, self.id, company.id, calendar_sudo.engine_token)
        return TIMELINES.get(key, lambda: WorkTimeline(calendar_sudo._prepare_schedule(company)))

    @api.model
    def _get_always_timeline(self, tz):
        """Return the working time of those who never close, in a time zone.

        :param str tz: name of the zone; an unknown one counts as UTC
        :rtype: WorkTimeline
        """
        tz = tz if tz in pytz.all_timezones_set else 'UTC'
        return TIMELINES.get((tz,), lambda: WorkTimeline(Schedule.always(tz)))

    def _prepare_schedule(self, company):
        """Return what this calendar says as a Schedule, leaves of single people left out."""
        weeks = self._get_weeks()
        leaves = self.env['resource.calendar.leaves'].search(self._get_closure_domain(company))
        return Schedule(
            tz=self.tz or 'UTC',
            weeks=weeks,
            closures=tuple(
                sorted(
                    (to_seconds(leave.date_from), to_seconds(leave.date_to), leave.name or '')
                    for leave in leaves
                )
            ),
            exceptions=self._get_day_exceptions(company),
            day_seconds=self._get_day_seconds(weeks),
        )

    def _get_weeks(self):
        """Return the working hours of two weeks, as a Schedule holds them."""
        weeks = [[] for _day in range(14)]
        for attendance in self.attendance_ids.filtered(lambda a: a._is_work_period()):
            window = (
                self._hour_to_seconds(attendance.hour_from),
                self._hour_to_seconds(attendance.hour_to),
            )
            if window[0] >= window[1]:
                continue
            weekday = int(attendance.dayofweek)
            if not self.two_weeks_calendar:
                weeks[weekday].append(window)
                weeks[weekday + 7].append(window)
            else:
                weeks[weekday + 7 * int(attendance.week_type)].append(window)
        return tuple(tuple(sorted(windows)) for windows in weeks)

    def _get_closure_domain(self, company):
        """Return the domain of the leaves in which nobody of this calendar works."""
        return (
            Domain('resource_id', '=', False)
            & Domain('time_type', '=', 'leave')
            & (
                Domain('calendar_id', '=', self.id)
                | Domain('calendar_id', '=', False)
                & Domain('company_id', 'in', (company.id, False))
            )
        )

    def _get_day_exceptions(self, company):
        """Return the days on which other hours hold than the calendar's own.

        A make-up day never takes work away: where its weekday has no hours, the calendar's own
        hours hold. Closures are cut out of these days as out of any other.

        Hook: what overrides it renews `engine_token` whenever its answer changes.

        :param company: res.company for which the calendar is asked
        :return: {date: (name, windows)}; windows is a tuple of (from, to) in seconds after local
            midnight, empty for a day off
        :rtype: dict
        """
        exceptions = {}
        weeks = self._get_weeks()
        # Names as they are stored: the timeline is shared by users of all languages.
        for workday in self.env['complaint.workday']._get_for_calendar(self, company):
            windows = ()
            if workday.kind == 'on':
                # Odd and even weeks as resource.calendar counts them, from the first day of year 1.
                week_type = (workday.date.toordinal() - 1) // 7 % 2
                windows = weeks[int(workday.like_weekday) + 7 * week_type]
                if not windows:
                    exceptions.pop(workday.date, None)
                    continue
            exceptions[workday.date] = (workday.with_context(lang=None).name, windows)
        return exceptions

    def _get_day_seconds(self, weeks):
        """Return how many seconds this calendar's working day has.

        It is the average of its days with work, exact unless somebody typed another number of
        hours per day into the calendar.
        """
        worked_days = [windows for windows in weeks if windows]
        total = sum(end - start for windows in worked_days for start, end in windows)
        exact = total // len(worked_days) if worked_days else DAY
        typed = round(self.hours_per_day * 3600)
        # The calendar shows hours with two decimals, so up to 18 seconds are rounding.
        return exact if not typed or abs(typed - exact) <= 18 else typed

    @api.model
    def _hour_to_seconds(self, hour):
        """Return an hour of a calendar (8.5 is half past eight) as seconds; whole minutes count."""
        return min(int(float_round(hour * 60, precision_digits=0)) * 60, DAY)
