from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_walk import REFUSALS, WalkCommon

PARTS = ("Matter", "Course of handling", "Solution", "Result")


@tagged('post_install', '-at_install')
class TestRegimePawn(WalkCommon):
    """Requirements 1.1: a pawnshop, from the first word to the callback.

    receiver: customer service; manager: its head; committee: deputy general manager, who leads the
    complaint handling team; department_head and handler: the pawn department; legal.
    """

    preset_code = 'pawn'

    @classmethod
    def _give_posts(cls):
        cls.team.write({'leader_id': cls.manager.id, 'member_ids': [(6, 0, cls.receiver.ids)]})
        cls.board = cls.records['team_committee']
        cls.board.leader_id = cls.committee
        cls.pawn = cls._create_department("Pawn", 'department_head', 'handler')

    # === STEPS === #

    def _take_in(self, **values):
        return self._create_case(
            **{
                'name': "The ring is scratched",
                'description': "It came back with a scratch.",
                'expected_solution': "Polish it.",
                'category_id': self.records['category_business'].id,
                **values,
            }
        )

    def _assign(self, case, **values):
        """Customer service rates and assigns, the head accepts and names the investigator."""
        mine = self._as(self.receiver, case)
        mine.write({'complexity': 'ordinary', **values})
        self._walk(case, self.receiver, 'assessment', 'number', 'assignment')
        mine._assign({'department_id': self.pawn.id})
        self._name_investigator(case)
        return self._walk(case, self.department_head, 'investigation')

    def _name_investigator(self, case):
        head = self._as(self.department_head, case)
        head.action_accept_department()
        head.investigator_id = self.handler

    def _propose(self, case, proposal="We polish it."):
        self._as(self.handler, case).write({'facts': "Scratched in the safe."})
        self._walk(case, self.handler, 'solution')
        self._as(self.handler, case).write(
            {'basis': "Rule 4.", 'basis_kind': 'company_rule', 'solution_proposal': proposal}
        )
        return case

    def _approve(self, case):
        self._assert_asked(case, 'solution', self.department_head).action_approve()

    def _execute(self, case):
        self._walk(case, self.handler, 'execution')
        self._as(self.handler, case).action_start_execution()
        self._as(self.handler, case).action_execute_solution()
        self._walk(case, self.handler, 'internal_feedback')
        self._as(self.handler, case)._answer_department(dict.fromkeys(PARTS, "Done."))
        return self._walk(case, self.handler, 'customer_feedback')

    def _answer(self, case):
        self._as(self.receiver, case)._answer("We polished it.", means='phone')

    def _bring_to_feedback(self, **values):
        case = self._propose(self._assign(self._take_in(**values)))
        self._walk(case, self.handler, 'review')
        self._approve(case)
        return self._execute(case)

    def _bring_to_callback(self):
        case = self._bring_to_feedback()
        self._answer(case)
        self._as(self.receiver, case)._accept_answer()
        self._as(self.receiver, case).validity = 'valid'
        return self._walk(case, self.receiver, 'callback')

    def _hold_panel(self, case, kind, user):
        panel = self.env['complaint.panel'].with_user(self.handler)
        panel = panel.create({'case_id': case.id, 'kind': kind, 'attendee_ids': [(6, 0, user.ids)]})
        words = {'minutes': "All were there.", 'opinion': "It holds."}
        self._as(user, panel).write(words)
        self._as(user, panel).action_decide()

    # === THE MAIN PATH === #

    def test_intake_asks_for_the_five_facts(self):
        """PAWN-3.1-b: time, name, contact, matter, expected solution."""
        with self._refused("Fill in before registration", REFUSALS):
            self._take_in(expected_solution=False)
        with self._refused("Fill in before registration", REFUSALS):
            self._take_in(partner_id=False)
        case = self._take_in(partner_id=False, complainant_name="Zhang Min")
        self._assert_barred(case, self.receiver, 'assessment', "phone number or an e-mail")
        self.assertTrue(case.received_at)
        self.assertTrue(case.number)

    def test_customer_service_rates_and_assigns(self):
        """PAWN-2.2-a…c, PAWN-3.1-e, PAWN-3.2-a, PAWN-3.3-a."""
        case = self._take_in(category_id=False)
        self.assertEqual(case.followup_user_id, self.receiver)
        self._walk(case, self.receiver, 'assessment', 'number')
        self._assert_barred(case, self.receiver, 'assignment', "category, the complexity")
        self._as(self.receiver, case).write(
            {'complexity': 'ordinary', 'category_id': self.records['category_business'].id}
        )
        self.assertEqual(case.grade_id, self.records['grade_ordinary'])
        self._walk(case, self.receiver, 'assignment')
        self._assert_barred(
            case, self.receiver, 'investigation', "responsible department", "enter the investigator"
        )
        self._as(self.receiver, case)._assign({'department_id': self.pawn.id})
        self._assert_barred(case, self.receiver, 'investigation', "accepts the complaint first")
        with self._refused("Only people of “Pawn” may accept"):
            self._as(self.receiver, case).action_accept_department()
        self._name_investigator(case)
        self._walk(case, self.department_head, 'investigation')
        self._assert_in_order(
            case, 'registered', 'accepted', 'assigned', 'department_accepted', 'investigator_named'
        )
        self.assertEqual(case.followup_user_id, self.receiver)

    def test_the_department_investigates_and_solves(self):
        """PAWN-1.3-b, PAWN-2.3, PAWN-3.3-b, PAWN-3.4-a, -c, -e."""
        case = self._assign(self._take_in())
        self._assert_barred(case, self.handler, 'solution', "Write down the established facts")
        self.env['complaint.investigation'].with_user(self.handler).create(
            {'case_id': case.id, 'method': 'staff', 'finding': "The safe was full."}
        )
        self._as(self.handler, case).facts = "Scratched in the safe."
        self._walk(case, self.handler, 'solution')
        self._assert_barred(
            case, self.handler, 'review', "rests on facts and rules", "Write a solution first"
        )
        self._propose(case)
        self._walk(case, self.handler, 'review')
        approval = self._assert_asked(case, 'solution', self.department_head)
        with self._refused("nobody approves his own proposal"):
            approval.with_user(self.handler).action_approve()
        with self._refused("you are not asked"):
            approval.with_user(self.receiver).action_approve()
        self._assert_barred(
            case, self.handler, 'execution', "needs the approval of: Department Head"
        )
        self._approve(case)
        self._walk(case, self.handler, 'execution')
        self._assert_barred(case, self.handler, 'internal_feedback', "Carry the solution out first")
        self._as(self.handler, case).action_start_execution()
        self._as(self.handler, case).action_execute_solution()
        self._walk(case, self.handler, 'internal_feedback')
        self._assert_in_order(
            case, 'solution_proposed', 'solution_approved', 'execution_started', 'executed'
        )

    def test_four_parts_then_the_customer_then_the_callback(self):
        """PAWN-2.2-d, PAWN-3.5-a, -b, PAWN-3.6-a, -b; the case closes."""
        case = self._assign(self._take_in())
        self.assertIn(self.handler, case.sudo().activity_ids.user_id)
        self._propose(case)
        self.assertNotIn(self.handler, case.sudo().activity_ids.user_id)
        self._walk(case, self.handler, 'review')
        self._approve(case)
        self._walk(case, self.handler, 'execution')
        self._as(self.handler, case).action_execute_solution()
        self._walk(case, self.handler, 'internal_feedback')
        self._assert_barred(case, self.handler, 'customer_feedback', "in four parts")
        with self._refused("Course of handling and Solution", REFUSALS):
            self._as(self.handler, case)._answer_department({'Matter': "Ring", 'Result': "Ok"})
        self._as(self.handler, case)._answer_department(dict.fromkeys(PARTS, "Done."))
        self._walk(case, self.handler, 'customer_feedback')
        with self._refused("the customer is answered by: .*Receiver", REFUSALS):
            self._as(self.handler, case)._answer("Hello.")
        self._assert_barred(
            case, self.receiver, 'callback', "Rule on the complaint", "Tell the customer the result"
        )
        self._answer(case)
        self._as(self.receiver, case)._accept_answer()
        self._as(self.receiver, case).validity = 'valid'
        self._walk(case, self.receiver, 'callback')
        self._assert_barred(case, self.receiver, 'callback_analysis', "Call the customer back")
        callback = case.callback_ids
        self.assertEqual(callback.user_id, self.receiver)
        self._as(self.receiver, callback).write(
            {
                'satisfaction': 'satisfied',
                'result_score': '5',
                'attitude_score': '4',
                'suggestions': "More light.",
            }
        )
        self._as(self.receiver, callback).action_done()
        self._walk(case, self.receiver, 'callback_analysis')
        self._close(case, self.receiver, 'closed', self.reason_satisfied)
        self._assert_in_order(
            case, 'department_answered', 'answered', 'customer_accepted', 'called_back', 'closed'
        )
        self.assertFalse(case._find_broken_histories())

    # === GRAVE COMPLAINTS === #

    def test_a_major_one_needs_legal_and_the_team_with_three_criteria(self):
        """PAWN-2.4-a…c, PAWN-3.4-d, PAWN-2.1-b; management is told."""
        media = self.env.ref('complaint_management.flag_media')
        case = self._take_in(flag_ids=[(6, 0, media.ids)])
        self.assertEqual(case.grade_id, self.records['grade_major'])
        self.assertTrue(self._as(self.legal, case).has_access('read'))
        self.assertIn(self.committee, self._get_told(case, "A major complaint"))
        self.assertIn(self.legal, self._get_told(case, "Rate the legal risk"))
        self._propose(self._assign(case))
        self._assert_barred(case, self.handler, 'review', "Legal takes part")
        self._hold_panel(case, 'legal', self.legal)
        self._walk(case, self.handler, 'review')
        head, team = case.sudo().approval_ids.sorted('id')
        self.assertEqual(
            (head.approver_ids, team.approver_ids), (self.department_head, self.committee)
        )
        with self._refused("an earlier approval is still open"):
            team.with_user(self.committee).action_approve()
        self._approve(case)
        self._assert_barred(case, self.handler, 'execution', "needs the approval of: Committee")
        criteria = self.env['complaint.approval.criterion'].search([])
        self.assertEqual(team.criterion_ids.mapped('code'), ['reasonable', 'fair', 'feasible'])
        with self._refused("tick every criterion"):
            team.with_user(self.committee)._approve(criteria=criteria[:2])
        team.with_user(self.committee)._approve(criteria=criteria)
        self._walk(case, self.handler, 'execution')

    def test_the_team_deliberates_on_a_complex_one(self):
        """PAWN-2.1-c, PAWN-3.2-b."""
        case = self._propose(self._assign(self._take_in(), complexity='complex'))
        self.assertEqual(case.grade_id, self.records['grade_complex'])
        self._walk(case, self.handler, 'review')
        self._approve(case)
        self._assert_barred(case, self.handler, 'execution', "handling team deliberates")
        self._hold_panel(case, 'team', self.committee)
        self._walk(case, self.handler, 'execution')

    def test_another_grade_needs_a_reason(self):
        """PAWN-2.2-b, T8: urgency and complexity are rated, a person may say otherwise."""
        case = self._take_in(complexity='knotty')
        self.assertEqual(case.grade_id, self.records['grade_knotty'])
        ordinary = self.records['grade_ordinary'].id
        with self._refused("Reason for another grade"):
            self._as(self.receiver, case).grade_id = ordinary
        self._as(self.receiver, case).write({'grade_id': ordinary, 'grade_reason': "One page."})
        self.assertEqual(case.grade_id.id, ordinary)

    # === LOOPS === #

    def test_a_dissatisfied_customer_begins_the_next_round(self):
        """PAWN-3.5-c: the opinion goes to the department, the complaint is handled anew."""
        case = self._bring_to_feedback()
        with self._refused("Answer the customer first", REFUSALS):
            self._as(self.receiver, case)._reject_answer("Still scratched.")
        self._answer(case)
        with self._refused("opinion in detail", REFUSALS):
            self._as(self.receiver, case)._reject_answer(" ")
        self._as(self.receiver, case)._reject_answer("Still scratched, look at the edge.")
        self.assertEqual((case.round, case.stage_id), (2, self.stages['investigation']))
        asked = case.sudo().activity_ids.filtered(lambda a: "edge" in (a.note or '')).user_id
        self.assertIn(self.department_head, asked)
        self._propose(case, "We replace it.")
        self._walk(case, self.handler, 'review')
        self._approve(case)
        self._execute(case)
        self._as(self.receiver, case).validity = 'valid'
        self._assert_barred(case, self.receiver, 'callback', "Tell the customer the result")
        self._answer(case)
        self._walk(case, self.receiver, 'callback')
        self.assertEqual(case.callback_ids.round, 2)

    def test_a_refused_solution_gets_a_new_version(self):
        """PAWN-3.4-c."""
        case = self._propose(self._assign(self._take_in()))
        self._walk(case, self.handler, 'review')
        self._assert_asked(case, 'solution', self.department_head)._refuse("Too little.")
        self._assert_barred(
            case, self.handler, 'execution', "refused by Department Head: Too little"
        )
        self._assert_barred(case, self.handler, 'customer_feedback', "Carry the solution out first")
        mine = self._as(self.handler, case)
        mine.action_new_solution_version()
        mine.solution_proposal = "We replace it."
        mine.action_submit_solution()
        self._approve(case)
        self._walk(case, self.handler, 'execution')

    def test_an_obstacle_is_negotiated_anew(self):
        """PAWN-3.4-f: a changed solution is reviewed again."""
        case = self._propose(self._assign(self._take_in()))
        self._walk(case, self.handler, 'review')
        self._approve(case)
        self._walk(case, self.handler, 'execution')
        self._as(self.handler, case).current_solution_id._renegotiate("The polisher is ill.")
        self._assert_barred(case, self.handler, 'internal_feedback', "Carry the solution out first")
        with self._refused("Only an approved solution"):
            self._as(self.handler, case).action_execute_solution()
        self._as(self.handler, case).action_submit_solution()
        self._approve(case)
        self._as(self.handler, case).action_execute_solution()
        self._walk(case, self.handler, 'internal_feedback')
        self._assert_in_order(
            case, 'solution_approved', 'obstacle', 'solution_approved', 'executed'
        )

    def test_a_department_sends_back_what_is_not_its_own(self):
        """PAWN-2.2-c: back to who follows the case, and assigned anew."""
        case = self._take_in(complexity='ordinary')
        self._walk(case, self.receiver, 'assessment', 'number', 'assignment')
        self._as(self.receiver, case)._assign({'department_id': self.pawn.id})
        self._as(self.department_head, case)._send_back("Not our ring.")
        self.assertEqual((case.department_id.id, case.department_return_count), (False, 1))
        self.assertIn(self.receiver, case.sudo().activity_ids.user_id)
        self._assert_barred(case, self.receiver, 'investigation', "responsible department")
        self._as(self.receiver, case)._assign({'department_id': self.pawn.id})
        self._name_investigator(case)
        self._walk(case, self.department_head, 'investigation')

    def test_a_low_score_is_analysed_for_the_team(self):
        """PAWN-3.6-c: the deeper cause is found before the case closes."""
        case = self._bring_to_callback()
        callback = case.callback_ids
        self._as(self.receiver, callback).write(
            {'satisfaction': 'basically_satisfied', 'attitude_score': '1'}
        )
        self._as(self.receiver, callback).action_done()
        self.assertTrue(callback.needs_analysis)
        self._walk(case, self.receiver, 'callback_analysis')
        self._as(self.receiver, case).closing_reason_id = self.reason_satisfied
        self._assert_barred(case, self.receiver, 'closed', "analyse the causes first")
        with self._refused("analysis belongs to", AccessError):
            self._as(self.receiver, callback)._write_analysis("He was rude.")
        self._as(self.manager, callback)._write_analysis("Nobody greeted her.")
        self._walk(case, self.receiver, 'closed')

    def test_it_is_taken_up_again(self):
        """Requirements 2.12: reopening begins a round; the company sets a window in menus."""
        case = self._bring_to_callback()
        self._as(self.receiver, case.callback_ids).write({'satisfaction': 'satisfied'})
        self._as(self.receiver, case.callback_ids).action_done()
        self._close(case, self.receiver, 'closed', self.reason_satisfied)
        stage = self.stages['investigation']
        self._pass_time(days=40)
        self._as(self.receiver, case)._reopen(stage, "The scratch is back.")
        self.assertEqual((case.round, case.stage_id), (2, stage))
        self.procedure.reopen_window_days = 30
        self._close(case, self.receiver, 'withdrawn', note="She says so.")
        self._pass_time(days=40)
        with self._refused("more than 30 days ago", REFUSALS):
            self._as(self.receiver, case)._reopen(stage, "Again.")

    # === SIDE EXITS === #

    def test_out_of_scope_is_explained_and_referred(self):
        """PAWN-3.1-c, -d."""
        case = self._take_in()
        self._walk(case, self.receiver, 'assessment')
        self._assert_barred(case, self.receiver, 'refused', "Only what is out of scope is refused")
        mine = self._as(self.receiver, case)
        mine.write({'validity': 'out_of_scope', 'validity_note': "It is a bank's matter."})
        self._assert_barred(case, self.receiver, 'number', "out of scope: explain, refer")
        self._assert_barred(case, self.receiver, 'refused', "where the customer was referred to")
        mine.referred_to = "The bank's hotline"
        self._walk(case, self.receiver, 'refused')
        self._assert_in_order(case, 'ruled', 'refused')

    def test_the_customer_withdraws(self):
        """Requirements 2.12."""
        case = self._assign(self._take_in())
        self._as(self.receiver, case)._withdraw('self', 'phone', "She found another ring.")
        self.assertEqual(case.phase, 'withdrawn')

    def test_no_agreement_or_court_ends_abnormally(self):
        """Requirements 2.12, 2.13: legal sees what goes to court."""
        case = self._bring_to_feedback()
        reason = self.env.ref('complaint_management.closing_reason_court')
        self._as(self.receiver, case).write({'closing_reason_id': reason.id})
        self._assert_barred(case, self.receiver, 'closed_abnormal', "Write the closing explanation")
        self._close(case, self.receiver, 'closed_abnormal', reason, "Sued us.")
        self.assertTrue(self._as(self.legal, case).has_access('read'))

    def test_the_closing_kinds_of_the_pawnshop(self):
        """Requirements 2.12, PAWN-3.5-c, PAWN-4.1-d, PAWN-4.2-c, PAWN-5.1-b: each in its stage."""
        kinds = {
            'reason_anew': ('closed', None),
            'reason_suggestion': ('closed', None),
            'reason_staff': ('closed', "Write the closing explanation"),
            'reason_same_matter': ('closed_abnormal', "Write the closing explanation"),
        }
        for row, (stage, sentence) in kinds.items():
            with self.subTest(row):
                case = self._bring_to_feedback()
                self._answer(case)
                self._as(self.receiver, case).validity = 'valid'
                self._as(self.receiver, case).closing_reason_id = self.records[row]
                other = 'closed_abnormal' if stage == 'closed' else 'closed'
                self._assert_barred(case, self.receiver, other, "a closing reason of the kind")
                if sentence:
                    self._assert_barred(case, self.receiver, stage, sentence)
                self._close(case, self.receiver, stage, self.records[row], "Spoken through.")

    def test_who_is_never_reached_is_closed_after_the_attempts(self):
        """PAWN-3.6-a, requirements 2.12."""
        case = self._bring_to_callback()
        reason = self.env.ref('complaint_management.closing_reason_unreachable')
        self._as(self.receiver, case).write(
            {'closing_reason_id': reason.id, 'closing_note': "Nobody answers."}
        )
        self._assert_barred(case, self.receiver, 'closed_abnormal', "failed callbacks")
        for _attempt in range(self.procedure.callback_max_attempts):
            self._pass_time(hours=2)
            self._as(self.receiver, case.callback_ids)._record_attempt('phone', 'no_answer')
        self._walk(case, self.receiver, 'closed_abnormal')

    # === ABOUT OUR OWN PEOPLE === #

    def test_a_complaint_about_a_handler_goes_straight_to_the_team(self):
        """PAWN-5.1-b: past customer service, hidden from the accused."""
        parent = self._assign(self._take_in())
        accused = self.env['hr.employee.public'].search(
            [('user_id', '=', self.handler.id), ('company_id', '=', self.company.id)]
        )
        case = self._as(self.manager, parent)._complain_about_handling(
            "He shouted.", accused, expected_solution="Somebody else."
        )
        self.assertEqual((case.team_id, case.parent_id), (self.board, parent))
        self.assertEqual(case.procedure_id, self.procedure)
        self.assertIn(self.committee, case.sudo().activity_ids.user_id)
        self.assertFalse(self._as(self.handler, case).has_access('read'))
        self.assertTrue(self._as(self.committee, case).has_access('write'))

    def test_a_report_of_that_category_is_routed_by_rule(self):
        """PAWN-3.2-a, PAWN-5.1-b."""
        for row_id in ('category_handling', 'category_handling_attitude'):
            case = self._take_in(category_id=self.records[row_id].id)
            self.assertEqual(case.sudo().team_id, self.board)
        self.assertEqual(self._take_in().team_id, self.team)

    # === A COMPANY WITHOUT POSTS === #

    def test_a_chain_that_meets_nobody_says_what_to_set(self):
        """Nobody has a post yet: the sentence names what an administrator sets."""
        (self.team | self.board).leader_id = False
        case = self._propose(self._assign(self._take_in()))
        self.pawn.manager_id = False
        self.committee.group_ids -= self.env.ref('complaint_management.group_complaint_committee')
        self._assert_barred(case, self.handler, 'review', "An administrator names a head")
        self.board.leader_id = self.manager
        self._walk(case, self.handler, 'review')
        self._assert_asked(case, 'solution', self.manager)
