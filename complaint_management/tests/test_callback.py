from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import Form, tagged

from .common import ComplaintCommon


class CallbackCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.callbacks = cls.env['complaint.callback']
        cls.stages['callback'] = cls.env['complaint.stage'].create(
            {
                'name': "Callback",
                'procedure_id': cls.procedure.id,
                'phase': 'callback',
                'sequence': 75,
            }
        )
        cls.case = cls._create_worked_case(followup_user_id=cls.manager.id)

    def _set_mode(self, mode, **values):
        self.procedure.write({'callback_mode': mode, **values})

    def _create_callback(self, case=None, user=None, **values):
        callbacks = self.callbacks.with_user(user or self.receiver)
        return callbacks.create({'case_id': (case or self.case).id, **values})

    def _call(self, case=None, user=None, **values):
        """Record a talk in which the customer was satisfied and agreed, unless told otherwise."""
        callback = self._create_callback(
            case, user, **{'satisfaction': 'satisfied', 'customer_agrees': 'yes', **values}
        )
        callback.action_done()
        return callback

    def _close(self, case=None, reason=None, stage='closed'):
        case = case or self.case
        if reason:
            case.closing_reason_id = self.env.ref(f'complaint_management.closing_reason_{reason}')
        return self._move(case, stage)

    def _get_activities(self, case, name):
        kind = self.env.ref(f'complaint_management.activity_type_{name}')
        return case.sudo().activity_ids.filtered(lambda a: a.activity_type_id == kind)


@tagged('post_install', '-at_install')
class TestCallbackModes(CallbackCommon):
    """T4: none, after, gate."""

    def test_without_a_mode_nothing_is_planned_and_nothing_asked(self):
        self._move(self.case, 'callback', 'closed')
        self.assertEqual(self.case.phase, 'closed_normal')
        self.assertFalse(self.case.callback_ids)

    def test_after_closing_a_callback_is_planned_for_the_follow_up_owner(self):
        """PAWN-3.6-a: a callback follows when the handling is complete."""
        self._set_mode('after')
        self._close()
        callback = self.case.callback_ids
        self.assertEqual((callback.state, callback.user_id), ('planned', self.manager))
        self.assertEqual(self._get_activities(self.case, 'callback').user_id, self.manager)

    def test_without_a_follow_up_owner_the_first_contact_owner_calls(self):
        self._set_mode('after')
        self.case.followup_user_id = False
        self._close()
        self.assertEqual(self.case.callback_ids.user_id, self.receiver)

    def test_the_phase_plans_it_once(self):
        self._set_mode('after')
        self._move(self.case, 'callback', 'closed')
        self.assertEqual(len(self.case.callback_ids), 1)
        self.assertEqual(self.case.callback_ids.state, 'planned')

    def test_a_batch_is_planned_with_few_queries(self):
        self._set_mode('after')
        few = self.env['complaint.case'].union(*(self._create_worked_case() for _i in range(2)))
        many = self.env['complaint.case'].union(*(self._create_worked_case() for _i in range(12)))
        counts = []
        for cases in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            cases.write({'stage_id': self.stages['closed'].id})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(cases.callback_ids.mapped('state')), {'planned'})
        # Subscribing whoever gets an activity is core's, and grows with the people only.
        self.assertLessEqual(counts[1] - counts[0], 4)

    def test_a_reopened_case_needs_a_callback_of_its_new_round(self):
        self._set_mode('gate')
        self._call()
        self._close()
        self._move(self.case, 'investigation')
        self.case.closing_reason_id = self.reason_satisfied
        with self._refused("Call the customer back first", RedirectWarning):
            self._close()
        self.assertEqual(self._call().round, 2)
        self._close()
        self.assertTrue(self.case.is_closed)

    def test_a_callback_that_waits_when_the_case_reopens_or_ends_is_settled(self):
        self._set_mode('after')
        self._close()
        waiting = self.case.callback_ids
        self._move(self.case, 'investigation')
        self.assertEqual((waiting.state, waiting.exemption), ('exempt', 'other'))
        self._move(self.case, 'callback')
        self.assertEqual(self.case.callback_ids.mapped('state').count('planned'), 1)
        self.case.closing_note = "Takes it back."
        self._move(self.case, 'withdrawn')
        self.assertNotIn('planned', self.case.callback_ids.mapped('state'))
        self.assertFalse(self._get_activities(self.case, 'callback'))


@tagged('post_install', '-at_install')
class TestCallbackGate(CallbackCommon):
    """DEVG-1.2-a: the customer's consent closes; on every way in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.callback_mode = 'gate'
        cls.closed = cls.stages['closed']

    def _assert_open(self):
        self.env.invalidate_all()
        self.assertFalse(self.case.is_closed)

    def test_the_gate_holds_on_every_road(self):
        sentence = "Call the customer back first"
        case = self.case.with_user(self.receiver)
        form = Form(case)
        form.stage_id = self.closed
        with self._refused(sentence, RedirectWarning):
            form.save()
        with self._refused(sentence, RedirectWarning):
            case.web_save({'stage_id': self.closed.id}, {'stage_id': {}})
        with self._refused(sentence, RedirectWarning):
            call_kw(
                self.env['complaint.case'].with_user(self.receiver),
                'write', [case.ids, {'stage_id': self.closed.id}], {},
            )  # fmt: skip
        with self._refused(sentence, RedirectWarning):
            self._create_worked_case(stage_id=self.closed.id)
        wizard = self.env['complaint.case.close'].with_user(self.receiver)
        wizard = wizard.create({'case_id': case.id, 'stage_id': self.closed.id})
        with self._refused(sentence, RedirectWarning):
            wizard.action_confirm()
        self.env['ir.model.data'].create(
            {'module': '__test__', 'name': 'c', 'model': case._name, 'res_id': case.id}
        )
        result = case.with_context(import_file=True).load(
            ['id', 'stage_id/.id'], [['__test__.c', str(self.closed.id)]]
        )
        self.assertIn(sentence, result['messages'][0]['message'])
        other = self._create_worked_case()
        with self._refused(sentence):
            (self.case | other).write({'stage_id': self.closed.id})
        self._assert_open()

    def test_consent_opens_it(self):
        callback = self._call(result_score='5', attitude_score='4')
        self.assertEqual(self.case.customer_satisfied, 'satisfied')
        event = self.case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'called_back')
        self.assertEqual(event.payload['result_score'], '5')
        self.assertEqual(event.payload['satisfaction'], 'satisfied')
        self.assertEqual((callback.state, callback.user_id), ('done', self.receiver))
        self._close()
        self.assertTrue(self.case.is_closed)

    def test_no_and_dissatisfied_keep_it_shut_till_a_later_talk(self):
        """DEVG-1.2-b: who does not agree keeps the case open."""
        for values in ({'customer_agrees': 'no'}, {'satisfaction': 'dissatisfied'}):
            self._call(suggestions="Still leaks.", **values)
            with self._refused("not satisfied or did not agree", RedirectWarning):
                self._close()
            self._pass_time(minutes=1)
            self._call()
            self.assertFalse(self.case._get_callback_obstacle('closed_normal'))
            self._pass_time(minutes=1)

    def test_the_button_makes_way_for_closing_when_the_customer_agreed(self):
        self._move(self.case, 'callback')
        self.assertFalse(self.case.is_callback_settled or self.case.is_closing_next)
        self._call(satisfaction='dissatisfied', suggestions="Still leaks.")
        self.assertFalse(self.case.is_callback_settled or self.case.is_closing_next)
        self._pass_time(minutes=1)
        self._call()
        self.assertTrue(self.case.is_callback_settled and self.case.is_closing_next)

    def test_an_unhappy_customer_is_no_exempt_one(self):
        self._call(customer_agrees='no', suggestions="Still leaks.")
        callback = self._create_callback(exemption='other', exemption_note="Enough.")
        with self._refused("not satisfied or did not agree"):
            callback.with_user(self.manager).action_exempt()

    def test_all_that_is_missing_is_told_at_once(self):
        callback = self._create_callback()
        with self._refused("Satisfaction and Customer agrees to close"):
            callback.action_done()
        callback.customer_agrees = 'no'
        with self._refused("Satisfaction and Opinion and suggestions"):
            callback.action_done()

    def test_an_abnormal_end_and_a_withdrawal_need_no_consent(self):
        self.case.closing_note = "Told the final decision."
        self._close(reason='no_agreement', stage='closed_abnormal')
        self.assertEqual(self.case.phase, 'closed_abnormal')

    def test_back_to_handling_with_the_opinion(self):
        self._move(self.case, 'callback')
        callback = self.case.callback_ids.with_user(self.manager)
        callback.write(
            {'satisfaction': 'dissatisfied', 'customer_agrees': 'no', 'suggestions': "It leaks."}
        )
        callback.action_done_and_back()
        self.assertEqual(self.case.phase, 'investigation')
        self.assertIn("It leaks.", self.case.sudo().event_ids.mapped('note'))
        with self._refused("goes back to handling after"):
            self._call().action_back_to_handling()

    def test_back_to_handling_rejects_an_answer_that_waits(self):
        """DEVG-1.2-b, T5: the next round begins."""
        self.case.with_user(self.manager)._answer("Mended.")
        self.assertEqual(self.case.answer_state, 'answered')
        callback = self._create_callback(
            satisfaction='dissatisfied', customer_agrees='no', suggestions="It leaks."
        )
        callback.action_done_and_back()
        self.assertEqual(self.case.round, 2)
        self.assertIn('customer_rejected', self._codes(self.case))

    def test_the_button_opens_what_waits(self):
        action = self.case.with_user(self.receiver).action_callback()
        self.assertFalse(action['res_id'])
        self._move(self.case, 'callback')
        action = self.case.action_callback()
        self.assertEqual(action['res_id'], self.case.callback_ids.id)
        form = Form(
            self.callbacks.with_user(self.receiver).with_context(**action['context']),
            'complaint_management.complaint_callback_view_form',
        )
        form.satisfaction = 'satisfied'
        self.assertEqual(form.save().case_id, self.case)

    def test_several_callbacks_end_at_once(self):
        others = [self._create_worked_case() for _i in range(3)]
        callbacks = self.callbacks.create(
            [
                {'case_id': case.id, 'satisfaction': 'satisfied', 'customer_agrees': 'yes'}
                for case in others
            ]
        )
        callbacks.action_done()
        self.assertEqual(set(callbacks.mapped('state')), {'done'})
        for case in others:
            self.assertEqual(self._codes(case)[-1], 'called_back')


@tagged('post_install', '-at_install')
class TestCallbackExemptions(CallbackCommon):
    """PRIN-5-b…e, T4: who is not called, and that the reason is kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.callback_mode = 'gate'

    def test_an_anonymous_complaint_falls_into_an_exempt_kind(self):
        """PRIN-5-c."""
        for values, reason in (
            ({'partner_id': False}, 'anonymous'),
            ({'partner_id': False, 'complainant_name': "Somebody online"}, 'no_contact'),
        ):
            case = self._create_worked_case(**values)
            self._close(case)
            self.assertEqual(case.callback_ids.state, 'exempt')
            self.assertEqual(case.callback_ids.exemption, reason)

    def test_solved_on_the_spot_and_satisfied(self):
        """PRIN-5-b: both."""
        self.case.closing_reason_id = self.env.ref(
            'complaint_management.closing_reason_on_the_spot'
        )
        with self._refused("only then a complaint that was solved on the spot", RedirectWarning):
            self._close()
        context = self.case.action_solve_on_the_spot()['context']
        wizard = self.env['complaint.case.close'].with_user(self.receiver)
        form = Form(wizard.with_context(**context))
        form.customer_satisfied = 'satisfied'
        form.save().action_confirm()
        self.assertTrue(self.case.is_closed)
        self.assertEqual(self.case.callback_ids.exemption, 'on_the_spot_satisfied')

    def test_a_planned_callback_becomes_exempt_with_the_reason(self):
        self._move(self.case, 'callback')
        self.assertEqual(self.case.callback_ids.state, 'planned')
        self.case.customer_satisfied = 'satisfied'
        self._close(reason='on_the_spot')
        self.assertEqual(self.case.callback_ids.exemption, 'on_the_spot_satisfied')
        self.assertFalse(self._get_activities(self.case, 'callback'))

    def test_a_judgement_is_explained_by_who_answers_for_the_case(self):
        """PRIN-5-d: not every sensitive complaint."""
        callback = self._create_callback(user=self.handler, exemption='sensitive')
        with self._refused("Explain why(.|\n)*Only a manager"):
            callback.action_exempt()
        callback.exemption_note = "The family is in mourning."
        callback.with_user(self.manager).action_exempt()
        self.assertEqual(callback.state, 'exempt')
        self._close()
        self.assertTrue(self.case.is_closed)

    def test_a_fact_must_be_one(self):
        for exemption in ('anonymous', 'no_contact', 'do_not_call', 'on_the_spot_satisfied'):
            callback = self._create_callback(exemption=exemption)
            with self._refused("does not apply"):
                callback.with_user(self.manager).action_exempt()
        with self._refused("Choose why"):
            self._create_callback().action_exempt()

    def test_a_flag_and_a_channel_exempt(self):
        """PRIN-5-d; 2.3: the effects of flags and channels."""
        flag = self.env['complaint.flag'].create(
            {'name': "Mourning", 'exempts_from_callback': True}
        )
        channel = self.env['complaint.channel'].create(
            {'name': "Opinion book", 'exempt_from_callback': True}
        )
        for values, reason in (
            ({'flag_ids': [Command.link(flag.id)]}, 'sensitive'),
            ({'channel_id': channel.id}, 'channel'),
        ):
            case = self._create_worked_case(**values)
            callback = self._create_callback(case, self.handler, exemption=reason)
            callback.action_exempt()
            self._close(case)
            self.assertEqual(case.callback_ids.exemption, reason)

    def test_who_refuses_callbacks_is_never_called_again(self):
        """PRIN-5-g."""
        callback = self._create_callback()
        other = self._create_callback(self._create_worked_case(), satisfaction='satisfied')
        callback.action_refuse()
        self.assertEqual((callback.state, callback.exemption), ('refused', 'do_not_call'))
        self.assertTrue(self.customer.complaint_do_not_call)
        self._close()
        self.assertTrue(self.case.is_closed)
        for call in (
            lambda: other._record_attempt('phone', 'no_answer'),
            other.action_done,
            lambda: self._create_callback(self._create_worked_case()),
        ):
            with self._refused("does not want to be called back"):
                call()
        later = self._create_worked_case()
        self._move(later, 'callback')
        self.assertEqual(later.callback_ids.exemption, 'do_not_call')
        self._close(later)
        self.assertTrue(later.is_closed)

    def test_a_refusal_at_an_attempt_and_of_a_stranger(self):
        case = self._create_worked_case(
            partner_id=False, complainant_name="Zhang Min", complainant_phone="12345"
        )
        callback = self._create_callback(case)
        callback._record_attempt('phone', 'refused')
        self.assertEqual(callback.state, 'refused')
        self.assertTrue(case.do_not_call)


@tagged('post_install', '-at_install')
class TestCallbackAttackers(CallbackCommon):
    """Only the buttons lead on; the accused and the refusing stay out."""

    def test_states_and_results_are_not_written_by_hand(self):
        callback = self._create_callback()
        for values in (
            {'state': 'done'},
            {'done_at': '2026-01-01 00:00:00'},
            {'needs_analysis': True},
            {'analysed_by_id': self.manager.id},
            {'round': 7, 'state': 'exempt'},
        ):
            with self._refused("The software sets these fields itself"):
                callback.write(values)
            with self._refused("The software sets these fields itself"):
                self._create_callback(**values)
        for key in ('state', 'done_at'):
            forged = self.callbacks.with_user(self.receiver).with_context(
                default_state='done', default_done_at='2026-01-01', complaint_internal_write=True
            )
            made = forged.create({'case_id': self.case.id})
            self.assertEqual(made[key], {'state': 'planned', 'done_at': False}[key])

    def test_a_callback_stays_with_its_case_and_as_it_was_told(self):
        """TEL-1.5: satisfaction is filled in truthfully."""
        callback = self._create_callback()
        with self._refused("stays with its complaint"):
            callback.case_id = self._create_case()
        callback = self._call()
        for values in ({'satisfaction': 'dissatisfied'}, {'suggestions': "Great!"}):
            with self._refused("is not changed afterwards"):
                callback.write(values)
        for method in ('action_done', 'action_refuse', 'action_exempt'):
            with self._refused("has ended already"):
                getattr(callback, method)()
        with self.assertRaises(AccessError):
            callback.unlink()

    def test_the_accused_never_calls(self):
        """TEL-2.7-b."""
        self.case.accused_employee_ids = [Command.link(self.employees['legal'].id)]
        with self._refused("must not call back", ValidationError):
            self._create_callback(user_id=self.legal.id)
        callback = self._create_callback()
        with self._refused("must not call back", ValidationError):
            callback.user_id = self.legal
        callback.user_id = self.manager
        self.case.sudo().write(
            {
                'followup_user_id': False,
                'accused_employee_ids': [Command.link(self.employees['manager'].id)],
            }
        )
        self.assertNotEqual(callback.user_id, self.manager)  # another one calls from now on
        for call in (
            lambda: callback.with_user(self.manager).action_done(),
            lambda: callback.with_user(self.manager).read(['state']),
        ):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                call()

    def test_the_accused_follow_up_owner_is_not_planned(self):
        self._set_mode('after')
        case = self._create_worked_case()
        self.assertNotEqual(case.followup_user_id, self.legal)
        case.write({'followup_user_id': False})
        case.sudo().accused_employee_ids = [Command.link(self.employees['manager'].id)]
        self._close(case)
        self.assertEqual(case.callback_ids.user_id, self.receiver)

    def test_strangers_and_auditors_change_nothing(self):
        callback = self._create_callback(satisfaction='satisfied')
        for user in (self.auditor, self.outsider):
            for method in ('action_done', 'action_refuse', 'action_exempt'):
                with self.assertRaises(AccessError):
                    getattr(callback.with_user(user), method)()
        self.assertEqual(callback.with_user(self.auditor).state, 'planned')
        with self.assertRaises(AccessError):
            self._create_callback(user=self.auditor)


@tagged('post_install', '-at_install')
class TestCallbackLowScore(CallbackCommon):
    """PAWN-3.6-c: low satisfaction is analysed and put before the team."""

    def test_a_low_score_goes_to_the_leader_of_the_team(self):
        for values in (
            {'satisfaction': 'dissatisfied', 'suggestions': "Rude."},
            {'attitude_score': '2'},
            {'measures_score': '1'},
        ):
            case = self._create_worked_case()
            callback = self._call(case, **values)
            self.assertTrue(callback.needs_analysis)
            self.assertEqual(self._get_activities(case, 'callback_analysis').user_id, self.manager)
        self.assertFalse(self._call(self._create_worked_case(), result_score='3').needs_analysis)
        self.procedure.callback_low_score = 3
        self.assertTrue(self._call(self._create_worked_case(), result_score='3').needs_analysis)

    def test_a_recused_leader_is_passed_over(self):
        self.team.parent_id = self.env['complaint.team'].create(
            {'name': "Board", 'leader_id': self.committee.id}
        )
        case = self._create_worked_case()
        case.accused_employee_ids = [Command.link(self.employees['manager'].id)]
        self._call(case, satisfaction='dissatisfied', suggestions="Rude.")
        self.assertEqual(self._get_activities(case, 'callback_analysis').user_id, self.committee)

    def test_the_analysis_is_the_team_s(self):
        callback = self._call(satisfaction='dissatisfied', suggestions="Rude.")
        with self.assertRaises(AccessError):
            callback.with_user(self.receiver).analysis = "Fine."
        callback.with_user(self.manager).analysis = "Training is missing."
        self.assertEqual(callback.analysed_by_id, self.manager)
        self.assertTrue(callback.analysed_at)
        self.assertFalse(self._get_activities(self.case, 'callback_analysis'))
        with self._refused("Only a callback with a low score"):
            self._call(self._create_worked_case()).with_user(self.manager).analysis = "None."
        with self.assertRaises(UserError):
            callback.with_user(self.manager).write({'analysis': "x", 'satisfaction': 'satisfied'})
