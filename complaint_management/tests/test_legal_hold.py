from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestLegalHold(ComplaintCommon):
    """Issue 6, item 6 (C17): what a court may ask for is neither anonymised nor erased."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case(closing_note="Done")

    def test_it_says_by_whom_why_and_since(self):
        self.case.with_user(self.manager)._set_legal_hold("Proceedings 12/2026")
        self.assertTrue(self.case.is_legal_hold)
        self.assertEqual(self.case.legal_hold_user_id, self.manager)
        self.assertEqual(self.case.legal_hold_reason, "Proceedings 12/2026")
        self.assertEqual(self.case.legal_hold_since, self.env.cr.now().replace(microsecond=0))
        event = self.case.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual(event.milestone_id.code, 'legal_hold_set')
        self.assertEqual((event.note, event.user_id), ("Proceedings 12/2026", self.manager))

    def test_releasing_it_takes_a_reason_and_stays_in_the_history(self):
        self.case.with_user(self.manager)._set_legal_hold("Proceedings")
        with self._refused("reason"):
            self.case.with_user(self.manager)._release_legal_hold("  ")
        self.case.with_user(self.manager)._release_legal_hold("Judgment is final")
        self.assertFalse(
            self.case.is_legal_hold or self.case.legal_hold_reason or self.case.legal_hold_user_id
        )
        self.assertEqual(self._codes(self.case)[-2:], ['legal_hold_set', 'legal_hold_released'])
        self.assertFalse(self.case._find_broken_histories())

    def test_legal_staff_holds_what_it_may_read(self):
        flag = self.env['complaint.flag'].create(
            {'name': "Dispute", 'requires_legal_opinion': True}
        )
        self.case.flag_ids = [Command.link(flag.id)]
        self._as(self.legal, self.case)._set_legal_hold("Proceedings")
        self.assertEqual(self.case.legal_hold_user_id, self.legal)

    def test_others_decide_nothing(self):
        for user in (self.handler, self.receiver, self.committee, self.auditor, self.outsider):
            with self.assertRaises(AccessError):
                self.case.with_user(user)._set_legal_hold("Proceedings")
        self.case.with_user(self.manager)._set_legal_hold("Proceedings")
        for user in (self.handler, self.receiver, self.committee, self.auditor):
            with self.assertRaises(AccessError):
                self.case.with_user(user)._release_legal_hold("Because")
        recused = self._create_case(accused_employee_ids=self.employees['manager'].ids)
        with self.assertRaises(AccessError):
            self._as(self.manager, recused)._set_legal_hold("Proceedings")

    def test_nobody_writes_it(self):
        for name in ('is_legal_hold', 'legal_hold_reason', 'legal_hold_since'):
            value = '2026-01-01 00:00:00' if name.endswith('since') else "x"
            with self.assertRaises(UserError):
                self.case.with_user(self.admin).write({name: value})
        self.case.with_user(self.manager)._set_legal_hold("Proceedings")
        with self.assertRaises(UserError):
            self.case.with_user(self.manager).write({'is_legal_hold': False})

    def test_wrong_ones_are_named_all_at_once(self):
        self.case.with_user(self.manager)._set_legal_hold("Proceedings")
        with self._refused(f"(?s)hold on it already.*{self.case.number}.*reason"):
            self.case.with_user(self.manager)._set_legal_hold("")
        other = self._create_case()
        with self._refused(f"no legal hold on it: {other.number}"):
            (self.case | other).with_user(self.manager)._release_legal_hold("Over")

    def test_what_is_held_is_neither_erased_nor_anonymised(self):
        self._move(self.case, 'closed')
        self.case.with_user(self.manager)._set_legal_hold("Proceedings 12/2026")
        for method in ('_erase', '_anonymise_on_request'):
            with self._refused(f"{self.case.number}.*legal hold by Manager: Proceedings 12/2026"):
                getattr(self.case.with_user(self.admin), method)("Asked for by the customer")
        self.case.with_user(self.manager)._release_legal_hold("Judgment is final")
        self.case.with_user(self.admin)._anonymise_on_request("Asked for by the customer")
        self.assertTrue(self.case.anonymised_at)

    def test_the_dialogs_do_both(self):
        cases = self.case.with_user(self.manager)
        for action, expected in (('set', True), ('release', False)):
            opened = getattr(cases, f'action_{action}_legal_hold')()
            dialog = self.env[opened['res_model']].with_user(self.manager)
            dialog.with_context(**opened['context']).create({'reason': "Court"}).action_confirm()
            self.assertEqual(self.case.is_legal_hold, expected)
