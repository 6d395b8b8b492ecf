from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestNumber(ComplaintCommon):
    """Design 4 and 5: the complaint number is given at registration and never twice."""

    def _counter(self, case):
        return int(case.number.rpartition('-')[2])

    def test_registration_gives_the_next_number(self):
        first, second = self._create_case(), self._create_case()
        self.assertRegex(first.number, r'^C\d{4}-\d{6}$')
        self.assertEqual(self._counter(second), self._counter(first) + 1)
        self.assertEqual(first.registered_at, self.env.cr.now().replace(microsecond=0))

    def test_a_case_that_waits_for_the_desk_has_no_number_yet(self):
        case = self._create_case(registered_at=False)
        self.assertFalse(case.number or case.registered_at)
        self.assertEqual(self._codes(case), ['received'])
        case.action_register()
        self.assertTrue(case.number)
        self.assertEqual(self._codes(case), ['received', 'registered'])
        self.assertEqual(case.contact_owner_id, self.receiver)
        number = case.number
        case.action_register()
        self.assertEqual((case.number, case.event_count), (number, 2), "Twice does nothing")

    def test_a_waiting_case_gets_its_number_when_it_is_moved(self):
        case = self._create_case(registered_at=False)
        self._move(case, 'acknowledgement')
        self.assertTrue(case.number)
        self.assertEqual(self._codes(case), ['received', 'registered', 'acknowledged'])

    def test_who_may_not_change_a_case_takes_no_number(self):
        case = self._create_case(registered_at=False)
        before = self.env.company.complaint_sequence_id.number_next_actual
        with self.assertRaises(UserError):
            case.with_user(self.auditor).action_register()
        self.assertFalse(case.number)
        self.assertEqual(self.env.company.complaint_sequence_id.number_next_actual, before)

    def test_a_batch_takes_its_numbers_in_one_query(self):
        statements = []
        execute = type(self.env.cr).execute

        def spy(cr, query, *args, **kwargs):
            statements.append(str(getattr(query, 'code', query)))
            return execute(cr, query, *args, **kwargs)

        self.patch(type(self.env.cr), 'execute', spy)
        values = [{'name': f"Case {n}", 'team_id': self.team.id} for n in range(20)]
        cases = self.env['complaint.case'].with_user(self.receiver).create(values)
        self.assertEqual(len(set(cases.mapped('number'))), 20)
        self.assertEqual(sum('nextval' in text for text in statements), 1)
        counters = [self._counter(case) for case in cases]
        self.assertEqual(counters, list(range(counters[0], counters[0] + 20)), "In their order")

    def test_the_number_of_an_erased_case_is_not_given_again(self):
        case = self._create_case()
        number = case.number
        case.with_user(self.admin)._erase("Asked for by the customer")
        self.assertGreater(self._create_case().number, number)
        history = (
            self.env['complaint.case']
            .with_user(self.admin)
            .with_context(complaint_import='history')
        )
        with self._refused(number):
            history.create({'name': "Again", 'team_id': self.team.id, 'number': number})

    def test_nobody_writes_or_clears_a_number(self):
        case = self._create_case()
        for user in (self.receiver, self.manager, self.admin, self.env.user):
            for value in ("C1", "", False, None):
                with self._refused("Complaint number"):
                    case.with_user(user).write({'number': value})
            with self._refused("Complaint number"):
                self._create_case(user=user, number="C1")

    def test_the_database_refuses_a_second_case_with_the_number(self):
        first, second = self._create_case(), self._create_case()
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE complaint_case SET number = %s WHERE id = %s", (first.number, second.id)
            )

    def test_a_copy_has_a_number_and_a_history_of_its_own(self):
        cases = self._create_worked_case() | self._create_worked_case()
        self._move(cases, 'acknowledgement')
        for case, copy in zip(cases, cases.copy(), strict=True):
            self.assertTrue(copy.number)
            self.assertNotEqual(copy.number, case.number)
            self.assertEqual(copy.stage_id, self.stages['intake'])
            self.assertFalse(copy.handler_id or copy.closed_at or copy.closing_reason_id)
            self.assertEqual(self._codes(copy), ['received', 'registered'])


@tagged('post_install', '-at_install')
class TestNumberSequences(ComplaintCommon):
    """Design 5: one sequence a company; a procedure's own one cannot meet it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env['res.company'].create({'name': "Branch"})
        cls.own = cls.env['ir.sequence'].create({'name': "Pawn", 'prefix': 'P-', 'padding': 4})

    def test_every_company_counts_for_itself(self):
        sequence = self.other_company.complaint_sequence_id
        self.assertTrue(sequence)
        self.assertNotEqual(sequence, self.env.company.complaint_sequence_id)
        case = self.env['complaint.case'].create(
            {'name': "At the branch", 'company_id': self.other_company.id, 'team_id': False}
        )
        self.assertRegex(case.number, r'-000001$')
        self.assertEqual(case.company_id, self.other_company)
        self.assertEqual(sequence.number_next_actual, 2)

    def test_a_company_without_a_sequence_gets_one_when_it_needs_it(self):
        self.other_company.complaint_sequence_id = False
        case = self.env['complaint.case'].create(
            {'name': "At the branch", 'company_id': self.other_company.id, 'team_id': False}
        )
        self.assertTrue(case.number)

    def test_a_procedure_may_have_its_own_numbers(self):
        self.procedure.number_sequence_id = self.own
        self.assertEqual(self._create_case().number, "P-0001")
        batch = self.env['complaint.case'].create(
            [{'name': f"Case {n}", 'team_id': self.team.id} for n in range(3)]
        )
        self.assertEqual(batch.mapped('number'), ["P-0002", "P-0003", "P-0004"])

    def test_every_kind_of_sequence_serves(self):
        for number, (kind, by_year) in enumerate(
            [('standard', True), ('no_gap', False), ('no_gap', True)]
        ):
            self.procedure.number_sequence_id = self.env['ir.sequence'].create(
                {
                    'name': "Own",
                    'prefix': f'Q{number}-',
                    'implementation': kind,
                    'use_date_range': by_year,
                }
            )
            cases = self._create_case() | self._create_case()
            self.assertEqual(cases.mapped('number'), [f'Q{number}-1', f'Q{number}-2'])

    def test_an_own_sequence_needs_a_prefix_that_nobody_uses(self):
        year = self.env.cr.now().year
        for prefix in (False, 'C%(year)s-', f'C{year}-', 'C%(range_year)s-'):
            self.own.prefix = prefix
            with self._refused("needs a prefix"):
                self.procedure.number_sequence_id = self.own

    def test_two_procedures_do_not_share_a_prefix(self):
        self.procedure.number_sequence_id = self.own
        other = self.own.copy()
        with self._refused("needs a prefix"):
            self.env['complaint.procedure'].create(
                {'name': "Other", 'code': 'other', 'number_sequence_id': other.id}
            )

    def test_the_prefix_of_a_sequence_in_use_cannot_be_made_equal_later(self):
        self.procedure.number_sequence_id = self.own
        with self._refused("needs a prefix"):
            self.own.prefix = 'C%(year)s-'
        with self._refused("needs a prefix"):
            self.env.company.complaint_sequence_id.prefix = 'P-'
