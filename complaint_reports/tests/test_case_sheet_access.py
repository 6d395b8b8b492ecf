from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CASE_SHEET, ReportsCommon


@tagged('post_install', '-at_install')
class TestCaseSheetAccess(ReportsCommon):
    def _assert_refused(self, cases, user):
        with self.assertRaises(AccessError):
            self.reports.with_user(user)._render_qweb_html(CASE_SHEET, cases.ids)

    def test_recused_user_prints_nothing(self):
        case, other = self._create_case(), self._create_case()
        self._print_html(case, self.manager)
        self._recuse('manager', case)
        self._assert_refused(case, self.manager)
        self._assert_refused(other | case, self.manager)
        self.assertIn(case.id, self._print_html(case, self.auditor))

    def test_foreign_company(self):
        case = self._create_case()
        company = self.env['res.company'].create({'name': "Elsewhere"})
        stranger = new_test_user(
            self.env,
            login='complaint_stranger',
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
            groups='base.group_user,complaint_management.group_complaint_auditor',
        )
        self._assert_refused(case, stranger)

    def test_no_role(self):
        self._assert_refused(self._create_case(), self.outsider)

    def test_handler_of_another_department(self):
        case = self._create_case()
        self._assert_refused(case, self.handler)
        case.handler_id = self.handler
        self.assertIn(case.id, self._print_html(case, self.handler))

    def test_address_only_for_who_may_see_the_customer(self):
        self.customer.street = "1 Long Road"
        case = self._create_case()
        self.assertIn("1 Long Road", self._print_text(case))
        rule = self.env['ir.rule'].create(
            {
                'name': "Nobody sees customers",
                'model_id': self.env['ir.model']._get_id('res.partner'),
                'domain_force': f"[('id', '!=', {self.customer.id})]",
            }
        )
        text = self._print_text(case)
        self.assertNotIn("1 Long Road", text)
        self.assertIn("Li Wei", text)
        rule.unlink()
