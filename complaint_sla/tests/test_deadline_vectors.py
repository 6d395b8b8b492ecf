from odoo.tests import tagged

from .common import SlaCommon

SHANGHAI, LONDON, NEW_YORK = 'Asia/Shanghai', 'Europe/London', 'America/New_York'


@tagged('post_install', '-at_install', 'once')
class TestDeadlineVectors(SlaCommon):
    """Deadlines reckoned by hand, through policies: two calendars, both kinds, three zones.

    office    Asia/Shanghai, Mon-Fri 9-12 and 13-18, closed 1-7 October 2026
    london    Europe/London, Mon-Fri 9-17:30, closed 25 and 28 December 2026; its clocks go
              back on 25 October 2026 and on on 28 March 2027
    new_york  America/New_York, every day 0-24; its clocks go on on 8 March 2026
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new_york = cls._create_calendar("New York", NEW_YORK, ((0, 24),), range(7))
        cls._create_leave(cls.office, '2026-10-01', '2026-10-07', "National Day")
        cls._create_leave(cls.london, '2026-12-25', '2026-12-25', "Christmas Day")
        cls._create_leave(cls.london, '2026-12-28', '2026-12-28', "Boxing Day")

    def _check(self, calendar, limit, vectors):
        kind, value, unit = limit
        policy = self._create_policy(
            limit_kind=kind, limit_value=value, limit_unit=unit, calendar_id=calendar.id
        )
        for start, deadline in vectors:
            with self.subTest(start=start, limit=limit), self._at(start, calendar.tz):
                case = self._create_case()
                clock = self._clock(case, policy)
                self.assertMoment(clock.deadline, deadline, calendar.tz)
                self.assertEqual(clock.tz, calendar.tz)
                self.assertEqual(clock.trace[-1]['code'], 'result')
        policy.action_archive()

    def test_four_working_hours_in_shanghai(self):
        self._check(
            self.office,
            ('work_time', 4, 'hour'),
            (
                ('2026-11-20 09:00', '2026-11-20 14:00'),  # over lunch
                ('2026-11-20 08:59:59', '2026-11-20 14:00'),  # a second before opening
                ('2026-11-20 12:00', '2026-11-20 17:00'),  # at the start of lunch
                ('2026-11-20 12:30', '2026-11-20 17:00'),  # in the middle of it
                ('2026-11-20 14:00', '2026-11-20 18:00'),  # ends exactly at closing
                ('2026-11-20 14:00:01', '2026-11-23 09:00:01'),
                ('2026-11-20 18:00', '2026-11-23 14:00'),  # exactly at closing
                ('2026-11-21 10:00', '2026-11-23 14:00'),  # Saturday
                ('2026-11-22 23:59:59', '2026-11-23 14:00'),  # Sunday
                ('2026-09-30 16:00', '2026-10-08 11:00'),  # before the holidays
                ('2026-10-03 10:00', '2026-10-08 14:00'),  # in the holidays
            ),
        )

    def test_three_working_days_of_working_time_in_shanghai(self):
        self._check(
            self.office,
            ('work_time', 3, 'day'),
            (
                ('2026-11-20 09:00', '2026-11-24 18:00'),
                ('2026-11-20 17:30', '2026-11-25 17:30'),
                ('2026-11-20 18:30', '2026-11-25 18:00'),
                ('2026-11-21 10:00', '2026-11-25 18:00'),
            ),
        )

    def test_minutes_in_shanghai(self):
        self._check(
            self.office,
            ('work_time', 90, 'minute'),
            (('2026-11-20 11:00', '2026-11-20 13:30'), ('2026-11-20 17:00', '2026-11-23 09:30')),
        )

    def test_close_of_third_working_day_following_in_shanghai(self):
        self._check(
            self.office,
            ('workday_close', 3, 'day'),
            (
                ('2026-11-20 09:00', '2026-11-25 18:00'),
                ('2026-11-20 18:00', '2026-11-25 18:00'),
                ('2026-11-20 23:30', '2026-11-25 18:00'),
                ('2026-11-21 10:00', '2026-11-25 18:00'),
                ('2026-09-30 16:00', '2026-10-12 18:00'),
                ('2026-10-01 00:00', '2026-10-12 18:00'),
            ),
        )

    def test_close_of_the_same_day_in_shanghai(self):
        self._check(
            self.office,
            ('workday_close', 0, 'day'),
            (
                ('2026-11-20 09:00', '2026-11-20 18:00'),
                ('2026-11-20 12:30', '2026-11-20 18:00'),
                ('2026-11-20 18:00', '2026-11-23 18:00'),
                ('2026-11-21 10:00', '2026-11-23 18:00'),
                ('2026-10-02 10:00', '2026-10-08 18:00'),
            ),
        )

    def test_working_hours_in_london_over_the_clock_change(self):
        """The limit is in local hours; in UTC the day after the change is an hour later."""
        self._check(
            self.london,
            ('work_time', 10, 'hour'),
            (
                ('2026-10-23 16:00', '2026-10-26 17:30'),
                ('2027-03-26 16:00', '2027-03-29 17:30'),
                ('2026-12-24 12:00', '2026-12-29 13:30'),
            ),
        )
        policy = self._create_policy(
            limit_kind='work_time', limit_value=10, limit_unit='hour', calendar_id=self.london.id
        )
        summer, winter = (
            policy.preview(start)['deadline'].hour
            for start in ('2026-10-22 15:00:00', '2026-10-23 15:00:00')
        )
        self.assertEqual((summer, winter), (16, 17))

    def test_close_of_working_day_in_london(self):
        self._check(
            self.london,
            ('workday_close', 1, 'day'),
            (
                ('2026-10-23 10:00', '2026-10-26 17:30'),
                ('2026-10-24 23:30', '2026-10-26 17:30'),
                ('2026-10-26 00:30', '2026-10-27 17:30'),
                ('2026-12-24 16:00', '2026-12-29 17:30'),
                ('2027-03-26 10:00', '2027-03-29 17:30'),
            ),
        )

    def test_day_and_night_in_new_york_over_the_clock_change(self):
        self._check(
            self.new_york,
            ('work_time', 24, 'hour'),
            (
                ('2026-03-07 12:00', '2026-03-08 13:00'),
                ('2026-10-31 12:00', '2026-11-01 11:00'),
                ('2026-03-06 12:00', '2026-03-07 12:00'),
            ),
        )
        self._check(
            self.new_york,
            ('workday_close', 1, 'day'),
            (('2026-03-07 12:00', '2026-03-09 00:00'), ('2026-10-31 12:00', '2026-11-02 00:00')),
        )

    def test_cutoff_in_shanghai(self):
        policy = self._create_policy(
            limit_kind='workday_close', limit_value=1, cutoff_time=17.5, calendar_id=self.office.id
        )
        for start, deadline in (
            ('2026-11-19 17:29:59', '2026-11-20 18:00'),
            ('2026-11-19 17:30', '2026-11-23 18:00'),
            ('2026-11-20 17:30', '2026-11-24 18:00'),
        ):
            with self.subTest(start=start), self._at(start):
                clock = self._clock(self._create_case(), policy)
                self.assertMoment(clock.deadline, deadline)

    def test_one_zone_s_today_is_another_s_tomorrow(self):
        """23:30 UTC on Sunday: Monday in Shanghai, still Sunday in London."""
        for calendar, deadline in (
            (self.office, '2026-11-24 18:00'),
            (self.london, '2026-11-23 17:30'),
        ):
            policy = self._create_policy(
                limit_kind='workday_close', limit_value=1, calendar_id=calendar.id
            )
            answer = policy.preview('2026-11-22 23:30:00')
            self.assertMoment(answer['deadline'], deadline, calendar.tz)

    def test_uneven_days_make_an_average_working_day(self):
        """Mon-Thu nine hours, Fri four: a working day has eight."""
        calendar = self._create_calendar("Uneven", SHANGHAI, ((8, 17),), range(4))
        calendar.attendance_ids = [
            (0, 0, {'name': "Friday", 'dayofweek': '4', 'hour_from': 8, 'hour_to': 12})
        ]
        self._check(
            calendar,
            ('work_time', 1, 'day'),
            (('2026-11-19 08:00', '2026-11-19 16:00'), ('2026-11-20 08:00', '2026-11-23 12:00')),
        )
