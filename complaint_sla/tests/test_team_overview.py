from odoo.tests import tagged

from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestTeamOverview(SlaCommon):
    """Issue 9, item 3: every figure of a team's card opens the complaints that it counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_policy(
            limit_kind='elapsed', limit_value=10, limit_unit='hour', at_risk_percent=50
        )

    def _open(self, team, name):
        action = getattr(team, name)()
        self.assertEqual(action['res_model'], 'complaint.case')
        return self.env['complaint.case'].with_user(team.env.user).search(action['domain'])

    def test_every_figure_opens_its_rows(self):
        other = self.env['complaint.team'].create({'name': "Others"})
        with self._at('2025-03-03 09:00'):
            late = self._create_case(handler_id=self.handler.id)
            self._create_case(team_id=other.id)
        with self._at('2025-03-03 14:00'):
            at_risk = self._create_case()
        with self._at('2025-03-03 19:30'):
            on_time = self._create_case(handler_id=self.handler.id)
            closed = self._create_worked_case()
            closed.with_user(self.manager)._move_to(self.stages['closed'])
        with self._at('2025-03-03 20:00'):
            self.env.invalidate_all()
            team = self.team.with_user(self.manager)
            for field_name, method, cases in (
                ('open_count', 'action_view_open_cases', late | at_risk | on_time),
                ('unassigned_count', 'action_view_unassigned_cases', at_risk),
                ('sla_late_count', 'action_view_late_cases', late),
                ('sla_at_risk_count', 'action_view_at_risk_cases', at_risk),
            ):
                rows = self._open(team, method)
                self.assertEqual(rows.sudo(), cases.sudo().sorted(), field_name)
                self.assertEqual(team[field_name], len(rows), field_name)

    def test_nobody_counts_what_he_may_not_read(self):
        with self._at('2025-03-03 09:00'):
            self._create_case()
        with self._at('2025-03-04 09:00'):
            self.env.invalidate_all()
            team = self.team.with_user(self.handler)
            for field_name in ('open_count', 'unassigned_count', 'sla_late_count'):
                self.assertEqual(team[field_name], 0)
                self.assertEqual(team.with_user(self.manager)[field_name], 1)
