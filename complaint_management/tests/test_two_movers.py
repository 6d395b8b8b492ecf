from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestTwoMovers(ComplaintCommon):
    """Design section 12 (peers F2): of two people who move one case the second is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case()
        cls.seen = cls.case.event_count

    def _drag(self, user, stage, seen):
        self.case.with_user(user).web_save(
            {'stage_id': self.stages[stage].id, 'seen_event_count': seen}, {'event_count': {}}
        )

    def test_the_second_is_told_what_the_first_did_and_nothing_moves(self):
        self._drag(self.manager, 'acknowledgement', self.seen)
        with self.assertRaises(UserError) as told:
            self._drag(self.receiver, 'assessment', self.seen)
        self.assertIn(self.manager.name, str(told.exception))
        self.assertIn(self.stages['acknowledgement'].name, str(told.exception))
        self.assertEqual(self.case.stage_id, self.stages['acknowledgement'])

    def test_nothing_of_the_same_save_is_kept(self):
        self._drag(self.manager, 'acknowledgement', self.seen)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.case.with_user(self.receiver).write(
                {
                    'name': "Another subject",
                    'stage_id': self.stages['assessment'].id,
                    'seen_event_count': self.seen,
                }
            )
        self.env.invalidate_all()
        self.assertNotEqual(self.case.name, "Another subject")

    def test_who_has_looked_again_may_move(self):
        self._drag(self.manager, 'acknowledgement', self.seen)
        self._drag(self.receiver, 'assessment', self.case.event_count)
        self.assertEqual(self.case.stage_id, self.stages['assessment'])

    def test_an_edit_without_a_stage_is_not_held_up(self):
        self._drag(self.manager, 'acknowledgement', self.seen)
        self.case.with_user(self.receiver).write({'priority': '1', 'seen_event_count': 0})
        self.assertEqual(self.case.priority, '1')

    def test_a_program_that_does_not_say_what_it_saw_moves(self):
        self._drag(self.manager, 'acknowledgement', self.seen)
        self.case.write({'stage_id': self.stages['assessment'].id})
        self.assertEqual(self.case.stage_id, self.stages['assessment'])
