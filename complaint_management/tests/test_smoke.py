from odoo.exceptions import RedirectWarning
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestSmoke(ComplaintCommon):
    def test_life(self):
        case = self._create_case()
        self.assertTrue(case.number)
        self.assertEqual(self._codes(case), ['received', 'registered'])
        with self.assertRaises(RedirectWarning) as e:
            case.write({'stage_id': self.stages['closed'].id})
        print(e.exception.args)
        case = self._create_worked_case()
        for name in (
            'acknowledgement',
            'assessment',
            'assignment',
            'investigation',
            'solution',
            'communication',
        ):
            case.write({'stage_id': self.stages[name].id})
        self.assertTrue(case.can_undo)
        case.action_undo()
        self.assertEqual(case.stage_id, self.stages['solution'])
        case.with_user(self.manager).write({'stage_id': self.stages['closed'].id})
        print(self._codes(case))
        print(case.action_verify_history())
        case.with_user(self.manager).write({'stage_id': self.stages['investigation'].id})
        print(self._codes(case), case.round, case.event_ids.mapped('note'))
        print(case.with_user(self.manager)._get_timeline())
        case.with_user(self.admin)._erase("x")
        self.assertFalse(case.exists())
