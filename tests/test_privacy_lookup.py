"""Odoo's privacy look-up finds people in complaints, and cannot tear holes into them."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestPrivacyLookup(ComplaintCommon):
    """Issue 6, item 6; the module `privacy_lookup` is a companion in tests, never needed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case(closing_note="Done")
        cls.by_mail = cls._create_worked_case(
            partner_id=False,
            complainant_name="Li Wei",
            complainant_email='"Li Wei" <Li.Wei@customer.example>',
            closing_note="Done",
        )
        cls.other = cls._create_worked_case(
            partner_id=False, complainant_email='li.wei.other@customer.example'
        )
        cls.case.with_user(cls.receiver)._answer("It comes on Friday.")

    def _look_up(self):
        wizard = self.env['privacy.lookup.wizard'].create(
            {'name': "Li Wei", 'email': 'li.wei@customer.example'}
        )
        wizard.action_lookup()
        return wizard.line_ids

    def _get_ours(self):
        return {
            (line.res_model, line.res_id)
            for line in self._look_up()
            if line.res_model.startswith('complaint.')
        }

    def test_cases_are_found_by_customer_and_by_address_alone(self):
        found = self._get_ours()
        self.assertIn(('complaint.case', self.case.id), found)
        self.assertIn(('complaint.case', self.by_mail.id), found)
        self.assertNotIn(('complaint.case', self.other.id), found)
        self.assertTrue(any(model == 'complaint.contact' for model, _number in found))

    def test_deleting_is_refused_and_points_to_anonymising(self):
        for line in self._look_up():
            if line.res_model in ('complaint.case', 'complaint.contact'):
                with self.assertRaisesRegex(UserError, "Anonymise"):
                    line.action_unlink()
                self.assertFalse(line.is_unlinked)
        self.assertTrue(self.case.exists() and self.by_mail.exists())
        self.assertFalse(self.case._find_broken_histories())

    def test_archiving_leaves_complaints_as_they_are(self):
        lines = self._look_up().filtered(lambda line: line.res_model.startswith('complaint.'))
        lines.action_archive_all()
        self.assertFalse(any(lines.mapped('has_active')))
        self.assertTrue(self.case.exists())

    def test_after_anonymising_nothing_of_ours_is_found(self):
        for case in (self.case, self.by_mail):
            self._move(case, 'closed')
        (self.case | self.by_mail).with_user(self.admin)._anonymise_on_request("Asked for")
        self.assertEqual(self._get_ours(), set())
