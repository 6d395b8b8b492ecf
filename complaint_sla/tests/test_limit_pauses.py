from datetime import datetime

from odoo.tests import tagged

from ..tools.adjustments import Extension, Pause
from ..tools.reckoning import Limit, get_warn_at, reckon
from ..tools.work_timeline import Schedule, WorkTimeline
from .test_limit_kinds import NEW_YORK, SHANGHAI, LimitCase, make_shanghai
from .test_work_timeline import HOUR, make_schedule


@tagged('post_install', '-at_install', 'once')
class TestLimitPauses(LimitCase):
    """What a pause does to each kind of limit; PAWN's 暫停 and the table of the design, by hand.

    Office in Shanghai, Mon-Fri 9-12 and 13-18. All begin on Thursday 19 November 2026 at 10:00.
    """

    START = '2026-11-19 10:00'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = make_shanghai()

    def _check_pauses(self, limit, *vectors):
        """Check (deadline, spans of pauses …)."""
        return self._check(self.office, limit, [(self.START, *vector) for vector in vectors])

    def test_working_time_in_a_pause_does_not_count(self):
        self._check_pauses(
            Limit('work_time', 8, 'hour'),
            ('2026-11-20 10:00',),
            # Two hours of which one is lunch
            ('2026-11-20 11:00', ('2026-11-19 12:00', '2026-11-19 14:00')),
            # Over the night, then over the weekend
            ('2026-11-20 12:00', ('2026-11-19 17:00', '2026-11-20 10:00')),
            ('2026-11-23 10:00', ('2026-11-20 09:00', '2026-11-20 20:00')),
            ('2026-11-23 11:00', ('2026-11-20 09:30', '2026-11-23 10:30')),
            # Out of hours nothing is lost.
            ('2026-11-20 10:00', ('2026-11-19 18:00', '2026-11-20 09:00')),
            # Two that overlap count once, whatever their order.
            (
                '2026-11-20 12:00',
                ('2026-11-19 15:00', '2026-11-19 17:00'),
                ('2026-11-19 16:00', '2026-11-19 17:00'),
            ),
            (
                '2026-11-20 12:00',
                ('2026-11-19 16:00', '2026-11-19 17:00'),
                ('2026-11-19 15:00', '2026-11-19 16:30'),
            ),
            # Before the start, and after the deadline, nothing counts.
            ('2026-11-20 11:00', ('2026-11-18 09:00', '2026-11-19 11:00')),
            ('2026-11-20 10:00', ('2026-11-20 10:00', '2026-11-25 10:00')),
            ('2026-11-25 10:01', ('2026-11-20 09:59', '2026-11-25 10:00')),
            # One without any time counts nothing.
            ('2026-11-20 10:00', ('2026-11-19 16:00', '2026-11-19 16:00')),
            # The second only matters because the first moved the deadline.
            (
                '2026-11-20 14:00',
                ('2026-11-19 16:00', '2026-11-19 18:00'),
                ('2026-11-20 11:00', '2026-11-20 12:00'),
            ),
        )

    def test_working_day_that_ends_in_a_pause_adds_one(self):
        close = Limit('workday_close', 2)
        self._check_pauses(
            close,
            ('2026-11-23 18:00',),
            # Within a working day, and out of hours, nothing is added.
            ('2026-11-23 18:00', ('2026-11-20 09:00', '2026-11-20 17:59:59')),
            ('2026-11-23 18:00', ('2026-11-20 18:00', '2026-11-23 09:00')),
            # Friday ends in it; up to its close as well.
            ('2026-11-24 18:00', ('2026-11-20 16:00', '2026-11-23 10:00')),
            ('2026-11-24 18:00', ('2026-11-20 16:00', '2026-11-20 18:00')),
            # The day of the start counts as every other.
            ('2026-11-24 18:00', ('2026-11-19 17:00', '2026-11-20 10:00')),
            # The added day ends in a pause as well.
            (
                '2026-11-25 18:00',
                ('2026-11-20 16:00', '2026-11-23 10:00'),
                ('2026-11-24 17:00', '2026-11-25 09:00'),
            ),
            # Thursday to Monday: three closes
            ('2026-11-26 18:00', ('2026-11-19 12:00', '2026-11-24 08:00')),
            # Two pauses over one close add one day.
            (
                '2026-11-24 18:00',
                ('2026-11-20 17:30', '2026-11-20 19:00'),
                ('2026-11-20 17:00', '2026-11-21 10:00'),
            ),
            # After the deadline
            ('2026-11-23 18:00', ('2026-11-23 18:00', '2026-11-26 10:00')),
            ('2026-11-26 18:00', ('2026-11-23 17:59:59', '2026-11-26 10:00')),
        )
        self._check_pauses(
            Limit('workday_close', 0),
            ('2026-11-19 18:00',),
            ('2026-11-20 18:00', ('2026-11-19 17:00', '2026-11-20 10:00')),
        )
        # With a cut-off the day of the start is none of the days that count.
        self._check_pauses(
            Limit('workday_close', 1, cutoff=9 * HOUR),
            ('2026-11-23 18:00', ('2026-11-19 17:00', '2026-11-20 10:00')),
            ('2026-11-24 18:00', ('2026-11-20 17:00', '2026-11-23 10:00')),
        )

    def test_time_of_day_after_a_pause_stays(self):
        limit = Limit('workday_at', 2, clock=15 * HOUR)
        self._check_pauses(
            limit,
            ('2026-11-23 15:00',),
            ('2026-11-23 15:00', ('2026-11-20 09:00', '2026-11-20 17:00')),
            ('2026-11-24 15:00', ('2026-11-20 16:00', '2026-11-23 10:00')),
            # It lasts at the deadline itself, with and without the close of that day: one day.
            ('2026-11-24 15:00', ('2026-11-23 14:00', '2026-11-23 16:00')),
            ('2026-11-24 15:00', ('2026-11-23 14:00', '2026-11-24 10:00')),
            ('2026-11-25 15:00', ('2026-11-23 14:00', '2026-11-24 16:00')),
            # It began when the deadline was past.
            ('2026-11-23 15:00', ('2026-11-23 15:00', '2026-11-24 16:00')),
        )
        # Due when the office has closed
        self._check_pauses(
            limit._replace(clock=20 * HOUR),
            ('2026-11-24 20:00', ('2026-11-23 19:00', '2026-11-24 10:00')),
            ('2026-11-25 20:00', ('2026-11-23 19:00', '2026-11-24 19:00')),
            ('2026-11-24 20:00', ('2026-11-23 17:00', '2026-11-23 19:00')),
        )

    def test_plain_kinds_are_due_so_much_later(self):
        spans = ('2026-11-19 12:00', '2026-11-19 15:00'), ('2026-11-19 14:00', '2026-11-20 12:00')
        self._check_pauses(Limit('elapsed', 24, 'hour'), ('2026-11-21 10:00', *spans))
        self._check_pauses(Limit('elapsed', 1, 'week'), ('2026-11-27 10:00', *spans))
        self._check_pauses(Limit('elapsed', 1, 'month'), ('2026-12-20 10:00', *spans))
        self._check_pauses(Limit('day_at', 1, clock=15 * HOUR), ('2026-11-21 15:00', *spans))
        self._check_pauses(
            Limit('elapsed', 2, 'hour'),
            ('2026-11-19 12:00', ('2026-11-19 12:00', '2026-11-19 15:00')),
            ('2026-11-19 15:01', ('2026-11-19 11:59', '2026-11-19 15:00')),
            ('2026-11-19 13:00', ('2026-11-18 12:00', '2026-11-19 11:00')),
        )

    def test_calendar_day_that_ends_in_a_pause_adds_one(self):
        for limit in (Limit('calendar_days', 2), Limit('month_day', month_day=21)):
            self._check_pauses(
                limit,
                ('2026-11-21 23:59:59',),
                ('2026-11-21 23:59:59', ('2026-11-20 00:00', '2026-11-20 23:59:59')),
                ('2026-11-22 23:59:59', ('2026-11-20 23:00', '2026-11-21 01:00')),
                ('2026-11-23 23:59:59', ('2026-11-19 12:00', '2026-11-21 08:00')),
                (
                    '2026-11-23 23:59:59',
                    ('2026-11-20 12:00', '2026-11-22 12:00'),
                    ('2026-11-20 23:00', '2026-11-21 11:00'),
                ),
                ('2026-11-21 23:59:59', ('2026-11-22 00:00', '2026-11-24 08:00')),
            )

    def test_holiday_after_a_pause_moves_the_date(self):
        """The pause first, then the working day; a pause before that day moves it again."""
        self._check_pauses(
            Limit('calendar_days', 1, roll='next'),
            ('2026-11-20 23:59:59',),
            ('2026-11-23 23:59:59', ('2026-11-19 20:00', '2026-11-20 10:00')),
            (
                '2026-11-25 23:59:59',
                ('2026-11-19 20:00', '2026-11-20 10:00'),
                ('2026-11-22 10:00', '2026-11-24 10:00'),
            ),
        )
        self._check_pauses(
            Limit('elapsed', 1, 'day', roll='next'),
            ('2026-11-23 10:00', ('2026-11-19 20:00', '2026-11-20 20:00')),
            (
                '2026-11-24 22:00',
                ('2026-11-19 20:00', '2026-11-20 20:00'),
                ('2026-11-22 10:00', '2026-11-23 22:00'),
            ),
        )

    def test_date_that_people_set_stays(self):
        moment = datetime(2026, 11, 24, 7)
        pauses = self._pauses(self.office, ('2026-11-19 12:00', '2026-11-30 12:00'))
        start = self._moment(self.office, self.START)
        answer = reckon(self.office, Limit('fixed'), start, pauses, (), moment)
        self.assertEqual(answer.deadline, moment)

    def test_trace_tells_pauses_and_still_adds_up(self):
        answer = self._check_pauses(
            Limit('work_time', 24, 'hour'),
            (
                '2026-11-26 11:00',
                ('2026-11-19 12:00', '2026-11-19 14:00'),
                ('2026-11-20 08:00', '2026-11-23 19:00'),
            ),
        )
        pauses = [step for step in answer.trace if step['code'] == 'pause']
        self.assertEqual([step['seconds'] for step in pauses], [HOUR, 16 * HOUR])
        self.assertEqual(pauses[0]['names'], ["Customer"])
        work = [step for step in answer.trace if step['code'] == 'work']
        self.assertEqual(sum(step['seconds'] for step in work), 24 * HOUR)
        self.assertEqual(work[0]['windows'], [['10:00', '12:00'], ['14:00', '18:00']])
        self.assertEqual(
            [step['day'] for step in work], ['2026-11-19', '2026-11-24', '2026-11-25', '2026-11-26']
        )
        answer = self._check_pauses(
            Limit('workday_close', 2),
            ('2026-11-24 18:00', ('2026-11-20 16:00', '2026-11-23 10:00')),
        )
        counted = [step for step in answer.trace if step['code'] == 'count']
        self.assertEqual([(s['number'], s['of']) for s in counted], [(1, 3), (2, 3), (3, 3)])
        self.assertEqual(
            [step['workdays'] for step in answer.trace if step['code'] == 'pause'], [1]
        )

    def test_long_limit_with_pauses_adds_up(self):
        start = self._moment(self.office, self.START)
        pauses = self._pauses(
            self.office,
            ('2027-02-01 12:00', '2027-02-03 12:00'),
            ('2027-03-01 12:00', '2027-04-01 12:00'),
        )
        answer = self.office.add_work(start, 1000 * HOUR, pauses)
        steps = [step for step in answer.trace if step['code'] in ('work', 'more')]
        self.assertEqual(sum(step['seconds'] for step in steps), 1000 * HOUR)
        self.assertEqual(steps[-1]['left'], 0)
        self.assertLess(len(answer.trace), 70)
        self.assertEqual(self.office.work_seconds(start, answer.deadline, pauses), 1000 * HOUR)

    def test_working_time_between_two_moments(self):
        begin, end = (self._moment(self.office, f'2026-11-{day} 10:00') for day in (19, 24))
        pauses = self._pauses(self.office, ('2026-11-20 16:00', '2026-11-23 11:00'))
        self.assertEqual(self.office.work_seconds(begin, end), 24 * HOUR)
        self.assertEqual(self.office.work_seconds(begin, end, pauses), 20 * HOUR)
        self.assertEqual(self.office.work_seconds(end, begin, pauses), -20 * HOUR)

    # === AT RISK === #

    def _check_warn(self, timeline, limit, percent, start, deadline, warn_at, *spans):
        pauses = self._pauses(timeline, *spans)
        begin = self._moment(timeline, start)
        answer = reckon(timeline, limit, begin, pauses)
        self.assertEqual(answer.deadline, self._moment(timeline, deadline))
        moment = get_warn_at(timeline, limit, begin, answer.deadline, percent, pauses)
        self.assertEqual(moment, self._moment(timeline, warn_at))

    def test_at_risk_counts_as_the_limit_counts(self):
        office, start = self.office, self.START
        hours = Limit('work_time', 8, 'hour')
        self._check_warn(office, hours, 75, start, '2026-11-20 10:00', '2026-11-19 17:00')
        self._check_warn(
            office,
            hours,
            75,
            start,
            '2026-11-20 16:00',
            '2026-11-20 14:00',
            ('2026-11-19 14:00', '2026-11-20 10:00'),
        )
        # Seven hours on the first day, eight on the second
        close = Limit('workday_close', 1)
        self._check_warn(office, close, 50, start, '2026-11-20 18:00', '2026-11-20 09:30')
        day = Limit('elapsed', 4, 'day')
        self._check_warn(office, day, 75, start, '2026-11-23 10:00', '2026-11-22 10:00')
        self._check_warn(
            office,
            day,
            75,
            start,
            '2026-11-24 10:00',
            '2026-11-23 10:00',
            ('2026-11-20 10:00', '2026-11-21 10:00'),
        )
        self._check_warn(office, day, 100, start, '2026-11-23 10:00', '2026-11-23 10:00')
        self._check_warn(office, day, 0, start, '2026-11-23 10:00', '2026-11-19 10:00')

    def test_at_risk_of_a_date_that_is_past(self):
        start = self._moment(self.office, self.START)
        past = self._moment(self.office, '2026-11-18 10:00')
        self.assertEqual(get_warn_at(self.office, Limit('fixed'), start, past, 75), past)


@tagged('post_install', '-at_install', 'once')
class TestLimitExtensions(LimitCase):
    """Granted time counts on from the date that is due so far; PAWN 可適當延長 (TL-006)."""

    START = '2026-11-19 10:00'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = make_shanghai()

    def _check_extended(self, limit, deadline, *granted, spans=(), fixed_at=None):
        extensions = [Extension(value, unit, None, "Expert") for value, unit in granted]
        return self._check(
            self.office, limit, [(self.START, deadline, *spans)], extensions, fixed_at
        )

    def test_working_kinds_go_on_in_working_time(self):
        hours, close = Limit('work_time', 8, 'hour'), Limit('workday_close', 1)
        at = Limit('workday_at', 1, clock=15 * HOUR)
        self._check_extended(hours, '2026-11-20 14:00', (3, 'hour'))
        self._check_extended(hours, '2026-11-24 10:00', (2, 'day'))
        self._check_extended(hours, '2026-11-24 11:00', (2, 'day'), (60, 'minute'))
        self._check_extended(close, '2026-11-24 18:00', (2, 'day'))
        self._check_extended(close, '2026-11-27 18:00', (1, 'week'))
        self._check_extended(close, '2026-11-23 11:00', (2, 'hour'))
        self._check_extended(at, '2026-11-24 15:00', (2, 'day'))
        self._check_extended(at, '2026-11-20 17:00', (2, 'hour'))

    def test_plain_kinds_go_on_day_and_night(self):
        elapsed, at = Limit('elapsed', 24, 'hour'), Limit('day_at', 1, clock=15 * HOUR)
        days, month_day = Limit('calendar_days', 1), Limit('month_day', month_day=20)
        self._check_extended(elapsed, '2026-11-20 15:00', (5, 'hour'))
        self._check_extended(elapsed, '2026-11-22 10:00', (2, 'day'))
        self._check_extended(elapsed, '2026-12-20 10:00', (1, 'month'))
        self._check_extended(at, '2026-11-22 15:00', (2, 'day'))
        self._check_extended(at, '2026-11-20 16:30', (90, 'minute'))
        self._check_extended(days, '2026-11-22 23:59:59', (2, 'day'))
        self._check_extended(days, '2026-12-20 23:59:59', (1, 'month'))
        self._check_extended(month_day, '2026-11-27 23:59:59', (1, 'week'))
        self._check_extended(days._replace(roll='next'), '2026-11-23 23:59:59', (1, 'day'))

    def test_date_that_people_set_is_extended_from_it(self):
        moment = self._moment(self.office, '2026-11-24 15:00')
        for granted, deadline in (
            ((2, 'day'), '2026-11-26 15:00'),
            ((3, 'hour'), '2026-11-24 18:00'),
            ((1, 'month'), '2026-12-24 15:00'),
        ):
            self._check_extended(
                Limit('fixed'),
                deadline,
                granted,
                spans=(('2026-11-19 12:00', '2026-11-30 12:00'),),
                fixed_at=moment,
            )

    def test_new_date_takes_the_place_of_the_old_one(self):
        until = self._moment(self.office, '2026-12-01 11:11')
        first, second = Extension(2, 'day', None, ""), Extension(0, 'day', until, "Court")
        for limit in (Limit('work_time', 8, 'hour'), Limit('calendar_days', 1)):
            for extensions in ([second], [first, second]):
                self._check(self.office, limit, [(self.START, '2026-12-01 11:11')], extensions)
        self._check(
            self.office, Limit('workday_at', 1), [(self.START, '2026-12-03 11:11')], [second, first]
        )

    def test_pauses_count_once_and_only_up_to_the_deadline_that_they_move(self):
        close, hours = Limit('workday_close', 1), Limit('work_time', 8, 'hour')
        before = ('2026-11-19 17:00', '2026-11-20 10:00')
        after = ('2026-11-24 16:00', '2026-11-25 10:00')
        self._check_extended(close, '2026-11-23 18:00', spans=[before])
        self._check_extended(close, '2026-11-24 18:00', (1, 'day'), spans=[before])
        self._check_extended(close, '2026-11-25 18:00', (1, 'day'), spans=[after, before])
        self._check_extended(hours, '2026-11-24 12:00', (2, 'day'), spans=[before])
        self._check_extended(hours, '2026-11-24 14:00', (2, 'day'), (1, 'hour'), spans=[before])
        # A date that was set stays where it is, whatever is paused before it.
        until = Extension(0, 'day', self._moment(self.office, '2026-12-01 11:11'), "Court")
        self._check(self.office, close, [(self.START, '2026-12-01 11:11', before, after)], [until])

    def test_trace_tells_each_extension(self):
        answer = self._check_extended(
            Limit('workday_close', 1), '2026-11-25 11:00', (2, 'day'), (2, 'hour')
        )
        self.assertEqual(
            [step['code'] for step in answer.trace],
            ['start', 'count', 'close', 'extension', 'closed', 'count', 'count', 'close']
            + ['extension', 'opening', 'work', 'result'],
        )
        first, second = (step for step in answer.trace if step['code'] == 'extension')
        self.assertEqual(first['names'], ["Expert"])
        self.assertEqual((first['value'], first['unit']), (2, 'day'))
        self.assertEqual(
            [first['from'], first['at'], second['at']],
            ['2026-11-20 10:00:00', '2026-11-24 10:00:00', '2026-11-25 03:00:00'],
        )

    def test_extension_over_the_clock_change(self):
        timeline = WorkTimeline(make_schedule(NEW_YORK, weekdays=range(7)))
        day, hours = Extension(1, 'day', None, ""), Extension(24, 'hour', None, "")
        start = '2026-10-30 10:00'
        at = Limit('day_at', 1)
        self._check(timeline, at, [(start, '2026-11-01 10:00')], [day])
        self._check(timeline, at, [(start, '2026-11-01 09:00')], [hours])
        self._check(timeline, Limit('workday_at', 1), [(start, '2026-11-01 10:00')], [day])

    def test_people_who_never_close(self):
        timeline = WorkTimeline(Schedule.always(SHANGHAI))
        pause = Pause(datetime(2026, 11, 20, 0, 0), datetime(2026, 11, 20, 6, 0), "")
        answer = reckon(
            timeline, Limit('work_time', 24, 'hour'), datetime(2026, 11, 19, 12), [pause]
        )
        self.assertEqual(answer.deadline, datetime(2026, 11, 20, 18))
