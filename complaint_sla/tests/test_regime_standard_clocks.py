from odoo.tests import tagged

from odoo.addons.complaint_management.tests.common import ComplaintCommon

from .common import SlaCommon, to_utc
from .common_walk import STARTS, ClockWalkCommon


@tagged('post_install', '-at_install')
class TestStandardClocks(ComplaintCommon):
    """The standard procedure (ISO 10002): acknowledged, answered and closed in time."""

    _at = ClockWalkCommon._at
    _create_calendar = classmethod(SlaCommon._create_calendar.__func__)
    _keep_chinese_hours = ClockWalkCommon._keep_chinese_hours

    def test_deadlines_at_three_given_starts(self):
        """One day's working hours, 5 and 30 working days (examples)."""
        self._keep_chinese_hours(self.env.company)
        table = (
            ('2026-09-10 10:00', '2026-09-16 18:00', '2026-10-27 18:00'),
            ('2026-09-20 18:00', '2026-09-24 18:00', '2026-11-05 18:00'),
            ('2026-10-08 16:30', '2026-10-13 18:00', '2026-11-17 18:00'),
        )
        for start, expected in zip(STARTS, table, strict=True):
            with self.subTest(start), self._at(start):
                case = self._create_case()
                self.env.flush_all()
                dues = {
                    clock.policy_id.stop_milestone_id.code: clock.deadline
                    for clock in case.sudo().sla_clock_ids
                }
                expected = [to_utc(text, 'Asia/Shanghai') for text in expected]
                codes = ('acknowledged', 'answered', 'closed')
                self.assertEqual(dues, dict(zip(codes, expected, strict=True)))
