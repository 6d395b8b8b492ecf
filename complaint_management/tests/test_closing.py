from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import Form, tagged

from .common import ComplaintCommon


class ClosingCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason_contract = cls.env['complaint.closing.reason'].create(
            {'name': "Against the contract", 'kind': 'abnormal', 'needs_ruling': True}
        )

    def _dialog(self, action, user, **values):
        """Fill in the dialog that an action opens, as a user; return the saved wizard."""
        form = Form(self.env[action['res_model']].with_user(user).with_context(**action['context']))
        for name, value in values.items():
            form[name] = value
        return form.save()

    def _apply(self, case, user=None, note="Clause 7 excludes it."):
        self._pass_time(minutes=1)
        case.with_user(user or self.handler)._apply_for_closing(self.reason_contract, note)
        return case

    def _activities(self, case, user):
        return case.sudo().activity_ids.filtered(lambda activity: activity.user_id == user)


@tagged('post_install', '-at_install')
class TestClosingRuling(ClosingCommon):
    """DEVG-1.2-c: the handler applies with the reason, somebody else rules on it."""

    def test_a_reason_that_needs_a_ruling_does_not_close_without_one(self):
        case = self._create_worked_case(
            closing_reason_id=self.reason_contract.id, closing_note="Clause 7."
        )
        for way in (
            lambda: case.write({'stage_id': self.stages['closed_abnormal'].id}),
            lambda: case.sudo()._move_to(self.stages['closed_abnormal']),
            lambda: case.web_save({'stage_id': self.stages['closed_abnormal'].id}, {}),
        ):
            with self._refused("Apply for closing first", RedirectWarning):
                way()

    def test_applying_ruling_closing(self):
        case = self._apply(self._create_worked_case())
        self.assertEqual(case.closing_ruling, 'requested')
        self.assertFalse(case.is_closing_next)
        self.assertEqual(case.closing_requested_by_id, self.handler)
        self.assertTrue(case.closing_requested_at)
        self.assertTrue(self._activities(case, self.manager))
        with self._refused("is still to come", RedirectWarning):
            case.write({'stage_id': self.stages['closed_abnormal'].id})
        wizard = self._dialog(
            case.action_rule_closing(), self.manager, ruling='granted', reason="Clause 7."
        )
        wizard.action_confirm()
        self.assertEqual(case.closing_ruling, 'granted')
        self.assertTrue(case.is_closing_next)
        self.assertEqual(case.closing_ruled_by_id, self.manager)
        self.assertFalse(self._activities(case, self.manager))
        self.assertTrue(self._activities(case, self.handler))
        event = case.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual(event.milestone_id.code, 'ruled')
        self.assertEqual((event.payload['subject'], event.payload['granted']), ('closing', True))
        self._move(case.with_user(self.handler), 'closed_abnormal')
        self.assertTrue(case.is_closed)
        self.assertFalse(case.sudo().activity_ids)

    def test_denied_goes_back_to_handling_and_the_applicant_is_told(self):
        case = self._create_worked_case()
        self._move(case, 'investigation', 'solution', 'communication')
        self._apply(case)
        case.with_user(self.manager)._rule_closing(False, "Clause 7 does not apply.")
        self.assertEqual(case.closing_ruling, 'denied')
        self.assertEqual(case.stage_id, self.stages['solution'], "Where it was last worked on")
        self.assertIn("denied", self._activities(case, self.handler)[-1:].summary)
        with self._refused("was denied: Clause 7 does not apply", RedirectWarning):
            case.write({'stage_id': self.stages['closed_abnormal'].id})
        self._apply(case, note="Now with the letter of the lawyer.")
        self.assertEqual(case.closing_ruling, 'requested')

    def test_denied_stays_where_work_goes_on(self):
        case = self._create_worked_case()
        self._move(case, 'investigation')
        self._apply(case)
        case.with_user(self.manager)._rule_closing(False, "No.")
        self.assertEqual(case.stage_id, self.stages['investigation'])

    def test_a_denial_stands_even_where_a_gate_keeps_the_case(self):
        case = self._create_worked_case()
        self._move(case, 'investigation', 'solution', 'communication')
        self._apply(case)
        case.facts = False
        case.with_user(self.manager)._rule_closing(False, "No.")
        self.assertEqual(case.closing_ruling, 'denied')
        self.assertEqual(case.stage_id, self.stages['communication'])

    def test_nobody_rules_on_the_own_application(self):
        case = self._apply(self._create_worked_case(), user=self.manager)
        for user in (self.manager, self.manager.sudo()):
            with self._refused("somebody else must rule"):
                case.with_user(user)._rule_closing(True, "Mine")
        case.with_user(self.committee)._rule_closing(True, "Decision of the board")
        self.assertEqual(case.closing_ruling, 'granted')

    def test_only_the_leaders_and_the_committee_rule(self):
        case = self._create_worked_case(department_id=self.department.id)
        self._apply(case, user=self.receiver)
        for user in (self.handler, self.department_head, self.admin):
            with self._refused("Only the leader of the team"):
                case.with_user(user)._rule_closing(True, "Because")
        for user in (self.auditor, self.outsider):
            with self.assertRaises(AccessError):
                case.with_user(user)._rule_closing(True, "Because")
        with self._refused("on what the ruling rests"):
            case.with_user(self.manager)._rule_closing(True, " ")

    def test_a_recused_leader_neither_rules_nor_is_asked(self):
        case = self._create_worked_case()
        case.accused_employee_ids = [Command.link(self.employees['manager'].id)]
        self._apply(case)
        self.assertFalse(self._activities(case, self.manager))
        with self.assertRaises(AccessError):
            self._as(self.manager, case)._rule_closing(True, "Because")

    def test_all_that_is_missing_is_told_at_once(self):
        case = self._create_worked_case()
        with self._refused("Choose a closing reason of this procedure", RedirectWarning):
            case._apply_for_closing(self.env['complaint.closing.reason'], "x")
        with self._refused("Write the closing explanation", RedirectWarning):
            case._apply_for_closing(self.reason_contract, " ")
        self._apply(case)
        with self._refused("applied for already", RedirectWarning):
            self._apply(case)

    def test_a_grant_counts_for_its_reason_only(self):
        """The attacker's way: a grant for one reason, then another one in the same write."""
        other = self.reason_contract.copy({'name': "Final decision"})
        case = self._apply(self._create_worked_case())
        case.with_user(self.manager)._rule_closing(True, "Clause 7.")
        with self._refused("Apply for closing first", RedirectWarning):
            case.with_user(self.handler).write(
                {'closing_reason_id': other.id, 'stage_id': self.stages['closed_abnormal'].id}
            )
        case.with_user(self.handler).closing_reason_id = other
        self.assertEqual(case.closing_ruling, 'none')

    def test_the_ruling_is_not_written_by_hand(self):
        case = self._create_worked_case(closing_reason_id=self.reason_contract.id)
        for user in (self.handler, self.manager, self.admin):
            with self._refused("The software sets these fields itself"):
                case.with_user(user).write({'closing_ruling': 'granted'})
        with self._refused("The software sets these fields itself"):
            self._create_worked_case(closing_ruling='granted')

    def test_revoking_takes_application_and_ruling_back(self):
        case = self._apply(self._create_worked_case())
        event = case.sudo().event_ids.sorted('sequence')[-1]
        event.with_user(self.handler)._revoke("Wrong complaint")
        self.assertEqual(case.closing_ruling, 'none')
        self.assertFalse(case.closing_requested_by_id or self._activities(case, self.manager))
        self._apply(case)
        case.with_user(self.manager)._rule_closing(True, "Clause 7.")
        event = case.sudo().event_ids.sorted('sequence')[-1]
        event.with_user(self.manager)._revoke("Wrong clause")
        self.assertEqual(case.closing_ruling, 'requested')

    def test_a_new_round_settles_what_was_applied_for(self):
        case = self._apply(self._create_worked_case())
        self.assertTrue(self._activities(case, self.manager))
        self._pass_time(minutes=1)
        case._move_to(self.stages['investigation'], reason="Not content", new_round=True)
        self.assertEqual((case.round, case.closing_ruling), (2, 'none'))
        self.assertFalse(self._activities(case, self.manager))

    def test_reopening_forgets_the_ruling_and_undo_restores_it(self):
        case = self._apply(self._create_worked_case())
        case.with_user(self.manager)._rule_closing(True, "Clause 7.")
        self._move(case, 'closed_abnormal', 'investigation')
        self.assertEqual(case.closing_ruling, 'none')
        self.assertFalse(case.closing_ruled_by_id)
        case.with_user(self.receiver).action_undo()
        self.assertTrue(case.is_closed)
        self.assertEqual(case.closing_ruling, 'granted')
        self.assertEqual(case.closing_ruled_by_id, self.manager)

    def test_a_stage_for_applications(self):
        """DEVG-1.2-a: the port applies, customer service calls back and closes."""
        stage = self.stages['communication']
        stage.milestone_id = self.env.ref('complaint_management.milestone_closing_requested')
        case = self._create_worked_case()
        case.write({'followup_user_id': self.receiver.id})
        case.with_user(self.handler)._apply_for_closing(self.reason_satisfied, "All repaired.")
        self.assertEqual(case.stage_id, stage)
        self.assertEqual(case.closing_ruling, 'none')
        self.assertEqual(case.closing_requested_by_id, self.handler)
        self.assertEqual(self._codes(case).count('closing_requested'), 1)
        self.assertTrue(self._activities(case, self.receiver))
        dragged = self._create_worked_case()
        self._move(dragged, 'communication')
        self.assertEqual(dragged.closing_requested_by_id, self.receiver)

    def test_the_dialog_of_closing_offers_to_apply(self):
        case = self._create_worked_case(closing_reason_id=False)
        action = case.action_apply_for_closing()
        wizard = self._dialog(
            action,
            self.handler,
            stage_id=self.stages['closed_abnormal'],
            closing_reason_id=self.reason_contract,
            closing_note="Clause 7.",
        )
        self.assertTrue(wizard.is_application and wizard.needs_text)
        wizard.action_apply()
        self.assertEqual(case.closing_ruling, 'requested')


@tagged('post_install', '-at_install')
class TestClosingKinds(ClosingCommon):
    """Requirements 2.12: withdrawn, to court, lessons, public notice."""

    def test_withdrawn_by_a_representative(self):
        case = self._create_worked_case()
        wizard = self._dialog(
            case.action_withdraw(),
            self.receiver,
            withdrawn_by='representative',
            withdrawal_means='writing',
            closing_note="The son brought a letter.",
        )
        wizard.action_confirm()
        self.assertEqual(case.stage_id, self.stages['withdrawn'])
        self.assertEqual((case.withdrawn_by, case.withdrawal_means), ('representative', 'writing'))
        event = case.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual(event.milestone_id.code, 'withdrawn')
        self.assertEqual(event.payload['withdrawn_by'], 'representative')
        with self._refused("closed already"):
            case._withdraw('self', 'phone', "again")

    def test_withdrawing_needs_words_and_rights(self):
        case = self._create_worked_case()
        with self._refused("Write the closing explanation", RedirectWarning):
            case._withdraw('self', 'phone', "")
        with self._refused("who withdraws"):
            case._withdraw(False, 'phone', "x")
        with self.assertRaises(AccessError):
            case.with_user(self.legal)._withdraw('self', 'phone', "x")

    def test_to_court_is_shown_to_legal_and_explained(self):
        """INS-6-h: legal staff guide what goes to court."""
        court = self.env.ref('complaint_management.closing_reason_court')
        case = self._create_worked_case()
        self.assertFalse(self._as(self.legal, case).has_access('read'))
        with self._refused("Write the closing explanation", RedirectWarning):
            case.with_user(self.receiver).write(
                {'closing_reason_id': court.id, 'stage_id': self.stages['closed_abnormal'].id}
            )
        case.with_user(self.receiver).write(
            {
                'closing_reason_id': court.id,
                'closing_note': "Sued at the district court.",
                'stage_id': self.stages['closed_abnormal'].id,
            }
        )
        self.assertTrue(case.is_closed)
        self.assertTrue(self._as(self.legal, case).has_access('read'))

    def test_to_court_without_the_flag_is_refused(self):
        court = self.env.ref('complaint_management.closing_reason_court')
        case = self._create_worked_case(closing_reason_id=court.id, closing_note="Sued.")
        with self._refused("Set a flag that requires a legal opinion", RedirectWarning):
            case.write({'stage_id': self.stages['closed_abnormal'].id})

    def test_a_category_whose_results_are_published(self):
        """PROPERTY-5.1.2-C3, T15: publish the result, without personal data."""
        self.category.publish_result = True
        case = self._create_worked_case()
        with self._refused("Write the public notice", RedirectWarning):
            self._move(case, 'closed')
        case.public_notice = "Li Wei's parcel came late; the carrier was changed."
        with self._refused("personal data, take it out: Li Wei", RedirectWarning):
            case.action_publish()
        case.public_notice = "A parcel came late; the carrier was changed."
        case.action_publish()
        self.assertTrue(case.published_at)
        event = case.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual(event.milestone_id.code, 'published')
        self._move(case, 'closed')
        with self.assertRaises(AccessError):
            case.with_user(self.auditor).action_publish()

    def test_an_abnormal_end_is_not_published(self):
        self.category.publish_result = True
        case = self._create_worked_case(
            closing_reason_id=self.env.ref('complaint_management.closing_reason_no_agreement').id,
            closing_note="No agreement.",
        )
        self._move(case, 'closed_abnormal')

    def test_lessons_are_written_while_closing(self):
        """PAWN-4.4-c: sum up and improve."""
        case = self._create_worked_case(closing_reason_id=False)
        form = Form(
            self.env['complaint.case.close']
            .with_user(self.receiver)
            .with_context(default_case_id=case.id)
        )
        form.closing_reason_id = self.reason_satisfied
        form.lessons = "Call the carrier the day before."
        form.save().action_confirm()
        self.assertEqual(case.lessons, "Call the carrier the day before.")

    def test_the_form_of_a_case_opens_for_everybody(self):
        case = self._apply(self._create_worked_case())
        for user in (self.handler, self.receiver, self.manager, self.committee):
            with Form(case.with_user(user)) as form:
                self.assertEqual(form.closing_ruling, 'requested')
        self.assertRaises(UserError, case.unlink)
