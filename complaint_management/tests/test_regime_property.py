from odoo.tests import Form, new_test_user, tagged

from .common_walk import REFUSALS, WalkCommon


@tagged('post_install', '-at_install')
class TestRegimeProperty(WalkCommon):
    """Requirements 1.2, 1.3: a property manager; results told by phone, no callback.

    receiver: front desk; manager: customer service head; office: management office manager;
    committee: deputy general manager; department_head and handler: the repairs department.
    """

    preset_code = 'property'

    @classmethod
    def _give_posts(cls):
        cls.office = new_test_user(
            cls.env,
            login='complaint_office',
            name="Office Manager",
            groups='base.group_user,complaint_management.group_complaint_manager',
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.team.write({'leader_id': cls.manager.id, 'member_ids': [(6, 0, cls.receiver.ids)]})
        cls.records['team_office'].leader_id = cls.office
        cls.records['team_company'].leader_id = cls.committee
        cls.repairs = cls._create_department("Repairs", 'department_head', 'handler')
        cls.reason = cls.records['reason_followed_up']

    # === STEPS === #

    def _take_in(self, **values):
        return self._create_case(
            **{'name': "The lift stands still", 'description': "Since Monday.", **values}
        )

    def _sort(self, case, category='category_class1_management', grade='grade_ordinary'):
        self._as(self.receiver, case).write(
            {'category_id': self.records[category].id, 'grade_id': self.records[grade].id}
        )
        return case

    def _report(self, case, **sorting):
        """The front desk reports up, sorts, and asks for the opinion."""
        self._walk(self._sort(case, **sorting), self.receiver, 'report_up', 'opinion')
        return case

    def _give_opinion(self, case, user, limit=None):
        approval = self._assert_asked(case, 'opinion', user)
        self._as(user, case).write(
            {'basis': "Mend it.", **({'limit_date': limit} if limit else {})}
        )
        approval.action_approve()

    def _follow_up(self, case):
        self._as(self.manager, case).write(
            {'department_id': self.repairs.id, 'handler_id': self.handler.id}
        )
        self._walk(case, self.manager, 'follow_up')
        self._as(self.handler, case).facts = "A broken relay was replaced."
        return case

    def _tell(self, case, opinion="Thank you."):
        self._as(self.handler, case)._answer("The lift runs.", means='phone')
        self._as(self.handler, case)._accept_answer(note=opinion)
        self._as(self.manager, case).validity = 'valid'
        return self._walk(case, self.handler, 'feedback')

    # === ON THE SPOT === #

    def test_solved_on_the_spot_and_the_superior_is_told(self):
        """PROPERTY-5.1.1-a, PROPERTY-5.1.2-a."""
        case = self._take_in()
        action = self._as(self.receiver, case).action_solve_on_the_spot()
        wizard = self.env[action['res_model']].with_user(self.receiver)
        with Form(wizard.with_context(**action['context'])) as form:
            form.closing_note = "Lamp changed."
        wizard = form.record
        self.assertEqual(wizard.validity, 'valid', "What was solved on the spot was well founded")
        with self._refused("Set the class", REFUSALS):
            wizard.action_confirm()
        self._sort(case)
        wizard.action_confirm()
        self.assertEqual(case.validity, 'valid')
        self.assertEqual(case.stage_id, self.stages['filed'])
        self.assertIn(self.manager, self._get_told(case, "on the spot"))
        self.assertFalse(case.callback_ids)

    def test_it_takes_a_little_longer_or_turns_out_harder(self):
        """PROPERTY-5.1.2-a, -b."""
        spot = self.env.ref('complaint_management.closing_reason_on_the_spot')
        case = self._sort(self._take_in())
        self._walk(case, self.receiver, 'on_the_spot')
        self._as(self.receiver, case).closing_reason_id = self.reason
        self._assert_barred(case, self.receiver, 'filed', "Follow up and verify")
        self._as(self.receiver, case).validity = 'valid'
        self._close(case, self.receiver, 'filed', spot)
        harder = self._take_in()
        self._walk(harder, self.receiver, 'on_the_spot', 'report_up')
        self._assert_in_order(harder, 'execution_started', 'escalated')

    # === THE MAIN PATH === #

    def test_the_superior_gives_the_opinion(self):
        """PROPERTY-3.4-a, PROPERTY-5.1.2-b."""
        case = self._take_in()
        self.assertIn(self.manager, self._get_told(case, "was taken in"))
        self.assertEqual(case.followup_user_id, self.manager)
        self._walk(case, self.receiver, 'report_up')
        self._assert_barred(case, self.receiver, 'opinion', "Set the class of the complaint")
        self._sort(case)
        self._walk(case, self.receiver, 'opinion')
        approval = self._assert_asked(case, 'opinion', self.manager)
        for user in (self.receiver, self.office):
            with self._refused("nobody approves|you are not asked"):
                approval.with_user(user).action_approve()
        self._assert_barred(
            case,
            self.receiver,
            'follow_up',
            "The opinion needs the approval of: Manager",
            "Write the superior's opinion",
            "Name the department and the person",
        )
        for stage in ('feedback', 'verification'):
            self._assert_barred(case, self.receiver, stage, "The opinion needs the approval of")
        self._give_opinion(case, self.manager)
        self._follow_up(case)
        self._assert_in_order(case, 'escalated', 'approval_requested', 'approved', 'assigned')

    def test_who_follows_up_phones_the_customer_and_the_result_is_verified(self):
        """PROPERTY-5.1.2-A1, PROPERTY-5.1.3-b, FORMS-1-a; filed without a callback."""
        case = self._report(self._take_in())
        self._give_opinion(case, self.manager)
        self._follow_up(case).sudo().facts = False
        self._assert_barred(
            case, self.handler, 'feedback', "Write down what was found out", "Tell the complainant"
        )
        self._as(self.handler, case).facts = "A broken relay was replaced."
        with self._refused("the customer is answered by: Handler", REFUSALS):
            self._as(self.receiver, case)._answer("The lift runs.")
        self._tell(case, opinion="It was about time.")
        answer = case.contact_ids.filtered(lambda contact: contact.purpose == 'answer')
        self.assertEqual((answer.means, answer.user_id), ('phone', self.handler))
        self.assertIn("It was about time.", case.sudo().event_ids.mapped('note'))
        self._assert_barred(case, self.handler, 'publish', "Only results of class 3")
        self._as(self.manager, case).closing_reason_id = self.reason
        self._assert_barred(case, self.manager, 'filed', "Follow up and verify")
        self._walk(case, self.manager, 'verification', 'filed')
        self.assertFalse(case.callback_ids)
        self._assert_in_order(case, 'answered', 'customer_accepted', 'verified', 'filed', 'closed')
        self.assertFalse(case._find_broken_histories())

    def test_a_result_that_does_not_hold_goes_back(self):
        """PROPERTY-5.1.3-b: not done, or not done well."""
        case = self._report(self._take_in())
        self._give_opinion(case, self.manager)
        self._tell(self._follow_up(case))
        self._walk(case, self.manager, 'verification', 'follow_up', 'verification')

    def test_a_hard_case_goes_to_the_manager_with_a_time_limit(self):
        """PROPERTY-5.1.3-a."""
        case = self._report(self._take_in(), grade='grade_hard')
        self._assert_barred(case, self.manager, 'follow_up', "Office Manager", "enter the limit")
        with self._refused("Only a manager sets the limit date"):
            self._as(self.receiver, case)._assign({'limit_date': '2031-01-01'})
        self._give_opinion(case, self.office, limit='2031-01-01')
        self._follow_up(case)

    def test_what_turns_out_hard_needs_another_opinion(self):
        """PROPERTY-5.1.3-a: the superior's opinion does not do any more."""
        case = self._report(self._take_in())
        self._give_opinion(case, self.manager)
        self._follow_up(case)
        self._sort(case, grade='grade_hard')
        self._walk(case, self.manager, 'opinion')
        self._give_opinion(case, self.office, limit='2031-01-01')
        self._follow_up(case)

    def test_what_could_not_be_handled_goes_to_the_deputy(self):
        """PROPERTY-3.1-a, FORMS-1-a: the customer rejects the result."""
        case = self._report(self._take_in())
        self._give_opinion(case, self.manager)
        self._follow_up(case)
        self._as(self.handler, case)._answer("The lift runs.", means='phone')
        self._as(self.handler, case)._reject_answer("It stands still again.")
        self.assertEqual((case.round, case.stage_id), (2, self.stages['opinion']))
        self._assert_barred(case, self.manager, 'follow_up', "approval of: Committee")
        self._give_opinion(case, self.committee)
        self._tell(self._follow_up(case))

    def test_through_company_group_or_government_it_goes_to_the_deputy(self):
        """PROPERTY-3.1-b, PROPERTY-5.2-a, -b."""
        for row in ('channel_company', 'channel_group', 'channel_government'):
            with self.subTest(row):
                channel = self.records.get(row) or self.env.ref(f'complaint_management.{row}')
                case = self._take_in(channel_id=channel.id, source_partner_id=self.customer.id)
                self.assertIn(self.committee, self._get_told(case, "came through the company"))
                self._report(case, grade='grade_hard')
                self.assertEqual(case.followup_user_id, self.manager)
                self._give_opinion(case, self.committee, limit='2031-01-01')
                self._follow_up(case)

    # === CLASSES === #

    def test_class_2_with_larger_impact_is_reported_to_the_developer(self):
        """PROPERTY-5.1.2-B2, -B3."""
        case = self._report(self._take_in(), category='category_class2_house', grade='grade_impact')
        self._give_opinion(case, self.manager)
        self._follow_up(case)
        self._as(self.handler, case)._answer("The developer mends it.")
        self._assert_barred(case, self.handler, 'feedback', "report in writing to the developer")
        self._as(self.handler, case)._record_contact(
            {'means': 'letter', 'direction': 'internal', 'content': "The wall is wet."}
        )
        self._walk(case, self.handler, 'feedback')

    def test_class_3_is_published_without_personal_data(self):
        """PROPERTY-5.1.2-C1, PROPERTY-5.1.2-C3."""
        case = self._report(self._take_in(), category='category_class3_facilities')
        self._give_opinion(case, self.manager)
        with self._refused("in the duty log first", REFUSALS):
            self._follow_up(case)
        self._as(self.receiver, case).action_note_in_duty_log()
        self._tell(self._follow_up(case))
        self._assert_barred(case, self.manager, 'publish', "Publish the result first")
        self._walk(case, self.manager, 'verification')
        self._as(self.manager, case).closing_reason_id = self.records['reason_published']
        self._assert_barred(
            case, self.manager, 'filed', "publish the result before", "public notice"
        )
        self._as(self.manager, case).public_notice = f"{self.customer.name} wanted a lamp."
        with self._refused("personal data", REFUSALS):
            self._as(self.manager, case).action_publish()
        self._as(self.manager, case).public_notice = "The lamp at the gate burns."
        self._as(self.manager, case).action_publish()
        self._walk(case, self.manager, 'publish', 'filed')

    # === CLAIMS === #

    def test_a_claim_is_put_to_the_manager(self):
        """PROPERTY-5.5-a…c."""
        case = self._report(self._take_in())
        self._give_opinion(case, self.manager)
        self._follow_up(case)
        self._as(self.handler, case)._answer("We look at your claim.")
        self._assert_barred(case, self.handler, 'claim', "what the customer claims")
        self._as(self.handler, case).expected_solution = "Pay for the taxi."
        self._walk(case, self.handler, 'claim')
        self.assertIn(self.office, self._get_told(case, "The claim has moved on"))
        self._assert_barred(case, self.handler, 'feedback', "approval of: Office Manager")
        self._assert_asked(case, 'remedy', self.office)._refuse("Too much.")
        self._assert_barred(case, self.handler, 'feedback', "refused by Office Manager: Too much")
        self._walk(case, self.handler, 'follow_up', 'claim')
        self._assert_asked(case, 'remedy', self.office).action_approve()
        self._walk(case, self.handler, 'feedback')

    def test_what_the_developer_mended_and_a_claim_have_their_own_ends(self):
        """Requirements 2.12: closed by the developer's work, or by the manager's opinion."""
        for row, sentence in (
            ('reason_developer', None),
            ('reason_claim', "Write the closing explanation"),
        ):
            case = self._report(self._take_in(), category='category_class2_house')
            self._give_opinion(case, self.manager)
            self._tell(self._follow_up(case))
            self._walk(case, self.manager, 'verification')
            self._as(self.manager, case).closing_reason_id = self.records[row]
            if sentence:
                self._assert_barred(case, self.manager, 'filed', sentence)
            self._close(case, self.manager, 'filed', self.records[row], "The taxi was paid.")

    # === SIDE EXITS === #

    def test_an_invalid_one_is_explained(self):
        """PROPERTY-5.4-a."""
        case = self._take_in()
        self._walk(case, self.receiver, 'report_up')
        self._assert_barred(
            case, self.receiver, 'invalid', "Set the ruling", "Write the closing explanation"
        )
        self._as(self.receiver, case).write(
            {'validity': 'invalid', 'validity_note': "The lift runs, we looked together."}
        )
        self._walk(case, self.receiver, 'invalid')
        self._assert_in_order(case, 'ruled', 'refused')

    def test_withdrawn_or_not_in_our_power(self):
        """Requirements 2.12."""
        case = self._report(self._take_in())
        self._as(self.receiver, case)._withdraw('self', 'phone', "It runs again.")
        self.assertEqual(case.phase, 'withdrawn')
        self.assertFalse(self._get_pending(case, 'opinion'))
        case = self._report(self._take_in(), category='category_class3_surroundings')
        reason = self.records['reason_outside']
        self._as(self.receiver, case).closing_reason_id = reason
        self._assert_barred(case, self.receiver, 'closed_abnormal', "closing explanation")
        self._close(case, self.receiver, 'closed_abnormal', reason, "The city's road.")

    def test_every_employee_reports_and_the_customer_may_stay_unknown(self):
        """PROPERTY-3.5-a, PROPERTY-5.2-a; the matter itself is asked for."""
        case = self._take_in(user=self.handler, partner_id=False)
        self.assertTrue(case.number)
        self.assertIn(self.manager, self._get_told(case, "was taken in"))
        with self._refused("Fill in before registration", REFUSALS):
            self._take_in(description=False)

    def test_a_chain_that_meets_nobody_says_what_to_set(self):
        """Nobody has a post yet: the sentence names what an administrator sets."""
        case = self._sort(self._take_in())
        self._walk(case, self.receiver, 'report_up')
        teams = self.team | self.records['team_office'] | self.records['team_company']
        teams.leader_id = False
        self.committee.group_ids -= self.env.ref('complaint_management.group_complaint_committee')
        self._assert_barred(case, self.receiver, 'opinion', "An administrator names a head")
        teams.leader_id = self.office
        self._walk(case, self.receiver, 'opinion')
        self._assert_asked(case, 'opinion', self.office)
