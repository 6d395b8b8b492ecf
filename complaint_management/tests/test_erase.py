from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestErase(ComplaintCommon):
    """Design 5: a whole case is erased by one method only and leaves its number and dates."""

    def test_nobody_deletes_a_case(self):
        case = self._create_case()
        for user in (self.receiver, self.manager, self.committee, self.auditor):
            with self.assertRaises(AccessError):
                case.with_user(user).unlink()
        for user in (self.admin, self.env.user):
            with self._refused("cannot be deleted: close it"):
                case.with_user(user).unlink()
        forged = case.with_user(self.admin).with_context(complaint_internal_write=True)
        with self._refused("cannot be deleted"):
            forged.unlink()

    def test_only_an_administrator_erases_and_says_why(self):
        case = self._create_case()
        for user in (self.receiver, self.manager, self.committee, self.auditor, self.outsider):
            with self.assertRaises(AccessError):
                case.with_user(user)._erase("Because")
        for reason in (None, "", "  "):
            with self._refused("Say why"):
                case.with_user(self.admin)._erase(reason)
        self.assertTrue(case.exists())

    def test_an_administrator_does_not_erase_what_he_may_not_see(self):
        flag = self.env['complaint.flag'].create({'name': "Secret", 'restricts_access': True})
        secret = self._create_case(flag_ids=[Command.link(flag.id)])
        accused = self._create_case(accused_employee_ids=[Command.link(self.employees['admin'].id)])
        for case in (secret, accused):
            with self.assertRaises(AccessError):
                self._as(self.admin, case)._erase("Because")
            self.assertTrue(case.exists())

    def test_a_tombstone_keeps_number_dates_and_last_hash(self):
        case = self._move(self._create_worked_case(closing_note="Done"), 'closed')
        expected = {
            'number': case.number,
            'company_id': case.company_id.id,
            'received_at': case.received_at,
            'registered_at': case.registered_at,
            'closed_at': case.closed_at,
            'event_count': case.event_count,
            'event_head': case.event_head,
            'reason': "Asked for by the customer",
        }
        case.with_user(self.admin)._erase("Asked for by the customer")
        tombstone = self.env['complaint.tombstone'].search([('number', '=', expected['number'])])
        found = {name: tombstone[name] for name in expected}
        found['company_id'] = tombstone.company_id.id
        self.assertEqual(found, expected)
        self.assertEqual(tombstone.create_uid, self.admin)

    def test_tombstones_are_read_by_few_and_changed_by_nobody(self):
        self._create_case().with_user(self.admin)._erase("Because")
        tombstone = self.env['complaint.tombstone'].search([], limit=1, order='id desc')
        for user in (self.admin, self.auditor):
            self.assertTrue(tombstone.with_user(user).has_access('read'))
            for operation in ('write', 'create', 'unlink'):
                self.assertFalse(tombstone.with_user(user).has_access(operation))
        for user in (self.receiver, self.manager, self.committee):
            self.assertFalse(tombstone.with_user(user).has_access('read'))

    def test_an_example_leaves_nothing(self):
        case = self._create_case(user=self.env.user, is_example=True)
        count = self.env['complaint.tombstone'].search_count([])
        case.with_user(self.admin)._erase("Examples removed")
        self.assertFalse(case.exists())
        self.assertEqual(self.env['complaint.tombstone'].search_count([]), count)

    def test_nobody_calls_a_real_case_an_example(self):
        with self.assertRaises(UserError):
            self._create_case(user=self.admin, is_example=True)
        case = self._create_case()
        with self._refused("example|Example"):
            case.with_user(self.admin).write({'is_example': True})

    def test_all_that_hangs_on_the_case_goes(self):
        case = self._create_worked_case()
        keep = self._create_worked_case()
        for record in (case, keep):
            record.message_post(body="He was rude.")
            record.activity_schedule('mail.mail_activity_data_todo', user_id=self.handler.id)
            record.message_subscribe(self.customer.ids)
            self.env['ir.attachment'].create(
                {'name': "x", 'raw': b"x", 'res_model': 'complaint.case', 'res_id': record.id}
            )
            event = record._stamp('contacted', note="By phone")
            event.with_user(self.manager)._revoke("Wrong customer")
        keep.write({'parent_id': case.id})
        other = self._create_case(duplicate_of_id=case.id)
        self.env.flush_all()
        tables = {
            'mail_message': ('model', 'res_id'),
            'mail_activity': ('res_model', 'res_id'),
            'mail_followers': ('res_model', 'res_id'),
            'ir_attachment': ('res_model', 'res_id'),
        }
        before = {table: self._count(table, *columns, keep) for table, columns in tables.items()}
        self.assertTrue(all(before.values()))
        case.with_user(self.admin)._erase("Because")
        self.env.flush_all()
        for table, columns in tables.items():
            self.assertEqual(self._count(table, *columns, case), 0, table)
            self.assertEqual(self._count(table, *columns, keep), before[table], table)
        self.env.invalidate_all()
        self.assertFalse(keep.parent_id or other.duplicate_of_id)
        self.assertFalse(self.env['complaint.event'].search([('case_id', '=', case.id)]))
        self.assertFalse(keep._find_broken_histories())

    def _count(self, table, model_column, id_column, case):
        [(count,)] = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM %s WHERE %s = 'complaint.case' AND %s = %s",
                SQL.identifier(table),
                SQL.identifier(model_column),
                SQL.identifier(id_column),
                case.id,
            )
        )
        return count

    def test_many_are_erased_together(self):
        cases = self._create_case() | self._create_case(user=self.env.user, is_example=True)
        numbers = cases.mapped('number')
        cases.with_user(self.admin)._erase("Because")
        self.assertFalse(cases.exists())
        tombstones = self.env['complaint.tombstone'].search([('number', 'in', numbers)])
        self.assertEqual(tombstones.mapped('number'), numbers[:1])

    def test_a_number_is_bound_to_its_company(self):
        case = self._create_case()
        number = case.number
        case.with_user(self.admin)._erase("Because")
        branch = self.env['res.company'].create({'name': "Branch"})
        history = self.env['complaint.case'].with_context(complaint_import='history')
        values = {'name': "Old", 'team_id': False, 'number': number}
        with self._refused(number):
            history.create(values)
        self.assertEqual(history.create({**values, 'company_id': branch.id}).number, number)
