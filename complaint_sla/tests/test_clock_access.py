from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestClockAccess(SlaCommon):
    """Whoever does not reach a case does not reach its clocks, nor what they say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy()
        cls.case = cls._create_worked_case()
        cls.clock = cls.case.sudo().sla_clock_ids

    def _count(self, user):
        clocks = self.clocks.with_user(user)
        found = clocks.search([('case_id', '=', self.case.id)])
        groups = clocks._read_group([('case_id', '=', self.case.id)], [], ['__count'])
        self.assertEqual(len(found), clocks.search_count([('case_id', '=', self.case.id)]))
        self.assertEqual(len(found), groups[0][0])
        return len(found)

    def test_clocks_follow_their_case(self):
        for user in (
            self.handler,
            self.receiver,
            self.manager,
            self.committee,
            self.auditor,
            self.admin,
        ):
            self.assertEqual(self._count(user), 1, user.login)
            self.assertTrue(self.clock.with_user(user).explanation)
        self.assertEqual(self._count(self.legal), 0)
        with self.assertRaises(AccessError):
            self.clock.with_user(self.legal).read(['deadline'])
        with self.assertRaises(AccessError):
            self.clock.with_user(self.outsider).read(['deadline'])

    def test_a_limit_leads_to_its_complaint(self):
        action = self.clock.with_user(self.handler).action_open_case()
        self.assertEqual((action['res_model'], action['res_id']), ('complaint.case', self.case.id))

    def test_recusal_hides_the_clocks(self):
        self.assertEqual(self._count(self.manager), 1)
        self.case.sudo().accused_employee_ids = [Command.link(self.employees['manager'].id)]
        self.env.flush_all()
        self.assertEqual(self._count(self.manager), 0)
        with self.assertRaises(AccessError):
            self.clock.with_user(self.manager).read(['deadline'])

    def test_time_of_somebody_else_s_calendar_is_readable(self):
        """A handler of one company may look at a clock whose hours belong to another."""
        elsewhere = self.env['res.company'].create({'name': "Elsewhere"})
        foreign = self.london.copy({'company_id': elsewhere.id})
        self._create_policy('received', 'closed', calendar_id=foreign.id)
        case = self._create_worked_case()
        clocks = case.with_user(self.handler).sla_clock_ids
        self.assertEqual(len(clocks), 2)
        self.assertTrue(all(clocks.mapped('time_left')))
