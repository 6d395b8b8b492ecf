from datetime import datetime, timedelta

import pytz

from odoo.fields import Command
from odoo.tests import tagged

from ..tools.adjustments import Extension, Pause
from ..tools.reckoning import Limit, get_warn_at, reckon
from .common import SlaCommon, to_utc

SHANGHAI = 'Asia/Shanghai'


@tagged('post_install', '-at_install', 'once')
class TestKnownBugsEngine(SlaCommon):
    """Bugs that other products have or had in their arithmetic; ours must never have them."""

    def _ask(self, limit, start, *spans, extensions=(), fixed_at=None):
        """Return when a limit is due in the office in Shanghai; spans are pauses."""
        pauses = [Pause(to_utc(b, SHANGHAI), to_utc(e, SHANGHAI), "Pending") for b, e in spans]
        timeline = self.office._get_work_timeline(self.env.company)
        start = to_utc(start, SHANGHAI)
        return reckon(timeline, limit, start, pauses, extensions, fixed_at).deadline

    def test_pending_over_a_weekend_with_a_target_in_days(self):
        """GLPI #10594: pending over a weekend added too much time to targets in days."""
        weekend = ('2026-11-20 16:00', '2026-11-23 10:00')
        # One working day ends in it: one more, not the three days between.
        deadline = self._ask(Limit('workday_close', 3), '2026-11-19 10:00', weekend)
        self.assertMoment(deadline, '2026-11-25 18:00')
        # Two working hours on Friday and one on Monday are lost, nothing else.
        deadline = self._ask(Limit('work_time', 3, 'day'), '2026-11-19 10:00', weekend)
        self.assertMoment(deadline, '2026-11-24 14:00')
        # From closing time on Friday to opening time on Monday nothing is lost at all.
        night = ('2026-11-20 18:00', '2026-11-23 09:00')
        for limit, expected in (
            (Limit('workday_close', 3), '2026-11-24 18:00'),
            (Limit('work_time', 3, 'day'), '2026-11-24 10:00'),
        ):
            self.assertMoment(self._ask(limit, '2026-11-19 10:00', night), expected)

    def test_deadline_after_pending_stays_in_working_hours(self):
        """GLPI #9082: after pending the deadline lay past closing time."""
        for hours in range(1, 17):
            deadline = self._ask(
                Limit('work_time', hours, 'hour'),
                '2026-11-19 10:30',
                ('2026-11-19 16:10', '2026-11-20 14:25'),
            )
            local = pytz.utc.localize(deadline).astimezone(pytz.timezone(SHANGHAI))
            self.assertTrue(
                (9, 0) < (local.hour, local.minute) <= (12, 0)
                or (13, 0) < (local.hour, local.minute) <= (18, 0),
                local,
            )

    def test_calendar_is_not_shifted_by_the_time_zone(self):
        """GLPI #15429, erpnext #38745: the calendar was read in another zone than the ticket's."""
        timeline = self.office._get_work_timeline(self.env.company)
        for user_tz in ('America/New_York', 'Pacific/Auckland'):
            self.env.user.tz = user_tz
            self.env.company.partner_id.tz = user_tz
            policy = self._create_policy(
                limit_kind='work_time', limit_value=1, limit_unit='hour', calendar_id=self.office.id
            )
            # 00:30 UTC is 08:30 in Shanghai: before opening, so due at ten.
            answer = policy.preview('2026-11-20 00:30:00')
            self.assertEqual(answer['deadline'], datetime(2026, 11, 20, 2, 0))
        # Nothing is due at its creation.
        for hour in range(24):
            start = datetime(2026, 11, 20, hour, 13)
            self.assertGreater(timeline.add_work(start, 60).deadline, start)

    def test_nearly_used_up_is_not_late(self):
        """ServiceNow rounds 99.951 % to 100 %, which is a breach; here the second decides."""
        timeline = self.office._get_work_timeline(self.env.company)
        limit, start = Limit('work_time', 100, 'hour'), to_utc('2026-11-19 10:00', SHANGHAI)
        total = 100 * 3600
        deadline = reckon(timeline, limit, start).deadline
        nearly = timeline.add_work(start, total * 99951 // 100000).deadline
        self.assertLess(nearly, deadline)
        self.assertEqual(timeline.work_seconds(nearly, deadline), 177)
        # At risk from 100 % is at the deadline, from 99 % exactly there.
        self.assertEqual(get_warn_at(timeline, limit, start, deadline, 100), deadline)
        warn_at = get_warn_at(timeline, limit, start, deadline, 99)
        self.assertEqual(timeline.work_seconds(warn_at, deadline), 3600)
        policy = self._create_policy(
            limit_kind='work_time', limit_value=100, limit_unit='hour', at_risk_percent=100
        )
        with self._at('2026-11-19 10:00'):
            case = self._create_case()
        clock = self._clock(case, policy)
        for seconds, is_late, state in (
            (-177, False, 'on_time'),
            (0, False, 'at_risk'),
            (1, True, 'late'),
        ):
            moment = clock.deadline + timedelta(seconds=seconds)
            with self._at(str(moment), 'UTC'):
                self.env.invalidate_all()
                self.assertEqual(clock.is_late, is_late)
                self.assertEqual(case.sla_state, state)

    def test_hold_that_begins_in_a_holiday_pauses(self):
        """Dynamics 365: on hold during a holiday does not pause."""
        self._create_leave(self.office, '2026-10-01', '2026-10-07', "National Day")
        hold = ('2026-10-03 10:00', '2026-10-09 12:00')
        start = '2026-09-30 17:00'
        for limit, deadline in (
            # One hour on 30 September; 8 October and the morning of the 9th are on hold.
            (Limit('work_time', 2, 'hour'), '2026-10-09 14:00'),
            (Limit('workday_close', 1), '2026-10-09 18:00'),
            (Limit('elapsed', 5, 'day'), '2026-10-11 19:00'),
            (Limit('calendar_days', 5), '2026-10-11 23:59:59'),
        ):
            with self.subTest(limit=limit):
                self.assertMoment(self._ask(limit, start, hold), deadline)

    def test_day_that_ends_at_midnight_ends_at_midnight(self):
        """Odoo #258357: its intervals up to midnight stop at 23:59:59.999999."""
        late_shift = self._create_calendar("Late shift", SHANGHAI, ((16, 24),), range(7))
        timeline = late_shift._get_work_timeline(self.env.company)
        start = to_utc('2026-11-19 16:00', SHANGHAI)
        self.assertMoment(timeline.add_work(start, 8 * 3600).deadline, '2026-11-20 00:00')
        self.assertMoment(timeline.add_work(start, 8 * 3600 + 1).deadline, '2026-11-20 16:00:01')
        self.assertMoment(timeline.close_of_workday(start, 0).deadline, '2026-11-20 00:00')
        self.assertEqual(timeline.work_seconds(start, start + timedelta(days=10)), 80 * 3600)
        # Round the clock not a microsecond is lost between two days.
        always = self._create_calendar("Always", SHANGHAI, ((0, 24),), range(7))
        timeline = always._get_work_timeline(self.env.company)
        self.assertEqual(
            timeline.add_work(start, 365 * 86400).deadline, start + timedelta(days=365)
        )

    def test_sum_of_uneven_hours_ends_at_closing_time(self):
        """Odoo #166511: plan_hours runs over into the next day by the error of its floats."""
        uneven = self.env['resource.calendar'].create(
            {
                'name': "Uneven",
                'tz': 'UTC',
                'attendance_ids': [Command.clear()]
                + [
                    Command.create(
                        {
                            'name': str(day),
                            'dayofweek': str(day),
                            'day_period': 'morning',
                            'hour_from': 8 + 1 / 3,
                            'hour_to': 15.95,
                        }
                    )
                    for day in range(5)
                ],
            }
        )
        timeline = uneven._get_work_timeline(self.env.company)
        day = (7 * 60 + 37) * 60  # 8:20 to 15:57
        for days in range(1, 250):
            deadline = timeline.add_work(datetime(2026, 1, 5), days * day).deadline
            self.assertEqual((deadline.hour, deadline.minute, deadline.second), (15, 57, 0))

    def test_working_day_following_is_not_plan_days(self):
        """Odoo's plan_days counts the day of the start and ends at lunch on the last one."""
        start = to_utc('2026-11-20 09:00', SHANGHAI)
        planned = self.office.plan_days(3, pytz.utc.localize(start), compute_leaves=True)
        self.assertMoment(planned.astimezone(pytz.utc).replace(tzinfo=None), '2026-11-24 12:00')
        timeline = self.office._get_work_timeline(self.env.company)
        self.assertMoment(timeline.close_of_workday(start, 3).deadline, '2026-11-25 18:00')

    def test_day_of_eight_hours_is_no_block_of_24_hours(self):
        """ServiceNow: one day on a schedule of 8 hours is breached three working days later."""
        self.assertMoment(
            self._ask(Limit('work_time', 1, 'day'), '2026-11-19 10:00'), '2026-11-20 10:00'
        )

    def test_date_set_by_hand_does_not_move_after_pending(self):
        """GLPI #17186: a date set by hand moved when the ticket left pending."""
        moment = to_utc('2026-11-24 15:00', SHANGHAI)
        pending = ('2026-11-20 10:00', '2026-11-27 10:00')
        self.assertEqual(
            self._ask(Limit('fixed'), '2026-11-19 10:00', pending, fixed_at=moment), moment
        )
        extension = Extension(0, 'day', moment, "Agreed")
        for limit in (Limit('work_time', 1, 'hour'), Limit('elapsed', 2, 'day')):
            deadline = self._ask(limit, '2026-11-19 10:00', pending, extensions=[extension])
            self.assertEqual(deadline, moment)

    def test_limit_without_a_date_is_no_traceback_and_no_breach(self):
        """Odoo #44115: a traceback without a deadline; ServiceNow: breached one second later."""
        policy = self._create_policy(limit_kind='fixed', date_from='limit_date')
        answer = policy.preview('2026-11-20 00:30:00')
        self.assertIsNone(answer['deadline'])
        self.assertEqual([step['code'] for step in answer['trace']], ['rule', 'no_date'])
