from datetime import date

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.tools import babel_locale_parse, format_datetime, get_lang


class ComplaintSlaTrace(models.AbstractModel):
    """Tells in words how a deadline came about.

    A trace is a list of steps as they are stored: dicts with a `code` and figures, no words. Each
    code has a method `_say_<code>`; an addon that adds steps adds such a method.
    """

    _name = 'complaint.sla.trace'
    _description = "Explanation of a Complaint Deadline"

    # === PUBLIC TO OTHER MODELS === #

    @api.model
    def _get_sentences(self, trace):
        """Return one sentence for each step, in the language of the user.

        :param list trace: steps as the engine gave them
        :rtype: list
        """
        tz = next((step['tz'] for step in trace if step.get('tz')), 'UTC')
        return [
            getattr(self, f'_say_{step["code"]}', self._say_unknown)(step, tz) for step in trace
        ]

    @api.model
    def _render(self, trace):
        """Return the trace as a list in HTML."""
        return self._render_sentences(self._get_sentences(trace))

    @api.model
    def _render_sentences(self, sentences):
        """Return sentences as a list in HTML, each of them escaped."""
        return self.env['ir.qweb']._render(
            'complaint_sla.trace_list', {'sentences': sentences}, minimal_qcontext=True
        )

    @api.model
    def _format_work(self, seconds, day_seconds=0):
        """Return a span of working time in words.

        :param int seconds: may be negative, the sign is left out
        :param int day_seconds: length of a working day; 0 counts no days
        """
        days, rest = divmod(abs(seconds), day_seconds) if day_seconds else (0, abs(seconds))
        hours, minutes = rest // 3600, rest % 3600 // 60
        parts = []
        if days:
            parts.append(self.env._("%(number)s d", number=days))
        if hours:
            parts.append(self.env._("%(number)s h", number=hours))
        if minutes and not days:
            parts.append(self.env._("%(number)s min", number=minutes))
        if not parts:
            parts.append(self.env._("%(number)s s", number=rest))
        return ' '.join(parts)

    @api.model
    def _format_time_left(self, seconds, is_late, day_seconds):
        """Return how much working time is left, or by how much a deadline is missed.

        :param int seconds: working seconds to the deadline
        :param bool is_late: whether the deadline is past; out of hours no working time passes
        :param int day_seconds: length of a working day
        """
        span = self._format_work(seconds, day_seconds)
        if not is_late:
            return span
        # At night and at the weekend a deadline may be past without any working time since.
        return self.env._("%(span)s late", span=span) if seconds else self.env._("late")

    # === STEPS === #

    @api.model
    def _say_unknown(self, step, tz):
        return step['code']

    @api.model
    def _say_never_open(self, step, tz):
        return self.env._(
            "The working hours “%(calendar)s” never open long enough, so the clock counts 24 hours "
            "a day.",
            calendar=step['calendar'],
        )

    @api.model
    def _say_start(self, step, tz):
        return self.env._(
            "Start: %(moment)s (%(tz)s).", moment=self._format_moment(step['at'], tz), tz=tz
        )

    @api.model
    def _say_opening(self, step, tz):
        return self.env._(
            "Outside working hours: counts from the next opening, %(moment)s.",
            moment=self._format_moment(step['at'], tz),
        )

    @api.model
    def _say_work(self, step, tz):
        values = {
            'day': self._format_day(step['day']),
            'windows': self._format_windows(step['windows']),
            'worked': self._format_work(step['seconds']),
        }
        if step['left']:
            sentence = self.env._(
                "%(day)s, %(windows)s: %(worked)s count, %(left)s left.",
                left=self._format_work(step['left']),
                **values,
            )
        else:
            sentence = self.env._(
                "%(day)s, %(windows)s: %(worked)s count, and the limit is used up.", **values
            )
        return self._add_names(sentence, step)

    @api.model
    def _say_more(self, step, tz):
        return self.env._(
            "%(first)s to %(last)s: %(days)s further working days, %(worked)s count, %(left)s "
            "left.",
            first=self._format_day(step['from']),
            last=self._format_day(step['to']),
            days=step['days'],
            worked=self._format_work(step['seconds']),
            left=self._format_work(step['left']),
        )

    @api.model
    def _say_closed(self, step, tz):
        if step['from'] == step['to']:
            sentence = self.env._("%(day)s: no working day.", day=self._format_day(step['from']))
        else:
            sentence = self.env._(
                "%(first)s to %(last)s: no working days.",
                first=self._format_day(step['from']),
                last=self._format_day(step['to']),
            )
        return self._add_names(sentence, step)

    @api.model
    def _say_cutoff(self, step, tz):
        return self.env._(
            "At or after the cut-off: counts as the next working day, %(day)s.",
            day=self._format_day(step['day']),
        )

    @api.model
    def _say_count(self, step, tz):
        return self.env._(
            "%(day)s: working day %(number)s of %(total)s.",
            day=self._format_day(step['day']),
            number=step['number'],
            total=step['of'],
        )

    @api.model
    def _say_more_days(self, step, tz):
        return self.env._(
            "%(first)s to %(last)s: %(days)s further working days.",
            first=self._format_day(step['from']),
            last=self._format_day(step['to']),
            days=step['days'],
        )

    @api.model
    def _say_no_time_left(self, step, tz):
        return self.env._(
            "%(day)s has no working time left: the next working day counts.",
            day=self._format_day(step['day']),
        )

    @api.model
    def _say_close(self, step, tz):
        return self.env._(
            "Hours on %(day)s: %(windows)s.",
            day=self._format_day(step['day']),
            windows=self._format_windows(step['windows']),
        )

    @api.model
    def _say_at(self, step, tz):
        return self.env._(
            "Due on %(day)s at %(time)s.", day=self._format_day(step['day']), time=step['time']
        )

    @api.model
    def _say_plain(self, step, tz):
        return self.env._("%(span)s pass day and night.", span=self._format_work(step['seconds']))

    @api.model
    def _say_day_at(self, step, tz):
        return self.env._(
            "Calendar day no. %(number)s after the start: %(day)s, %(time)s.",
            number=step['days'],
            day=self._format_day(step['day']),
            time=step['time'],
        )

    @api.model
    def _say_day_end(self, step, tz):
        return self.env._(
            "Calendar day no. %(number)s after the start: %(day)s, until its end.",
            number=step['days'],
            day=self._format_day(step['day']),
        )

    @api.model
    def _say_month_day(self, step, tz):
        return self.env._(
            "Next day %(number)s of the month: %(day)s, until its end.",
            number=step['number'],
            day=self._format_day(step['day']),
        )

    @api.model
    def _say_fixed(self, step, tz):
        return self.env._(
            "The date was set: %(moment)s.", moment=self._format_moment(step['at'], tz)
        )

    @api.model
    def _say_rolled(self, step, tz):
        sentence = self.env._(
            "%(day)s is no working day: moved to %(other)s.",
            day=self._format_day(step['from']),
            other=self._format_day(step['to']),
        )
        return self._add_names(sentence, step)

    @api.model
    def _say_pause(self, step, tz):
        values = {
            'begin': self._format_moment(step['from'], tz),
            'end': self._format_moment(step['to'], tz),
        }
        if 'workdays' in step:
            sentence = self.env._(
                "Interrupted from %(begin)s to %(end)s: %(days)s more working day(s).",
                days=step['workdays'],
                **values,
            )
        elif 'days' in step:
            sentence = self.env._(
                "Interrupted from %(begin)s to %(end)s: %(days)s more day(s).",
                days=step['days'],
                **values,
            )
        elif 'span' in step:
            sentence = self.env._(
                "Interrupted from %(begin)s to %(end)s: due %(span)s later.",
                span=self._format_work(step['span']),
                **values,
            )
        else:
            sentence = self.env._(
                "Interrupted from %(begin)s to %(end)s: %(worked)s of working time do not count.",
                worked=self._format_work(step['seconds']),
                **values,
            )
        return self._add_names(sentence, step)

    @api.model
    def _say_extension(self, step, tz):
        values = {
            'moment': self._format_moment(step['from'], tz),
            'result': self._format_moment(step['at'], tz),
        }
        if 'value' in step:
            sentence = self.env._(
                "Extended by %(span)s: from %(moment)s to %(result)s.",
                span=self._format_span(step['value'], step['unit']),
                **values,
            )
        else:
            sentence = self.env._("Extended from %(moment)s to %(result)s.", **values)
        return self._add_names(sentence, step)

    @api.model
    def _say_grace(self, step, tz):
        return self.env._(
            "The rule applies since a change on %(moment)s, when its limit was already past: "
            "%(grace)s of working time were granted from then.",
            moment=self._format_moment(step['at'], tz),
            grace=self._format_work(step['seconds']),
        )

    @api.model
    def _say_result(self, step, tz):
        return self.env._("Deadline: %(moment)s.", moment=self._format_moment(step['at'], tz))

    # === FORMATS === #

    @api.model
    def _add_names(self, sentence, step):
        if not step.get('names'):
            return sentence
        return self.env._(
            "%(sentence)s (%(names)s)", sentence=sentence, names=", ".join(step['names'])
        )

    @api.model
    def _format_span(self, value, unit):
        """Return a number of units in words."""
        if unit == 'minute':
            return self.env._("%(number)s min", number=value)
        if unit == 'hour':
            return self.env._("%(number)s h", number=value)
        if unit == 'week':
            return self.env._("%(number)s week(s)", number=value)
        if unit == 'month':
            return self.env._("%(number)s month(s)", number=value)
        return self.env._("%(number)s day(s)", number=value)

    @api.model
    def _format_windows(self, windows):
        return ", ".join(f'{start}–{end}' for start, end in windows)

    @api.model
    def _format_day(self, text):
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton('yMMMEd', date.fromisoformat(text), locale=locale)

    @api.model
    def _format_moment(self, text, tz):
        moment = fields.Datetime.to_datetime(text)
        local = fields.Datetime.context_timestamp(self.with_context(tz=tz), moment)
        clock = format_datetime(
            self.env, moment, tz=tz, dt_format='HH:mm:ss' if moment.second else 'HH:mm'
        )
        return f'{self._format_day(local.date().isoformat())} {clock}'
