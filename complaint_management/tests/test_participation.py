from odoo import Command
from odoo.tests import new_test_user, tagged

from ..models import complaint_case_participation
from .test_restricted import RestrictedCommon


@tagged('post_install', '-at_install')
class TestParticipation(RestrictedCommon):
    """Design 6: who takes part in a case sees it, however many others he takes part in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expert, cls.approver, cls.improver = (
            new_test_user(
                cls.env, f'complaint_{name}', groups='complaint_management.group_complaint_user'
            )
            for name in ('expert', 'approver', 'improver')
        )
        cls.case._write_internal(
            {
                'panel_user_ids': [Command.set(cls.expert.ids)],
                'approver_user_ids': [Command.set(cls.approver.ids)],
                'improvement_user_ids': [Command.set(cls.improver.ids)],
            }
        )
        cls.other = cls._create_case()
        cls.people = (cls.expert, cls.approver, cls.improver)
        cls.env.flush_all()

    def _find(self, user):
        self.env.invalidate_all()
        cases = self.env['complaint.case'].with_user(user)
        return cases.search([('id', 'in', (self.case | self.other).ids)])

    def _look_up(self, few):
        """Let so many cases count as few."""
        self.patch(complaint_case_participation, 'FEW', few)
        self.env.registry.clear_cache()

    def test_few_and_many_are_found_alike(self):
        for few in (200, 0):
            self._look_up(few)
            for user in self.people:
                with self.subTest(few=few, user=user.login):
                    self.assertEqual(self._find(user), self.case)
                    self.assertTrue(self.case.with_user(user).has_access('read'))
                    self.assertFalse(self.other.with_user(user).has_access('read'))
                    taken = self.env['complaint.case'].with_user(user)
                    self.assertEqual(taken.search([('takes_part', '=', True)]), self.case)
                    self.assertFalse(taken.search([('takes_part', '=', False)]))

    def test_only_who_is_on_a_panel_may_change_it(self):
        writers = [user for user in self.people if self.case.with_user(user).has_access('write')]
        self.assertEqual(writers, [self.expert])

    def test_a_flag_that_restricts_leaves_them_in(self):
        self._restrict()
        for few in (200, 0):
            self._look_up(few)
            for user in self.people:
                self.assertEqual(self._find(user), self.case)
            self.assertFalse(self._find(self.colleague))

    def test_recusal_beats_it(self):
        employee = self.env['hr.employee'].create({'name': "Improver", 'user_id': self.improver.id})
        self.case.accused_employee_ids = self.env['hr.employee.public'].browse(employee.id)
        self.env.flush_all()
        for few in (200, 0):
            self._look_up(few)
            self.assertFalse(self._find(self.improver))
