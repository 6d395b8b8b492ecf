import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytz

from odoo.tests import tagged

from odoo.addons.complaint_management.tests.common import ComplaintCommon

from .common import SlaCommon, _At, to_utc

TABLE = Path(__file__).with_name('time_limits.csv')
STARTS = ('2026-03-10 14:30', '2026-03-13 19:10', '2026-04-30 16:30')

# The working days of 2026 near the starts, as the State Council announced them: (date, kind).
DAYS = [
    *((f'2026-04-{day:02}', 'off') for day in (4, 5, 6)),
    *((f'2026-05-{day:02}', 'off') for day in range(1, 6)),
    ('2026-05-09', 'on'),
]

# What carries a row that is no clock of a case. What is due by the calendar is a `schedule`: the
# addon that reports brings it, and checks these rows.
CARRIERS = {
    'complaint.approval.rule',
    'complaint.closing.reason',
    'complaint.inform.rule',
    'complaint.sla.escalation',
    'complaint.stage',
    'complaint.stage.gate',
}
LINES = {
    *('complaint.assistance', 'complaint.handover', 'complaint.measure'),
    'complaint.sla.extension',
}

# Milestones that the software records by itself at some step of every regime's work.
STAMPED_BY_THE_SOFTWARE = {
    *('received', 'registered', 'assigned', 'transferred', 'department_accepted'),
    *('investigator_named', 'investigated', 'limit_set', 'flagged', 'ruling_requested', 'ruled'),
    *('approval_requested', 'solution_proposed', 'solution_approved', 'executed'),
    *('department_answered', 'answered', 'customer_rejected', 'escalated', 'closing_requested'),
    *('return_issued', 'goods_received', 'disposition_set', 'return_done', 'remedied'),
    *('called_back', 'closed'),
}

# What a complaint must be for a limit by date to apply: {id of the policy: values}; a value names
# a row of the preset.
NEEDS = {
    'policy_manager_limit': {'grade_id': 'grade_hard'},
    'policy_special_promise': {'grade_id': 'grade_special'},
}


@tagged('post_install', '-at_install', 'once')
class TestTimeLimitTable(ComplaintCommon):
    """Requirements 2.6: each of the 129 time limits is carried by a record.

    `time_limits.csv` has a row for each: the record of the preset, three starts in local time (a
    weekday afternoon, a Friday after closing, the day before a holiday that is followed by a
    make-up Saturday), the deadlines as reckoned by hand from the calendar, and how.
    """

    _create_calendar = classmethod(SlaCommon._create_calendar.__func__)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['resource.calendar.leaves'].search([('resource_id', '=', False)]).unlink()
        with TABLE.open(encoding='utf-8', newline='') as file:
            cls.rows = list(csv.DictReader(file))
        cls.china = cls.env.ref('base.cn')
        cls.env['complaint.workday'].search([]).unlink()
        cls.env['complaint.workday'].create(
            [
                {
                    'name': "Working days of 2026",
                    'date': date,
                    'kind': kind,
                    'like_weekday': '1' if kind == 'on' else False,
                    'country_id': cls.china.id,
                }
                for date, kind in DAYS
            ]
        )
        cls.companies, cls.records = {}, {}
        for code in sorted({row['regime'] for row in cls.rows}):
            cls._open_company(code)

    @classmethod
    def _open_company(cls, code):
        """Make a company with Chinese working hours that installs the preset of a regime."""
        company = cls.env['res.company'].create(
            {'name': f"Company {code}", 'country_id': cls.china.id}
        )
        calendar = cls._create_calendar(code, 'Asia/Shanghai', ((9, 12), (13, 18)))
        calendar.company_id = company
        company.resource_calendar_id = calendar
        cls.companies[code] = company
        preset = cls.env['complaint.preset'].search([('code', '=', code)]).with_company(company)
        # The standard procedure is there for every company.
        install = preset.install_id or preset._install(company)
        cls.records[code] = cls.env['complaint.preset.loader']._get_records(install)

    def _get_record(self, row, name):
        """Return the record that a row names: of its regime's preset, or by external id."""
        if '.' in name:
            return self.env.ref(name)
        self.assertIn(name, self.records[row['regime']], row['id'])
        return self.records[row['regime']][name]

    def _iter_records(self, *carriers):
        """Yield (row of the table, id, record) of the rows with these carriers."""
        for row in self.rows:
            if row['carrier'] in carriers:
                for name in row['record'].split():
                    yield row, name, self._get_record(row, name)

    def _get_expected(self, row):
        """Return the starts and deadlines of a row: [(start, deadline)] in UTC."""
        return [
            tuple(to_utc(row[f'{name}{n}'], 'Asia/Shanghai') for name in ('start', 'deadline'))
            for n in (1, 2, 3)
        ]

    # === THE TABLE === #

    def test_every_limit_is_in_the_table_once(self):
        self.assertEqual([row['id'] for row in self.rows], [f'TL-{n:03}' for n in range(1, 130)])
        for row in self.rows:
            with self.subTest(row['id']):
                self.assertTrue(row['reason'].strip())
                if row['carrier'] in ('policy', 'fixed', 'schedule'):
                    starts = tuple(row[f'start{n}'] for n in (1, 2, 3))
                    self.assertEqual(starts, STARTS)

    def test_the_starts_are_what_they_are_called(self):
        afternoon, friday, eve = map(datetime.fromisoformat, STARTS)
        self.assertEqual((afternoon.weekday(), afternoon.hour), (1, 14))
        self.assertEqual((friday.weekday(), friday.hour), (4, 19))
        self.assertEqual((eve.weekday(), eve.hour), (3, 16))
        self.assertIn(('2026-05-01', 'off'), DAYS)

    # === CLOCKS === #

    def test_policies_reckon_what_was_reckoned_by_hand(self):
        for row, name, policy in self._iter_records('policy'):
            self.assertEqual(policy._name, 'complaint.sla.policy')
            company = self.companies[row['regime']]
            for start, deadline in self._get_expected(row):
                with self.subTest(row['id'], policy=name, start=start):
                    answer = policy.with_company(company).preview(start)
                    self.assertEqual(answer['deadline'], deadline)
                    self.assertTrue(answer['trace'])

    def test_limits_by_date_are_due_on_the_date_of_the_complaint(self):
        for row, name, policy in self._iter_records('fixed'):
            self.assertEqual(policy.limit_kind, 'fixed')
            for start, deadline in self._get_expected(row):
                with self.subTest(row['id'], policy=name, start=start):
                    clock = self._start_by_date(row, policy, name, start, deadline)
                    self.assertEqual((clock.started_at, clock.deadline), (start, deadline))
                    self.assertEqual(clock.state, 'running')

    def _start_by_date(self, row, policy, name, start, deadline):
        """Return the clock of a complaint to which somebody set or promised a date."""
        code, by_promise = policy.start_milestone_id.code, policy.date_from == 'promise'
        before, after = start - timedelta(minutes=30), start + timedelta(minutes=5)
        with _At(start if code == 'registered' else before):
            case = self._take_in(row, policy, name)
            if policy.date_from == 'return_due':
                goods = self._prepare_return(case, deadline)
            elif not by_promise and code != 'limit_set':
                case.limit_date = deadline
        with _At(start):
            if policy.date_from == 'return_due':
                goods.action_issue()
            elif code == 'limit_set':
                case.limit_date = deadline
            elif code == 'visited':
                self._promise(case, deadline, 'visit')
            elif code != 'registered':
                case._stamp(code)
        if by_promise and code != 'visited':
            with _At(after):
                self._promise(case, deadline, 'phone')
        return self.env['complaint.sla.clock'].search(
            [('case_id', '=', case.id), ('policy_id', '=', policy.id)]
        )

    def _take_in(self, row, policy, name):
        records = self.records[row['regime']]
        needs = {field: records[value].id for field, value in NEEDS.get(name, {}).items()}
        return self.env['complaint.case'].create(
            {
                'name': row['id'],
                'description': row['reason'],
                'expected_solution': "By the date",
                'partner_id': self.customer.id,
                'company_id': policy.company_id.id,
                'team_id': records['team'].id,
                'procedure_id': policy.procedure_id.id,
                'channel_id': self.env.ref('complaint_management.channel_phone').id,
                **needs,
            }
        )

    def _prepare_return(self, case, deadline):
        local = pytz.utc.localize(deadline).astimezone(pytz.timezone('Asia/Shanghai'))
        return self.env['complaint.return'].create(
            {
                'case_id': case.id,
                'product': "S3",
                'lot': "17",
                'quantity': 1,
                'due_date': local.date(),
            }
        )

    def _promise(self, case, deadline, means):
        case._record_contact(
            {
                'means': means,
                'direction': 'out',
                'purpose': 'holding',
                'content': "We look into it.",
                'promise': "You hear from us.",
                'promise_date': deadline,
            }
        )

    def test_what_is_not_numbered_is_off_and_says_so(self):
        """PAWN: “at once” and “promptly” give no number, and `[X]` is blank."""
        for row, name, policy in self._iter_records('policy'):
            with self.subTest(row['id'], policy=name):
                unnumbered = row['reason'].startswith(("“At once”", "“Promptly”", "“In time”, no"))
                blank = "marked as an example" in row['reason']
                if blank:
                    self.assertIn("(example)", policy.name)
                    self.assertTrue(policy.note)
                    self.assertEqual(policy.state, 'active')
                elif unnumbered:
                    self.assertEqual(policy.state, 'draft')
                    self.assertIn("example", policy.note)
                else:
                    self.assertEqual(policy.state, 'active')

    def test_every_policy_of_a_preset_starts_and_stops_by_what_can_happen(self):
        """No limit waits for a milestone that neither the software, a stage nor staff record."""
        for code, records in self.records.items():
            stamped = records and {
                stage.milestone_id for stage in records.values() if stage._name == 'complaint.stage'
            }
            for name, policy in records.items():
                if policy._name != 'complaint.sla.policy':
                    continue
                for milestone in policy.start_milestone_id | policy.stop_milestone_id:
                    with self.subTest(code, policy=name, milestone=milestone.code):
                        self.assertTrue(
                            milestone in stamped
                            or milestone.manual
                            or milestone.code in STAMPED_BY_THE_SOFTWARE
                        )

    # === WHAT IS NO CLOCK OF A CASE === #

    def test_what_is_no_clock_is_carried_by_a_record(self):
        for row, name, record in self._iter_records(*CARRIERS):
            with self.subTest(row['id'], record=name):
                self.assertEqual(record._name, row['carrier'])
        for row in self.rows:
            if row['carrier'] in LINES:
                with self.subTest(row['id']):
                    self.assertIn(row['record'], self.env[row['carrier']]._fields)

    def test_every_row_is_carried_by_something_known(self):
        known = {'policy', 'fixed', 'schedule', *CARRIERS, *LINES}
        for row in self.rows:
            with self.subTest(row['id']):
                self.assertIn(row['carrier'], known)
                if row['carrier'] == 'schedule':
                    self.assertTrue(row['record'])
                    self.assertTrue(all(row[f'deadline{n}'] for n in (1, 2, 3)))
