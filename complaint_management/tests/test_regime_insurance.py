from datetime import timedelta

from odoo.tests import tagged

from .common_walk import REFUSALS, SIGNATURE, WalkCommon


@tagged('post_install', '-at_install')
class TestRegimeInsurance(WalkCommon):
    """Requirements 1.13: grievances and complaints of an insurer, and its special cases.

    receiver: the counter; handler: the complaint officer; manager: the provincial general manager;
    department_head: the group leader in charge; legal heads the sales department here.
    """

    preset_code = 'insurance'

    @classmethod
    def _give_posts(cls):
        cls.team.write(
            {'leader_id': cls.manager.id, 'member_ids': [(6, 0, [cls.receiver.id, cls.handler.id])]}
        )
        cls.group_team = cls.records['team_group']
        cls.group_team.leader_id = cls.department_head
        cls.sales = cls._create_department("Sales", 'committee', 'legal')
        cls.regulator = cls.env['res.partner'].create({'name': "Regulator"})

    # === STEPS === #

    def _take_in(self, grade='simple', **values):
        return self._create_case(
            **{
                'name': "The agent promised too much",
                'description': "Dividends were said to be certain.",
                'channel_id': self.env.ref('complaint_management.channel_letter').id,
                'category_id': self.records['category_product_traditional'].id,
                'grade_id': grade and self.records[f'grade_{grade}'].id,
                **values,
            }
        )

    def _take_in_grievance(self, category):
        return self._take_in(
            grade=None,
            kind_id=self.env.ref('complaint_management.kind_grievance').id,
            category_id=self.records[category].id,
        )

    def _bring_to_investigation(self, **values):
        case = self._walk(self._take_in(**values), self.receiver, 'classification', 'named_person')
        self._as(self.receiver, case)._assign({'handler_id': self.handler.id})
        return self._walk(case, self.handler, 'investigation')

    def _talk(self, case, **values):
        return self._as(self.handler, case)._record_contact(
            {'purpose': 'progress', 'content': "This is what we found.", **values}
        )

    def _write_opinion(self, case):
        words = {'facts': "So it was said.", 'basis': "Terms, 4.", 'expected_solution': "Refund."}
        self._as(self.handler, case).write(words)

    def _propose(self, case, proposal="Refund the first premium."):
        mine = self._as(self.handler, case)
        mine.write({'solution_proposal': proposal, 'solution_wording': "We refund it."})
        return mine

    def _bring_to_answer(self, **values):
        case = self._bring_to_investigation(**values)
        self._write_opinion(case)
        self._talk(case)
        self._walk(case, self.handler, 'consensus')
        self._propose(case).action_submit_solution()
        return self._walk(case, self.handler, 'answer')

    def _bring_special_to_opinion(self, **values):
        case = self._bring_to_investigation(grade='special', **values)
        self._write_opinion(case)
        self._investigate(case)
        self._visit(case)
        return self._walk(case, self.handler, 'consensus', 'opinion')

    def _investigate(self, case, *methods):
        self.env['complaint.investigation'].with_user(self.handler).create(
            [
                {'case_id': case.id, 'method': method, 'finding': "It is so."}
                for method in methods or ('files', 'staff')
            ]
        )

    def _visit(self, case):
        self._talk(
            case,
            means='visit',
            purpose='apology',
            promise="Our answer",
            promise_date=self.env.cr.now().replace(microsecond=0) + timedelta(days=2),
        )

    def _hold_panel(self, case):
        panel = self.env['complaint.panel'].with_user(self.handler)
        panel = panel.create({'case_id': case.id, 'kind': 'joint'})
        panel.write({'minutes': "All were there.", 'opinion': "Refund everything."})
        panel.action_decide()

    def _sign(self, case):
        proof = {'signature': SIGNATURE}
        self._as(self.handler, case)._confirm_by_customer('signature', "Li Wei", proof=proof)

    def _check_with_customer(self, case, satisfaction='satisfied'):
        self._walk(case, self.handler, 'customer_check')
        callback = self._as(self.handler, case.callback_ids[:1])
        callback.satisfaction = satisfaction
        callback.action_done()

    # === COMPLAINTS === #

    def test_a_simple_complaint_from_acceptance_to_the_file(self):
        """INS-1-b, -d, -f, -g, INS-2.2, INS-3.1-d, -e, INS-4-a, -b, INS-6-d, -g."""
        case = self._take_in(grade=None, category_id=False, channel_id=False)
        self._assert_barred(case, self.receiver, 'classification', "how it reached us")
        channel = self.env.ref('complaint_management.channel_phone')
        self._as(self.receiver, case).channel_id = channel
        self._walk(case, self.receiver, 'classification')
        self._assert_barred(
            case, self.receiver, 'named_person', "Choose the topic", "Set the class"
        )
        topic, grade = self.records['category_product_traditional'], self.records['grade_simple']
        self._as(self.receiver, case).write({'category_id': topic.id, 'grade_id': grade.id})
        self._walk(case, self.receiver, 'named_person')
        self._assert_barred(case, self.receiver, 'investigation', "Name one handler")
        self._as(self.receiver, case)._assign({'handler_id': self.handler.id})
        self.assertEqual(case.followup_user_id, self.handler)
        self._walk(case, self.handler, 'investigation')
        self._assert_barred(
            case, self.handler, 'consensus', "established facts", "Talk first, dispose after"
        )
        self._write_opinion(case)
        self._talk(case)
        self._walk(case, self.handler, 'talk', 'consensus')
        self._assert_barred(case, self.handler, 'answer', "submit it: everybody says the same")
        self._propose(case).action_submit_solution()
        self.assertEqual(case.approved_wording, "We refund it.")
        self._walk(case, self.handler, 'answer')
        self._assert_barred(case, self.handler, 'execution', "Give the customer the answer first")
        with self._refused("is answered by: Handler", REFUSALS):
            self._as(self.receiver, case)._answer("We refund it.")
        self._as(self.handler, case)._answer("We refund it.")
        self._walk(case, self.handler, 'execution')
        self._as(self.handler, case).action_execute_solution()
        self._check_with_customer(case)
        self._assert_closing_needs_signature(case)
        self._walk(case, self.handler, 'filing')
        self._close(case, self.handler, 'closed', self.records['closing_signed'])
        self._assert_in_order(
            case, 'accepted', 'contacted', 'solution_approved', 'answered', 'execution_started',
            'executed', 'called_back', 'customer_accepted', 'filed', 'closed',
        )  # fmt: skip
        self.assertFalse(case._find_broken_histories())

    def _assert_closing_needs_signature(self, case):
        self._assert_barred(case, self.handler, 'filing', "Rule whether", "Let the customer sign")
        self._as(self.handler, case).validity = 'valid'
        self._walk(case, self.handler, 'signature')
        self._as(self.handler, case)._confirm_by_customer('phone', "Li Wei")
        self._assert_barred(case, self.handler, 'filing', "Let the customer sign")
        self._sign(case)
        self.assertTrue(case.has_signature)
        self.assertIn(case, case.search([('has_signature', '=', True)]))
        self.assertNotIn(case, case.search([('has_signature', '=', False)]))
        self._as(self.handler, case).closing_reason_id = self.records['closing_signed']
        self._assert_barred(case, self.handler, 'closed', "File the case with the province first")

    def test_a_signature_counts_in_its_own_round(self):
        """INS-3.1-e, INS-4-c: what is taken up again is signed again."""
        case = self._bring_to_answer(validity='valid')
        self._as(self.handler, case)._answer("We refund it.")
        self._sign(case)
        self._check_with_customer(case)
        self._walk(case, self.handler, 'filing')
        self._close(case, self.handler, 'closed', self.records['closing_signed'])
        self._as(self.handler, case)._reopen(self.stages['investigation'], "Not paid.")
        self.assertEqual((case.round, case.has_signature), (2, False))
        self._assert_barred(case, self.handler, 'filing', "Let the customer sign")

    def test_instant_handling_needs_no_signature(self):
        """INS-1-h, requirements 2.12: on the spot, with ruling, class and satisfaction."""
        case = self._take_in(grade=None)
        on_the_spot = self.env.ref('complaint_management.closing_reason_on_the_spot')
        self._as(self.receiver, case).closing_reason_id = on_the_spot
        self._assert_barred(case, self.receiver, 'closed', "Set the class", "how satisfied he is")
        self._as(self.receiver, case).write(
            {
                'grade_id': self.records['grade_simple'].id,
                'validity': 'valid',
                'customer_satisfied': 'satisfied',
            }
        )
        self._walk(case, self.receiver, 'closed')

    def test_a_dissatisfied_customer_goes_one_level_up(self):
        """INS-3.1-f, INS-4-c, T5: the opinion is kept, the team above takes over, flow anew."""
        case = self._bring_to_answer()
        unresolved = self.records['closing_unresolved']
        self._as(self.handler, case)._answer("We refund it.")
        self._as(self.handler, case).closing_reason_id = unresolved
        self._assert_barred(
            case, self.handler, 'closed_abnormal', "record it first", "closing explanation"
        )
        self._as(self.handler, case)._reject_answer("I want interest, too.")
        self.assertEqual(case.stage_id, self.stages['record_analysis'])
        self.assertEqual((case.team_id, case.round), (self.group_team, 1))
        self.assertIn(
            self.department_head,
            self.env['mail.activity'].search([('res_id', '=', case.id)]).user_id,
        )
        self._assert_in_order(case, 'answered', 'customer_rejected', 'escalated')
        self._walk(case, self.handler, 'investigation', 'consensus', 'answer')
        self._assert_barred(case, self.handler, 'execution', "Give the customer the answer first")
        self._as(self.handler, case)._answer("With interest.")
        self._walk(case, self.handler, 'execution')
        self._close(case, self.handler, 'closed_abnormal', unresolved, "Wants more than the terms.")

    def test_graver_classes_are_reported_to_the_group_before_the_answer(self):
        """INS-3.1-b, -g, INS-4-a: in writing, before the answer; simple ones are not."""
        for grade in ('complex', 'knotty', 'major'):
            case = self._bring_to_investigation(grade=grade)
            self._write_opinion(case)
            self._talk(case)
            self._walk(case, self.handler, 'consensus')
            self._assert_barred(case, self.handler, 'opinion', "for special cases only")
            self._propose(case).action_submit_solution()
            self._assert_barred(case, self.handler, 'answer', "report them in writing")
            self._walk(case, self.handler, 'group_guidance', 'answer')

    # === GRIEVANCES === #

    def test_a_grievance_about_sales_staff_is_passed_on_and_chased(self):
        """INS-0-a, INS-3.2-a…c: sales department, its answer, the customer sees it done."""
        case = self._take_in_grievance('category_sales_service')
        self._walk(case, self.receiver, 'classification', 'named_person')
        self._assert_barred(case, self.receiver, 'pass_on', "who chases the answer")
        self._as(self.receiver, case)._assign(
            {'handler_id': self.handler.id, 'department_id': self.sales.id}
        )
        self._walk(case, self.handler, 'pass_on')
        self._assert_barred(case, self.handler, 'department_answer', "The department answers first")
        self._as(self.committee, case).action_accept_department()
        headings = case.procedure_id._get_feedback_headings()
        self._as(self.committee, case)._answer_department(dict.fromkeys(headings, "Warned."))
        self._walk(case, self.handler, 'department_answer')
        self._check_with_customer(case, 'basically_satisfied')
        self.assertFalse(case.grade_id)
        self._close(case, self.handler, 'closed', self.records['closing_grievance'])
        self._assert_in_order(case, 'transferred', 'department_answered', 'called_back', 'closed')

    def test_a_grievance_about_service_is_answered_at_once(self):
        """INS-3.2-d…h: no class, no signature, no filing; but an answer and the satisfaction."""
        case = self._take_in_grievance('category_company_service')
        self._as(self.receiver, case)._assign({'handler_id': self.handler.id})
        grievance = self.records['closing_grievance']
        self._as(self.handler, case).closing_reason_id = grievance
        self._assert_barred(case, self.handler, 'closed', "Answer the customer", "how satisfied")
        self._walk(case, self.receiver, 'classification', 'named_person')
        self._walk(case, self.handler, 'answer')
        self._as(self.handler, case)._answer("The lift works again.")
        self._as(self.handler, case)._accept_answer()
        self._close(case, self.handler, 'closed', grievance)

    def test_help_with_a_claim_is_an_enquiry_of_its_own(self):
        """ADAY-3.1-a, ADAY-3.2-a, requirements 2.12: told what papers are needed, counted apart."""
        enquiry = self.env.ref('complaint_management.kind_enquiry')
        topic = self.records['category_claim_help']
        case = self._take_in(grade=None, kind_id=enquiry.id, category_id=topic.id)
        self._as(self.receiver, case)._assign({'handler_id': self.handler.id})
        self._walk(case, self.receiver, 'classification', 'named_person')
        self._walk(case, self.handler, 'answer')
        self._as(self.handler, case)._answer("These papers are needed, we fill in the form.")
        self._as(self.handler, case)._accept_answer()
        self._close(case, self.handler, 'closed', self.records['closing_enquiry'])

    # === SPECIAL CASES === #

    def test_a_special_case_step_by_step(self):
        """INS-5-a…c, -f, -h, -j: history and people, visit with promise, GM, visit with plan."""
        case = self._bring_to_investigation(grade='special')
        self._write_opinion(case)
        for stage in ('consensus', 'opinion'):
            self._assert_barred(
                case, self.handler, stage, "look up the whole history", "visit the customer at home"
            )
        self._investigate(case, 'files')
        self._talk(case, means='visit')
        self._assert_barred(case, self.handler, 'consensus', "whole history", "promise when")
        self._investigate(case, 'staff')
        self._visit(case)
        self.assertTrue(case.promised_at)
        self._walk(case, self.handler, 'consensus')
        self._assert_barred(
            case, self.handler, 'group_guidance', "The opinion needs the approval of"
        )
        self._walk(case, self.handler, 'opinion')
        opinion = self._assert_asked(case, 'opinion', self.manager)
        with self._refused("not asked|own proposal"):
            opinion.with_user(self.handler).action_approve()
        self._assert_barred(case, self.handler, 'group_guidance', "needs the approval of: Manager")
        opinion.action_approve()
        self._walk(case, self.handler, 'group_guidance')
        self._propose(case).action_submit_solution()
        self._walk(case, self.handler, 'answer')
        self._as(self.handler, case)._answer("We refund it.")
        self._assert_barred(case, self.handler, 'execution', "at a home visit")
        self._assert_barred(case, self.handler, 'special_report', "at a home visit")
        self._as(self.handler, case)._answer("We refund it.", means='visit')
        self._walk(case, self.handler, 'execution')
        self._finish_special(case)
        told = self._get_told(case, "a step was taken")
        self.assertEqual(told, self.manager | self.department_head)

    def _finish_special(self, case):
        self._check_with_customer(case)
        self._sign(case)
        self._as(self.handler, case).write(
            {'validity': 'valid', 'closing_reason_id': self.records['closing_special'].id}
        )
        self._walk(case, self.handler, 'filing')
        self._assert_barred(case, self.handler, 'closed', "send the special report")
        self._walk(case, self.handler, 'special_report', 'closed')
        self._assert_in_order(
            case, 'visited', 'approved', 'insurance_group_reported', 'answered',
            'customer_accepted', 'insurance_special_report', 'closed',
        )  # fmt: skip

    def test_every_step_of_a_special_case_is_reported_at_once(self):
        """INS-5-f: of ordinary ones nobody is told; of special ones, at each single step."""
        self.assertFalse(self._get_told(self._bring_to_answer(), "a step was taken"))
        case = self._take_in(grade='special')
        for stage in ('classification', 'named_person'):
            before = self.env['mail.message'].search_count([('res_id', '=', case.id)])
            self._walk(case, self.receiver, stage)
            told = self.env['mail.message'].search([('res_id', '=', case.id)])
            self.assertGreater(len(told), before)
            self.assertEqual(self._get_told(case, "a step"), self.manager | self.department_head)

    def test_the_joint_opinion_is_approved_by_the_group_leader(self):
        """INS-5-d, -e: a meeting may be called; then its opinion needs the leader in charge."""
        case = self._bring_special_to_opinion()
        self._assert_asked(case, 'opinion', self.manager).action_approve()
        self._walk(case, self.handler, 'group_guidance')
        self._propose(case).action_submit_solution()
        self.assertEqual(case.solution_state, 'approved')
        self._walk(case, self.handler, 'panel')
        self._assert_barred(case, self.handler, 'leader_approval', "Call the joint meeting first")
        self._hold_panel(case)
        self._assert_barred(case, self.handler, 'answer', "The solution needs the approval of")
        self._as(self.handler, case).current_solution_id._renegotiate("The meeting says otherwise.")
        self._propose(case, "Refund everything.")
        self._walk(case, self.handler, 'leader_approval')
        approval = self._assert_asked(case, 'solution', self.department_head)
        with self._refused("you are not asked"):
            approval.with_user(self.manager).action_approve()
        approval._refuse("Half of it.")
        self._assert_barred(case, self.handler, 'answer', "refused by Department Head: Half of it")
        self._as(self.handler, case).current_solution_id.action_new_version()
        self._propose(case, "Refund half.").action_submit_solution()
        self._assert_asked(case, 'solution', self.department_head).action_approve()
        self._walk(case, self.handler, 'answer')
        self.assertIn('panel_decided', self._codes(case))

    def test_a_refused_first_opinion_is_written_anew(self):
        """INS-5-c: the general manager refuses with a reason; the opinion comes back to him."""
        case = self._bring_special_to_opinion()
        self._assert_asked(case, 'opinion', self.manager)._refuse("Who said it?")
        self._assert_barred(case, self.handler, 'group_guidance', "refused by Manager: Who said it")
        self._walk(case, self.handler, 'investigation', 'consensus', 'opinion')
        self._assert_asked(case, 'opinion', self.manager).action_approve()
        self._walk(case, self.handler, 'group_guidance')

    # === REFERRED, COURT, LEAVERS, OTHER ENDS === #

    def test_the_referring_body_gets_its_reply_before_closing(self):
        """INS-5-i, INS-6-a: result and satisfaction, under its own reference."""
        channel = self.env.ref('complaint_management.channel_regulator')
        with self._refused("Name the referring body", REFUSALS):
            self._take_in(channel_id=channel.id)
        case = self._bring_to_answer(
            channel_id=channel.id,
            source_partner_id=self.regulator.id,
            source_reference="2026/17",
            validity='valid',
        )
        self._assert_barred(
            case, self.handler, 'source_reply', "Give the customer the answer first"
        )
        self._as(self.handler, case)._answer("We refund it.")
        self._check_with_customer(case)
        self._sign(case)
        self._walk(case, self.handler, 'source_reply', 'filing')
        self._as(self.handler, case).closing_reason_id = self.records['closing_signed']
        self._assert_barred(case, self.handler, 'closed', "Answer the referring body")
        words = self._as(self.handler, case)._get_source_reply()
        self.assertRegex(words, "(?s)2026/17.*We refund it.*Satisfied")
        self._as(self.handler, case)._reply_to_source({'means': 'letter', 'content': words})
        self._walk(case, self.handler, 'closed')

    def test_court_leavers_and_media_reach_who_must_help(self):
        """INS-6-h, -i, -j: legal staff, audit and the group are told; a case goes to court."""
        case = self._take_in()
        flags = self.records['flag_leaver'] | self.env.ref('complaint_management.flag_media')
        self._as(self.receiver, case).flag_ids = [(4, flag.id) for flag in flags]
        self.assertIn(self.auditor, self._get_told(case, "hold them liable"))
        self.assertEqual(self._get_told(case, "Media involved"), self.department_head)
        self._as(self.receiver, case).write(
            {'closing_reason_id': self.records['closing_court'].id, 'basis': "Terms, 4."}
        )
        self.assertTrue(case.needs_legal_opinion)
        self.assertTrue(self._as(self.legal, case).has_access('read'))
        self._as(self.receiver, case).closing_note = "The court of the district has it."
        self._walk(case, self.receiver, 'closed_abnormal')

    def test_departments_help_in_three_ways(self):
        """INS-6-c: joint handling, transfer, supervised handling; the handler stays."""
        case = self._bring_to_investigation()
        for mode in ('joint', 'supervised'):
            line = (
                self.env['complaint.assistance']
                .with_user(self.handler)
                .create(
                    {
                        'case_id': case.id,
                        'mode': mode,
                        'request': "Why?",
                        'department_id': self.sales.id,
                    }
                )
            )
            self._as(self.committee, line).action_accept()
            self._as(self.committee, line)._answer("We said so.")
            self.assertEqual(line.state, 'answered')
        self.assertEqual(case.handler_id, self.handler)
        self._assert_in_order(case, 'assistance_requested', 'assistance_answered')

    def test_out_of_scope_and_withdrawn(self):
        """INS-6-a, requirements 2.12: refused with a referral; withdrawn by the agent."""
        case = self._take_in()
        self._assert_barred(case, self.receiver, 'refused', "Only what is out of scope")
        values = {'validity': 'out_of_scope', 'validity_note': "A bank's product."}
        self._as(self.receiver, case).write(values)
        self._assert_barred(case, self.receiver, 'refused', "where the customer was referred to")
        self._as(self.receiver, case).referred_to = "The bank"
        self._walk(case, self.receiver, 'refused')
        case = self._take_in()
        self._as(self.receiver, case)._withdraw('representative', 'phone', "She sees it now.")
        self.assertEqual(case.phase, 'withdrawn')
