from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import to_utc
from .common_workday import WorkdayCommon

SATURDAY = date(2026, 10, 10)  # a make-up day in China


@tagged('post_install', '-at_install')
class TestWorkday(WorkdayCommon):
    """Exceptions shared by calendars: days off and make-up working days (调休)."""

    # === WHAT COUNTS === #

    def test_working_saturday_that_odoo_cannot_express(self):
        """A make-up day has the hours of the weekday it is like; Odoo's calendar stays as it is."""
        self.assertEqual(self._hours(SATURDAY), '')
        self._create_workday(SATURDAY, like_weekday='2')
        self.assertEqual(self._hours(SATURDAY), '09:00-12:00 13:00-18:00')
        self.assertEqual(len(self.office.attendance_ids), 10)

    def test_make_up_day_is_like_monday_unless_said_otherwise(self):
        self.office.attendance_ids.filtered(lambda a: a.dayofweek == '4')[1].hour_to = 16
        workday = self._create_workday(SATURDAY)
        self.assertEqual(workday.like_weekday, '0')
        self.assertEqual(self._hours(SATURDAY), '09:00-12:00 13:00-18:00')
        workday.like_weekday = '4'
        self.assertEqual(self._hours(SATURDAY), '09:00-12:00 13:00-16:00')

    def test_day_off_takes_a_working_day_away(self):
        workday = self._create_workday('2026-10-01', 'off')
        self.assertFalse(workday.like_weekday)
        self.assertEqual(self._hours('2026-10-01'), '')
        workday.action_archive()
        self.assertEqual(self._hours('2026-10-01'), '09:00-12:00 13:00-18:00')
        workday.action_unarchive()
        workday.date = '2026-10-02'
        self.assertEqual(self._hours('2026-10-01'), '09:00-12:00 13:00-18:00')
        self.assertEqual(self._hours('2026-10-02'), '')
        workday.unlink()
        self.assertEqual(self._hours('2026-10-02'), '09:00-12:00 13:00-18:00')

    def test_deadline_counts_the_make_up_day(self):
        """PAWN-3.4: five working days from the eve of a holiday; worked out by hand."""
        for day in range(1, 8):
            self._create_workday(f'2026-10-0{day}', 'off')
        self._create_workday(SATURDAY)
        policy = self._create_policy(limit_kind='workday_close', limit_value=5, limit_unit='day')
        deadline = policy._reckon(
            to_utc('2026-09-30 15:00', 'Asia/Shanghai'), self.office, self.env.company
        )[0]
        # 8 Thu, 9 Fri, 10 Sat (make-up), 12 Mon, 13 Tue
        self.assertMoment(deadline, '2026-10-13 18:00')

    def test_two_week_calendar_takes_the_week_of_the_day_itself(self):
        calendar = self.office
        calendar.two_weeks_calendar = True
        calendar.attendance_ids = [Command.clear()] + [
            Command.create(
                {
                    'name': f'{week_type} {weekday}',
                    'week_type': week_type,
                    'dayofweek': str(weekday),
                    'hour_from': 8 if week_type == '0' else 10,
                    'hour_to': 12,
                    'day_period': 'morning',
                }
            )
            for week_type in ('0', '1')
            for weekday in range(5)
        ]
        attendance = self.env['resource.calendar.attendance']
        for day in (date(2026, 10, 10), date(2026, 10, 17)):
            self._create_workday(day)
            expected = '08:00-12:00' if attendance.get_week_type(day) == 0 else '10:00-12:00'
            self.assertEqual(self._hours(day), expected)
        self.assertNotEqual(self._hours('2026-10-10'), self._hours('2026-10-17'))

    def test_make_up_day_takes_no_work_away(self):
        """Who works on Saturdays anyway and never on Mondays is not closed by a make-up day."""
        shop = self._create_calendar("Shop", 'Asia/Shanghai', ((10, 16),), weekdays=range(1, 6))
        self._create_workday(SATURDAY, like_weekday='0')
        self.assertEqual(self._hours(SATURDAY, shop), '10:00-16:00')
        always = self._create_calendar("Always", 'Asia/Shanghai', ((0, 24),), weekdays=range(7))
        self.assertEqual(self._hours(SATURDAY, always), '00:00-23:59')

    def test_closure_of_the_company_beats_the_make_up_day(self):
        """A make-up day and a closure on one date: somebody closed exactly that day."""
        self._create_workday(SATURDAY)
        leave = self._create_leave(self.office, '2026-10-10', '2026-10-10', "Stock-take")
        self.assertEqual(self._hours(SATURDAY), '')
        leave.unlink()
        self.assertEqual(self._hours(SATURDAY), '09:00-12:00 13:00-18:00')

    # === FOR WHOM === #

    def test_named_calendar_goes_before_the_country(self):
        self._create_workday('2026-10-01', 'off')
        self._create_workday('2026-10-01', 'on', calendar_ids=self.office.ids, like_weekday='3')
        self.assertEqual(self._hours('2026-10-01'), '09:00-12:00 13:00-18:00')
        self.assertEqual(self._hours('2026-10-01', self.london), '')

    def test_named_make_up_day_without_hours_of_its_own_lifts_the_day_off(self):
        self._create_workday('2026-10-01', 'off')
        self._create_workday('2026-10-01', 'on', calendar_ids=self.office.ids, like_weekday='6')
        self.assertEqual(self._hours('2026-10-01'), '09:00-12:00 13:00-18:00')

    def test_other_country_keeps_its_days(self):
        company = self.env['res.company'].create(
            {'name': "Elsewhere", 'country_id': self.env.ref('base.de').id}
        )
        calendar = self.office.copy({'company_id': company.id, 'tz': 'Asia/Shanghai'})
        shared = self.office.copy({'company_id': False, 'tz': 'Asia/Shanghai'})
        token = calendar.engine_token
        self._create_workday('2026-10-01', 'off')
        self.assertEqual(calendar.engine_token, token)
        self.assertTrue(self._hours('2026-10-01', calendar, company))
        # A calendar of nobody follows whoever asks.
        self.assertTrue(self._hours('2026-10-01', shared, company))
        self.assertFalse(self._hours('2026-10-01', shared))

    def test_company_that_moves_has_the_days_of_its_new_country(self):
        self._create_workday('2026-10-01', 'off')
        self.assertFalse(self._hours('2026-10-01'))
        self.env.company.country_id = self.env.ref('base.de')
        self.assertTrue(self._hours('2026-10-01'))
        self.env.company.partner_id.country_id = self.china
        self.assertFalse(self._hours('2026-10-01'))

    def test_hotline_stays_open_on_public_holidays(self):
        self._create_workday('2026-10-01', 'off')
        self._create_workday('2026-10-02', 'off', calendar_ids=self.office.ids)
        self.office.ignores_workdays = True
        self.assertTrue(self._hours('2026-10-01'))
        self.assertFalse(self._hours('2026-10-02'))

    def test_every_change_renews_the_token_of_all_it_concerns(self):
        calendars = self.office | self.london
        tokens = calendars.mapped('engine_token')

        def changed():
            before, tokens[:] = list(tokens), calendars.mapped('engine_token')
            return [old != new for old, new in zip(before, tokens, strict=True)]

        workday = self._create_workday('2026-10-01', 'off')
        self.assertEqual(changed(), [True, True])
        workday.calendar_ids = self.london
        self.assertEqual(changed(), [True, True])
        workday.date = '2026-10-02'
        self.assertEqual(changed(), [False, True])
        workday.unlink()
        self.assertEqual(changed(), [False, True])

    # === ONE ANSWER A DAY === #

    def test_second_exception_of_a_scope_is_refused(self):
        self._create_workday('2026-10-01', 'off')
        with self._refused("2026-10-01.*already", ValidationError), self.env.cr.savepoint():
            self._create_workday('2026-10-01', 'on')
        self._create_workday('2026-10-01', 'off', country_id=self.env.ref('base.de').id)
        self._create_workday('2026-10-01', calendar_ids=(self.office | self.london).ids)
        with self._refused("2026-10-01.*already", ValidationError), self.env.cr.savepoint():
            self._create_workday('2026-10-01', calendar_ids=self.office.ids)

    def test_two_people_at_once_make_one_exception(self):
        """The database itself refuses what two transactions cannot see of each other."""
        self._create_workday('2026-10-01', 'off')
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute(
                "INSERT INTO complaint_workday (name, date, kind, country_id, active, is_general) "
                "SELECT name, date, kind, country_id, active, is_general FROM complaint_workday"
            )

    def test_exception_for_nobody_is_refused(self):
        with self._refused("choose a country", ValidationError):
            self._create_workday('2026-10-01', country_id=False)

    # === READERS === #

    def test_name_in_the_explanation_is_in_the_reader_s_language(self):
        self.env['res.lang']._activate_lang('zh_CN')
        workday = self._create_workday('2026-10-01', 'off')
        workday.with_context(lang='zh_CN').name = "国庆节"
        policy = self._create_policy(limit_kind='workday_close', limit_value=1, limit_unit='day')
        start = to_utc('2026-09-30 15:00', 'Asia/Shanghai')
        for lang, name in (('en_US', "National Day"), ('zh_CN', "国庆节"), ('en_US', "National")):
            steps = policy.with_context(lang=lang).preview(start)['trace']
            self.assertIn(name, ' '.join(step['text'] for step in steps))

    def test_only_administrators_change_exceptions(self):
        workday = self._create_workday('2026-10-01', 'off')
        for user in (self.handler, self.manager, self.auditor):
            self.assertEqual(workday.with_user(user).name, "National Day")
            with self.assertRaises(AccessError):
                workday.with_user(user).kind = 'on'
        workday.with_user(self.admin).kind = 'on'

    def test_exceptions_of_another_company_s_calendars_stay_hidden(self):
        company = self.env['res.company'].create({'name': "Elsewhere"})
        calendar = self.office.copy({'company_id': company.id, 'tz': 'Asia/Shanghai'})
        theirs = self._create_workday('2026-10-01', 'off', calendar_ids=calendar.ids)
        ours = self._create_workday('2026-10-02', 'off', calendar_ids=self.office.ids)
        everybody = self._create_workday('2026-10-03', 'off')
        found = self.workdays.with_user(self.admin).search([])
        self.assertEqual(found, ours | everybody)
        self.assertNotIn(theirs, found)
