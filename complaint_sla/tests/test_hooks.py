from odoo.tests import tagged

from ..hooks import MILESTONES, pre_init_hook
from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestHooks(SlaCommon):
    """Taking the addon away and bringing it back, with a history that tells of pauses."""

    def test_milestones_that_the_history_kept_are_taken_back(self):
        milestones = {code: self.env.ref(f'complaint_sla.milestone_{code}') for code in MILESTONES}
        self.env['ir.model.data'].search(
            [('module', '=', 'complaint_sla'), ('model', '=', 'complaint.milestone')]
        ).unlink()
        self.assertFalse(self.env.ref('complaint_sla.milestone_paused', raise_if_not_found=False))
        pre_init_hook(self.env)
        for code, milestone in milestones.items():
            self.assertEqual(self.env.ref(f'complaint_sla.milestone_{code}'), milestone)
