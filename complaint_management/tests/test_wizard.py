from datetime import timedelta

from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestWizards(ComplaintCommon):
    """House rule 4: wizards ask for words and call one method of the model."""

    def _wizard(self, name, user, **values):
        model = (
            self.env[name]
            .with_user(user)
            .with_context(**{f'default_{key}': value for key, value in values.items()})
        )
        return Form(model)

    def test_closing_in_one_dialog(self):
        case = self._create_worked_case(closing_reason_id=False)
        form = self._wizard('complaint.case.close', self.receiver, case_id=case.id)
        self.assertEqual(form.stage_id, self.stages['closed'])
        form.closing_reason_id = self.reason_satisfied
        form.closing_note = "Refund paid."
        form.save().action_confirm()
        self.assertEqual(case.stage_id, self.stages['closed'])
        self.assertEqual(case.closing_reason_id, self.reason_satisfied)
        event = case.event_ids.sorted('sequence')[-1]
        self.assertEqual((event.milestone_id.code, event.note), ('closed', "Refund paid."))

    def test_the_dialog_knows_how_a_case_probably_ends(self):
        abnormal = self.env.ref('complaint_management.closing_reason_unreachable')
        applied = self._create_worked_case(closing_reason_id=abnormal.id)
        refused = self._create_worked_case(
            validity='out_of_scope', referred_to="Consumer council", closing_reason_id=False
        )
        for case, stage in ((applied, 'closed_abnormal'), (refused, 'refused')):
            form = self._wizard('complaint.case.close', self.receiver, case_id=case.id)
            self.assertEqual(form.stage_id, self.stages[stage])

    def test_closing_obeys_the_gates(self):
        case = self._create_case(validity='undetermined')
        form = self._wizard('complaint.case.close', self.receiver, case_id=case.id)
        form.closing_reason_id = self.reason_satisfied
        wizard = form.save()
        with self._refused("Rule whether the complaint is valid", RedirectWarning):
            wizard.action_confirm()
        self.assertFalse(case.is_closed or case.closing_reason_id, "Nothing is half-saved")

    def _solve_on_the_spot(self, case, **values):
        action = case.action_solve_on_the_spot()
        form = Form(
            self.env[action['res_model']].with_user(self.receiver).with_context(**action['context'])
        )
        for name, value in values.items():
            form[name] = value
        return form.save()

    def test_solved_on_the_spot_registers_and_closes_in_one_dialog(self):
        """PROPERTY-5.1.2, TEL, PRIN: settled while the customer stands at the desk."""
        case = self._create_case(registered_at=False)
        wizard = self._solve_on_the_spot(case, validity='valid', closing_note="Box exchanged.")
        self.assertEqual(
            wizard.closing_reason_id,
            self.env.ref('complaint_management.closing_reason_on_the_spot'),
        )
        untouched = self._solve_on_the_spot(self._create_case())
        self.assertEqual(untouched.validity, 'valid', "What is solved at once was worth it")
        wizard.action_confirm()
        self.assertTrue(case.number)
        self.assertEqual(case.stage_id, self.stages['closed'])
        self.assertEqual(case.validity, 'valid')
        self.assertEqual(self._codes(case), ['received', 'registered', 'ruled', 'closed'])

    def test_the_gates_of_closing_hold_on_the_spot_too(self):
        case = self._create_case()
        wizard = self._solve_on_the_spot(case, validity='undetermined')
        with self.assertRaisesRegex(RedirectWarning, "Rule whether"), self.env.cr.savepoint():
            wizard.action_confirm()
        self.assertEqual(case.stage_id, self.stages['intake'])

    def test_withdrawing_needs_words_and_no_reason(self):
        case = self._create_worked_case()
        form = self._wizard('complaint.case.close', self.receiver, case_id=case.id)
        form.stage_id = self.stages['withdrawn']
        self.assertTrue(form.needs_text)
        form.closing_note = "The customer has found the parcel."
        form.save().action_confirm()
        self.assertEqual(case.phase, 'withdrawn')
        self.assertFalse(case.closing_reason_id)

    def test_a_reason_that_needs_words_asks_for_them(self):
        reason = self.env['complaint.closing.reason'].create(
            {'name': "Goodwill", 'needs_text': True}
        )
        form = self._wizard(
            'complaint.case.close', self.receiver, case_id=self._create_worked_case().id
        )
        self.assertFalse(form.needs_text)
        form.closing_reason_id = reason
        self.assertTrue(form.needs_text)

    def test_who_may_not_change_the_case_does_not_close_it(self):
        case = self._create_worked_case()
        with self.assertRaises(AccessError):
            self.env['complaint.case.close'].with_user(self.legal).create(
                {'case_id': case.id, 'stage_id': self.stages['closed'].id}
            ).action_confirm()

    def test_recording_a_milestone_by_hand(self):
        case = self._create_case(handler_id=self.handler.id)
        milestone = self.env['complaint.milestone'].create(
            {'name': "Examined", 'code': 'examined', 'manual': True}
        )
        earlier = self.env.cr.now().replace(microsecond=0) - timedelta(days=1)
        action = case.with_user(self.handler).action_record_milestone()
        form = Form(
            self.env[action['res_model']].with_user(self.handler).with_context(**action['context'])
        )
        form.milestone_id = milestone
        form.occurred_at = earlier
        wizard = form.save()
        with self._refused("Say why"):
            wizard.action_confirm()
        wizard.note = "The slip came late."
        wizard.action_confirm()
        event = case.event_ids.sorted('sequence')[-1]
        self.assertEqual(event.milestone_id, milestone)
        self.assertEqual((event.occurred_at, event.note), (earlier, "The slip came late."))
        self.assertEqual(event.user_id, self.handler)

    def test_a_milestone_of_the_software_is_not_recorded_by_hand(self):
        case = self._create_case()
        milestone = self.env.ref('complaint_management.milestone_closed')
        wizard = (
            self.env['complaint.case.record.milestone']
            .with_user(self.receiver)
            .create({'case_id': case.id, 'milestone_id': milestone.id})
        )
        with self._refused("recorded by the software, not by hand"):
            wizard.action_confirm()

    def test_a_milestone_is_not_recorded_on_a_case_out_of_reach(self):
        case = self._create_case()
        milestone = self.env['complaint.milestone'].create(
            {'name': "Examined", 'code': 'examined', 'manual': True}
        )
        with self.assertRaises(AccessError):
            self.env['complaint.case.record.milestone'].with_user(self.legal).create(
                {'case_id': case.id, 'milestone_id': milestone.id}
            ).action_confirm()
        self.assertNotIn('examined', self._codes(case))

    def test_revoking_in_a_dialog(self):
        case = self._create_case(handler_id=self.handler.id)
        event = case.with_user(self.handler)._stamp('contacted').with_user(self.handler)
        action = event.action_revoke()
        form = Form(
            self.env[action['res_model']].with_user(self.handler).with_context(**action['context'])
        )
        form.reason = "Wrong customer"
        form.save().action_confirm()
        self.assertTrue(event.is_revoked)
        self.assertEqual(event.revoked_by_ids.note, "Wrong customer")

    def test_a_dialog_does_not_widen_the_right_to_revoke(self):
        case = self._create_case(handler_id=self.handler.id)
        event = case.with_user(self.receiver)._stamp('contacted')
        wizard = (
            self.env['complaint.event.revoke']
            .with_user(self.handler)
            .create({'event_id': event.id, 'reason': "x"})
        )
        with self._refused("Only a manager"):
            wizard.action_confirm()

    def test_erasing_in_a_dialog(self):
        case = self._create_case()
        action = case.with_user(self.admin).action_erase()
        form = Form(
            self.env[action['res_model']].with_user(self.admin).with_context(**action['context'])
        )
        form.reason = "Asked for by the customer"
        form.save().action_confirm()
        self.assertFalse(case.exists())

    def test_only_administrators_open_the_dialog_that_erases(self):
        case = self._create_case()
        for user in (self.receiver, self.manager, self.committee, self.auditor):
            with self.assertRaises(AccessError):
                self.env['complaint.case.erase'].with_user(user).create(
                    {'case_ids': case.ids, 'reason': "x"}
                )
