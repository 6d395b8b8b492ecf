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
