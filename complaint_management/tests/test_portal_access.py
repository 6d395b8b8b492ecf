from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_portal import PortalCommon


@tagged('post_install', '-at_install')
class TestPortalAccess(PortalCommon):
    """Whose complaints a customer reads (design, section 6; PAWN-4.1-b)."""

    def test_customers_find_their_own_complaints_only(self):
        mine = self._create_case()
        other = self._create_case(partner_id=self.zhou_partner.id)
        anonymous = self._create_case(partner_id=False, complainant_name="Somebody")
        self.assertEqual(self._visible(self.li), mine)
        self.assertEqual(self._visible(self.zhou), other)
        for user in (self.ann, self.bob, self.acme):
            self.assertFalse(self._visible(user) & (mine | other | anonymous))

    def test_the_companys_complaint_is_its_peoples_a_colleagues_is_his_own(self):
        of_company = self._create_case(partner_id=self.acme_partner.id)
        of_ann = self._create_case(partner_id=self.ann.partner_id.id)
        self.assertEqual(self._visible(self.ann), of_company | of_ann)
        self.assertEqual(self._visible(self.bob), of_company)
        self.assertEqual(self._visible(self.acme), of_company)

    def test_a_restricted_complaint_of_the_company_is_only_its_own_users(self):
        case = self._create_case(partner_id=self.acme_partner.id)
        case.flag_ids = self.env.ref('complaint_management.flag_informant')
        self.assertTrue(case.is_restricted)
        self.assertFalse(self._visible(self.ann))
        self.assertEqual(self._visible(self.acme), case)
        of_ann = self._create_case(partner_id=self.ann.partner_id.id)
        of_ann.flag_ids = self.env.ref('complaint_management.flag_informant')
        self.assertEqual(self._visible(self.ann), of_ann)

    def _found(self, user, case, token=None):
        cases = self.env['complaint.case'].with_user(user)
        self.env.invalidate_all()
        return bool(cases._get_portal_case(case.id, token))

    def test_a_link_opens_its_complaint_and_no_other(self):
        case, other = self._create_case(), self._create_case()
        token = case._portal_ensure_token()
        public = self.env.ref('base.public_user')
        for visitor in (public, self.zhou):
            self.assertTrue(self._found(visitor, case, token))
            self.assertFalse(self._found(visitor, other, token), "It has no link yet")
            other._portal_ensure_token()
            self.assertFalse(self._found(visitor, other, token))
            self.assertFalse(self._found(visitor, case, token[:-1]))
            self.assertFalse(self._found(visitor, case, token + '\u00e9\u6295'))
            self.assertFalse(self._found(visitor, case, ''))
            self.assertFalse(self._found(visitor, case))

    def test_a_link_dies_with_a_change_of_the_customer(self):
        case = self._create_case(
            partner_id=False, complainant_name="Li", complainant_email="li@customer.example"
        )
        token = case._portal_ensure_token()
        public = self.env.ref('base.public_user')
        case.partner_id = self.customer
        self.assertTrue(self._found(public, case, token), "It is known who that was")
        case.partner_id = self.zhou_partner
        self.assertFalse(self._found(public, case, token))
        self.assertNotEqual(case._portal_ensure_token(), token)

    def test_a_link_does_not_widen_what_staff_read(self):
        case = self._create_case()
        token = case._portal_ensure_token()
        self.assertFalse(self._found(self.outsider, case, token))
        self.assertTrue(self._found(self.manager, case), "Staff look at the customer's page")
        case = self._as_customer(case, self.manager)
        self.assertFalse(case._is_portal_customer(token), "but do not act for the customer")

    def test_recusal_beats_the_link(self):
        case = self._create_case(accused_employee_ids=[(6, 0, self.employees['manager'].ids)])
        token = case._portal_ensure_token()
        self.assertIn(self.manager, case.sudo().recused_user_ids)
        self.assertFalse(self._found(self.manager, case))
        self.assertFalse(self._found(self.manager, case, token))
        with self.assertRaises(AccessError):
            case.with_user(self.manager).sudo()._check_portal_reader(token)

    def test_an_employee_who_complains_reads_it_unless_recused(self):
        case = self._create_case(partner_id=self.outsider.partner_id.id)
        self.assertTrue(self._found(self.outsider, case))
        employee = self.env['hr.employee'].create({'name': "Out", 'user_id': self.outsider.id})
        case.accused_employee_ids = [(6, 0, employee.ids)]
        self.assertFalse(self._found(self.outsider, case))
        self.assertFalse(self._visible(self.outsider))

    def test_what_is_no_id_finds_nothing(self):
        for number in (0, -1, 2**31, 2**63, 10**30):
            found = self.env['complaint.case'].with_user(self.li)._get_portal_case(number)
            self.assertFalse(found)

    def test_no_right_on_any_model(self):
        """F12: customers and visitors have no rights on our models; pages are all they get."""
        visitors = (self.li, self.acme, self.env.ref('base.public_user'))
        names = [name for name in self.registry if name.startswith('complaint.')]
        self.assertGreater(len(names), 50)
        for name in names:
            for visitor in visitors:
                model = self.env[name].with_user(visitor)
                if model._abstract:
                    continue
                for operation in ('read', 'write', 'create', 'unlink'):
                    with self.subTest(model=name, visitor=visitor.login, operation=operation):
                        self.assertFalse(model.has_access(operation))

    def test_links_do_not_open_odoos_own_thread(self):
        """A token of a thread hands out followers, activities and files: not with ours."""
        case = self._create_case()
        token = case._portal_ensure_token()
        partner = self.customer.id
        for visitor in (self.env.ref('base.public_user'), self.li):
            thread = self.env['complaint.case'].with_user(visitor)
            self.assertFalse(thread._get_thread_with_access(case.id, token=token))
            self.assertFalse(
                thread._get_thread_with_access(
                    case.id, pid=partner, hash=case.sudo()._sign_token(partner)
                )
            )
        thread = self.env['complaint.case'].with_user(self.manager)
        self.assertTrue(thread._get_thread_with_access(case.id))
