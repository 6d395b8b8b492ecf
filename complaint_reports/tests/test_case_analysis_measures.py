from datetime import datetime, timedelta
from random import Random

from odoo.tests import tagged
from odoo.tools import SQL

from ..models.complaint_case_analysis_course import MILESTONES
from ..models.complaint_case_analysis_result import SCORES
from .common import ReportsCommon

CASES = 30
BEGIN = datetime(2025, 3, 3, 1)
CONTENT = ('satisfied', 'basically_satisfied')
MONEY = ('remedy_amount', 'cost_amount')


@tagged('post_install', '-at_install')
class TestCaseAnalysisMeasures(ReportsCommon):
    """Issue 9, item 3: every measure equals what Python makes of the rows behind it.

    Thirty cases with one to three rounds, and with events, revocations, clocks, callbacks,
    remedies and costs dealt out at random, in every state.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = Random(9)
        cls.analysis = cls.env['complaint.case.analysis']
        values = {'partner_id': False, 'team_id': cls.team.id}
        cls.cases = (
            cls.env['complaint.case']
            .with_user(cls.receiver)
            .create([{'name': f"Case {n}", **values} for n in range(CASES)])
            .sudo()
        )
        cls.policies = [
            cls.answer_limit,
            cls._create_policy(stop='closed', limit_kind='elapsed', limit_value=2),
            cls._create_policy(stop='accepted', limit_kind='elapsed', limit_value=2),
        ]
        for case in cls.cases:
            cls._deal_case(case)
        cls.env.flush_all()
        cls.env.invalidate_all()
        cls._deal_events()
        cls.env.flush_all()
        # The engine's clocks make room for clocks in every state.
        cls.env.cr.execute("DELETE FROM complaint_sla_clock WHERE case_id IN %s", [cls.cases._ids])
        for case in cls.cases:
            for number in range(1, case.round + 1):
                cls._deal_lines(case, number)
        cls.env.flush_all()
        cls.env.invalidate_all()
        cls.rows = cls.analysis.search([('case_id', 'in', cls.cases.ids)])

    # === THE SET === #

    @classmethod
    def _insert(cls, table, **values):
        cls.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) VALUES %s",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )

    @classmethod
    def _moment(cls, days=20):
        return BEGIN + timedelta(minutes=cls.random.randrange(days * 1440))

    @classmethod
    def _deal_case(cls, case):
        pick = cls.random.choice
        received_at, is_closed = cls._moment(), pick((True, False))
        values = {
            'round': pick((1, 1, 2, 3)),
            'received_at': received_at,
            'registered_at': received_at + timedelta(hours=cls.random.randrange(50)),
            'is_closed': is_closed,
            'closed_at': received_at + timedelta(hours=pick((5, 80, 700))) if is_closed else None,
            'validity': pick(('undetermined', 'valid', 'invalid', 'out_of_scope')),
            'repeat_count': pick((0, 0, 1, 4)),
            'customer_satisfied': pick((None, 'satisfied', 'basically_satisfied', 'dissatisfied')),
            'rating_last_value': pick((0, 1, 3, 5)),
        }
        cls.env.cr.execute(
            SQL(
                "UPDATE complaint_case SET %s WHERE id = %s",
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
                ),
                case.id,
            )
        )

    @classmethod
    def _deal_events(cls):
        codes = {code: cls._milestone(code).id for code in (*MILESTONES.values(), 'reopened')}
        rows = []
        for case in cls.cases:
            for number in range(1, case.round + 1):
                dealt = [
                    code for code in MILESTONES.values() for _n in range(cls.random.randrange(3))
                ]
                for code in dealt + (['reopened'] if number > 1 else []):
                    occurred_at = case.received_at + timedelta(hours=cls.random.randrange(900))
                    rows.append(
                        {
                            'case_id': case.id,
                            'milestone_id': codes[code],
                            'occurred_at': occurred_at,
                            'round': number,
                        }
                    )
        events = cls.env['complaint.event']._record(rows)
        revoked = [event for event in events if cls.random.random() < 0.25]
        cls.env['complaint.event']._record(
            [
                {
                    'case_id': event.case_id.id,
                    'milestone_id': cls._milestone('revoked').id,
                    'occurred_at': BEGIN,
                    'revokes_id': event.id,
                }
                for event in revoked
            ]
        )

    @classmethod
    def _deal_lines(cls, case, number):
        pick = cls.random.choice
        common = {'case_id': case.id, 'company_id': case.company_id.id, 'round': number}
        for policy in cls.random.sample(cls.policies, cls.random.randrange(4)):
            state = pick(('running', 'paused', 'met', 'missed', 'cancelled', 'superseded'))
            deadline = cls._moment(40)
            ended = deadline + timedelta(hours=-2 if state == 'met' else pick((-2, 3)))
            if state == 'missed':
                ended = deadline + timedelta(hours=3)
            cls._insert(
                'complaint_sla_clock',
                **common,
                policy_id=policy.id,
                policy_version=1,
                lap=1,
                started_at=BEGIN,
                deadline=deadline,
                stopped_at=None if state in ('running', 'paused') else ended,
                paused_at=ended if state == 'paused' else None,
                state=state,
                tz='UTC',
            )
        for _n in range(cls.random.randrange(3)):
            cls._insert(
                'complaint_callback',
                **common,
                state=pick(('done', 'done', 'planned', 'exempt')),
                planned_at=BEGIN,
                means='phone',
                **{score: pick((None, '1', '3', '5')) for score in SCORES},
            )
        for _n in range(cls.random.randrange(3)):
            cls._insert(
                'complaint_remedy',
                **common,
                state=pick(('draft', 'approved', 'refused', 'executed', 'cancelled')),
                company_amount=cls.random.randrange(1, 500),
                **cls._get_required('complaint.remedy', case),
            )
        for _n in range(cls.random.randrange(3)):
            cls._insert(
                'complaint_cost',
                **common,
                amount=1,
                amount_company=cls.random.randrange(1, 500),
                date=BEGIN.date(),
                **cls._get_required('complaint.cost', case),
            )

    @classmethod
    def _get_required(cls, model, case):
        currency = case.company_id.currency_id
        if model == 'complaint.cost':
            kind = cls.env['complaint.cost.category'].search([], limit=1)
            return {'category_id': kind.id, 'currency_id': currency.id}
        return {
            'kind': 'compensation',
            'currency_id': currency.id,
            'date': BEGIN.date(),
            'borne_by': 'company',
            'prepared_by_id': cls.manager.id,
        }

    # === WHAT PYTHON MAKES OF IT === #

    def _expect(self, case, number, now):
        latest = number == case.round
        expected = {'round': number, 'is_latest': latest, 'case_count': int(latest)}
        expected |= self._expect_once(case, now) if latest else {}
        return (
            expected
            | self._expect_course(case, number)
            | self._expect_limits(case, number, now)
            | self._expect_lines(case, number)
        )

    def _expect_once(self, case, now):
        age = ((case.closed_at if case.is_closed else now) - case.received_at) / timedelta(days=1)
        said = case.customer_satisfied
        return {
            'age_days': age,
            'days_to_close': age if case.is_closed else None,
            'hours_to_close': age * 24 if case.is_closed else None,
            'justified_rate': 100.0 * (case.validity == 'valid'),
            'repeat_count': case.repeat_count,
            'repeat_rate': 100.0 * (case.repeat_count > 0),
            'satisfaction_rate': 100.0 * (said in CONTENT) if said else None,
            'rating': case.rating_last_value or None,
        }

    def _expect_course(self, case, number):
        events = case.event_ids.filtered(lambda e: e.round == number and not e.revoked_by_ids)

        def first(code):
            return min((e.occurred_at for e in events if e.milestone_id.code == code), default=None)

        def span(end, begin):
            return (end - begin) / timedelta(days=1) if end and begin else None

        begin = case.received_at if number == 1 else first('reopened')
        days = {name: span(first(code), begin) for name, code in MILESTONES.items()}
        registered_at = case.registered_at if number == 1 else None
        return days | {'days_to_register': span(registered_at, case.received_at)}

    def _expect_limits(self, case, number, now):
        clocks = case.sla_clock_ids.filtered(lambda clock: clock.round == number)
        late = clocks.filtered('is_late')
        kept = clocks.filtered(lambda clock: clock.state == 'met')
        missed = late.filtered(lambda clock: clock.state in ('running', 'paused', 'missed'))
        return {'late_count': len(late), 'on_time_rate': 0.0 if missed else 100.0 if kept else None}

    def _expect_lines(self, case, number):
        def mine(lines, *states):
            return lines.filtered(lambda line: line.round == number and line.state in states)

        called = mine(case.callback_ids, 'done')
        expected = {}
        for score in SCORES:
            given = [int(callback[score]) for callback in called if callback[score]]
            expected[score] = sum(given) / len(given) if given else None
        granted = mine(case.remedy_ids, 'approved', 'executed')
        costs = case.cost_ids.filtered(lambda cost: cost.round == number)
        expected['remedy_amount'] = sum(granted.mapped('company_amount')) if granted else None
        expected['cost_amount'] = sum(costs.mapped('amount_company')) if costs else None
        return expected

    def _get_expected(self):
        """Return {(case id, round): {measure: value, None for nothing}}."""
        now = self.env['complaint.sla.clock']._get_now()
        return {
            (case.id, number): self._expect(case, number, now)
            for case in self.cases
            for number in range(1, case.round + 1)
        }

    # === TESTS === #

    def test_every_measure_of_every_row(self):
        expected = self._get_expected()
        self.assertEqual(sorted((row.case_id.id, row.round) for row in self.rows), sorted(expected))
        self.assertEqual(len(set(self.rows.ids)), len(expected))
        for row in self.rows:
            for name, value in expected[row.case_id.id, row.round].items():
                self.assertAlmostEqual(row[name] or 0, value or 0, msg=name)

    def test_every_measure_of_every_group(self):
        """What is unknown is left out of a mean, and sums are sums."""
        expected = self._get_expected()
        names = sorted({name for values in expected.values() for name in values})
        measures = [name for name in names if name not in ('is_latest',)]
        aggregators = {name: self.analysis._fields[name].aggregator for name in measures}
        for groupby in (['validity'], ['round'], ['customer_satisfied', 'is_closed'], []):
            groups = self.analysis._read_group(
                [('case_id', 'in', self.cases.ids)],
                groupby,
                ['id:recordset', *(f'{name}:{aggregators[name]}' for name in measures)],
            )
            self.assertTrue(groups)
            for group in groups:
                rows, figures = group[len(groupby)], group[len(groupby) + 1 :]
                for name, figure in zip(measures, figures, strict=True):
                    known = [
                        value
                        for row in rows
                        if (value := expected[row.case_id.id, row.round].get(name)) is not None
                    ]
                    value = sum(known)
                    if aggregators[name] == 'avg':
                        value = value / len(known) if known else 0
                    self.assertAlmostEqual(figure or 0, value, places=4, msg=name)

    def test_the_set_has_something_of_everything(self):
        """No measure is right because nothing is there."""
        for name in {name for values in self._get_expected().values() for name in values}:
            values = {values.get(name) for values in self._get_expected().values()}
            self.assertGreater(len(values - {None, 0}), 0, name)

    def test_filters_leave_out_what_is_unknown(self):
        """Favourites ask for what is not nothing; rows without such lines do not come along."""
        expected = self._get_expected()
        for name, operator, value in (
            ('remedy_amount', '>', 0),
            ('cost_amount', '>', 0),
            ('late_count', '>', 0),
            ('result_score', '!=', False),
        ):
            rows = self.analysis.search(
                [('case_id', 'in', self.cases.ids), (name, operator, value)]
            )
            self.assertEqual(
                {(row.case_id.id, row.round) for row in rows},
                {key for key, values in expected.items() if values[name]},
                name,
            )

    def test_a_complaint_counts_once_whatever_its_rounds(self):
        domain = [('case_id', 'in', self.cases.ids)]
        [(rows, complaints)] = self.analysis._read_group(domain, [], ['__count', 'case_count:sum'])
        self.assertEqual((rows, complaints), (sum(self.cases.mapped('round')), CASES))
        latest = self.analysis.search([*domain, ('is_latest', '=', True)])
        self.assertEqual(sorted(latest.ids), sorted(self.cases.ids))
        self.assertEqual(sorted(latest.case_id.ids), sorted(self.cases.ids))

    def test_figures_are_read_on_a_read_only_cursor(self):
        """design.md 12: a replica can serve them."""
        domain = [('case_id', 'in', self.cases.ids)]
        measures = [
            f'{name}:{field.aggregator}'
            for name, field in self.analysis._fields.items()
            if field.store and field.aggregator and name != 'id'
        ]
        manager = self.analysis.with_user(self.manager)
        limits = self.env['complaint.sla.analysis'].with_user(self.manager)
        self.env.cr.flush()  # and what waits for the commit
        with self.env.cr.savepoint(flush=False) as savepoint:
            self.env.cr.execute("SET TRANSACTION READ ONLY")
            self.assertTrue(manager.formatted_read_group(domain, ['category_id'], measures))
            self.assertTrue(limits.formatted_read_group(domain, ['state'], ['__count']))
            found = manager.web_search_read(domain, {'number': {}, 'days_to_answer': {}})
            self.assertEqual(len(found['records']), len(self.rows))
            savepoint.rollback()
        action = self.rows[0].with_user(self.manager).action_open_case()
        self.assertEqual(action['res_id'], self.rows[0].case_id.id)

    def test_a_reopened_complaint_begins_its_second_round(self):
        """The days of a later round begin with the reopening (T5)."""
        with self._at('2025-03-03 09:00'):
            case = self._create_worked_case()
            case.with_user(self.manager)._move_to(self.stages['closed'])
        with self._at('2025-03-10 09:00'):
            reopened = case.with_user(self.manager)
            reopened._move_to(self.stages['investigation'], reason="Again", new_round=True)
        with self._at('2025-03-12 09:00'):
            case.with_user(self.manager)._stamp('answered')
        self.env.invalidate_all()
        first, second = self.analysis.search([('case_id', '=', case.id)]).sorted('round')
        self.assertFalse(first.days_to_answer)
        self.assertAlmostEqual(second.days_to_answer, 2)
        self.assertEqual((second.id, first.is_latest, second.is_latest), (case.id, False, True))
        self.assertEqual(first.action_open_case()['res_id'], case.id)

    def test_the_complainant_is_shown_as_on_the_case(self):
        case = self._create_case()
        self.env.flush_all()
        row = self.analysis.with_user(self.manager).browse(case.id)
        self.assertEqual(row.complainant_name, case.complainant_name)
        self.assertFalse(type(row)._fields['complainant_name'].related_sudo)
