from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..tools import id_ranges
from .common_period import ALL_TABLES, PeriodCommon


@tagged('post_install', '-at_install')
class TestReportFigures(PeriodCommon):
    """Requirements 2.8: figures are right, and every cell equals the rows behind it."""

    def _make_cases(self):
        """Return (closed in its month, open, received the month before and closed in this one)."""
        with self._at('2025-02-20 10:00'):
            earlier = self._create_worked_case(cause_id=False)
        with self._at('2025-03-03 09:00'):
            closed = self._create_worked_case()
            still_open = self._create_case(category_id=self.category.id, validity='invalid')
        with self._at('2025-03-05 21:00'):
            for case in closed | earlier:
                case.with_user(self.manager)._move_to(self.stages['closed'])
        return closed, still_open, earlier

    def test_totals(self):
        closed, still_open, earlier = self._make_cases()
        schedule = self._create_schedule('totals', procedure_id=self.procedure.id)
        with self._at('2025-04-01 09:00'):
            run = self._open(schedule, '2025-03-15')
        self.assertEqual(
            self._numbers(run),
            {
                **{'open_before': 1, 'received': 2, 'closed': 2, 'open': 1},
                **{'justified': 1, 'reopened': 0},
            },
        )
        self.assertEqual(self._ids(run, 'totals', 'open_before'), earlier.ids)
        self.assertEqual(self._ids(run, 'totals', 'open'), still_open.ids)
        self.assertEqual(self._ids(run, 'totals', 'received'), (closed | still_open).ids)
        # February is told as it was, although the case is closed by now.
        with self._at('2025-04-01 09:10'):
            february = self._open(schedule, '2025-02-10')
        self.assertEqual(self._numbers(february)['open'], 1)

    def test_every_cell_equals_its_rows(self):
        self._make_cases()
        groupings = [
            {'kind': 'breakdown', 'group_field': name}
            for name, _label in self.env['complaint.report.section']
            ._fields['group_field']
            ._description_selection(self.env)
        ]
        schedule = self._create_schedule(*ALL_TABLES, *groupings)
        with self._at('2025-04-01 09:00'):
            run = self._open(schedule, '2025-03-01')
        self.assertGreater(self._assert_cells_equal_rows(run), 80)
        for table in run.sudo().figures['sections']:
            if table['kind'] == 'breakdown':
                rows = table['rows']
                self.assertEqual(sum(r['cells'][0]['v'] for r in rows[:-1]), 2)
                self.assertEqual(rows[-1]['cells'][0]['v'], 2)

    def test_lines_of_complaints(self):
        """Costs and limits of the period, not of the complaint's date."""
        closed, *_others = self._make_cases()
        cost = self.env['complaint.cost'].create(
            {
                'case_id': closed.id,
                'category_id': self.env['complaint.cost.category'].search([], limit=1).id,
                'amount': 120.5,
                'date': '2025-03-31',
            }
        )
        schedule = self._create_schedule('failure_cost', 'on_time')
        with self._at('2099-01-01 00:00'):  # the cost is entered now
            march, april = self._open(schedule, '2025-03-01'), self._open(schedule, '2025-04-01')
        self.assertEqual(self._ids(march, 'failure_cost', 'total'), cost.ids)
        self.assertEqual(self._numbers(march, 'failure_cost', 1)['total'], 120.5)
        self.assertEqual(self._numbers(april, 'failure_cost')['total'], 0)
        limits = self._numbers(march, 'on_time')
        self.assertEqual(limits[self.answer_limit.name], 2)
        self.assertEqual(self._numbers(march, 'on_time', 2)[self.answer_limit.name], 2)
        self._assert_cells_equal_rows(march)

    def test_callbacks_and_their_scores(self):
        """PAWN, RE-02: satisfaction, each score, and the low ones."""
        closed, *_others = self._make_cases()
        callback = self.env['complaint.callback']._create_internal(
            [
                {
                    **{'case_id': closed.id, 'state': 'done', 'done_at': '2025-03-10 02:00:00'},
                    **{'result_score': '2', 'attitude_score': '5', 'needs_analysis': True},
                    'satisfaction': 'dissatisfied',
                }
            ]
        )
        closed.sudo()._note_satisfaction('dissatisfied')
        schedule = self._create_schedule('callbacks', 'scores', 'kpi')
        with self._at('2099-01-01 00:00'):  # the callback is entered now
            run = self._open(schedule, '2025-03-01')
        self.assertEqual(self._ids(run, 'callbacks', "Dissatisfied"), closed.ids)
        self.assertEqual(self._ids(run, 'callbacks', 'low_scores'), callback.ids)
        scores = {row['code']: row['cells'] for row in self._table(run, 'scores')['rows']}
        self.assertEqual([cell['v'] for cell in scores['result_score']], [1, 0, 1, 0, 0, 0])
        self.assertEqual([cell['v'] for cell in scores['attitude_score']], [1, 0, 0, 0, 0, 1])
        self.assertEqual([cell['v'] for cell in scores['measures_score']], [0, 0, 0, 0, 0, 0])
        self.assertEqual(self._numbers(run, 'kpi')['satisfaction_rate'], 0)
        self._assert_cells_equal_rows(run)

    def test_satisfaction_is_the_last_word_as_in_the_analysis(self):
        """Design 9: a complaint counts once, whoever asked and how often."""
        closed, *_others = self._make_cases()
        values = {'case_id': closed.id, 'state': 'done', 'done_at': '2025-03-10 02:00:00'}
        self.env['complaint.callback']._create_internal(
            [{**values, 'satisfaction': said} for said in ('dissatisfied', 'satisfied')]
        )
        closed.sudo()._note_satisfaction('satisfied')
        with self._at('2099-01-01 00:00'):
            run = self._open(self._create_schedule('callbacks', 'kpi'), '2025-03-01')
        self.assertEqual(self._ids(run, 'callbacks', "Satisfied"), closed.ids)
        self.assertEqual(self._ids(run, 'callbacks', "Dissatisfied"), [])
        analysis = self.env['complaint.case.analysis'].search([('case_id', '=', closed.id)])
        [rate] = filter(None, analysis.mapped('satisfaction_rate'))
        self.assertEqual(self._numbers(run, 'kpi')['satisfaction_rate'] * 100, rate)
        self._assert_cells_equal_rows(run)

    def test_empty_period(self):
        schedule = self._create_schedule(*ALL_TABLES)
        with self._at('2001-04-01 09:00'):
            run = self._open(schedule, '2001-03-01')
        self.assertTrue(run.is_nil)
        self.assertGreater(self._assert_cells_equal_rows(run), 20)
        for table in run.sudo().figures['sections']:
            for row in table['rows']:
                for cell in row.get('cells', []):
                    self.assertIn(cell['v'], (0, None, 0.0), table['kind'])
        self.assertTrue(run.figures_view['sections'])

    def test_trend_follows_the_periods_of_the_report(self):
        self._make_cases()
        schedule = self._create_schedule({'kind': 'trend', 'period_count': 3}, cutoff_day=25)
        with self._at('2025-04-01 09:00'):
            run = self._open(schedule, '2025-03-03')
        self.assertEqual(self._numbers(run, 'trend'), {'2025-01': 0, '2025-02': 1, '2025-03': 2})
        self._assert_cells_equal_rows(run)

    def test_section_condition(self):
        self._make_cases()
        schedule = self._create_schedule(
            {'kind': 'case_list', 'domain': "[('validity', '=', 'valid')]"}
        )
        with self._at('2025-04-01 09:00'):
            run = self._open(schedule, '2025-03-03')
        self.assertEqual(len(self._table(run, 'case_list')['rows']), 1)

    def test_figures_are_read_on_a_read_only_cursor(self):
        """Design 12: a replica can serve them."""
        cursors = []
        original = self.registry.cursor

        def open_cursor(readonly=False):
            cursors.append(readonly)
            return original(readonly=readonly)

        schedule = self._create_schedule(*ALL_TABLES)
        self.patch(self.registry, 'cursor', open_cursor)
        run = self._open(schedule, '2025-03-01')
        self.assertEqual(cursors, [True])
        self.assertTrue(run.as_of)

    def test_cost_does_not_grow_with_the_cases(self):
        schedule = self._create_schedule(*ALL_TABLES)
        run = self._open(schedule, '2025-03-01')
        spec = run._prepare_spec(self.env.cr.now())

        def count():
            return self._count_queries(
                lambda: (
                    self.env['complaint.report.figures'].with_user(self.manager)._get_figures(spec)
                )
            )

        with self._at('2025-03-03 09:00'):
            self._create_worked_case()
        few = count()
        with self._at('2025-03-03 09:00'):
            for _number in range(8):
                self._create_worked_case()
        self.assertLessEqual(count(), few + 2)


@tagged('post_install', '-at_install')
class TestReportAccess(PeriodCommon):
    """Reports tell numbers with the rights of their schedule, complaints with the reader's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case(received_at='2025-03-03 01:00:00')
        cls.hidden = cls._create_worked_case(
            name="Secret matter", received_at='2025-03-04 01:00:00'
        )
        cls.schedule = cls._create_schedule('totals', 'case_list', author_id=cls.manager.id)

    def _list(self, run, user):
        [section] = [
            s for s in self._as(user, run).figures_view['sections'] if s['kind'] == 'case_list'
        ]
        return section

    def test_recused_author_learns_nothing_of_the_complaint(self):
        self._recuse('manager', self.hidden)
        run = self._open(self.schedule, '2025-03-01')
        self.assertEqual(self._numbers(run)['received'], 2)
        section = self._list(run, self.manager)
        self.assertEqual([row['id'] for row in section['rows']], self.case.ids)
        self.assertEqual(section['hidden'], 1)
        self.assertNotIn("Secret matter", str(self._as(self.manager, run).figures_view))
        key = self._table(run)['key']
        action = self._as(self.manager, run).action_open_cell(key, 1, 0)
        opened = self.env['complaint.case'].with_user(self.manager).search(action['domain'])
        self.assertEqual(opened, self.case)
        # Who counts the rows is told why there are fewer.
        self.assertEqual(
            action['name'], "Totals · Received · Number (1 more that you have no access to)"
        )
        action = self._as(self.auditor, run).action_open_cell(key, 1, 0)
        self.assertEqual(action['name'], "Totals · Received · Number")
        # Neither over RPC.
        for name in ('figures', 'definition', 'differences'):
            with self.assertRaises(AccessError):
                self._as(self.manager, run).read([name])

    def test_schedule_of_a_recused_person_does_not_count_it(self):
        employee = self.env['hr.employee.public'].browse(self.employees['admin'].id)
        self.hidden.accused_employee_ids = employee
        self.env.flush_all()
        run = self._open(self.schedule, '2025-03-01')
        self.assertEqual(self._numbers(run)['received'], 1)

    def test_restricted_complaint_is_not_in_the_figures_of_who_may_not_read_it(self):
        self.hidden.flag_ids = self.env['complaint.flag'].create(
            {'name': "Secret", 'restricts_access': True}
        )
        run = self._open(self.schedule, '2025-03-01')
        self.assertEqual(self._numbers(run)['received'], 1)
        own = self._create_schedule('totals', runs_as_id=self.admin.id)
        own.sudo().runs_as_id = self.committee
        run = self._open(own, '2025-03-01')
        self.assertEqual(self._numbers(run)['received'], 2)

    def test_of_an_erased_complaint_no_word_remains(self):
        run = self._open(self.schedule, '2025-03-01')
        self.assertNotIn("Secret matter", str(run.sudo().figures))
        self.assertIn("Secret matter", str(self._as(self.manager, run).figures_view))

    def test_reader_without_a_role_opens_no_complaint(self):
        self.schedule.sudo().recipient_ids = [
            (0, 0, {'user_id': self.outsider.id, 'role': 'reader'})
        ]
        self.schedule.sudo().write({'author_id': self.admin.id})
        run = self._open(self.schedule, '2025-03-01')
        self.assertEqual(run.state, 'issued')
        section = self._list(run, self.outsider)
        self.assertEqual((section['rows'], section['hidden']), ([], 2))
        with self.assertRaises(AccessError):
            self._as(self.outsider, run).action_open_cell(self._table(run)['key'], 1, 0)

    def test_who_is_not_concerned_sees_no_report(self):
        run = self._open(self.schedule, '2025-03-01')
        with self.assertRaises(AccessError):
            self._as(self.handler, run).read(['name'])
        with self.assertRaises(AccessError):
            self._as(self.outsider, run).read(['figures_view'])

    def test_nobody_counts_with_the_rights_of_another(self):
        other = self.env['res.users'].create(
            {
                'name': "Second admin",
                'login': 'complaint_second_admin',
                'group_ids': [
                    (4, self.env.ref('base.group_user').id),
                    (4, self.env.ref('complaint_management.group_complaint_admin').id),
                ],
            }
        )
        foreign = self.schedule.with_user(other)
        for call in (
            lambda: foreign.write({'domain': '[]'}),
            lambda: foreign.section_ids[0].write({'domain': '[]'}),
            lambda: foreign.section_ids[0].unlink(),
            lambda: foreign.write({'section_ids': [(0, 0, {'kind': 'case_list'})]}),
            lambda: foreign.write({'recipient_ids': [(0, 0, {'user_id': other.id})]}),
            foreign.action_open_now,
        ):
            with self._refused("runs with the rights of"):
                call()
        with self._refused("not with somebody else's"):
            self._create_schedule('totals', user=other, runs_as_id=self.admin.id)
        foreign.action_take_over()
        foreign.section_ids[0].unlink()
        self.assertEqual(self.schedule.runs_as_id, other)

    def test_another_company(self):
        company = self.env['res.company'].create({'name': "Elsewhere"})
        run = self._open(self.schedule, '2025-03-01')
        self.manager.write({'company_ids': [(6, 0, company.ids)], 'company_id': company.id})
        with self.assertRaises(AccessError):
            self._as(self.manager, run).read(['name'])

    def test_cells_are_asked_for_with_care(self):
        run = self._open(self.schedule, '2025-03-01').with_user(self.manager)
        key = self._table(run)['key']
        for arguments in ((key, 99, 0), (key, 0, 99), ('no', 0, 0), (key, '0', 0), (key, None, 0)):
            with self._refused("nothing behind"):
                run.action_open_cell(*arguments)

    def test_ids_are_packed_and_unpacked(self):
        for numbers in ([], [7], [1, 2, 3], [1, 3, 4, 9], list(range(100))):
            self.assertEqual(id_ranges.unpack(id_ranges.pack(numbers[::-1])), numbers)
