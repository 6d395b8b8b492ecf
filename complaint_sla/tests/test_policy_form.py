from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..tools.reckoning import KIND_UNITS
from .common import SlaCommon, to_utc


@tagged('post_install', '-at_install')
class TestPolicyForm(SlaCommon):
    """What an administrator is asked for, told and refused, for each kind of limit."""

    START = '2026-11-19 15:20'

    def _check_refused(self, sentence, **values):
        with self.assertRaisesRegex(ValidationError, sentence), self.env.cr.savepoint():
            self._create_policy(**values)

    # === KINDS === #

    def test_units_that_make_no_sense_get_a_sentence(self):
        self._check_refused("no fixed working time", limit_kind='work_time', limit_unit='month')
        for kind in ('workday_close', 'workday_at'):
            for unit in ('minute', 'hour', 'month'):
                self._check_refused("working days or weeks", limit_kind=kind, limit_unit=unit)
        for kind in ('day_at', 'calendar_days'):
            for unit in ('minute', 'hour'):
                self._check_refused("days, weeks or months", limit_kind=kind, limit_unit=unit)

    def test_nothing_gets_a_sentence_where_it_means_nothing(self):
        self._check_refused("needs at least 1", limit_kind='elapsed', limit_value=0)
        for kind in ('workday_at', 'day_at'):
            self._check_refused("needs a time of day", limit_kind=kind, limit_value=0)
            self.assertTrue(self._create_policy(limit_kind=kind, limit_value=0, time_of_day=15))
        self.assertTrue(self._create_policy(limit_kind='calendar_days', limit_value=0))

    def test_numbers_out_of_range_are_refused(self):
        for day in (0, 32, -1):
            self._check_refused("from 1 to 31", limit_kind='month_day', month_day=day)
        for unit in ('week', 'month'):
            self._check_refused(
                "at most 1,?000", limit_kind='elapsed', limit_unit=unit, limit_value=1001
            )
        for values in (
            {'limit_kind': 'day_at', 'time_of_day': 24.5},
            {'limit_kind': 'day_at', 'time_of_day': -1},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(CheckViolation),
                mute_logger('odoo.sql_db'),
                self.env.cr.savepoint(),
            ):
                self._create_policy(**values)

    def test_every_kind_counts_on_a_complaint_as_on_the_form(self):
        """One row per kind: fields, deadline of a clock, and what the form says beforehand."""
        for values, deadline, words in (
            ({'limit_kind': 'work_time', 'limit_unit': 'hour'}, '2026-11-19 16:20', "1 h of"),
            ({'limit_kind': 'work_time', 'limit_unit': 'week'}, '2026-11-26 15:20', "1 week"),
            (
                {'limit_kind': 'workday_close', 'limit_value': 2, 'limit_unit': 'week'},
                '2026-12-03 18:00',
                r"2 working week\(s\) after the day of the start, at close",
            ),
            ({'limit_kind': 'workday_at', 'time_of_day': 15}, '2026-11-20 15:00', "at 15:00"),
            ({'limit_kind': 'workday_at'}, '2026-11-20 15:20', "time of day of the start"),
            (
                {'limit_kind': 'day_at', 'limit_value': 2, 'time_of_day': 15.5, 'roll': 'next'},
                '2026-11-23 15:30',
                "no working day: moved to",
            ),
            (
                {'limit_kind': 'elapsed', 'limit_value': 24, 'limit_unit': 'hour'},
                '2026-11-20 15:20',
                "24 h, counted day and night",
            ),
            ({'limit_kind': 'calendar_days'}, '2026-11-20 23:59:59', "at the end of the day"),
            (
                {'limit_kind': 'month_day', 'month_day': 27},
                '2026-11-27 23:59:59',
                "end of day 27 of the month",
            ),
        ):
            policy = self._create_policy(**values)
            with self.subTest(values=values):
                with self._at(self.START):
                    clock = self._clock(self._create_case(), policy)
                self.assertMoment(clock.deadline, deadline)
                self.assertRegex(clock.explanation, words)
                policy.calendar_id = self.office
                policy.try_start = to_utc(self.START, 'Asia/Shanghai')
                self.assertEqual(policy.try_deadline, clock.deadline)
                self.assertRegex(policy.try_explanation, words)
            policy.action_archive()

    def test_warning_counts_as_the_limit_does(self):
        """At risk after 75 %: of working hours, or of the hours on the clock."""
        for values, warn_at in (
            ({'limit_kind': 'work_time', 'limit_unit': 'day'}, '2026-11-20 13:20'),
            ({'limit_kind': 'elapsed', 'limit_unit': 'day'}, '2026-11-20 09:20'),
        ):
            policy = self._create_policy(**values)
            with self._at(self.START):
                clock = self._clock(self._create_case(), policy)
            self.assertMoment(clock.warn_at, warn_at)

    def test_date_of_the_complaint_is_said_on_the_form(self):
        """TL-015, TL-087: 限期 and 承诺何时 come from the complaint, so nothing is reckoned."""
        policy = self._create_policy(limit_kind='fixed', date_from='promise')
        policy.try_start = to_utc(self.START, 'Asia/Shanghai')
        self.assertFalse(policy.try_deadline)
        self.assertIn("Last open promise to the customer", policy.try_explanation)
        self.assertIn("comes from the complaint", policy.try_explanation)

    def test_form_shows_what_the_kind_needs(self):
        with Form(self.env['complaint.sla.policy'].with_user(self.admin)) as form:
            form.name = "Answer"
            form.start_milestone_id = self._milestone('received')
            form.stop_milestone_id = self._milestone('answered')
            form.calendar_id = self.office
            form.try_start = to_utc(self.START, 'Asia/Shanghai')
            form.limit_unit = 'month'
            self.assertIn("no fixed working time", form.try_explanation)
            form.limit_kind = 'workday_close'
            self.assertEqual(form.limit_unit, 'day')
            self.assertMoment(form.try_deadline, '2026-11-20 18:00')
            with self.assertRaises(AssertionError):
                form.month_day = 3  # a field of another kind is not there
            form.limit_kind = 'workday_at'
            form.time_of_day = 15
            self.assertMoment(form.try_deadline, '2026-11-20 15:00')
            form.limit_kind = 'calendar_days'
            form.roll = 'next'
            form.limit_value = 2
            self.assertMoment(form.try_deadline, '2026-11-23 23:59:59')
            form.limit_kind = 'month_day'
            form.month_day = 27
            self.assertMoment(form.try_deadline, '2026-11-27 23:59:59')
        self.assertEqual((form.record.limit_kind, form.record.month_day), ('month_day', 27))

    def test_numbers_out_of_range_get_a_sentence_while_they_are_typed(self):
        policy = self.env['complaint.sla.policy'].new(
            {'limit_kind': 'day_at', 'calendar_id': self.office.id, 'name': "New"}
        )
        policy.try_start = to_utc(self.START, 'Asia/Shanghai')
        for values, sentence in (
            ({'limit_value': 10**9}, "0 to 10,000"),
            ({'limit_value': -1}, "0 to 10,000"),
            ({'limit_value': 1, 'time_of_day': 31.0}, "between 00:00 and 24:00"),
            ({'limit_kind': 'workday_close', 'time_of_day': 0.0, 'cutoff_time': 24.0}, "cut-off"),
            ({'limit_kind': 'month_day', 'cutoff_time': 0.0, 'month_day': 0}, "from 1 to 31"),
        ):
            policy.update(values)
            self.assertFalse(policy.try_deadline, values)
            self.assertIn(sentence, policy.try_explanation)
        policy.month_day = 31
        self.assertMoment(policy.try_deadline, '2026-11-30 23:59:59')

    def test_longest_limits_have_an_end(self):
        policy = self._create_policy(calendar_id=self.office.id)
        for kind, units in KIND_UNITS.items():
            for unit in units:
                value = 1000 if unit in ('week', 'month') else 10000
                policy.write({'limit_kind': kind, 'limit_value': value, 'limit_unit': unit})
                answer = policy.preview('2200-12-31 23:59:59')
                self.assertGreater(answer['deadline'].year, 2200)
                self.assertNotIn('never_open', [step['code'] for step in answer['trace']])

    def test_new_fields_make_a_new_version(self):
        for name, value in (
            ('time_of_day', 9.0),
            ('roll', 'next'),
            ('month_day', 3),
            ('date_from', 'promise'),
        ):
            policy = self._create_policy(limit_kind='day_at', time_of_day=15)
            with self._at(self.START):
                self._create_case()
            policy[name] = value
            self.assertEqual(policy.version, 2, name)
            policy.action_archive()

    # === WHICH COMPLAINTS === #

    def test_matching_complaints_are_shown_before_the_policy_is_saved(self):
        with self._at('2026-11-19 10:00'):
            urgent = self._create_worked_case(priority='1')
            normal = self._create_worked_case()
            closed = self._create_worked_case(priority='1')
            closed.with_user(self.manager)._move_to(self.stages['closed'])
        form = Form(self.env['complaint.sla.policy'].with_user(self.admin))
        form.start_milestone_id = self._milestone('received')
        self._check_listed(form, {urgent: True, normal: True, closed: False})
        form.domain = "[('priority', '=', '1')]"
        self._check_listed(form, {urgent: True, normal: False, closed: False})
        self.assertIn("open complaint", form.match_summary)
        # Its start has not happened yet.
        form.start_milestone_id = self._milestone('answered')
        self._check_listed(form, {urgent: False})
        with self._at('2026-11-19 11:00'):
            urgent._stamp('answered')
        form.domain = "[('priority', 'in', ['1'])]"
        self._check_listed(form, {urgent: True})
        with self._at('2026-11-19 12:00'):
            urgent.event_ids.filtered(
                lambda event: event.milestone_id.code == 'answered'
            )._record_revocation("Wrong button")
        form.domain = "[('priority', '=', '1')]"
        self._check_listed(form, {urgent: False})
        form.domain = "[('no_such_field', '=', 1)]"
        self.assertIn("no_such_field", form.match_summary)
        self.assertFalse(form.match_ids[:])

    def _check_listed(self, form, expected):
        listed = set(form.match_ids.ids)
        self.assertEqual({case: case.id in listed for case in expected}, expected)

    def test_procedure_and_company_narrow_the_list_and_the_button_opens_it(self):
        case = self._create_worked_case()
        policy = self._create_policy(procedure_id=case.procedure_id.id, state='draft')
        self.assertIn(case, policy.match_ids)
        found = self.env['complaint.case'].search(policy.action_open_matches()['domain'])
        self.assertIn(case, found)
        self.assertFalse(found.filtered('is_closed'))
        other = self.env['res.company'].create({'name': "Elsewhere"})
        policy.company_id = other
        self.assertFalse(policy.match_ids)
        self.assertEqual(policy.match_summary, "No open complaint.")
