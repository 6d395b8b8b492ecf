from odoo.tests import tagged

from odoo.addons.complaint_management.tests.common_setup import SetupCommon


@tagged('post_install', '-at_install')
class TestSetupFigures(SetupCommon):
    """Design section 8: what only serves for looking around is in no figure."""

    def test_examples_of_the_set_up_are_in_no_figure(self):
        self._prepare_setup().action_set_up()
        examples = self._get_examples()
        real = self._create_case(user=self.admin, company_id=self.company.id, team_id=False)
        self.env.flush_all()
        mine = [('company_id', '=', self.company.id)]
        for model in ('complaint.case.analysis', 'complaint.sla.analysis'):
            counted = self.env[model].search(mine).case_id
            self.assertFalse(counted & examples, model)
        self.assertEqual(self.env['complaint.case.analysis'].search(mine).case_id, real)
        figures = self.env['complaint.report.figures']
        spec = {'scope': mine, 'as_of': self.env.cr.now(), 'is_past': False}
        spec['then'] = figures._read_then(spec)
        scope = figures._get_scope(spec)
        self.assertEqual(self.env['complaint.case'].search(scope), real)
