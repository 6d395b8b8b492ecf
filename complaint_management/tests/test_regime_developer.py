from datetime import timedelta

from odoo.tests import tagged

from .common_walk import REFUSALS, WalkCommon


@tagged('post_install', '-at_install')
class TestRegimeDeveloper(WalkCommon):
    """Requirements 1.5, 1.6, 1.8: a developer of estates; the owner's consent closes a case.

    receiver: customer service officer; manager: head of the customer service centre; committee: the
    centre's staff; department_head and handler: the responsible port and its head.
    """

    preset_code = 'developer'

    @classmethod
    def _give_posts(cls):
        cls.manager.group_ids |= cls.env.ref('complaint_management.group_complaint_committee')
        cls.team.write({'leader_id': cls.manager.id, 'member_ids': [(6, 0, cls.receiver.ids)]})
        cls.port = cls._create_department("Engineering", 'department_head', 'handler')
        cls.phone = cls.env.ref('complaint_management.channel_phone')

    # === STEPS === #

    def _take_in(self, **values):
        category = self.records['category_repair_handover']
        values = {'category_id': category.id, 'channel_id': self.phone.id, **values}
        return self._create_case(**{'name': "Cracks in the wall", **values})

    def _promise(self, case):
        self._as(self.receiver, case)._record_contact(
            {
                'means': 'phone',
                'direction': 'out',
                'purpose': 'holding',
                'content': "We look and call you.",
                'promise': "A first feedback",
                'promise_date': self._pass_time(minutes=1) + timedelta(days=900),
            }
        )

    def _pass_on(self, case):
        self._promise(case)
        self._as(self.receiver, case).write(
            {'department_id': self.port.id, 'handler_id': self.handler.id, 'validity': 'valid'}
        )
        return self._walk(case, self.receiver, 'acceptance', 'passed_on')

    def _feed_back(self, case, *parts):
        parts = parts or ("Situation", "Progress", "Customer's reaction")
        self._as(self.handler, case)._answer_department(dict.fromkeys(parts, "Being mended."))
        return self._walk(case, self.handler, 'follow_up')

    def _draft(self, case, **words):
        """Facts, cause, basis, and a solution, that the port hands in by moving on."""
        self._as(self.handler, case).write(
            {
                'facts': "The plaster is thin.",
                'cause_id': self.records['cause_management_error'].id,
                'basis': "Quality code, 4.2",
                'basis_kind': 'standard',
            }
        )
        self._walk(case, self.handler, 'measures')
        self._as(self.handler, case).write({'solution_proposal': "New plaster.", **words})
        return self._walk(case, self.handler, 'reply')

    def _agree(self, case, user=None):
        user = user or self.handler
        self._as(user, case)._answer("We plaster again.")
        self._as(user, case)._accept_answer()
        return self._walk(case, user, 'agreement', 'handling')

    def _execute(self, case):
        self._as(self.handler, case).action_execute_solution()
        return self._walk(case, self.handler, 'verification')

    def _apply(self, case, reason='reason_agreed', note="Plastered anew."):
        self._pass_time(minutes=1)
        self._as(self.handler, case)._apply_for_closing(self.records[reason], note)
        return case

    def _handle(self, case):
        """Bring a general complaint to the application for normal closing."""
        self._feed_back(self._pass_on(case))
        return self._apply(self._execute(self._agree(self._draft(case))))

    def _call_back(self, case, agrees='yes', **values):
        callback = self._as(self.receiver, case).callback_ids
        self.assertEqual(callback.user_id, self.receiver)
        callback.write({'satisfaction': 'satisfied', 'customer_agrees': agrees, **values})
        return callback

    # === GRADES === #

    def test_complaints_are_told_apart_by_project(self):
        """DEVP-1-a: several projects at once; each complaint says which one it is about."""
        [project] = [
            prop['selection']
            for prop in self.procedure.case_properties_definition
            if prop['name'] == 'project'
        ]
        cases = self.env['complaint.case']
        for key, _label in project:
            case = self._take_in()
            self._as(self.receiver, case).case_properties = {'project': key, 'unit': "3-1201"}
            cases |= case
        counts = cases.with_user(self.manager)._read_group(
            [('id', 'in', cases.ids)], ['case_properties.project'], ['__count']
        )
        self.assertEqual(counts, [(key, 1) for key, _label in project])
        found = cases.with_user(self.manager).search([('case_properties.unit', 'ilike', "1201")])
        self.assertEqual(found, cases)

    def test_the_way_it_came_decides_the_grade(self):
        """DEVG-1-a, DEVG-2-a; a person names a major one, with a reason."""
        group = self.env.ref('complaint_management.channel_group')
        ways = {
            self.env.ref('complaint_management.channel_hotline'): 'grade_general',
            self.env.ref('complaint_management.channel_letter'): 'grade_general',
            self.env.ref('complaint_management.channel_visit'): 'grade_general',
            self.records['channel_property_company']: 'grade_general',
            self.records['channel_mailbox']: 'grade_general',
            self.env.ref('complaint_management.channel_forum'): 'grade_group',
            self.records['channel_forum']: 'grade_group',
            group: 'grade_group',
        }
        for channel, grade in ways.items():
            with self.subTest(channel.name):
                case = self._take_in(channel_id=channel.id, source_partner_id=self.customer.id)
                self.assertEqual(case.grade_id, self.records[grade])
        with self._refused("Reason for another grade"):
            self._as(self.receiver, case).grade_id = self.records['grade_major']
        self._as(self.receiver, case).write(
            {'grade_id': self.records['grade_major'].id, 'grade_reason': "The house may fall."}
        )
        self.assertIn(self.manager, self._get_told(case, "expert advisory group"))

    # === GENERAL COMPLAINT === #

    def test_a_general_complaint_from_the_call_to_the_consent(self):
        """DEVG-1.1-a, DEVG-1.2-a, PRIN-4.1, PRIN-4.2, PRIN-5-a, f."""
        case = self._take_in()
        self._assert_barred(
            case, self.receiver, 'passed_on', "Name the department", "Agree with the owner"
        )
        self._assert_barred(case, self.receiver, 'first_reply', "Tell the customer first")
        self._pass_on(case)
        self._walk(case, self.receiver, 'first_reply')
        self._assert_barred(case, self.handler, 'site_visit', "Enter the investigator")
        self._as(self.handler, case).investigator_id = self.handler
        self._walk(case, self.handler, 'site_visit')
        self._assert_barred(case, self.handler, 'follow_up', "gives its feedback first")
        with self._refused("Customer's reaction", REFUSALS):
            self._as(self.handler, case)._answer_department({"Situation": "S", "Progress": "P"})
        self._feed_back(case)
        self._assert_barred(case, self.handler, 'measures', "facts and evidence first")
        self._assert_barred(
            case, self.handler, 'reply', "Write down the basis", "Write a solution first"
        )
        self._draft(case)
        self._assert_barred(case, self.handler, 'agreement', "Answer the customer first")
        self._assert_barred(case, self.handler, 'closing_request', "not carried out yet")
        self._as(self.handler, case)._answer("We plaster again.")
        self._walk(case, self.handler, 'agreement')
        self._assert_barred(case, self.handler, 'handling', "has not agreed yet")
        self._as(self.handler, case)._accept_answer()
        self._walk(case, self.handler, 'handling')
        self._assert_barred(case, self.handler, 'verification', "record the solution as executed")
        self._execute(case)
        self._assert_barred(case, self.handler, 'callback', "applies for closing first")
        self._assert_barred(case, self.handler, 'closing_request', "Apply with")
        self._apply(case)
        self.assertEqual(case.stage_id, self.stages['closing_request'])
        self._assert_barred(case, self.handler, 'case_library', "Call the customer back first")
        self._assert_barred(case, self.handler, 'closed', "Only these people may move")
        self._walk(case, self.receiver, 'callback')
        self._assert_barred(case, self.receiver, 'closed', "Call the customer back first")
        self._call_back(case, means='visit', result_score='5', measures_score='4').action_done()
        self._walk(case, self.receiver, 'case_library', 'closed')
        self._assert_in_order(
            case,
            *('registered', 'informed', 'assigned', 'department_answered', 'solution_proposed'),
            *('answered', 'customer_accepted', 'executed', 'closing_requested', 'verified'),
            *('called_back', 'closed'),
        )
        self.assertFalse(case._find_broken_histories())

    def test_who_did_not_apply_does_not_close(self):
        """DEVG-1.2-a: the port applies, customer service calls back."""
        case = self._draft(self._feed_back(self._pass_on(self._take_in())))
        self._execute(self._agree(case))
        self._as(self.receiver, case).closing_reason_id = self.records['reason_agreed']
        self._assert_barred(
            case, self.receiver, 'closed', "applies for closing first", "Call the customer back"
        )

    def test_an_owner_who_does_not_agree_keeps_it_open(self):
        """DEVG-1.2-b: back to the port."""
        case = self._handle(self._take_in())
        callback = self._call_back(case, agrees='no', suggestions="It is still wet.")
        callback.action_done()
        self._assert_barred(case, self.receiver, 'closed', "did not agree to close")
        callback.action_back_to_handling()
        self.assertEqual(case.stage_id, self.stages['measures'])

    def test_talks_go_on_until_agreement(self):
        """PRIN-4.2-c: as many rounds as it takes."""
        case = self._draft(self._feed_back(self._pass_on(self._take_in())))
        for number in (2, 3, 4):
            self._as(self.handler, case)._answer("We paint it over.")
            self._as(self.handler, case)._reject_answer("Paint is not enough.")
            self.assertEqual((case.round, case.stage_id), (number, self.stages['measures']))
            self._pass_time(minutes=1)
            self._as(self.handler, case).solution_proposal = f"Plan {number}"
            self._walk(case, self.handler, 'reply')
        self._agree(case)

    # === GROUP COMPLAINT, ONE WORDING === #

    def test_a_group_complaint_has_an_approved_wording(self):
        """DEVG-2.1-a, PRIN-3-g; the closing of grade 1 serves."""
        channel = self.env.ref('complaint_management.channel_group')
        case = self._take_in(channel_id=channel.id, source_partner_id=self.customer.id)
        self._pass_on(case)
        with self._refused("Reply wording", REFUSALS):
            self._feed_back(case)
        self._feed_back(case, "Situation", "Progress", "Reply wording")
        self._draft(case, solution_wording="We are sorry, and plaster again.")
        self._assert_barred(case, self.handler, 'agreement', "needs the approval of: Manager")
        self._assert_asked(case, 'solution', self.manager)._refuse("Not so.")
        self._assert_barred(case, self.handler, 'agreement', "refused by Manager: Not so")
        self._as(self.handler, case).action_new_solution_version()
        self._walk(case, self.handler, 'measures', 'reply')
        self._assert_asked(case, 'solution', self.manager).action_approve()
        self.assertIn("plaster again", self._as(self.handler, case)._get_answer_draft())
        self._apply(self._execute(self._agree(case)))
        self._call_back(case).action_done()
        self._walk(case, self.receiver, 'callback', 'closed')

    def test_forum_and_mailbox_are_answered_by_the_centre_alone(self):
        """DEVP-4.1.3-a."""
        for row in ('channel_forum', 'channel_mailbox'):
            case = self._pass_on(self._take_in(channel_id=self.records[row].id))
            for user in (self.receiver, self.handler, self.department_head):
                with self._refused("are answered only by", REFUSALS):
                    self._as(user, case)._answer("Dear owners …")
            self._as(self.manager, case)._answer("Dear owners …")

    # === VALIDITY === #

    def test_the_centre_rules_on_a_doubtful_complaint(self):
        """DEVP-4.1.1-a, -b."""
        case = self._take_in()
        self._walk(case, self.receiver, 'acceptance')
        self._assert_barred(case, self.receiver, 'ruling_request', "your own basic opinion")
        with self._refused("Write your own opinion"):
            self._as(self.receiver, case)._request_ruling(" ", 'invalid')
        self._as(self.receiver, case)._request_ruling("The wall is the neighbour's.", 'invalid')
        self._walk(case, self.receiver, 'ruling_request')
        self._assert_barred(case, self.receiver, 'ruling', "valid or invalid")
        with self._refused("somebody else gives it"):
            self._as(self.receiver, case).validity = 'invalid'
        self._as(self.manager, case).validity = 'valid'
        self._walk(case, self.receiver, 'ruling')
        self._assert_in_order(case, 'ruling_requested', 'ruled')

    def test_an_unreasonable_one_is_explained_until_accepted(self):
        """PRIN-4.2-d, DEVP-4.1.1-a: the callback hears that it is."""
        for validity, reason in (
            ('unreasonable', 'reason_unreasonable'),
            ('invalid', 'reason_invalid'),
        ):
            case = self._pass_on(self._take_in())
            self._as(self.receiver, case).write(
                {
                    'validity': validity,
                    'facts': "The view was never promised.",
                    'cause_id': self.records['cause_not_ours'].id,
                }
            )
            with self._refused("Write the closing explanation", REFUSALS):
                self._apply(case, reason, note=" ")
            self._apply(case, reason, note="Explained with the contract in hand.")
            self._call_back(case).action_done()
            self._walk(case, self.receiver, 'closed')

    def test_what_is_not_ours_is_refused_in_words(self):
        """PRIN-3-d: a clear stance."""
        case = self._take_in(flag_ids=[(4, self.records['flag_exposure'].id)])
        self._assert_barred(case, self.receiver, 'refused', "Set the ruling", "explanation")
        self._as(self.receiver, case).write(
            {'validity': 'not_liable', 'validity_note': "The road is the city's."}
        )
        self._walk(case, self.receiver, 'refused')

    def test_withdrawn(self):
        """Requirements 2.12."""
        case = self._pass_on(self._take_in())
        self._as(self.receiver, case)._withdraw('self', 'phone', "It dried.")
        self.assertEqual(case.phase, 'withdrawn')

    # === MAJOR === #

    def test_a_major_complaint_hears_from_the_centre_on_expert_advice(self):
        """DEVP-4.1.2-a."""
        case = self._take_in()
        self._walk(case, self.receiver, 'acceptance')
        self._assert_barred(case, self.receiver, 'experts', "Only major complaints")
        self._as(self.receiver, case).write(
            {'grade_id': self.records['grade_major'].id, 'grade_reason': "The house may fall."}
        )
        self._assert_barred(case, self.receiver, 'experts', "Ask the expert advisory group")
        panel = self.env['complaint.panel'].with_user(self.manager)
        panel = panel.create(
            {'case_id': case.id, 'kind': 'expert', 'attendee_ids': [(4, self.legal.id)]}
        )
        self._walk(case, self.manager, 'experts')
        self._assert_barred(case, self.receiver, 'passed_on', "wait for the opinion")
        panel.write({'minutes': "All agreed.", 'opinion': "Prop the wall up."})
        panel.action_decide()
        self._promise(case)
        self._as(self.receiver, case).department_id = self.port
        self._walk(case, self.receiver, 'passed_on')
        self._assert_in_order(case, 'panel_called', 'panel_decided', 'informed')

    # === PEOPLE WHO ARE TOLD === #

    def test_signs_of_a_mass_complaint_bring_the_head_in_person(self):
        """PRIN-3-a; and so does our own fault."""
        case = self._pass_on(self._take_in())
        self._as(self.receiver, case).flag_ids = self.env.ref('complaint_management.flag_mass')
        self.assertIn(self.department_head, self._get_told(case, "A mass complaint is looming"))
        case = self._feed_back(self._pass_on(self._take_in()))
        self._draft(case)
        self.assertIn(self.department_head, self._get_told(case, "Our own management is at fault"))
        self.assertIn(self.department_head, case.sudo().activity_ids.user_id)

    def test_extreme_behaviour_is_reported(self):
        """PRIN-3-f; the person complained about hears nothing."""
        flag = self.env.ref('complaint_management.flag_threat')
        case = self._take_in()
        self._as(self.receiver, case).flag_ids = flag
        told = self._get_told(case, "may act in extremes")
        self.assertEqual(told & (self.manager | self.committee), self.manager | self.committee)
        accused = self.employees['committee']
        case = self._take_in(accused_employee_ids=[(4, accused.id)], flag_ids=[(4, flag.id)])
        self.assertNotIn(self.committee, self._get_told(case, "may act in extremes"))

    # === ABNORMAL CLOSING === #

    def test_a_conflict_with_contract_or_final_decision_is_ruled_on(self):
        """DEVG-1.2-c; so is what is not ours or beyond our power (requirements 2.12)."""
        rows = ('reason_contract', 'reason_final_decision', 'reason_not_ours', 'reason_external')
        for row in rows:
            case = self._draft(self._feed_back(self._pass_on(self._take_in())))
            reason = self.records[row]
            self._as(self.receiver, case).write({'closing_reason_id': reason.id})
            self._assert_barred(case, self.receiver, 'closed_abnormal', "Write the closing expl")
            self._as(self.receiver, case).write({'closing_note': "Clause 7"})
            self._assert_barred(case, self.receiver, 'closed_abnormal', "Apply for closing first")
            self._assert_barred(
                case, self.receiver, 'abnormal_ruling', "Apply for abnormal closing first"
            )
            self._apply(case, row, note="Clause 7 of the contract.")
            self._walk(case, self.receiver, 'abnormal_ruling')
            for user in (self.handler, self.receiver):
                with self._refused("rule on|yourself"):
                    self._as(user, case)._rule_closing(True, "Clause 7")
            self._as(self.manager, case)._rule_closing(False, "Clause 7 is void.")
            self.assertEqual(case.stage_id, self.stages['measures'])
            self._assert_barred(case, self.receiver, 'closed_abnormal', "was denied")
            self._apply(case, row, note="Clause 8 of the contract.")
            self._as(self.manager, case)._rule_closing(True, "Clause 8")
            self._walk(case, self.receiver, 'closed_abnormal')

    def test_other_reasons_do_not_go_around_the_ruling(self):
        """DEVG-1.2-c, -d."""
        case = self._pass_on(self._take_in())
        for code in ('unreachable', 'no_agreement'):
            reason = self.env.ref(f'complaint_management.closing_reason_{code}')
            self._as(self.receiver, case).write(
                {'closing_reason_id': reason.id, 'closing_note': "Gone."}
            )
            self._assert_barred(case, self.receiver, 'closed_abnormal', "reasons of this procedure")

    def test_three_failed_callbacks_within_a_month(self):
        """DEVG-1.2-d."""
        case = self._handle(self._take_in())
        callback = self._as(self.receiver, case).callback_ids
        row = 'reason_three_callbacks'
        for _attempt in range(2):
            self._pass_time(days=1)
            callback._record_attempt('phone', 'no_answer')
        self._apply(case, row, note="Nobody answers.")
        self._as(self.manager, case)._rule_closing(True, "The calls are on file.")
        self._assert_barred(case, self.receiver, 'closed_abnormal', "1 more are missing")
        self._pass_time(days=1)
        self._as(self.receiver, callback)._record_attempt('phone', 'no_answer')
        self._walk(case, self.receiver, 'closed_abnormal')

    def test_three_in_more_than_a_month_do_not_do(self):
        """DEVG-1.2-d, U10."""
        case = self._handle(self._take_in())
        for _attempt in range(3):
            self._pass_time(days=20)
            self._as(self.receiver, case).callback_ids._record_attempt('phone', 'no_answer')
        self._apply(case, 'reason_three_callbacks', note="Nobody answers.")
        self._as(self.manager, case)._rule_closing(True, "The calls are on file.")
        self._assert_barred(case, self.receiver, 'closed_abnormal', "1 more are missing")

    # === NO CALLBACK === #

    def test_solved_on_the_spot_and_satisfied(self):
        """PRIN-5-b, PRIN-4.1-d."""
        spot = self.env.ref('complaint_management.closing_reason_on_the_spot')
        case = self._take_in(validity='valid')
        self._as(self.receiver, case).closing_reason_id = spot
        self._assert_barred(case, self.receiver, 'closed', "Record that the customer is satisfied")
        self._as(self.receiver, case).customer_satisfied = 'satisfied'
        self._walk(case, self.receiver, 'closed')
        self.assertEqual(case.callback_ids.exemption, 'on_the_spot_satisfied')

    def test_nobody_to_call(self):
        """PRIN-5-c: anonymous, or online without a way to reach the customer."""
        flag = self.env.ref('complaint_management.flag_anonymous')
        case = self._take_in(partner_id=False)
        self._assert_barred(case, self.receiver, 'acceptance', "Record surname and phone")
        self._as(self.receiver, case).flag_ids = flag
        self._as(self.receiver, case).write(
            {'department_id': self.port.id, 'handler_id': self.handler.id, 'validity': 'valid'}
        )
        self._walk(case, self.receiver, 'acceptance', 'passed_on')
        self._draft(self._feed_back(case))
        self._as(self.handler, case).action_execute_solution()
        self._apply(case, 'reason_no_callback')
        self.assertEqual(case.callback_ids.exemption, 'anonymous')
        self._walk(case, self.receiver, 'closed')

    def test_sensitive_and_unsuitable(self):
        """PRIN-5-d: not every sensitive complaint, only where a callback is unsuitable."""
        case = self._take_in(flag_ids=[(4, self.records['flag_no_callback'].id)])
        self._handle(case)
        self.assertEqual(case.callback_ids.state, 'exempt')
        self._walk(case, self.receiver, 'closed')

    def test_beyond_our_power_the_progress_is_told_instead(self):
        """PRIN-5-e."""
        case = self._handle(self._take_in())
        callback = self._as(self.receiver, case).callback_ids
        callback.write({'exemption': 'external_cause'})
        with self._refused("Explain why", REFUSALS):
            callback.action_exempt()
        callback.exemption_note = "The city builds the road; progress is told each month."
        callback.action_exempt()
        self._walk(case, self.receiver, 'closed')

    def test_who_rejects_callbacks_is_never_called_again(self):
        """PRIN-5-g."""
        case = self._handle(self._take_in())
        self._as(self.receiver, case).callback_ids.action_refuse()
        self._walk(case, self.receiver, 'closed')
        again = self._handle(self._take_in())
        self.assertEqual(again.callback_ids.exemption, 'do_not_call')
        self._walk(again, self.receiver, 'closed')
