from odoo import api, models

from ..tools.reckoning import WORKING_KINDS


class ComplaintSlaTraceRule(models.AbstractModel):
    """How long a rule gives, in words.

    Each kind of limit has a method `_say_limit_<kind>`; an addon that adds a kind adds one.
    """

    _inherit = 'complaint.sla.trace'

    @api.model
    def _say_rule(self, step, tz):
        values = {
            'policy': step['policy'],
            'version': step['version'],
            'limit': getattr(self, f'_say_limit_{step["kind"]}')(step),
        }
        if step['kind'] not in WORKING_KINDS:
            return self.env._("Rule “%(policy)s”, version %(version)s: %(limit)s.", **values)
        if step['calendar']:
            return self.env._(
                "Rule “%(policy)s”, version %(version)s: %(limit)s, in the working hours "
                "“%(calendar)s”.",
                calendar=step['calendar'],
                **values,
            )
        return self.env._(
            "Rule “%(policy)s”, version %(version)s: %(limit)s, counted 24 hours a day.", **values
        )

    @api.model
    def _say_limit_work_time(self, step):
        return self.env._(
            "%(span)s of working time", span=self._format_span(step['value'], step['unit'])
        )

    @api.model
    def _say_limit_elapsed(self, step):
        return self.env._(
            "%(span)s, counted day and night", span=self._format_span(step['value'], step['unit'])
        )

    @api.model
    def _say_limit_workday_close(self, step):
        if not step['value']:
            return self.env._("close of the same day")
        return self.env._(
            "%(span)s after the day of the start, at close", span=self._format_workdays(step)
        )

    @api.model
    def _say_limit_workday_at(self, step):
        return self._say_at_time(self._format_workdays(step), step)

    @api.model
    def _say_limit_day_at(self, step):
        return self._say_at_time(self._format_span(step['value'], step['unit']), step)

    @api.model
    def _say_at_time(self, span, step):
        if not step['value']:
            return self.env._("%(time)s on the same day", time=step['time'])
        if not step['time']:
            return self.env._(
                "%(span)s after the day of the start, at the time of day of the start", span=span
            )
        return self.env._(
            "%(span)s after the day of the start, at %(time)s", span=span, time=step['time']
        )

    @api.model
    def _say_limit_calendar_days(self, step):
        if not step['value']:
            return self.env._("end of the same day")
        return self.env._(
            "%(span)s after the day of the start, at the end of the day",
            span=self._format_span(step['value'], step['unit']),
        )

    @api.model
    def _format_workdays(self, step):
        if step['unit'] == 'week':
            return self.env._("%(number)s working week(s)", number=step['value'])
        return self.env._("%(number)s working day(s)", number=step['value'])

    @api.model
    def _say_limit_month_day(self, step):
        return self.env._("end of day %(day)s of the month", day=step['month_day'])

    @api.model
    def _say_limit_fixed(self, step):
        field = self.env['complaint.sla.policy']._fields['date_from']
        labels = dict(field._description_selection(self.env))
        return labels.get(step['date_from'], step['date_from'])

    @api.model
    def _say_no_date(self, step, tz):
        return self.env._(
            "The date comes from the complaint (%(date)s); without one no clock runs.",
            date=self._say_limit_fixed(step),
        )
