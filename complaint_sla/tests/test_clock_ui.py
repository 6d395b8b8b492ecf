from odoo.tests import HttpCase, tagged

from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestClockUi(SlaCommon, HttpCase):
    """Lists and forms open in a browser, and explain themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(limit_value=8, limit_unit='hour', name="Tour")
        cls.case = cls._create_worked_case()

    def test_clocks_explain_themselves(self):
        self.start_tour(
            '/odoo/complaint-time-limits', 'complaint_sla_clock_tour', login='complaint_manager'
        )

    def test_try_it_on_the_form(self):
        self.start_tour(
            '/odoo/complaint-time-limit-policies',
            'complaint_sla_policy_tour',
            login='complaint_admin',
        )

    def test_pausing_and_extending_in_few_clicks(self):
        self.policy.write({'pause_allowed': True, 'extension_max': 1, 'is_promised': True})
        case = self._create_worked_case()
        self.start_tour(
            f'/odoo/complaint.case/{case.id}', 'complaint_sla_pause_tour', login='complaint_manager'
        )
        self.assertEqual(case.sudo().sla_extension_ids.state, 'in_force')
        self.assertTrue(case.sudo().sla_pause_ids.resumed_at)
