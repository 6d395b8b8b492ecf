from odoo.tests import Form, new_test_user, tagged

from .common_walk import REFUSALS, WalkCommon


@tagged('post_install', '-at_install')
class TestRegimeProduct(WalkCommon):
    """Requirements 1.11: a seller of products; no answer leaves before three have approved it.

    receiver: salesman; manager: head of after-sales; authority: competent manager; vice: marketing
    vice president; committee: management representative and general manager; department_head and
    handler: the department complained of.
    """

    preset_code = 'product'

    @classmethod
    def _give_posts(cls):
        cls.authority, cls.vice = (
            new_test_user(
                cls.env,
                login=f'complaint_{login}',
                name=name,
                groups='base.group_user,complaint_management.group_complaint_manager',
                company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
            )
            for login, name in (('authority', "Competent Manager"), ('vice', "Vice President"))
        )
        cls.team.write({'leader_id': cls.manager.id, 'member_ids': [(6, 0, cls.receiver.ids)]})
        cls.records['team_authority'].leader_id = cls.authority
        cls.records['team_marketing'].leader_id = cls.vice
        cls.plant = cls._create_department("Plant", 'department_head', 'handler')

    # === STEPS === #

    def _take_in(self, category='category_quality_defect', grade='grade_over_power', **values):
        return self._create_case(
            **{
                'name': "The kettle leaks",
                'description': "Since the first day.",
                'category_id': self.records[category].id,
                'grade_id': self.records[grade].id,
                'expected_solution': "Another kettle.",
                **values,
            }
        )

    def _fill_slip(self, case):
        self._walk(case, self.receiver, 'confirmation')
        self._as(self.receiver, case)._confirm_statement({'means': 'phone'})
        return self._walk(case, self.receiver, 'slip')

    def _review(self, case):
        self._as(self.receiver, case).limit_date = '2031-01-01'
        self._walk(case, self.receiver, 'review')
        self._assert_asked(case, 'opinion', self.vice).action_approve()
        return self._walk(case, self.manager, 'distribution')

    def _distribute(self, case):
        self._as(self.manager, case).write(
            {'department_id': self.plant.id, 'handler_id': self.handler.id}
        )
        return self._walk(case, self.manager, 'department')

    def _write_opinion(self, case):
        self._as(self.receiver, case)._record_contact({'means': 'on_site', 'content': "Seen."})
        self._as(self.handler, case).write(
            {
                'facts': "The seam is open.",
                'basis': "Replace it.",
                'cause_id': self.records['cause_quality'].id,
            }
        )
        return self._walk(case, self.handler, 'signature')

    def _approve_all(self, case):
        for user in (self.department_head, self.authority, self.vice):
            self._assert_asked(case, 'reply', user).action_approve()
        self._as(self.manager, case).validity = 'valid'
        return self._walk(case, self.manager, 'manager_approval', 'vp_approval', 'reply')

    # === THE MAIN PATH === #

    def test_the_slip_is_confirmed_and_reviewed(self):
        """PROD-5.2-b, c, PROD-5.3.1-b, d, e, T17."""
        case = self._take_in(expected_solution=False)
        self._walk(case, self.receiver, 'confirmation')
        self._assert_barred(
            case, self.receiver, 'slip', "what the customer expects", "customer confirm the content"
        )
        self._as(self.receiver, case).expected_solution = "Another kettle."
        self._fill_slip(case)
        self._assert_barred(case, self.receiver, 'self_handling', "within the salesperson's power")
        self._assert_barred(case, self.receiver, 'review', "by when the customer needs a reply")
        self._assert_barred(case, self.receiver, 'distribution', "Submit the slip for review")
        self._as(self.receiver, case).limit_date = '2031-01-01'
        self._walk(case, self.receiver, 'review')
        self._assert_barred(
            case, self.manager, 'distribution', "The opinion needs the approval of: Vice President"
        )
        approval = self._assert_asked(case, 'opinion', self.vice)
        for user in (self.receiver, self.authority, self.manager):
            with self._refused("you are not asked|nobody approves"):
                approval.with_user(user).action_approve()
        approval.action_approve()
        self._walk(case, self.manager, 'distribution')
        self._assert_barred(case, self.manager, 'department', "responsible department")
        self._distribute(case)
        self._assert_barred(
            case,
            self.handler,
            'signature',
            "Write down the facts",
            "settle the cause first",
            "visit the customer first",
        )

    def test_the_answer_is_approved_by_three_and_given_by_the_salesman(self):
        """PROD-4-a, PROD-4-b, PROD-5.3.1-g, h, T18."""
        case = self._distribute(self._review(self._fill_slip(self._take_in())))
        self._write_opinion(case)
        with self._refused("The answer needs the approval of", REFUSALS):
            self._as(self.receiver, case)._answer("You get another one.")
        self._assert_barred(case, self.manager, 'manager_approval', "has not signed yet")
        self._assert_asked(case, 'reply', self.department_head).action_approve()
        self._walk(case, self.manager, 'manager_approval')
        self._assert_barred(
            case, self.manager, 'vp_approval', "Rule whether", "competent manager has not approved"
        )
        waiting = case.sudo().approval_ids.filtered(lambda line: line.state == 'waiting')
        with self._refused("an earlier approval is still open"):
            waiting.with_user(self.vice)._approve()
        self._assert_asked(case, 'reply', self.authority).action_approve()
        self._as(self.manager, case).validity = 'valid'
        self._walk(case, self.manager, 'vp_approval')
        self._assert_barred(case, self.manager, 'reply', "The answer needs the approval of: Vice")
        self._assert_asked(case, 'reply', self.vice).action_approve()
        self._walk(case, self.manager, 'reply')
        self._assert_barred(case, self.receiver, 'opinion', "Only an approved result")
        with self._refused("answered by: First-contact owner", REFUSALS):
            self._as(self.manager, case)._answer("You get another one.")
        self._as(self.receiver, case)._answer("You get another one.")
        self._as(self.receiver, case)._accept_answer(note="Well done.")
        self._walk(case, self.receiver, 'opinion')
        self._close(case, self.receiver, 'closed', self.records['reason_answered'])
        self._assert_in_order(
            case,
            *('registered', 'product_slip_filled', 'product_submitted', 'approval_requested'),
            *('approved', 'product_reviewed', 'assigned', 'solution_proposed'),
            *('department_answered', 'product_manager_approved', 'solution_approved'),
            *('answered', 'customer_accepted', 'closed'),
        )
        self.assertFalse(case.callback_ids)
        self.assertFalse(case._find_broken_histories())

    def test_a_refused_answer_goes_back_to_the_department(self):
        """PROD-4-e: the vice president refuses; all three are asked anew."""
        case = self._write_opinion(self._distribute(self._review(self._fill_slip(self._take_in()))))
        self._assert_asked(case, 'reply', self.department_head).action_approve()
        self._assert_asked(case, 'reply', self.authority)._refuse("Who pays?")
        self._assert_barred(case, self.manager, 'reply', "refused by Competent Manager: Who pays")
        with self._refused("refused by Competent Manager", REFUSALS):
            self._as(self.receiver, case)._answer("You get another one.")
        self._walk(case, self.manager, 'department')
        self._walk(case, self.handler, 'signature')
        self._approve_all(case)
        self._as(self.receiver, case)._answer("You get another one.")

    def test_a_refused_review_comes_back_to_the_salesman(self):
        """PROD-5.3.1-b, e: the slip is sent back."""
        case = self._fill_slip(self._take_in())
        self._as(self.receiver, case).limit_date = '2031-01-01'
        self._walk(case, self.receiver, 'review')
        self._assert_asked(case, 'opinion', self.vice)._refuse("Handle it yourself.")
        self._assert_barred(case, self.manager, 'distribution', "refused by Vice President")
        self._walk(case, self.receiver, 'slip')
        self._as(self.receiver, case).grade_id = self.records['grade_within_power']
        self._walk(case, self.receiver, 'self_handling')

    def test_a_customer_who_is_not_content_starts_another_round(self):
        """PROD-5.3.1-h, T5: the new answer needs its approvals again."""
        case = self._write_opinion(self._distribute(self._review(self._fill_slip(self._take_in()))))
        self._approve_all(case)
        self._as(self.receiver, case)._answer("We mend it.")
        self._as(self.receiver, case)._reject_answer("I want another one.")
        self.assertEqual((case.round, case.stage_id), (2, self.stages['department']))
        with self._refused("The answer needs the approval of", REFUSALS):
            self._as(self.receiver, case)._answer("You get another one.")
        self._walk(case, self.handler, 'signature')
        self._approve_all(case)
        self._as(self.receiver, case)._answer("You get another one.")

    # === WITHIN THE SALESMAN'S POWER === #

    def test_the_salesman_handles_what_is_within_his_power(self):
        """PROD-5.3.1-a."""
        case = self._fill_slip(self._take_in('category_service_attitude', 'grade_within_power'))
        self._walk(case, self.receiver, 'self_handling')
        reason = self.records['reason_self_handled']
        self._as(self.receiver, case).closing_reason_id = reason
        self._assert_barred(case, self.receiver, 'closed', "approved answer first")
        self._as(self.receiver, case)._answer("He is sorry.")
        self._walk(case, self.receiver, 'closed')
        self.assertFalse(case.sudo().approval_ids)
        case = self._fill_slip(self._take_in())
        self._as(self.receiver, case).closing_reason_id = reason
        self._assert_barred(case, self.receiver, 'closed', "Only complaints within")

    # === PRODUCT QUALITY === #

    def test_product_quality_is_made_known_to_the_management(self):
        """PROD-4-f: from registration to improvement; behaviour is not."""
        words = "management representative and general manager"
        service = self._take_in('category_service_attitude')
        self.assertNotIn(self.committee, self._get_told(service, words))
        case = self._take_in()
        self.assertIn(self.committee, self._get_told(case, words))
        self.assertIn(self.committee.partner_id, case.message_partner_ids)
        case = self._write_opinion(self._distribute(self._review(self._fill_slip(case))))
        before = self.env['mail.message'].search_count([('res_id', '=', case.id)])
        self._approve_all(case)
        self._as(self.receiver, case)._answer("You get another one.")
        self._as(self.receiver, case).closing_reason_id = self.records['reason_improved']
        self._assert_barred(case, self.receiver, 'closed', "Order the improvement")
        self._assert_barred(case, self.manager, 'improvement', "a department, an owner and a date")
        measure = self.env['complaint.measure'].with_user(self.manager)
        measure = measure.create(
            case._prepare_measure_values(
                'corrective', "Weld the seam twice", owner_id=self.handler.id, due_date='2031-01-01'
            )
        )
        self._walk(case, self.manager, 'improvement')
        self.assertGreater(
            self.env['mail.message'].search_count([('res_id', '=', case.id)]), before
        )
        self._walk(case, self.manager, 'closed')
        self._improve_after_closing(case, measure)

    def _improve_after_closing(self, case, measure):
        """PROD-4-d, e, f: the improvement goes on, and the management is told of it."""
        file = self.env['ir.attachment'].with_user(self.handler)
        measure = self._as(self.handler, measure)
        measure.write({'result': "Done.", 'effect_metric': "Leaks, %", 'value_before': 1.5})
        measure.action_complete()
        with self._refused("Attach the evidence"):
            measure.action_verify()
        measure.attachment_ids = file.create({'name': "Improvement report", 'raw': b'1'})
        before = self.env['mail.message'].search_count([('res_id', '=', case.id)])
        measure.action_verify()
        self.assertGreater(
            self.env['mail.message'].search_count([('res_id', '=', case.id)]), before
        )
        self._assert_in_order(case, 'closed', 'permanent_measure', 'effect_verified')

    # === ENDS === #

    def test_misuse_is_explained(self):
        """PROD-4-b: quality or misuse; the customer does not accept."""
        case = self._distribute(self._review(self._fill_slip(self._take_in())))
        reason = self.records['reason_misuse']
        self._as(self.receiver, case).write(
            {'closing_reason_id': reason.id, 'closing_note': "It was put on the stove."}
        )
        self._assert_barred(case, self.receiver, 'closed_abnormal', "set the cause first")
        self._as(self.receiver, case).cause_id = self.records['cause_misuse']
        self._walk(case, self.receiver, 'closed_abnormal')

    def test_not_ours_or_withdrawn(self):
        """Requirements 2.12."""
        case = self._take_in()
        self._assert_barred(case, self.receiver, 'refused', "Rule first why")
        self._as(self.receiver, case).write(
            {'validity': 'not_liable', 'validity_note': "Another maker's kettle."}
        )
        self._walk(case, self.receiver, 'refused')
        case = self._take_in()
        self._as(self.receiver, case)._withdraw('self', 'phone', "It was the lid.")
        self.assertEqual(case.phase, 'withdrawn')

    def test_solved_on_the_spot(self):
        """Requirements 2.12: one dialog while the customer stands there."""
        case = self._take_in('category_service_attitude', 'grade_within_power')
        action = self._as(self.receiver, case).action_solve_on_the_spot()
        wizard = self.env[action['res_model']].with_user(self.receiver)
        with Form(wizard.with_context(**action['context'])) as form:
            form.closing_note = "He said sorry."
        form.record.action_confirm()
        self.assertEqual(case.stage_id, self.stages['closed'])

    def test_nobody_has_a_post_yet(self):
        """A chain that meets nobody says what to set."""
        teams = self.team | self.records['team_authority'] | self.records['team_marketing']
        teams.leader_id = False
        self.committee.group_ids -= self.env.ref('complaint_management.group_complaint_committee')
        case = self._fill_slip(self._take_in())
        self._as(self.receiver, case).limit_date = '2031-01-01'
        self._assert_barred(case, self.receiver, 'review', "An administrator names a head")
