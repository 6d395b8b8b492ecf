from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.reckoning import get_warn_at, reckon, to_work_seconds
from ..tools.work_timeline import NoWorkingTime

# Beyond these years calendars say nothing that could be meant.
FIRST_YEAR, LAST_YEAR = 1900, 2200


class ComplaintSlaPolicyReckon(models.Model):
    """How a policy turns a start into a deadline, for clocks, callers and the box *Try it*."""

    _inherit = 'complaint.sla.policy'

    # Try it
    try_start = fields.Datetime(string="Start", store=False)
    try_deadline = fields.Datetime(string="Deadline", compute='_compute_try')
    try_explanation = fields.Html(string="Why then?", compute='_compute_try', sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends(
        'try_start',
        'limit_kind',
        'limit_value',
        'limit_unit',
        'time_of_day',
        'month_day',
        'roll',
        'date_from',
        'cutoff_time',
        'calendar_id',
        'company_id',
        'name',
    )
    def _compute_try(self):
        trace_model = self.env['complaint.sla.trace']
        for policy in self:
            try:
                policy._check_unsaved()
                policy._check_limit()
                answer = policy._get_preview(policy.try_start) if policy.try_start else None
            except UserError as error:
                policy.try_deadline = False
                policy.try_explanation = trace_model._render_sentences([str(error)])
                continue
            policy.try_deadline = answer and answer[0]
            policy.try_explanation = answer and trace_model._render(answer[1])

    # === RECKONING === #

    @api.readonly
    def preview(self, start):
        """Return the deadline that a clock of this policy would have, and how it is reckoned.

        The policy's own working hours count, else the company's, else 24 hours a day.

        :param start: when the clock would start: UTC datetime, or its text as
            `YYYY-MM-DD HH:MM:SS` or ISO 8601
        :return: `{'deadline': UTC datetime, 'trace': [step, …]}`; each step is a dict with a
            `code`, its figures, and a sentence for people under `text`. The deadline is None when
            the date comes from the complaint
        :rtype: dict
        :raise UserError: `start` is no moment
        """
        self.ensure_one()
        self.check_access('read')
        deadline, trace = self._get_preview(self._parse_moment(start))
        sentences = self.env['complaint.sla.trace']._get_sentences(trace)
        return {
            'deadline': deadline,
            'trace': [{**step, 'text': text} for step, text in zip(trace, sentences, strict=True)],
        }

    def _get_preview(self, start):
        company = self.company_id or self.env.company
        return self._reckon(start, self._get_calendar(company), company)

    @api.model
    def _parse_moment(self, value):
        """Return a moment given by a caller as naive UTC datetime without microseconds."""
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise UserError(
                self.env._(
                    "“%(value)s” is no moment in time. Write it as 2026-11-20 09:30:00 (UTC).",
                    value=value,
                )
            ) from None
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise UserError(
                self.env._(
                    "Time limits are reckoned from %(first)s to %(last)s.",
                    first=FIRST_YEAR,
                    last=LAST_YEAR,
                )
            )
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        return moment.replace(microsecond=0)

    def _get_calendar(self, company, team=None):
        """Return the working hours in which this policy counts for a case.

        :param company: res.company of the case
        :param team: complaint.team of the case, if any
        :return: resource.calendar as superuser; empty when people never close
        """
        self.ensure_one()
        # Working hours of the policy, team and company are no secret.
        candidates = [self.sudo().calendar_id, company.sudo().resource_calendar_id]
        if team:
            candidates.insert(1, team.sudo().calendar_id)
        for calendar in candidates:
            if calendar and calendar._is_countable():
                return calendar
        return self.env['resource.calendar'].sudo()

    @api.model
    def _get_timeline(self, calendar, company):
        """Return the WorkTimeline of a calendar, or of 24 × 7 in the company's time zone."""
        if calendar:
            return calendar._get_work_timeline(company)
        company_sudo = company.sudo()  # idem
        tz = company_sudo.resource_calendar_id.tz or company_sudo.partner_id.tz or 'UTC'
        return calendar._get_always_timeline(tz)

    def _reckon(self, start, calendar, company, pauses=(), extensions=(), fixed_at=None):
        """Return when a clock of this policy that starts at `start` ends, and why.

        :param datetime start: UTC
        :param calendar: what `_get_calendar` answered
        :param company: res.company whose closures and time zone count
        :param pauses: iterable of Pause that have ended, in any order; they may overlap
        :param extensions: iterable of Extension, in the order in which they were granted
        :param datetime fixed_at: UTC, the date of a limit of kind `fixed`
        :return: (UTC datetime, list of trace steps); the first is None when a limit of kind
            `fixed` has no date, and then there is nothing to count
        :rtype: tuple
        """
        self.ensure_one()
        timeline = self._get_timeline(calendar, company)
        steps = [self._prepare_rule_step(calendar)]
        try:
            answer = self._ask(timeline, start, pauses, extensions, fixed_at)
        except NoWorkingTime:
            # A calendar that is closed for ever must not stop a complaint from being taken.
            steps.append({'code': 'never_open', 'calendar': calendar.name})
            timeline = calendar._get_always_timeline(timeline.schedule.tz)
            answer = self._ask(timeline, start, pauses, extensions, fixed_at)
        if not answer:
            return None, [*steps, {'code': 'no_date', 'date_from': self.date_from}]
        return answer.deadline, steps + answer.trace

    def _ask(self, timeline, start, pauses, extensions, fixed_at):
        """Return the timeline's answer for this policy's kind of limit.

        Hook: a new `limit_kind` answers for itself and calls super for the others. The parameters
        are those of `_reckon`.

        :rtype: Answer or None
        """
        return reckon(timeline, self._get_limit(), start, pauses, extensions, fixed_at)

    def _prepare_rule_step(self, calendar):
        return {
            'code': 'rule',
            'policy': self.name,
            'version': self.version,
            'kind': self.limit_kind,
            'value': self.limit_value,
            'unit': self.limit_unit,
            'calendar': calendar.name or '',
            **self._prepare_rule_details(),
        }

    def _prepare_rule_details(self):
        """Return what the words for this kind of limit need beside number and unit."""
        if self.limit_kind in ('workday_at', 'day_at'):
            minutes = round(self.time_of_day * 60)
            return {'time': f'{minutes // 60:02}:{minutes % 60:02}' if minutes else ''}
        if self.limit_kind == 'month_day':
            return {'month_day': self.month_day}
        if self.limit_kind == 'fixed':
            return {'date_from': self.date_from}
        return {}

    def _add_grace(self, deadline, trace, timeline, moment):
        """Return deadline and trace of a clock that a change at `moment` made applicable.

        A deadline that is already past becomes the change plus the grace of the policy.

        :return: (deadline, trace, whether grace was given)
        :rtype: tuple
        """
        if deadline >= moment:
            return deadline, trace, False
        seconds = to_work_seconds(self.grace_value, self.grace_unit, timeline)
        try:
            deadline = timeline.add_work(moment, seconds).deadline
        except NoWorkingTime:
            deadline = moment
        text = fields.Datetime.to_string
        return (
            deadline,
            trace
            + [
                {'code': 'grace', 'at': text(moment), 'seconds': seconds},
                {'code': 'result', 'at': text(deadline)},
            ],
            True,
        )

    def _get_warn_at(self, start, deadline, timeline, pauses=()):
        """Return when the share of the limit is used up that means risk.

        It is a share of the working time, or of the clock time of a limit that runs day and night;
        pauses do not count.

        :param datetime start: UTC; likewise `deadline`
        :param WorkTimeline timeline: in which the clock counts
        :param pauses: iterable of Pause that have ended
        :rtype: datetime
        """
        try:
            return get_warn_at(
                timeline, self._get_limit(), start, deadline, self.at_risk_percent, pauses
            )
        except NoWorkingTime:
            return deadline
