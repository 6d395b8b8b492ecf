from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common_forms import FormsCommon


@tagged('post_install', '-at_install')
class TestCustody(FormsCommon):
    """PROPERTY-5.1.2-A2, PROPERTY-5.2-c, TEL-2.6-a: who holds the original, who a copy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.form = cls.env.ref('complaint_reports.form_followup')
        cls.form.write(
            {
                'original_holder': 'customer_service',
                'copy_holder': 'department',
                'custody_stage_ids': [Command.set(cls.stages['assessment'].ids)],
            }
        )
        cls.case = cls._create_worked_case(department_id=cls.department.id)
        cls.custodies = cls.env['complaint.form.custody']

    def _hold(self, user=None, **values):
        return self.custodies.with_user(user or self.manager).create(
            {
                'case_id': self.case.id,
                'form_id': self.form.id,
                'user_id': self.receiver.id,
                **values,
            }
        )

    def test_the_stage_says_who_begins_with_them(self):
        self.case.with_user(self.handler)._move_to(self.stages['acknowledgement'])
        self.assertFalse(self.case.custody_ids)
        self.case.with_user(self.handler)._move_to(self.stages['assessment'])
        held = {custody.kind: custody for custody in self.case.custody_ids}
        self.assertEqual(held['original'].user_id, self.manager, "The leader of the team")
        self.assertEqual(held['copy'].department_id, self.department)
        self.assertFalse(held['copy'].user_id)
        # Coming back to the stage begins nothing anew; a form that does not fit is not noted.
        for name in ('acknowledgement', 'assessment'):
            self.case.with_user(self.handler)._move_to(self.stages[name])
        self.assertEqual(len(self.case.custody_ids), 2)
        self.form.domain = "[('priority', '=', '2')]"
        other = self._create_worked_case()
        for name in ('acknowledgement', 'assessment'):
            other.with_user(self.handler)._move_to(self.stages[name])
        self.assertFalse(other.custody_ids)

    def test_an_original_is_handed_on_and_a_copy_comes_back(self):
        first = self._hold(since='2026-01-05 02:00:00')
        copy = self._hold(kind='copy', user_id=False, department_id=self.department.id)
        second_copy = self._hold(kind='copy', user_id=self.handler.id)
        second = self._hold(user_id=self.handler.id, since='2026-02-05 02:00:00', place="Box 3")
        self.assertEqual(first.until, second.since)
        self.assertFalse((copy | second_copy | second).filtered('until'))
        copy.action_end()
        self.assertTrue(copy.until)
        for call in (copy.action_end, lambda: first.write({'place': "Box 1"})):
            with self._refused("stays as it was recorded"):
                call()
        with self._refused("The software sets these fields itself"):
            second.until = '2026-03-05 02:00:00'
        with self._refused("Add a line for another paper"):
            second.kind = 'copy'
        with self.assertRaises(AccessError):
            second.unlink()
        with self._refused("is kept: hand it on"):
            second.sudo().unlink()
        with self.assertRaises(ValidationError):
            self._hold(user_id=False)
        with self.assertRaises(ValidationError):
            self._hold(since=first.since - timedelta(days=1))
        self.assertEqual(
            self.custodies.search([('until', '=', False), ('case_id', '=', self.case.id)]),
            second | second_copy,
        )

    def test_the_paper_names_its_holders(self):
        text = self._print_form_text('followup', self.case)
        self.assertIn("1. Original: head of customer service", text, "Who shall hold them")
        self._hold(kind='copy', user_id=False, department_id=self.department.id)
        self._hold(user_id=self.manager.id, since='2026-02-05 02:00:00', place="Box 3")
        text = self._print_form_text('followup', self.case)
        self.assertIn("1. Original: Manager · Box 3, since 02/05/2026", text)
        self.assertIn("2. Photocopy: Works, since", text)

    def test_it_follows_the_complaint(self):
        custody = self._hold()
        accused = self.employees['manager'].ids
        for user in (self.legal, self.outsider):
            with self.assertRaises(AccessError):
                custody.with_user(user).read(['user_id'])
            with self.assertRaises(AccessError):
                self._hold(user)
        self.case.sudo().accused_employee_ids = [Command.set(accused)]
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            custody.with_user(self.manager).read(['form_id'])
        domain = [('case_id', '=', self.case.id)]
        self.assertFalse(self.custodies.with_user(self.manager).search(domain))
        action = self.case.with_user(self.receiver).action_view_custodies()
        seen = self.custodies.with_user(self.receiver).search(action['domain'])
        self.assertEqual(seen, custody)
