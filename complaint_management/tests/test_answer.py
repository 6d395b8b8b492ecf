from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import Form, tagged

from .common import ComplaintCommon

PARTS = {
    "Matter": "A parcel came three days late.",
    "Course of handling": "We asked the carrier.",
    "Solution": "The postage is paid back.",
    "Result": "Paid on Monday.",
}


@tagged('post_install', '-at_install')
class TestDepartmentAnswer(ComplaintCommon):
    """PAWN-3.5-a: the department answers in parts before the customer hears anything."""

    def test_every_part_is_filled(self):
        case = self._create_worked_case().with_user(self.handler)
        with self._refused("every part.*: Course of handling and Result", RedirectWarning):
            case._answer_department({**PARTS, 'Result': " ", 'Course of handling': ""})
        contact = case._answer_department(PARTS)
        self.assertEqual((contact.direction, contact.purpose), ('internal', 'department_answer'))
        self.assertEqual(contact.parts[0], {'heading': "Matter", 'text': PARTS["Matter"]})
        self.assertEqual(len(contact.parts), 4)
        self.assertIn("Solution\nThe postage", contact.content)
        self.assertEqual(self._codes(case)[-1], 'department_answered')
        self.assertTrue(case.department_answered_at)

    def test_who_answers_the_customer_is_told(self):
        case = self._create_worked_case()
        case.with_user(self.handler)._answer_department(PARTS)
        kind = self.env.ref('complaint_management.activity_type_answer')
        activity = case.activity_ids.filtered(lambda a: a.activity_type_id == kind)
        self.assertEqual(activity.user_id, self.receiver, "The first-contact owner")
        self.assertIn("Paid on Monday", activity.note)
        case._answer("We pay the postage back.")
        self.assertFalse(activity.exists().filtered('active'))

    def test_another_trade_has_other_headings(self):
        """DEVG-1.1-a: situation, progress, the customer's reaction."""
        self.procedure.feedback_parts = "Situation\n\n  Progress \nCustomer's reaction\n"
        case = self._create_worked_case().with_user(self.handler)
        with self._refused("Fill in every part", RedirectWarning):
            case._answer_department(PARTS)
        action = case.action_answer_department()
        form = Form(
            self.env[action['res_model']].with_user(self.handler).with_context(**action['context'])
        )
        headings = []
        for number in range(3):
            with form.part_ids.edit(number) as part:
                headings.append(part.heading)
                part.text = f"Text {number}"
        self.assertEqual(headings, ["Situation", "Progress", "Customer's reaction"])
        form.save().action_confirm()
        self.assertEqual([part['heading'] for part in case.contact_ids.parts], headings)

    def test_a_gate_asks_for_it(self):
        """PAWN-2.2-d: the customer is answered on the department's answer."""
        self.env['complaint.stage.gate'].create(
            {
                'stage_id': self.stages['communication'].id,
                'name': "The department answers first.",
                'domain': "[('department_answered_at', '!=', False)]",
            }
        )
        case = self._create_worked_case()
        with self._refused("The department answers first", RedirectWarning):
            self._move(case, 'communication')
        with self._refused("The department answers first", RedirectWarning):
            case._answer("We pay the postage back.")  # the button is no way round it
        case._answer_department(PARTS)
        case._answer("We pay the postage back.")
        self._move(case, 'communication')

    def test_nobody_out_of_reach_answers(self):
        case = self._create_worked_case()
        for user in (self.auditor, self.legal):
            with self.assertRaises(AccessError):
                case.with_user(user)._answer_department(PARTS)
            with self.assertRaises(AccessError):
                case.with_user(user)._answer("x")
        self.assertFalse(case.contact_ids)


@tagged('post_install', '-at_install')
class TestAnswer(ComplaintCommon):
    """The customer is answered by whom the procedure says (T2), and decides."""

    def test_an_answer_is_kept_and_recorded(self):
        """PAWN-2.2-d, PAWN-3.5-b, FORMS-1-a: who, when, by which means, what."""
        case = self._create_worked_case()
        contact = case._answer("We pay the postage back.", means='letter')
        self.assertEqual(self._codes(case)[-3:], ['contacted', 'informed', 'answered'])
        self.assertEqual((contact.user_id, contact.means), (self.receiver, 'letter'))
        self.assertEqual(case.answer_state, 'answered')
        self.assertEqual((case.answered_at, case.answered_round), (contact.occurred_at, 1))
        with self._refused("Write what the customer is told"):
            case._answer("  ")

    def test_who_may_answer(self):
        """T2: customer service, the department, the salesman, the supervisor, the officer."""
        case = self._create_worked_case(department_id=self.department.id)
        case.followup_user_id = self.committee
        allowed = {
            'contact_owner': self.receiver,
            'followup_owner': self.committee,
            'handler': self.handler,
            'department_head': self.department_head,
            'team_leader': self.manager,
        }
        for answer_by, user in allowed.items():
            self.procedure.answer_by = answer_by
            for other in set(allowed.values()) - {user}:
                with self._refused(f"answered by: .*{user.name}", RedirectWarning):
                    case.with_user(other)._answer("x")
            case.with_user(user)._answer(f"By the {answer_by}")
        self.assertEqual(len(case.contact_ids), 5)

    def test_only_the_centre_answers_the_forum(self):
        """DEVP-4.1.3-a: forum posts and mailbox are answered uniformly by the centre."""
        forum = self.env['complaint.channel'].create(
            {
                'name': "Forum",
                'answer_group_ids': [
                    (4, self.env.ref('complaint_management.group_complaint_committee').id)
                ],
            }
        )
        case = self._create_worked_case(channel_id=forum.id)
        with self._refused("“Forum” are answered only by", RedirectWarning):
            case._answer("x")
        with self._refused("“Forum” are answered only by", RedirectWarning):
            self._move(case, 'communication')
        case.with_user(self.committee)._answer("One answer for all.")

    def test_the_means_that_the_customer_wants(self):
        """PAWN-3.5-b."""
        action = self._create_worked_case(preferred_contact='letter').action_answer()
        form = Form(
            self.env[action['res_model']].with_user(self.receiver).with_context(**action['context'])
        )
        self.assertEqual(form.means, 'letter')

    def test_nobody_holds_the_role(self):
        self.procedure.answer_by = 'team_leader'
        self.team.leader_id = False
        with self._refused("nobody holds it for this complaint yet", RedirectWarning):
            self._create_worked_case()._answer("x")

    def test_a_stage_that_means_answered_is_no_way_around(self):
        """T2 on every way in: entering “Communicating the decision” tells the customer too."""
        self.procedure.answer_by = 'handler'
        case = self._create_worked_case()
        with self._refused("answered by: Handler", RedirectWarning):
            self._move(case, 'communication')
        case.with_user(self.handler)._answer("We pay the postage back.")
        self._move(case, 'communication')
        self.assertEqual(case.answer_state, 'answered')

    def test_the_approved_solution_says_what_and_who(self):
        """PRIN-3-g, DEVG-2.1-a: one wording, one spokesperson."""
        case = self._create_worked_case()
        case.with_user(self.handler).write(
            {
                'solution_proposal': "Pay the postage back.",
                'solution_wording': "We are sorry and pay the postage back.",
                'solution_spokesperson_id': self.handler.id,
            }
        )
        self.assertFalse(case._get_answer_draft())
        case.sudo().current_solution_id._set_decided('approved')
        self.assertEqual(case._get_answer_draft(), "We are sorry and pay the postage back.")
        with self._refused("who speaks to the customer: Handler", RedirectWarning):
            case._answer("x")
        case.with_user(self.handler)._answer(case._get_answer_draft())

    def test_all_that_is_wrong_is_told_at_once(self):
        self.procedure.answer_by = 'handler'
        case = self._create_case(registered_at=False)
        with self._refused("(?s)Register the complaint first.*nobody holds it", RedirectWarning):
            case._answer("x")
        closed = self._move(self._create_worked_case(), 'closed')
        with self._refused("(?s)is closed.*answered by: Handler", RedirectWarning):
            closed._answer("x")

    def test_several_are_answered_together(self):
        cases = self._create_worked_case() | self._create_worked_case()
        contacts = cases._answer("We pay the postage back.")
        self.assertEqual(contacts.case_id, cases)
        self.assertEqual(cases.mapped('answer_state'), ['answered', 'answered'])

    def test_the_members_of_a_mass_complaint_are_answered_each(self):
        """Handled once, answered to all: each has the answer in its own history."""
        case, member = self._create_worked_case(), self._create_worked_case()
        case._gather(member)
        self.procedure.answer_by = 'handler'
        case.with_user(self.handler)._answer("For everybody.")
        self.assertEqual(member.contact_ids.content, "For everybody.")
        self.assertEqual(member.contact_ids.user_id, self.handler)
        self.assertEqual(member.answer_state, 'answered')

    def test_a_member_that_rejects_is_handled_alone_again(self):
        case, member = self._create_worked_case(), self._create_worked_case()
        case._gather(member)
        case._answer("For everybody.")
        self._pass_time(minutes=1)
        member._reject_answer("My loss is greater.")
        self.assertFalse(member.lead_case_id)
        self.assertEqual((member.round, member.stage_id), (2, self.stages['investigation']))
        self.assertEqual(case.round, 1)

    def test_answering_in_one_dialog(self):
        case = self._create_worked_case()
        action = case.action_answer()
        form = Form(
            self.env[action['res_model']].with_user(self.receiver).with_context(**action['context'])
        )
        self.assertFalse(form.obstacles)
        form.means = 'email'
        form.content = "We pay the postage back."
        form.send_mail = True
        form.save().action_confirm()
        self.assertEqual(case.answer_state, 'answered')
        self.assertEqual(case.message_ids[0].partner_ids, self.customer)

    def test_the_dialog_says_at_once_who_answers(self):
        self.procedure.answer_by = 'handler'
        action = self._create_worked_case().action_answer()
        form = Form(
            self.env[action['res_model']].with_user(self.receiver).with_context(**action['context'])
        )
        self.assertIn("answered by: Handler", form.obstacles)

    def test_the_customer_accepts(self):
        """PAWN-4.2-c: who accepted a result abides by it, so it is remembered."""
        case = self._create_worked_case()
        with self._refused("Answer the customer first", RedirectWarning):
            case.action_customer_accepted()
        case._answer("We pay the postage back.")
        case.action_customer_accepted()
        self.assertEqual((case.answer_state, case.customer_satisfied), ('accepted', 'satisfied'))
        self.assertTrue(case.accepted_at)
        self.assertEqual(self._codes(case)[-1], 'customer_accepted')
        with self._refused("has decided on this answer already", RedirectWarning):
            case.action_customer_accepted()
        with self.assertRaises(AccessError):
            case.with_user(self.auditor).action_customer_accepted()

    def test_after_the_last_answer_closing_comes_next(self):
        case = self._move(self._create_worked_case(), 'communication')
        case._answer("We pay the postage back.")
        self.assertFalse(case.is_closing_next)
        case.action_customer_accepted()
        self.assertTrue(case.is_closing_next)
        self.procedure.callback_mode = 'gate'
        self.assertFalse(case.is_closing_next)
        self.procedure.callback_mode = 'none'
        last = self.stages['communication'].sequence
        later = self.stages['solution'].copy({'sequence': last + 1})
        self.env.invalidate_all()
        self.assertFalse(case.is_closing_next)
        later.sequence = last - 1
        self.env.invalidate_all()
        self.assertTrue(case.is_closing_next)

    def test_a_revoked_answer_counts_no_longer(self):
        case = self._create_worked_case()
        case._answer("We pay the postage back.")
        case.event_ids._get_effective(['answered']).with_user(self.manager)._revoke("Wrong one")
        self.assertEqual((case.answer_state, case.answered_at), ('none', False))

    def test_nobody_writes_the_state_by_hand(self):
        case = self._create_worked_case()
        for name in ('answer_state', 'answered_at', 'accepted_at', 'rounds_used_up'):
            with self._refused("The software sets these fields itself"):
                case.with_user(self.admin).write({name: False})


@tagged('post_install', '-at_install')
class TestReferringBody(ComplaintCommon):
    """INS-5-i: the body that passed the case gets result and satisfaction."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.env['complaint.channel'].create(
            {'name': "Regulator", 'needs_referring_body': True}
        )
        cls.body = cls.env['res.partner'].create({'name': "Insurance bureau"})

    def _referred(self):
        return self._create_worked_case(
            channel_id=self.channel.id,
            source_partner_id=self.body.id,
            source_reference="No. 2026-17",
        )

    def test_the_reply_is_drafted_and_recorded(self):
        case = self._referred()
        case._answer("We pay the postage back.")
        case.action_customer_accepted()
        action = case.action_reply_to_source()
        form = Form(
            self.env[action['res_model']].with_user(self.receiver).with_context(**action['context'])
        )
        self.assertEqual(form.counterpart, "Insurance bureau")
        for words in ("No. 2026-17", "We pay the postage back.", "Satisfied"):
            self.assertIn(words, form.content)
        form.means = 'letter'
        form.save().action_confirm()
        self.assertEqual(self._codes(case)[-1], 'source_replied')
        self.assertEqual(case.contact_ids[0].partner_id, self.body)
        self.assertTrue(case.source_replied_at)

    def test_closing_waits_for_the_reply_where_the_procedure_says_so(self):
        case, other = self._referred(), self._create_worked_case()
        self.procedure.reply_to_source_required = True
        with self._refused("Reply to the referring body first", RedirectWarning):
            self._move(case, 'closed')
        self._move(other, 'closed')
        case._reply_to_source({'means': 'letter', 'content': "Settled."})
        self._move(case, 'closed')
        self.assertTrue(case.is_closed)

    def test_without_the_switch_it_closes(self):
        self.assertTrue(self._move(self._referred(), 'closed').is_closed)

    def test_without_a_referring_body_there_is_nobody_to_reply_to(self):
        with self._refused("No body referred this complaint"):
            self._create_worked_case()._reply_to_source({'content': "Settled."})
