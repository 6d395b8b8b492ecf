from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.complaint_sla.tests.common import to_utc

from .common_period import PeriodCommon


@tagged('post_install', '-at_install')
class TestReportSchedule(PeriodCommon):
    """Which period a report covers, when it opens and when it is due."""

    def _due(self, schedule, at):
        return schedule._get_due_at(schedule._get_period(self._to_date(at)))

    def _open_at(self, schedule, at):
        return schedule._get_open_at(schedule._get_period(self._to_date(at)))

    def _to_date(self, text):
        return self.env['complaint.report.run']._fields['date_from'].to_date(text)

    def test_monthly_tables_of_the_insurance(self):
        """TL-092: 26th to 25th, before the 28th: by the end of the 27th, local time."""
        schedule = self._create_schedule(
            {'kind': 'narrative'},
            **{'cutoff_day': 25, 'due_rule': 'month_day', 'due_value': 27, 'due_hour': 24},
            prepare_days=10,
        )
        self.assertMoment(self._due(schedule, '2025-12-30'), '2026-01-28 00:00')
        # Opened for its author as soon as the period is over, not ten days before.
        self.assertMoment(self._open_at(schedule, '2025-12-30'), '2026-01-26 00:00')

    def test_monday_report(self):
        """TL-018: last week, every Monday."""
        schedule = self._create_schedule(
            'totals', period='week', due_rule='weekday', due_weekday='0', due_hour=8.5
        )
        self.assertMoment(self._due(schedule, '2026-03-04'), '2026-03-09 08:30')

    def test_fifth_working_day(self):
        self._create_leave(self.office, '2026-04-01', '2026-04-03')
        schedule = self._create_schedule('totals', due_rule='workday', due_value=5, due_hour=17)
        self.assertMoment(self._due(schedule, '2026-03-10'), '2026-04-10 17:00')

    def test_a_day_off_is_rolled(self):
        schedule = self._create_schedule('totals', due_rule='month_day', due_value=1)
        for rule, expected in (
            ('keep', '2026-08-01 09:00'),
            ('next', '2026-08-03 09:00'),
            ('previous', '2026-07-31 09:00'),
        ):
            schedule.due_roll = rule
            self.assertMoment(self._due(schedule, '2026-07-10'), expected)

    def test_a_report_of_the_same_day_opens_before_the_day_is_over(self):
        """TL-048: the daily stock-take is made in the evening."""
        schedule = self._create_schedule(
            'overdue', kind='stock_take', period='day', due_value=0, due_hour=17.5
        )
        self.assertMoment(self._open_at(schedule, '2026-03-04'), '2026-03-04 17:30')

    def test_company_in_another_zone(self):
        self.env.company.resource_calendar_id = self.london
        case = self._create_case(received_at='2026-03-31 23:30:00')  # 0:30 on 1 April there
        schedule = self._create_schedule('totals')
        self.assertEqual(schedule.tz, 'Europe/London')
        self.assertMoment(self._due(schedule, '2026-03-10'), '2026-04-01 09:00', 'Europe/London')
        with self._at('2026-05-02 09:00'):
            case.flush_recordset()
        with self._at('2099-01-01 09:00'):
            march, april = self._open(schedule, '2026-03-10'), self._open(schedule, '2026-04-10')
        self.assertEqual(march.end_at, to_utc('2026-04-01 00:00', 'Europe/London'))
        self.assertEqual(self._numbers(march)['received'], 0)
        self.assertEqual(self._ids(april, 'totals', 'received'), case.ids)

    def test_split_by_company_reads_each_company_in_its_zone(self):
        branch = self.env['res.company'].create(
            {'name': "Branch", 'parent_id': self.env.company.id}
        )
        calendar = self.london.copy({'company_id': branch.id})
        branch.resource_calendar_id = calendar
        self.admin.company_ids += branch
        schedule = self._create_schedule('totals', split_by='company')
        runs = self._open(schedule, '2026-03-10')
        self.assertEqual(len(runs), 2)
        self.assertEqual(
            {run.company_id: run.tz for run in runs},
            {self.env.company: 'Asia/Shanghai', branch: 'Europe/London'},
        )

    def test_split_by_person_department_and_team(self):
        """ADAY: one report for each agent, reviewed by the leader; cases of the agent."""
        case = self._create_worked_case(received_at='2026-03-03 01:00:00')
        agents = self._create_schedule(
            'totals',
            'narrative',
            **{'split_by': 'user', 'team_id': self.team.id, 'reviewer_id': self.manager.id},
        )
        runs = self._open(agents, '2026-03-03')
        self.assertEqual(runs.user_id, self.receiver | self.handler)
        for run in runs:
            self.assertEqual(run.author_id, run.user_id)
            own = 1 if run.user_id == case.handler_id else 0
            self.assertEqual(self._numbers(run)['received'], own)
        case.sudo().department_id = self.department
        departments = self._create_schedule('totals', split_by='department')
        runs = self._open(departments, '2026-03-03')
        works = runs.filtered(lambda run: run.department_id == self.department)
        self.assertEqual(works.author_id, self.department_head)
        self.assertEqual(self._numbers(works)['received'], 1)
        teams = self._open(self._create_schedule('totals', split_by='team'), '2026-03-03')
        self.assertEqual(
            self._numbers(teams.filtered(lambda run: run.team_id == self.team))['received'], 1
        )

    def test_the_ceiling_of_a_team_stands_in_its_sheet_of_the_month(self):
        """TEL-1.1, RE-33: justified complaints beside what the team was set."""
        self.team.justified_target = 3
        values = {'split_by': 'team', 'team_id': self.team.id}
        for section, period, expected in (
            ('kpi', 'month', 3),
            ({'kind': 'kpi', 'target': 5}, 'month', 5),
            ('kpi', 'year', None),
        ):
            schedule = self._create_schedule(section, period=period, **values)
            run = self._open(schedule, '2026-03-03').filtered(lambda run: run.team_id == self.team)
            self.assertEqual(self._numbers(run, 'kpi', 1)['justified'], expected)
        whole = self._create_schedule('kpi', team_id=self.team.id)
        run = self._open(whole, '2026-03-03')
        self.assertEqual(self._numbers(run, 'kpi', 1)['justified'], 3)
        [section] = run.figures_view['sections']
        self.assertEqual([row['cells'][1]['text'] for row in section['rows']][1], '3')

    def test_bad_settings_are_told(self):
        for values in (
            {'due_rule': 'month_day', 'due_value': 32},
            {'due_rule': 'workday', 'due_value': 0},
            {'due_hour': 25},
            {'prepare_days': -1},
            {'domain': "[('nothing', '=', 1)]"},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._create_schedule('totals', **values)
        for section in ({'kind': 'trend', 'period_count': 1}, {'kind': 'manual'}):
            with self.subTest(section), self.assertRaises(ValidationError):
                self._create_schedule(section)

    def test_a_copy_runs_with_the_rights_of_who_copies(self):
        schedule = self._create_schedule('totals', 'overdue')
        schedule.sudo().runs_as_id = self.manager
        copied = schedule.copy()
        self.assertEqual(copied.runs_as_id, self.admin)
        self.assertEqual(copied.section_ids.mapped('kind'), ['totals', 'overdue'])

    def test_recipients_name_one_each(self):
        schedule = self._create_schedule('totals')
        with self.assertRaises(ValidationError):
            schedule.recipient_ids = [
                Command.create({'user_id': self.manager.id, 'partner_id': self.customer.id})
            ]
