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
        self.assertLess((clock.deadline - now).days, 2)
        self.assertLess(near.received_at, now.replace(microsecond=0))
        reminders = self.env['complaint.sla.reminder']
        self.assertFalse(reminders.search([('case_id', 'in', examples.ids)]))
        self.env['complaint.case'].with_user(self.admin).action_delete_examples()
        self.env.flush_all()
        self.assertFalse(clock.exists())

    def test_every_trade_has_a_clock_that_runs_on_its_near_example(self):
        others = self.env['complaint.preset'].search([('id', '!=', self.bank.id)])
        teams = self.env['complaint.team']
        for preset in others:
            install = preset.with_company(self.company).install_id
            install = install or preset._install(self.company)
            team = teams.create({'name': preset.code, 'company_id': self.company.id})
            setup = self._prepare_setup(leader_id=self.manager.id, preset_ids=False)
            self.manager.company_ids |= self.company
            setup._create_examples(install, {install.procedure_id: team})
            near = self._get_examples()[2]
            with self.subTest(preset.code):
                self.assertIn('running', near.sla_clock_ids.mapped('state'))
                self.assertNotIn('missed', near.sla_clock_ids.mapped('state'))
            self.env['complaint.case'].with_user(self.admin).action_delete_examples()
