from odoo.tests import tagged

from odoo.addons.complaint_management.tests.common_setup import SetupCommon


@tagged('post_install', '-at_install')
class TestSetupExample(SetupCommon):
    """Design section 8: one of the three examples is near its time limit, nobody is reminded."""

    def test_one_of_the_three_is_near_its_time_limit(self):
        self._prepare_setup().action_set_up()
        examples = self._get_examples()
        now = self.env.cr.now()
        near = examples[2]
        [clock] = near.sla_clock_ids
        self.assertEqual(clock.state, 'running')
        self.assertGreater(clock.deadline, now)
        # One hour earlier it would have been late, or nearly.
        days = (clock.deadline - now).days
        self.assertLess(days, 2)
        self.assertLess(near.received_at, now.replace(microsecond=0))
        self.assertFalse(
            self.env['complaint.sla.reminder'].search([('case_id', 'in', examples.ids)])
        )
        self.env['complaint.case'].with_user(self.admin).action_delete_examples()
        self.env.flush_all()
        self.assertFalse(clock.exists())
