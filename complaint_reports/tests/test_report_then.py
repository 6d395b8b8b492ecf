from odoo.fields import Command
from odoo.tests import tagged

from ..tools import id_ranges
from .common_period import ALL_TABLES, PeriodCommon

# By what complaints are counted and what may change of it afterwards.
GROUPINGS = (
    *('category_id', 'cause_id', 'department_id', 'channel_id', 'grade_id', 'stage_id'),
    *('handler_id', 'kind_id', 'team_id', 'validity', 'priority', 'closing_reason_id'),
)
BREAKDOWNS = [{'kind': 'breakdown', 'group_field': name} for name in GROUPINGS]


@tagged('post_install', '-at_install')
class TestReportThen(PeriodCommon):
    """C8, C9: a report that is counted as of then takes complaints by what they were then."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        create = cls.env['complaint.flag'].create
        cls.flag, cls.other_flag = create(
            [{'name': name, 'code': f'then_{name}'} for name in ('one', 'two')]
        )
        cls.grave = cls.env['complaint.grade'].create({'name': "Grave", 'rank': 9})
        cls.board = cls.env['complaint.team'].create(
            {'name': "Board", 'procedure_id': cls.procedure.id, 'leader_id': cls.manager.id}
        )
        cls.part = cls.env['complaint.team'].create(
            {'name': "Part", 'procedure_id': cls.procedure.id, 'parent_id': cls.team.id}
        )
        cls.stores = cls.env['hr.department'].create({'name': "Stores"})
        cls.other_category = cls.env['complaint.category'].search(
            [('id', '!=', cls.category.id), ('procedure_id', 'in', (False, cls.procedure.id))],
            limit=1,
        )
        cls.other_cause = cls.env['complaint.cause'].create({'name': "Frost"})
        cls.other_channel = cls.env['complaint.channel'].create({'name': "Pigeon"})

    # === HELPERS === #

    def _end(self):
        """End the transaction, as far as tracking goes."""
        self.env.cr.flush()
        self.env.cr.precommit.run()
        self.env.cr.flush()

    def _make_cases(self, number=1):
        with self._at('2026-03-10 09:00'):
            cases = self.env['complaint.case'].union(
                *(
                    self._create_worked_case(
                        department_id=self.department.id, flag_ids=self.flag.ids
                    )
                    for _number in range(number)
                )
            )
            self._end()
        return cases

    def _change(self, cases):
        """Change, after the report, all by which complaints are counted."""
        with self._at('2026-04-02 09:00'):
            cases.sudo().write(
                {
                    **{'grade_id': self.grave.id, 'team_id': self.board.id},
                    **{'department_id': self.stores.id, 'handler_id': self.receiver.id},
                    **{'category_id': self.other_category.id, 'validity': 'invalid'},
                    **{'cause_id': self.other_cause.id, 'channel_id': self.other_channel.id},
                    **{'priority': '2', 'closing_reason_id': False},
                    'customer_satisfied': 'dissatisfied',
                    'kind_id': self.env['complaint.kind']
                    .search([('id', '!=', cases[:1].kind_id.id)], limit=1)
                    .id,
                    'flag_ids': [Command.set(self.other_flag.ids)],
                }
            )
            cases.sudo()._move_to(self.stages['assessment'])
            self._end()

    def _report(self, schedule):
        with self._at('2026-04-01 09:00'):
            return self._open(schedule, '2026-03-10')

    def _again(self, run, now=False):
        with self._at('2026-04-05 09:00'):
            self.env.flush_all()
            self.env.invalidate_all()
            run = run.with_user(self.manager)
            action = run.action_rerun_now() if now else run.action_rerun_then()
            return self.runs.browse(action['res_id'])

    def _assert_same(self, then, run):
        self.assertFalse(then.sudo().differences)
        self.assertEqual(then.sudo().figures, run.sudo().figures)
        self.assertEqual(then.digest, run.digest)

    # === AS OF THEN === #

    def test_every_cell_and_list_is_as_it_was(self):
        cases = self._make_cases(2)
        schedule = self._create_schedule(*BREAKDOWNS, *ALL_TABLES)
        run = self._report(schedule)
        self._change(cases[:1])
        then = self._again(run)
        self._assert_same(then, run)
        self.assertGreater(self._assert_cells_equal_rows(then), 100)
        [row] = [row for row in self._table(then, 'case_list')['rows'] if row['id'] == cases[0].id]
        self.assertIn(self.grade.name, row['texts'])
        self.assertIn(self.handler.name, row['texts'])

    def test_scopes_take_complaints_by_what_they_were(self):
        case = self._make_cases()
        stays = self._make_cases()
        conditions = [
            [('flag_ids', 'in', self.flag.ids)],
            ['!', ('flag_ids', 'in', self.other_flag.ids)],
            [('grade_id.rank', '<', 9)],
            [('category_id', 'child_of', self.category.id), ('is_closed', '=', False)],
            ['|', ('phase', '=', 'intake'), ('handler_id.name', 'ilike', "handler")],
            [('validity', '!=', 'invalid'), ('priority', 'in', ['0', '1'])],
            [('cause_id', '=', False), ('channel_id', '!=', self.other_channel.id)],
        ]
        schedule = self._create_schedule(
            *({'kind': 'totals', 'domain': repr(condition)} for condition in conditions),
            *({'kind': 'case_list', 'domain': repr(condition)} for condition in conditions),
            team_id=self.team.id,
            department_id=self.department.id,
        )
        run = self._report(schedule)
        self._change(case)
        then, now = self._again(run), self._again(run, now=True)
        self._assert_same(then, run)
        for place in range(len(conditions)):
            table = then.sudo().figures['sections'][place]
            received = next(row for row in table['rows'] if row['code'] == 'received')
            self.assertEqual(
                id_ranges.unpack(received['cells'][0]['i']), (case | stays).ids, conditions[place]
            )
        self.assertEqual(self._ids(now, 'totals', 'received'), stays.ids)

    def test_what_came_into_the_scope_later_stays_out(self):
        case, other = self._make_cases(2)
        schedule = self._create_schedule('totals', 'case_list', team_id=self.board.id)
        run = self._report(schedule)
        self.assertTrue(run.is_nil)
        self._change(case)
        then, now = self._again(run), self._again(run, now=True)
        self._assert_same(then, run)
        self.assertEqual(self._ids(now, 'totals', 'received'), case.ids)
        self.assertNotIn(other.id, self._ids(now, 'totals', 'received'))

    def test_a_team_below_counts_as_it_did(self):
        case = self._make_cases()
        schedule = self._create_schedule('totals', team_id=self.team.id)
        with self._at('2026-03-20 09:00'):
            case.sudo().team_id = self.part
            self._end()
        run = self._report(schedule)
        self._change(case)
        then = self._again(run)
        self._assert_same(then, run)
        self.assertEqual(self._ids(then, 'totals', 'received'), case.ids)

    def test_lines_follow_the_complaint_as_it_was(self):
        """What hangs on a complaint is counted with the scope that it was in."""
        case = self._make_cases()
        with self._at('2026-03-12 09:00'):
            self.env['complaint.cost'].create(
                {
                    'case_id': case.id,
                    'category_id': self.env['complaint.cost.category'].search([], limit=1).id,
                    'amount': 120.5,
                    'date': '2026-03-12',
                }
            )
        run = self._report(self._create_schedule('failure_cost', team_id=self.team.id))
        self._change(case)
        then, now = self._again(run), self._again(run, now=True)
        self._assert_same(then, run)
        self.assertEqual(self._numbers(then, 'failure_cost', 1)['total'], 120.5)
        self.assertEqual(self._numbers(now, 'failure_cost', 1)['total'], 0)

    def test_a_person_s_own_report_keeps_what_was_his(self):
        case = self._make_cases()
        schedule = self._create_schedule('totals', 'case_list', split_by='user')
        runs = self._report(schedule)
        [own] = runs.filtered(lambda run: run.user_id == self.handler)
        [other] = runs.filtered(lambda run: run.user_id == self.receiver)
        (own | other).sudo()._write_internal({'state': 'issued'})
        self._change(case)
        for run, expected in ((own, case.ids), (other, [])):
            then = self._again(run)
            self._assert_same(then, run)
            self.assertEqual(self._ids(then, 'totals', 'received'), expected)

    def test_time_limits_and_overdue_complaints_are_as_they_were(self):
        """Late then and answered since; at risk then and closed since; fine then, late since."""
        for hours, percent, priority in ((80, 5, '2'), (20, 90, '1')):
            self._create_policy(
                'received',
                'closed',
                limit_kind='work_time',
                limit_value=hours,
                limit_unit='hour',
                at_risk_percent=percent,
                domain=[('priority', '=', priority)],
            )
        with self._at('2026-03-31 15:00'):
            late, fine, at_risk = (
                self._create_worked_case(priority=priority, received_at=received_at)
                for priority, received_at in (
                    ('0', '2026-03-31 07:00:00'),
                    ('1', '2026-03-31 07:00:00'),
                    ('2', '2026-03-30 01:00:00'),
                )
            )
            for case in fine | at_risk:
                case._answer("It comes on Friday.")
            self._end()
        run = self._report(self._create_schedule('overdue', 'on_time', 'kpi'))
        listed = [row['id'] for row in self._table(run, 'overdue')['rows']]
        self.assertEqual(set(listed), set((late | at_risk).ids))
        self.assertEqual(self._numbers(run, 'on_time', 2)['total'], 2)
        with self._at('2026-04-02 09:00'):
            late._answer("It comes on Friday.")
            at_risk.with_user(self.manager)._move_to(self.stages['closed'])
            self._end()
        then, now = self._again(run), self._again(run, now=True)
        self._assert_same(then, run)
        self.assertEqual([row['id'] for row in self._table(now, 'overdue')['rows']], fine.ids)

    def test_the_label_of_a_choice_may_be_in_any_language(self):
        case = self._make_cases()
        self._activate_chinese()
        run = self._report(self._create_schedule({'kind': 'breakdown', 'group_field': 'validity'}))
        with self._at('2026-04-02 09:00'):
            case.sudo().with_context(lang='zh_CN').validity = 'invalid'
            self._end()
        self._assert_same(self._again(run), run)

    def test_an_empty_period(self):
        self._change(self._make_cases())
        schedule = self._create_schedule(*BREAKDOWNS, *ALL_TABLES)
        with self._at('2026-04-03 09:00'):
            run = self._open(schedule, '2001-03-10')
        self.assertTrue(run.is_nil)
        self._assert_same(self._again(run), run)

    # === AS OF NOW === #

    def test_as_of_now_shows_the_change_and_explains_it(self):
        case = self._make_cases()
        run = self._report(self._create_schedule(*BREAKDOWNS))
        self._change(case)
        now = self._again(run, now=True)
        self.assertGreater(self._assert_cells_equal_rows(now), 20)
        [grade] = [
            d for d in now.sudo().differences if d['row'] == "Grave" and d['column'] == 'number'
        ]
        self.assertEqual(id_ranges.unpack(grade['added']), case.ids)
        self.assertEqual(grade['reasons'], {'moved': 1})

    # === WHAT NOBODY KNOWS === #

    def test_what_is_not_known_any_more_is_explained(self):
        """A change is missing in the history: it is as it is now, and the run says so."""
        case = self._make_cases()
        with self._at('2026-03-20 09:00'):
            case.sudo().grade_id = self.grave
            self._end()
        run = self._report(self._create_schedule({'kind': 'breakdown', 'group_field': 'grade_id'}))
        with self._at('2026-04-02 09:00'):
            case.sudo().grade_id = self.grade
            self._end()
        with self._at('2026-04-03 09:00'):
            case.sudo().grade_id = self.env.ref('complaint_management.grade_major')
            self._end()
        field = self.env['ir.model.fields']._get('complaint.case', 'grade_id')
        changes = self.env['mail.tracking.value'].search(
            [('field_id', '=', field.id), ('mail_message_id.res_id', '=', case.id)], order='id'
        )
        changes[1].unlink()
        then = self._again(run)
        difference = next(d for d in then.sudo().differences if d['row'] == "Grave")
        self.assertEqual(difference['reasons'], {'unknown': 1})
        self.assertEqual(difference['fields'], ['grade_id'])
        told = [line['reasons'] for line in then.differences_view]
        self.assertIn("1 whose state at that time is not known (Grade)", told)

    def test_a_value_that_is_gone_is_explained(self):
        case = self._make_cases()
        with self._at('2026-03-20 09:00'):
            case.sudo().cause_id = self.other_cause
            self._end()
        run = self._report(self._create_schedule({'kind': 'breakdown', 'group_field': 'cause_id'}))
        with self._at('2026-04-02 09:00'):
            case.sudo().cause_id = False
            self._end()
        self.other_cause.unlink()
        then = self._again(run)
        self.assertEqual({tuple(d['reasons']) for d in then.sudo().differences}, {('unknown',)})

    def test_what_the_history_does_not_promise_is_explained(self):
        case = self._make_cases()
        run = self._report(self._create_schedule('totals'))
        with self._at('2026-04-02 09:00'):
            case.sudo().write({'received_at': '2026-02-10 01:00:00', 'grade_id': self.grave.id})
            self._end()
        then = self._again(run)
        [received] = [d for d in then.sudo().differences if d['row'] == 'received']
        self.assertEqual(received['reasons'], {'unknown': 1})
        self.assertEqual(received['fields'], ['received_at'])

    # === COST === #

    def test_cost_does_not_grow_with_the_complaints(self):
        run = self._report(self._create_schedule(*BREAKDOWNS, *ALL_TABLES, team_id=self.team.id))

        def count():
            with self._at('2026-04-05 09:00'):
                spec = run._prepare_spec(run.as_of)
                self.assertTrue(spec['is_past'])
                figures = self.env['complaint.report.figures'].with_user(self.manager)
                return self._count_queries(lambda: figures._get_figures(spec))

        self._change(self._make_cases(2))
        few = count()
        self._change(self._make_cases(12))
        self.assertLessEqual(count(), few)

    def test_the_history_is_asked_once_and_not_for_a_report_of_now(self):
        """Not again for each table, nor once for complaints and once for their limits."""
        case = self._make_cases()
        run = self._report(self._create_schedule('totals', 'on_time', 'overdue'))
        self._change(case)
        asked = []

        def watch(model):
            original = type(self.env[model])._find_changed_since

            def find(records, *args, **kwargs):
                asked.append(model)
                return original(records, *args, **kwargs)

            self.patch(type(self.env[model]), '_find_changed_since', find)

        watch('complaint.case')
        watch('complaint.sla.clock')
        self._again(run, now=True)
        self.assertEqual(asked, [])
        self._assert_same(self._again(run), run)
        self.assertEqual(sorted(asked), ['complaint.case', 'complaint.sla.clock'])
