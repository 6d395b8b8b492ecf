from odoo.tests import tagged

from .common_walk import REFUSALS, WalkCommon


@tagged('post_install', '-at_install')
class TestRegimeTelecom(WalkCommon):
    """Requirements 1.14: a business hall, from the counter to the satisfaction on the order.

    receiver: whoever is asked first; handler: the complaint post; manager: the duty manager;
    department_head: the hall manager, and head of the counter.
    """

    preset_code = 'telecom'

    @classmethod
    def _give_posts(cls):
        cls.team.member_ids = [(6, 0, [cls.receiver.id, cls.handler.id])]
        cls.records['team_duty'].leader_id = cls.manager
        cls.records['team_hall'].leader_id = cls.department_head
        cls.counter = cls._create_department("Counter", 'department_head', 'legal')

    # === STEPS === #

    def _take_in(self, **values):
        return self._create_case(
            **{
                'name': "Waited for an hour",
                'description': "Two of eight counters were open.",
                'channel_id': self.records['channel_order_10086'].id,
                'category_id': self.records['category_service'].id,
                'handler_id': self.handler.id,
                **values,
            }
        )

    def _take_in_fee_dispute(self, category='category_fee_roaming', **values):
        return self._take_in(
            name="Roaming at home", category_id=self.records[category].id, **values
        )

    def _bring_to_answer(self, **values):
        case = self._walk(self._take_in(**values), self.receiver, 'pre_handling')
        return self._walk(case, self.handler, 'on_the_spot', 'answer')

    def _check_cause(self, case, validity='valid', **values):
        self._walk(case, self.handler, 'cause')
        self._as(self.handler, case).write(
            {
                'cause_id': self.env['complaint.cause'].search([], limit=1).id,
                'department_id': self.counter.id,
                'validity': validity,
                'validity_note': "As the papers say.",
                **values,
            }
        )
        return self._walk(case, self.handler, 'satisfaction')

    def _enter_satisfaction(self, case, user=None, **values):
        callback = self._as(user or self.receiver, case.callback_ids)
        callback.write({'satisfaction': 'satisfied', **values})
        callback.action_done()
        return callback

    def _pass_up(self, case):
        """Send a major complaint up: the form, then every level in its turn."""
        self._as(self.handler, case).write({'facts': "Charged twice.", 'expected_solution': "Pay."})
        self._walk(case, self.handler, 'upward')
        self._assert_asked(case, 'opinion', self.manager).action_approve()
        self._assert_asked(case, 'opinion', self.department_head).action_approve()
        return case

    # === THE MAIN PATH === #

    def test_an_order_is_solved_first_and_its_cause_checked_after(self):
        """TEL-1.1, TEL-1.5, TEL-2.5-a, TEL-3.1-a: solved, then checked, satisfaction as said."""
        case = self._take_in(category_id=False, handler_id=False, description=False)
        self.assertEqual(case.contact_owner_id, self.receiver)
        self._assert_barred(case, self.receiver, 'pre_handling', "Write down what the customer")
        self._as(self.receiver, case).description = "Two of eight counters were open."
        self._walk(case, self.receiver, 'pre_handling')
        self._assert_barred(case, self.receiver, 'on_the_spot', "Set the category and the handler")
        self._assert_barred(case, self.receiver, 'answer', "Set the category and the handler")
        self._as(self.receiver, case).write(
            {'category_id': self.records['category_service'].id, 'handler_id': self.handler.id}
        )
        self._walk(case, self.handler, 'on_the_spot', 'answer')
        self._assert_barred(case, self.handler, 'cause', "Solve and answer first")
        with self._refused("is answered by: Handler", REFUSALS):
            self._as(self.receiver, case)._answer("Sorry.")
        self._as(self.handler, case)._answer("More counters open at noon from now on.")
        self._walk(case, self.handler, 'cause')
        self._assert_barred(
            case, self.handler, 'satisfaction', "Set the cause and the department", "justified"
        )
        self._check_cause(case)
        # The department answers for the cause; nobody waits for it to accept what is done.
        self.assertEqual(case.department_state, 'accepted')
        self.assertNotIn(self.department_head, case.sudo().activity_ids.user_id)
        self.assertEqual(case.callback_ids.user_id, self.receiver)
        self._assert_closing_needs_satisfaction(case)
        callback = self._enter_satisfaction(
            case, satisfaction='dissatisfied', suggestions="Still waiting."
        )
        with self._refused("not changed afterwards"):
            callback.satisfaction = 'satisfied'
        self._close(case, self.handler, 'closed', self.records['reason_put_right'])
        self.assertEqual(case.customer_satisfied, 'dissatisfied')
        self._assert_in_order(
            case, 'registered', 'accepted', 'answered', 'ruled', 'called_back', 'closed'
        )
        self.assertIn(self.department_head, self._get_told(case, "counts against the target"))
        self.assertFalse(case._find_broken_histories())

    def _assert_closing_needs_satisfaction(self, case):
        reason = self.records['reason_put_right']
        self._as(self.handler, case).closing_reason_id = reason
        self._assert_barred(case, self.handler, 'closed', "enter the satisfaction as it was said")

    def test_solved_on_the_spot_closes_at_once(self):
        """TEL-0-a, TEL-1.2, TEL-3.1-a: with the ruling and the satisfaction, nothing else."""
        case = self._take_in(channel_id=self.records['channel_opinion_book'].id)
        on_the_spot = self.env.ref('complaint_management.closing_reason_on_the_spot')
        self._as(self.handler, case).closing_reason_id = on_the_spot
        self._assert_barred(
            case, self.handler, 'closed', "Rule whether the complaint", "enter the satisfaction"
        )
        self._as(self.handler, case).write(
            {'validity': 'invalid', 'validity_note': "Lunch.", 'customer_satisfied': 'satisfied'}
        )
        self._walk(case, self.handler, 'closed')
        self.assertEqual(case.callback_ids.mapped('exemption'), ['on_the_spot_satisfied'])

    def test_the_first_contact_stays_through_all_transfers(self):
        """TEL-2.0-a, TEL-2.1-a, -b: another shift, another department, the same first contact."""
        case = self._walk(self._take_in(), self.receiver, 'pre_handling')
        with self._refused("does not change with a transfer"):
            self._as(self.handler, case).contact_owner_id = self.handler
        self._as(self.receiver, case)._assign({'department_id': self.counter.id})
        self.assertEqual(case.department_state, 'pending')
        self._as(self.department_head, case).action_accept_department()
        self._as(self.department_head, case).handler_id = self.legal
        self.assertEqual(case.contact_owner_id, self.receiver)
        self.assertEqual(case.followup_user_id, self.receiver)
        self._as(self.receiver, case)._record_contact(
            {'purpose': 'progress', 'content': "The counter looks into it."}
        )
        self._assert_in_order(case, 'department_accepted', 'progress_reported')

    def test_a_shift_hands_over_what_is_open(self):
        """TEL-1.6, TEL-1.7: in detail, taken over by the next, the first contact stays."""
        case = self._walk(self._take_in(), self.receiver, 'pre_handling', 'handover')
        handovers = self.env['complaint.handover'].with_user(self.handler)
        handover = handovers.browse(handovers.action_prepare()['res_id'])
        handover.to_user_id = self.receiver
        handover.line_ids.write({'note': "Waits for a call", 'next_step': "Call at nine"})
        handover.action_hand_over()
        self.assertEqual(case.handler_id, self.handler)
        self._as(self.receiver, handover).action_accept()
        self.assertEqual((case.handler_id, case.contact_owner_id), (self.receiver, self.receiver))
        self.assertIn('handed_over', self._codes(case))
        self.assertTrue(self._as(self.manager, handover).has_access('read'))
        self._walk(case, self.receiver, 'on_the_spot')

    # === FEE DISPUTES === #

    def test_a_fee_dispute_is_verified_before_the_refund(self):
        """TEL-2.6-a, TEL-2.8-a, -b: no refund before the wrong charge is proven."""
        case = self._walk(self._take_in(), self.receiver, 'pre_handling')
        self._assert_barred(case, self.handler, 'verification', "is for fee disputes")
        self._as(self.receiver, case).category_id = self.records['category_fee_single']
        self._assert_barred(case, self.handler, 'answer', "verify first and write down the facts")
        self._walk(case, self.handler, 'verification')
        self._assert_barred(
            case, self.handler, 'refund', "what was charged, what was due", "No refund before"
        )
        self._as(self.handler, case).write({'facts': "30 for 20.", 'basis': "Tariff 7."})
        self._assert_barred(case, self.handler, 'refund', "No refund before")
        self._as(self.handler, case).validity = 'valid'
        self._walk(case, self.handler, 'refund', 'answer')
        self._as(self.handler, case)._answer("Ten are back on your account.")
        self._check_cause(case)
        self._enter_satisfaction(case)
        self._as(self.handler, case).closing_reason_id = self.records['reason_double_refunded']
        self._assert_barred(case, self.handler, 'closed', "Only the listed items")
        self._close(case, self.handler, 'closed', self.records['reason_refunded'])

    def test_the_listed_items_are_refunded_double_and_only_if_proven(self):
        """TEL-2.9-a, -b: a listed item; without the refund stage no such end."""
        case = self._take_in_fee_dispute(facts="Charged 30, due 20.", basis="Rule 9.")
        self._walk(case, self.receiver, 'pre_handling')
        self._walk(case, self.handler, 'verification', 'answer')
        self._as(self.handler, case)._answer("You get it back.")
        self._check_cause(case)
        self._enter_satisfaction(case)
        double = self.records['reason_double_refunded']
        self._as(self.handler, case).closing_reason_id = double
        self._assert_barred(case, self.handler, 'closed', "A refund needs a fee dispute")
        self._walk(case, self.handler, 'refund')
        self._close(case, self.handler, 'closed', double)

    def test_no_wrong_is_cleared_up(self):
        """TEL-2.6-a: no wrong is cleared up, in words that are kept."""
        case = self._take_in_fee_dispute(facts="Charged as due.")
        self._walk(case, self.receiver, 'pre_handling')
        self._walk(case, self.handler, 'verification')
        self._as(self.handler, case).write({'basis': "Tariff 7.", 'validity': 'invalid'})
        self._assert_barred(case, self.handler, 'refund', "No refund before")
        self._walk(case, self.handler, 'answer')
        self._as(self.handler, case)._answer("The charge is right: tariff 7.")
        self._check_cause(case, 'invalid')
        self._enter_satisfaction(case, satisfaction='basically_satisfied')
        cleared = self.records['reason_cleared_up']
        self._as(self.handler, case).closing_reason_id = cleared
        self._assert_barred(case, self.handler, 'closed', "Write the closing explanation")
        self._close(case, self.handler, 'closed', cleared, "Tariff 7 was shown.")

    # === MAJOR COMPLAINTS === #

    def test_a_major_one_goes_up_one_level_at_a_time(self):
        """TEL-2.3-a, -b, T19: form, duty manager, hall manager; nobody is skipped."""
        media = self.env.ref('complaint_management.flag_media')
        case = self._take_in(flag_ids=[(6, 0, media.ids)])
        self.assertEqual(case.grade_id, self.records['grade_major'])
        self.assertEqual(self._get_told(case, "provide what is needed"), self.manager)
        self._walk(case, self.receiver, 'pre_handling')
        self._assert_barred(
            case, self.handler, 'answer', "pass it up level by level", "needs the approval of"
        )
        self._assert_barred(case, self.handler, 'upward', "For the major complaint form")
        self._as(self.handler, case).write({'facts': "On air.", 'expected_solution': "Sorry."})
        self._walk(case, self.handler, 'upward')
        duty, hall = case.sudo().approval_ids.sorted('id')
        self.assertEqual(
            (duty.approver_ids, hall.approver_ids), (self.manager, self.department_head)
        )
        with self._refused("an earlier approval is still open"):
            hall.with_user(self.department_head).action_approve()
        with self._refused("nobody approves his own proposal|not asked"):
            duty.with_user(self.handler).action_approve()
        self._assert_barred(case, self.handler, 'answer', "of: Department Head and Manager")
        duty.with_user(self.manager).action_approve()
        self._assert_barred(case, self.handler, 'answer', "needs the approval of: Department Head")
        hall.with_user(self.department_head).action_approve()
        self._walk(case, self.handler, 'answer')
        self._assert_in_order(case, 'escalated', 'approved', 'escalated', 'approved')

    def test_a_refused_form_goes_up_again(self):
        """TEL-2.3-a, -b: a level refuses with words; a better form starts from the bottom."""
        case = self._take_in(grade_id=self.records['grade_major'].id)
        self._walk(case, self.receiver, 'pre_handling')
        self._as(self.handler, case).write({'facts': "On air.", 'expected_solution': "Sorry."})
        self._walk(case, self.handler, 'upward')
        self._assert_asked(case, 'opinion', self.manager)._refuse("Say who was there.")
        self._assert_barred(case, self.handler, 'answer', "refused by Manager: Say who was there")
        self._walk(case, self.handler, 'pre_handling')
        self._pass_up(case)
        self._walk(case, self.handler, 'answer')

    def test_general_ones_do_not_go_up_and_a_chain_without_people_says_so(self):
        """TEL-2.3-a: only major complaints; who must be named is said in a sentence."""
        case = self._walk(self._take_in(), self.receiver, 'pre_handling')
        self.assertEqual(case.grade_id, self.records['grade_general'])
        self._assert_barred(case, self.handler, 'upward', "Only major complaints go up")
        (self.records['team_duty'] | self.records['team_hall']).leader_id = False
        self.committee.active = False
        self._as(self.receiver, case).write(
            {'grade_id': self.records['grade_major'].id, 'facts': "x", 'expected_solution': "y"}
        )
        self._assert_barred(case, self.handler, 'upward', "Nobody can approve .* names a head")

    # === PEOPLE COMPLAINED ABOUT, FLAGS === #

    def test_whoever_is_complained_about_stays_out(self):
        """TEL-2.7-b, -c: neither handles, nor sees, nor asks, nor approves."""
        accused = self.env['hr.employee'].search(
            [('user_id', '=', self.department_head.id), ('company_id', '=', self.company.id)]
        )
        case = self._take_in(
            grade_id=self.records['grade_major'].id, accused_employee_ids=[(6, 0, accused.ids)]
        )
        self.assertFalse(self._as(self.department_head, case).has_access('read'))
        with self._refused("must not handle", Exception):
            self._as(self.receiver, case).handler_id = self.department_head
        self._walk(case, self.receiver, 'pre_handling')
        self._as(self.handler, case).write({'facts': "Rude.", 'expected_solution': "Sorry."})
        self._walk(case, self.handler, 'upward')
        self.assertNotIn(self.department_head, case.sudo().approval_ids.approver_ids)

    def test_incidents_escalated_and_repeated_ones_reach_the_duty_manager(self):
        """TEL-1.3, TEL-1.4."""
        for flag in ('flag_incident', 'flag_escalated'):
            case = self._take_in()
            self._as(self.receiver, case).flag_ids = [(4, self.records[flag].id)]
            self.assertEqual(self._get_told(case, "please look into it"), self.manager)

    # === LOOPS AND SIDE EXITS === #

    def test_a_rejected_answer_goes_back_to_pre_handling(self):
        """TEL-1.3, T5: the next round begins where the problem is found; cause and answer anew."""
        case = self._bring_to_answer(grade_id=self.records['grade_general'].id)
        self._as(self.handler, case)._answer("We will see.")
        self._as(self.handler, case)._reject_answer("That is no answer.")
        self.assertEqual((case.stage_id, case.round), (self.stages['pre_handling'], 2))
        self._walk(case, self.handler, 'on_the_spot', 'answer')
        self._assert_barred(case, self.handler, 'cause', "Solve and answer first")
        self._as(self.handler, case)._answer("Two more counters open.")
        self._walk(case, self.handler, 'cause')

    def test_an_unhappy_customer_comes_back_from_the_satisfaction_stage(self):
        """TEL-1.3: the handler takes up what is still open."""
        case = self._bring_to_answer()
        self._as(self.handler, case)._answer("Done.")
        self._check_cause(case)
        callback = self._as(self.receiver, case.callback_ids)
        callback.write({'satisfaction': 'dissatisfied', 'suggestions': "Nothing changed."})
        callback.action_done_and_back()
        self.assertEqual(case.stage_id, self.stages['pre_handling'])

    def test_the_other_ends(self):
        """Requirements 2.12: not ours, explained; withdrawn, in the customer's words."""
        case = self._walk(self._take_in(), self.receiver, 'pre_handling')
        self._assert_barred(case, self.handler, 'refused', "Rule first why", "closing explanation")
        values = {'validity': 'not_liable', 'validity_note': "The shop next door."}
        self._as(self.handler, case).write(values)
        self._walk(case, self.handler, 'refused')

        case = self._walk(self._take_in(), self.receiver, 'pre_handling')
        self._assert_barred(case, self.handler, 'withdrawn', "closing explanation")
        self._as(self.receiver, case)._withdraw('self', 'phone', "Settled it myself.")
        self.assertEqual(case.phase, 'withdrawn')

    def test_no_agreement_ends_abnormally_after_an_answer(self):
        """Requirements 2.12, TEL-2.9-c: nobody compensates beyond the rules."""
        case = self._bring_to_answer()
        no_agreement = self.env.ref('complaint_management.closing_reason_no_agreement')
        self._as(self.handler, case).closing_reason_id = no_agreement
        self._assert_barred(
            case, self.handler, 'closed_abnormal', "Answer the customer first", "explanation"
        )
        self._as(self.handler, case)._answer("More is not in the rules.")
        self._close(case, self.handler, 'closed_abnormal', no_agreement, "Wants ten times as much.")
