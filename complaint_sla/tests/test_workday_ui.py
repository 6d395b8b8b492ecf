from odoo.tests import HttpCase, tagged

from .common_workday import WorkdayCommon


@tagged('post_install', '-at_install')
class TestWorkdayUi(WorkdayCommon, HttpCase):
    """The dialogs of this subject in a browser."""

    def test_load_working_days(self):
        self.start_tour(
            '/odoo/complaint-working-days', 'complaint_workday_load_tour', login='complaint_admin'
        )
        workdays = self.workdays.search([('year', '=', 2026)])
        self.assertEqual(len(workdays.filtered(lambda day: day.kind == 'on')), 6)
        self.assertEqual(set(workdays.mapped('year')), {2026})

    def test_what_if(self):
        policy = self._create_policy(limit_value=8, limit_unit='hour', name="Tour")
        case = self._create_worked_case()
        self.start_tour(
            '/odoo/complaint-time-limit-policies',
            'complaint_sla_what_if_tour',
            login='complaint_admin',
        )
        clock = self._clock(case, policy)
        clock.invalidate_recordset()
        self.assertEqual(clock.policy_version, 2)
        self.assertEqual(policy.limit_value, 16)
