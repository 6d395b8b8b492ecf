from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import ReportsCommon


@tagged('post_install', '-at_install')
class TestCaseSheetMasked(ReportsCommon):
    """PAWN-4.4-b: contact data is masked on prints as it is on the screen; printing is recorded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outside = new_test_user(
            cls.env,
            'complaint_outside',
            groups='base.group_user,complaint_management.group_complaint_user',
        )
        cls.customer.street = "Lakeside 5"
        cls.case = cls._create_case(handler_id=cls.outside.id, department_id=cls.department.id)

    def test_outside_the_team_the_sheet_shows_masks(self):
        self.procedure.mask_contacts = True
        text = self._print_text(self.case, self.outside)
        for part in ("Li Wei", "138****0001", "l***@customer.example"):
            self.assertIn(part, text)
        for part in ("0000 0001", "li.wei@", "Lakeside"):
            self.assertNotIn(part, text)
        text = self._print_text(self.case, self.manager)
        for part in ("+86 138 0000 0001", "li.wei@customer.example", "Lakeside 5"):
            self.assertIn(part, text)

    def test_unmasked_by_its_button_the_sheet_shows_all(self):
        self.procedure.mask_contacts = True
        self.case.with_user(self.outside)._unmask("A visit")
        self.assertIn("+86 138 0000 0001", self._print_text(self.case, self.outside))

    def test_a_hidden_complainant_is_not_on_the_sheet(self):
        flag = self.env.ref('complaint_management.flag_informant')
        self.case.flag_ids = [Command.link(flag.id)]
        text = self._print_text(self.case, self.outside)
        for part in ("Li Wei", "Lakeside", "li.wei", "0000 0001"):
            self.assertNotIn(part, text)

    def test_printing_a_restricted_case_is_recorded(self):
        self._print_text(self.case, self.outside)
        logs = self.env['complaint.read.log'].search([('case_id', '=', self.case.id)])
        self.assertFalse(logs)
        flag = self.env.ref('complaint_management.flag_sensitive')
        self.case.flag_ids = [Command.link(flag.id)]
        self._print_text(self.case, self.outside)
        logs = self.env['complaint.read.log'].search([('case_id', '=', self.case.id)])
        self.assertEqual((logs.way, logs.user_id), ('print', self.outside))
