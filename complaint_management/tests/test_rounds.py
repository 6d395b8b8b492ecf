from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, RedirectWarning, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ComplaintCommon

OPINION = "The postage is not the point: the party was over."


@tagged('post_install', '-at_install')
class TestRounds(ComplaintCommon):
    """PAWN-3.5-c and T5: an unsatisfied customer begins the next round, as often as it may."""

    def _answered(self, **values):
        case = self._create_worked_case(department_id=self.department.id, **values)
        self._move(case, 'communication')
        self._pass_time(minutes=1)
        return case

    def _reject(self, case, **values):
        self._pass_time(minutes=1)
        return case._reject_answer(OPINION, **values)

    def test_a_rejection_begins_the_next_round(self):
        case = self._answered()
        told = self._reject(case)
        self.assertEqual((case.round, case.stage_id), (2, self.stages['investigation']))
        self.assertIn("Round 2", told[case])
        self.assertEqual((case.answer_state, case.customer_satisfied), ('none', 'dissatisfied'))
        events = case.event_ids.sorted('sequence')
        rejected = events.filtered(lambda e: e.milestone_id.code == 'customer_rejected')
        self.assertEqual((rejected.round, rejected.note), (1, OPINION))
        following = events.filtered(lambda e: e.sequence > rejected.sequence)
        self.assertEqual(following.mapped('round'), [2, 2])
        self.assertEqual(following[0].milestone_id.code, 'reopened')
        opinion = case.contact_ids.filtered(lambda c: c.purpose == 'opinion')
        self.assertEqual((opinion.content, opinion.direction, opinion.round), (OPINION, 'in', 1))
        self.assertFalse(case._find_broken_histories())

    def test_department_and_handler_get_the_opinion(self):
        """PAWN-3.5-c: pass it to the department promptly."""
        case = self._answered()
        self._reject(case)
        kind = self.env.ref('complaint_management.activity_type_rejected')
        activities = case.sudo().activity_ids.filtered(lambda a: a.activity_type_id == kind)
        self.assertEqual(activities.user_id, self.handler | self.department_head)
        self.assertIn("the party was over", activities[0].note)

    def test_the_recused_head_is_not_told(self):
        """T16."""
        case = self._create_worked_case(
            department_id=self.department.id,
            accused_employee_ids=[(4, self.employees['department_head'].id)],
        )
        case._answer("Sorry.")
        self._reject(case)
        kind = self.env.ref('complaint_management.activity_type_rejected')
        activities = case.sudo().activity_ids.filtered(lambda a: a.activity_type_id == kind)
        self.assertEqual(activities.user_id, self.handler)

    def test_the_opinion_is_written_down_and_an_answer_is_there(self):
        case = self._create_worked_case()
        with self._refused("(?s)Answer the customer first.*opinion in detail", RedirectWarning):
            case._reject_answer(" ")
        case._answer("Sorry.")
        self._reject(case)
        with self._refused("Answer the customer first", RedirectWarning):
            case._reject_answer(OPINION)
        with self.assertRaises(AccessError):
            case.with_user(self.auditor)._reject_answer(OPINION)

    def test_without_end(self):
        """PAWN, PRIN: handled again until the customer agrees."""
        case = self._create_worked_case()
        for number in range(2, 6):
            case._answer("Sorry.")
            self._reject(case)
            self.assertEqual(case.round, number)
        case._answer("Here is what you asked for.")
        case.action_customer_accepted()
        self.assertEqual((case.answer_state, case.answered_round), ('accepted', 5))

    def test_the_procedure_says_where_it_is_handled_again(self):
        self.procedure.rework_stage_id = self.stages['solution']
        self.assertTrue(self.stages['solution'].is_rework)
        case = self._answered()
        self._reject(case)
        self.assertEqual(case.stage_id, self.stages['solution'])
        self.procedure.rework_stage_id = self.stages['assessment']
        self.assertEqual(self.procedure.stage_ids.filtered('is_rework'), self.stages['assessment'])
        foreign = self.env['complaint.stage'].create(
            {'name': "Elsewhere", 'procedure_id': self.procedure.copy({'code': 'elsewhere'}).id}
        )
        with self.assertRaises(ValidationError):
            self.procedure.rework_stage_id = foreign

    def test_a_round_begins_also_where_the_case_stands(self):
        self.procedure.rework_stage_id = self.stages['communication']
        case = self._answered()
        self._reject(case)
        self.assertEqual((case.round, case.stage_id), (2, self.stages['communication']))
        case.action_undo()
        self.assertEqual((case.round, case.stage_id), (1, self.stages['communication']))
        self.assertEqual(case.answer_state, 'answered')

    def test_undo_takes_the_rejection_back(self):
        case = self._answered()
        case.customer_satisfied = 'basically_satisfied'
        self._reject(case)
        self.assertTrue(case.can_undo)
        case.action_undo()
        self.assertEqual((case.round, case.stage_id), (1, self.stages['communication']))
        self.assertEqual(case.answer_state, 'answered')
        self.assertEqual(case.customer_satisfied, 'basically_satisfied')
        self.assertEqual(case.closing_reason_id, self.reason_satisfied, "As it was before")
        self.assertFalse(case.event_ids._get_effective(['customer_rejected', 'reopened']))
        self._reject(case)
        self.assertEqual(case.round, 2)

    def test_a_later_acceptance_is_forgotten_when_it_is_rejected(self):
        case = self._answered()
        case.action_customer_accepted()
        accepted_at = case.accepted_at
        self._pass_time(minutes=1)
        case._answer("And another word.")
        self._reject(case)
        self.assertTrue(accepted_at)
        self.assertFalse(case.accepted_at)

    def test_a_batch(self):
        cases = self._answered() | self._answered()
        told = self._reject(cases)
        self.assertEqual(cases.mapped('round'), [2, 2])
        self.assertEqual(set(told), set(cases))

    def test_in_one_dialog(self):
        case = self._answered()
        action = case.action_customer_rejected()
        form = Form(
            self.env[action['res_model']].with_user(self.receiver).with_context(**action['context'])
        )
        form.opinion = OPINION
        notice = form.save().action_confirm()
        self.assertIn("Round 2 begins", notice['params']['message'])
        self.assertEqual(case.round, 2)

    # === AFTER THE LAST ROUND === #

    def _last_round(self, after, **values):
        self.procedure.write({'max_rounds': 1, 'after_max_rounds': after})
        return self._answered(**values)

    def test_rounds_are_counted_up_to_the_last(self):
        self.procedure.write({'max_rounds': 2, 'after_max_rounds': 'abnormal'})
        case = self._answered()
        self._reject(case)
        self.assertEqual((case.round, case.rounds_used_up), (2, False))
        case._answer("Sorry again.")
        self._reject(case)
        self.assertEqual((case.round, case.rounds_used_up), (2, True))

    def test_again(self):
        case = self._last_round('again')
        self._reject(case)
        self.assertEqual(case.round, 2)

    def test_abnormal(self):
        """DEVG, PRIN: it may be closed abnormally; whether, people decide."""
        case = self._last_round('abnormal')
        told = self._reject(case)
        self.assertIn("may now be closed abnormally", told[case])
        self.assertEqual((case.round, case.stage_id), (1, self.stages['communication']))
        self.assertEqual((case.answer_state, case.rounds_used_up), ('rejected', True))
        kind = self.env.ref('complaint_management.activity_type_rejected')
        activities = case.sudo().activity_ids.filtered(lambda a: a.activity_type_id == kind)
        self.assertEqual(activities.user_id, self.handler | self.manager)

    def test_panel(self):
        case = self._last_round('panel')
        told = self._reject(case)
        self.assertIn("the committee decides", told[case])
        kind = self.env.ref('complaint_management.activity_type_panel')
        activities = case.sudo().activity_ids.filtered(lambda a: a.activity_type_id == kind)
        self.assertIn(self.committee, activities.user_id)
        self.assertNotIn(self.handler, activities.user_id)

    def test_one_level_up(self):
        """INS-3.1-f: the officer one level up takes over, and the limits run on."""
        board = self.env['complaint.team'].create({'name': "Board", 'leader_id': self.legal.id})
        self.team.parent_id = board
        case = self._last_round('level_up')
        told = self._reject(case)
        case = case.sudo()
        self.assertIn("“Board” takes over", told[case])
        self.assertEqual((case.team_id, case.round), (board, 1))
        self.assertEqual(case.stage_id, self.stages['investigation'])
        self.assertEqual(case.answer_state, 'rejected')
        self.assertIn('escalated', self._codes(case))
        self.assertNotIn('reopened', self._codes(case))
        kind = self.env.ref('complaint_management.activity_type_rejected')
        activities = case.activity_ids.filtered(lambda a: a.activity_type_id == kind)
        self.assertEqual(activities.user_id, self.legal)
        case.with_user(self.receiver).action_undo()
        self.assertEqual((case.team_id, case.stage_id), (self.team, self.stages['communication']))
        self.assertEqual(case.answer_state, 'answered')

    def test_one_level_up_at_the_top(self):
        case = self._last_round('level_up')
        told = self._reject(case)
        self.assertIn("No team stands above", told[case])
        self.assertEqual(case.team_id, self.team)

    def test_rounds_are_not_negative(self):
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError):
            self.procedure.max_rounds = -1
            self.env.flush_all()
