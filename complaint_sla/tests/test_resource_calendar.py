from datetime import datetime

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SlaCommon, to_utc


@tagged('post_install', '-at_install')
class TestResourceCalendar(SlaCommon):
    """What a calendar tells the engine, and when the engine must ask again."""

    def _timeline(self, calendar=None):
        return (calendar or self.office)._get_work_timeline(self.env.company)

    def test_asked_again_the_calendar_costs_no_query(self):
        self._timeline().add_work(datetime(2026, 11, 20), 3600)
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.assertIs(self._timeline(), self._timeline())

    def test_every_change_of_working_time_is_seen(self):
        start = to_utc('2026-11-20 09:00', 'Asia/Shanghai')

        def due():
            return self._timeline().add_work(start, 8 * 3600).deadline

        self.assertMoment(due(), '2026-11-20 18:00')
        friday = self.office.attendance_ids.filtered(lambda a: a.dayofweek == '4')
        friday[1].hour_to = 17
        self.assertMoment(due(), '2026-11-23 10:00')
        friday[1].unlink()
        self.assertMoment(due(), '2026-11-23 15:00')
        self.office.attendance_ids = [
            Command.create(
                {
                    'name': "Saturday",
                    'dayofweek': '5',
                    'hour_from': 9,
                    'hour_to': 12,
                    'day_period': 'morning',
                }
            )
        ]
        self.assertMoment(due(), '2026-11-23 11:00')
        leave = self._create_leave(self.office, '2026-11-21', '2026-11-23')
        self.assertMoment(due(), '2026-11-24 15:00')
        leave.date_to = to_utc('2026-11-22 23:59:59', 'Asia/Shanghai')
        self.assertMoment(due(), '2026-11-23 15:00')
        leave.unlink()
        self.assertMoment(due(), '2026-11-23 11:00')
        self.office.tz = 'UTC'
        self.assertMoment(due(), '2026-11-23 11:00', 'UTC')

    def test_moved_leave_is_forgotten_in_the_calendar_it_left(self):
        start = to_utc('2026-11-20 09:00', 'Asia/Shanghai')
        leave = self._create_leave(self.office, '2026-11-20', '2026-11-20')
        self.assertMoment(self._timeline().add_work(start, 3600).deadline, '2026-11-23 10:00')
        leave.calendar_id = self.london
        self.assertMoment(self._timeline().add_work(start, 3600).deadline, '2026-11-20 10:00')

    def test_closure_of_the_company_closes_its_calendars_only(self):
        other = self.env['res.company'].create({'name': "Elsewhere"})
        calendar = self.office.copy({'company_id': other.id, 'tz': 'Asia/Shanghai'})
        tokens = self.office.engine_token, calendar.engine_token
        self.env['resource.calendar.leaves'].create(
            {
                'name': "Founding day",
                'calendar_id': False,
                'resource_id': False,
                'company_id': self.env.company.id,
                'date_from': to_utc('2026-11-20 00:00', 'Asia/Shanghai'),
                'date_to': to_utc('2026-11-20 23:59:59', 'Asia/Shanghai'),
            }
        )
        self.assertNotEqual(self.office.engine_token, tokens[0])
        self.assertEqual(calendar.engine_token, tokens[1])
        day = datetime(2026, 11, 20)
        self.assertFalse(self._timeline().is_workday(day))
        self.assertTrue(calendar._get_work_timeline(other).is_workday(day))

    def test_leave_of_a_person_closes_nothing(self):
        token = self.office.engine_token
        resource = self.env['resource.resource'].create(
            {'name': "Somebody", 'calendar_id': self.office.id}
        )
        self.env['resource.calendar.leaves'].create(
            {
                'name': "Holiday of one person",
                'resource_id': resource.id,
                'calendar_id': self.office.id,
                'date_from': to_utc('2026-11-20 00:00'),
                'date_to': to_utc('2026-11-21 00:00'),
            }
        )
        self.assertEqual(self.office.engine_token, token)
        self.assertTrue(self._timeline().is_workday(datetime(2026, 11, 20)))

    def test_rolled_back_change_is_forgotten(self):
        before = self._timeline()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._create_leave(self.office, '2026-11-20', '2026-11-20')
            self.assertFalse(self._timeline().is_workday(datetime(2026, 11, 20)))
            raise ZeroDivisionError
        self.office.invalidate_recordset()
        self.assertIs(self._timeline(), before)

    def test_working_day_is_the_calendar_s_own(self):
        for windows, seconds in (
            (((9, 12), (13, 18)), 8 * 3600),
            (((8, 15.5),), 27000),
            (((9, 16.6667),), 27600),
        ):
            calendar = self._create_calendar("Own", 'UTC', windows)
            self.assertEqual(self._timeline(calendar).schedule.day_seconds, seconds)

    def test_flexible_calendar_is_refused_with_a_sentence(self):
        flexible = self.env['resource.calendar'].create(
            {'name': "As you like", 'schedule_type': 'flexible', 'tz': 'UTC'}
        )
        with self.assertRaisesRegex(ValidationError, "As you like.*flexible"):
            self.team.calendar_id = flexible
        with self.assertRaisesRegex(ValidationError, "As you like.*flexible"):
            self._create_policy(calendar_id=flexible.id)
        with self.assertRaisesRegex(UserError, "As you like.*flexible"):
            flexible._get_work_timeline(self.env.company)

    def test_calendar_in_use_cannot_become_flexible(self):
        with self.assertRaisesRegex(ValidationError, "Office.*flexible"):
            self.office.flexible_hours = True

    def test_empty_calendar_is_refused_with_a_sentence(self):
        empty = self.env['resource.calendar'].create(
            {'name': "Nobody", 'tz': 'UTC', 'attendance_ids': [Command.clear()]}
        )
        with self.assertRaisesRegex(ValidationError, "Nobody.*empty"):
            self.team.calendar_id = empty
