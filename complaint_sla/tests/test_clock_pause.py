from itertools import permutations

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import tagged

from ..tools.holds import Hold, cut_holds, join_pauses
from .common import SlaCommon, to_utc


def shanghai(text):
    return to_utc(text, 'Asia/Shanghai')


@tagged('post_install', '-at_install')
class TestClockPause(SlaCommon):
    """Design, section 7: time limits stand still by reason, by hand or by a stage."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer_reason = cls.env.ref('complaint_sla.pause_reason_customer')
        cls.court = cls.env.ref('complaint_sla.pause_reason_court')
        cls.policy = cls._create_policy(limit_value=8, limit_unit='hour', pause_allowed=True)

    def _receive(self, text='2026-11-20 09:00', **values):
        """Register a case at a moment in Shanghai; Friday morning by default."""
        with self._at(text):
            return self._create_worked_case(**values)

    def _pause(self, case, text, reason=None, **kwargs):
        with self._at(text):
            return case._pause_limits(reason or self.court, **kwargs)

    def _resume(self, case, text, **kwargs):
        with self._at(text):
            case._resume_limits(**kwargs)

    def test_a_paused_clock_stands_still_and_is_never_late(self):
        case = self._receive()
        self._pause(case, '2026-11-20 10:00')
        clock = self._clock(case, self.policy)
        self.assertEqual(clock.state, 'paused')
        self.assertMoment(clock.paused_at, '2026-11-20 10:00')
        self.assertMoment(clock.deadline, '2026-11-20 18:00')
        with self._at('2027-03-01 09:00'):
            self.env.invalidate_all()
            self.assertFalse(clock.is_late)
            self.assertEqual(clock.remaining, 7 * 3600)
            self.assertEqual(clock.time_left, "paused, 7 h left")
            self.assertEqual((case.sla_state, case.sla_time_left), ('paused', clock.time_left))
            self.assertFalse(case.sla_deadline)
            self.assertEqual(case.sla_pause_reason, "Court or arbitration")
            self.assertNotIn(clock, self.clocks.search([('is_late', '=', True)]))
            cases = self.env['complaint.case']
            self.assertIn(case, cases.search([('sla_state', '=', 'paused')]))
            self.assertNotIn(case, cases.search([('sla_state', '!=', 'paused')]))
            self.assertNotIn(case, cases.search([('sla_state', 'in', ('none', 'late'))]))

    def test_working_time_of_a_pause_does_not_count(self):
        case = self._receive()
        self._pause(case, '2026-11-20 10:00')
        self._resume(case, '2026-11-23 11:00')
        clock = self._clock(case, self.policy)
        self.assertEqual((clock.state, clock.paused_at), ('running', False))
        self.assertMoment(clock.deadline, '2026-11-24 10:00')
        self.assertEqual(clock.paused_seconds, 9 * 3600)
        # A quarter of eight hours before the end.
        self.assertMoment(clock.warn_at, '2026-11-23 17:00')
        self.assertMoment(case.sla_deadline, '2026-11-24 10:00')
        self.assertFalse(case.sla_on_hold)
        self.assertEqual(self._codes(case)[-2:], ['paused', 'resumed'])
        self.assertIn("Interrupted", clock.explanation)

    def test_working_days_move_by_each_close_inside_a_pause(self):
        policy = self._create_policy(
            stop='closed', limit_kind='workday_close', limit_value=3, pause_allowed=True
        )
        case = self._receive()
        self._pause(case, '2026-11-23 10:00')
        self._resume(case, '2026-11-24 10:00')
        clock = self._clock(case, policy)
        self.assertMoment(clock.deadline, '2026-11-26 18:00')
        self._pause(case, '2026-11-25 10:00')
        self._resume(case, '2026-11-25 17:00')  # no close inside
        self.assertMoment(clock.deadline, '2026-11-26 18:00')

    def test_plain_time_of_a_pause_is_added_to_plain_limits(self):
        policy = self._create_policy(
            stop='closed',
            limit_kind='elapsed',
            limit_value=48,
            limit_unit='hour',
            pause_allowed=True,
        )
        case = self._receive()
        self._pause(case, '2026-11-21 09:00')
        self._resume(case, '2026-11-21 21:00')
        clock = self._clock(case, policy)
        self.assertMoment(clock.deadline, '2026-11-22 21:00')
        self.assertEqual(clock.paused_seconds, 12 * 3600)

    def test_overlapping_pauses_count_once_in_any_order(self):
        results = set()
        spans = (
            (self.court, '2026-11-20 10:00', '2026-11-20 14:00'),
            (self.customer_reason, '2026-11-20 11:00', '2026-11-20 15:00'),
        )
        for order in permutations(spans):
            case = self._receive()
            for reason, begin, end in order:
                with self._at('2026-11-20 17:00'):
                    pause = case._pause_limits(reason, "Told later", shanghai(begin))
                    pause._end(shanghai(end))
            clock = self._clock(case, self.policy)
            results.add((clock.deadline, clock.paused_seconds, clock.state))
        # From 10 to 15 o'clock, lunch apart: four hours.
        self.assertEqual(results, {(shanghai('2026-11-23 14:00'), 4 * 3600, 'running')})

    def test_two_open_pauses_both_have_to_end(self):
        case = self._receive()
        first = self._pause(case, '2026-11-20 10:00')
        second = self._pause(case, '2026-11-20 11:00', self.customer_reason)
        clock = self._clock(case, self.policy)
        with self._at('2026-11-20 14:00'):
            first._end(shanghai('2026-11-20 14:00'))
        self.assertEqual(clock.state, 'paused')
        self.assertMoment(clock.paused_at, '2026-11-20 10:00')
        self.assertTrue(case.sla_on_hold)
        with self._at('2026-11-20 15:00'):
            second._end(shanghai('2026-11-20 15:00'))
        self.assertEqual(clock.state, 'running')
        self.assertMoment(clock.deadline, '2026-11-23 14:00')

    def test_only_reasons_that_the_policy_takes_pause_it(self):
        never = self._create_policy(stop='contacted', limit_value=2)
        some = self._create_policy(
            stop='closed',
            limit_value=3,
            pause_allowed=True,
            pause_reason_ids=[Command.link(self.customer_reason.id)],
        )
        case = self._receive()
        self._pause(case, '2026-11-20 10:00')
        states = {c.policy_id: c.state for c in case.sla_clock_ids}
        self.assertEqual(states, {self.policy: 'paused', never: 'running', some: 'running'})
        self._pause(case, '2026-11-20 11:00', self.customer_reason)
        states = {c.policy_id: c.state for c in case.sla_clock_ids}
        self.assertEqual(states, {self.policy: 'paused', never: 'running', some: 'paused'})
        self.assertEqual(case.sla_deadline, self._clock(case, never).deadline)

    def test_a_policy_changed_later_pauses_only_its_new_clocks(self):
        policy = self._create_policy(stop='closed', limit_value=3)
        case = self._receive()
        policy.pause_allowed = True
        self.assertEqual(policy.version, 2)
        self._pause(case, '2026-11-20 10:00')
        self.assertEqual(self._clock(case, policy).state, 'running')
        fresh = self._receive('2026-11-20 11:00')
        self._pause(fresh, '2026-11-20 11:30')
        self.assertEqual(self._clock(fresh, policy).state, 'paused')

    def test_a_stage_pauses_and_leaving_it_resumes(self):
        self.stages['investigation'].pause_reason_id = self.court
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._move_to(self.stages['investigation'])
        clock = self._clock(case, self.policy)
        self.assertEqual(clock.state, 'paused')
        self.assertEqual(case.sla_pause_ids.stage_id, self.stages['investigation'])
        with self._at('2026-11-20 14:00'):
            case._move_to(self.stages['solution'])
        self.assertEqual(clock.state, 'running')
        self.assertMoment(clock.deadline, '2026-11-23 12:00')

    def test_a_back_dated_move_pauses_from_then_on(self):
        self.stages['investigation'].pause_reason_id = self.court
        case = self._receive()
        with self._at('2026-11-20 16:00'):
            case._move_to(
                self.stages['investigation'], "Seen in the file", shanghai('2026-11-20 10:00')
            )
        self.assertMoment(self._clock(case, self.policy).paused_at, '2026-11-20 10:00')

    def test_undoing_the_move_takes_its_pause_back(self):
        self.stages['investigation'].pause_reason_id = self.court
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._move_to(self.stages['investigation'])
        with self._at('2026-11-20 10:05'):
            case.action_undo()
        clock = self._clock(case, self.policy)
        self.assertEqual((clock.state, case.sla_on_hold), ('running', False))
        self.assertMoment(clock.deadline, '2026-11-20 18:00')
        self.assertTrue(case.sla_pause_ids.is_revoked)

    def test_undoing_the_move_out_lets_the_pause_go_on(self):
        self.stages['investigation'].pause_reason_id = self.court
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._move_to(self.stages['investigation'])
        with self._at('2026-11-20 11:00'):
            case._move_to(self.stages['solution'])
        with self._at('2026-11-20 11:05'):
            case.action_undo()
        clock = self._clock(case, self.policy)
        self.assertEqual((clock.state, case.sla_on_hold), ('paused', True))
        self.assertMoment(clock.paused_at, '2026-11-20 10:00')

    def test_a_pause_by_hand_outlasts_a_change_of_stage(self):
        case = self._receive()
        self._pause(case, '2026-11-20 10:00')
        with self._at('2026-11-20 11:00'):
            case._move_to(self.stages['investigation'])
        self.assertEqual(self._clock(case, self.policy).state, 'paused')

    def test_closing_ends_every_pause(self):
        case = self._receive()
        self._pause(case, '2026-11-20 10:00')
        with self._at('2026-11-25 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        self.assertFalse(case.sla_on_hold)
        self.assertTrue(case.sla_pause_ids.resumed_at)

    def test_a_contact_from_the_customer_resumes_what_waits_for_it(self):
        case = self._receive()
        self._pause(case, '2026-11-20 10:00', self.customer_reason)
        with self._at('2026-11-20 14:00'):
            case._record_contact({'direction': 'out', 'purpose': 'chase', 'content': "Please!"})
            self.assertTrue(case.sla_on_hold)
            case._record_contact({'direction': 'in', 'content': "Here it is."})
        clock = self._clock(case, self.policy)
        self.assertEqual((clock.state, case.sla_on_hold), ('running', False))
        self.assertMoment(clock.deadline, '2026-11-23 12:00')

    def test_an_answer_does_not_end_a_pause_for_another_reason(self):
        case = self._receive()
        self._pause(case, '2026-11-20 10:00', self.court)
        with self._at('2026-11-20 14:00'):
            case._record_contact({'direction': 'in', 'content': "Any news?"})
        self.assertEqual(self._clock(case, self.policy).state, 'paused')

    def test_only_a_message_of_the_customer_resumes(self):
        case = self._receive()
        self._pause(case, '2026-11-20 10:00', self.customer_reason)
        stranger = self.env['res.partner'].create({'name': "X", 'email': "x@elsewhere.example"})
        values = {'body': "Hello", 'subtype_xmlid': 'mail.mt_comment'}
        with self._at('2026-11-20 14:00'):
            case.message_post(**values, message_type='comment')
            case.sudo().message_post(**values, message_type='comment', author_id=stranger.id)
            case.sudo().message_post(
                **values, message_type='notification', author_id=self.customer.id
            )
            self.assertTrue(case.sla_on_hold)
            case.sudo().message_post(
                **values, message_type='email', email_from="Li <li.wei@customer.example>"
            )
            self.assertFalse(case.sla_on_hold)

    def test_back_dating_needs_a_reason_and_no_future(self):
        case = self._receive()
        with self._at('2026-11-20 15:00'):
            moment = shanghai('2026-11-20 10:00')
            with self._refused("more than 5 minutes"):
                case._pause_limits(self.court, paused_at=moment)
            with self._refused("not happened yet"):
                case._pause_limits(self.court, "Why", shanghai('2026-11-20 16:00'))
            with self._refused("before the complaint came in", RedirectWarning):
                case._pause_limits(self.court, "Why", shanghai('2026-11-19 16:00'))
            case._pause_limits(self.court, "The letter came at ten", moment)
            self.assertMoment(self._clock(case, self.policy).paused_at, '2026-11-20 10:00')
            with self._refused("more than 5 minutes"):
                case._resume_limits(resumed_at=shanghai('2026-11-20 11:00'))
            with self._refused("paused later than that", RedirectWarning):
                case._resume_limits("Why", shanghai('2026-11-20 09:30'))
            case._resume_limits("Called at eleven", shanghai('2026-11-20 11:00'))
        self.assertMoment(self._clock(case, self.policy).deadline, '2026-11-23 10:00')

    def test_what_cannot_be_paused_says_so(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'), self._refused("are not paused", RedirectWarning):
            case._resume_limits()
        self._pause(case, '2026-11-20 10:00')
        with self._at('2026-11-20 10:00'), self._refused("already: Court", RedirectWarning):
            case._pause_limits(self.court)
        with self._at('2026-11-20 11:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
            with self._refused("is closed", RedirectWarning):
                case._pause_limits(self.court)
        self.assertEqual(len(case.sla_pause_ids), 1)

    def test_a_pause_that_begins_after_the_deadline_changes_nothing(self):
        case = self._receive()
        self._pause(case, '2026-11-23 10:00')
        clock = self._clock(case, self.policy)
        self.assertTrue(clock.is_late)
        self.assertIn(clock, self.clocks.search([('is_late', '=', True)]))
        self._resume(case, '2026-11-24 10:00')
        self.assertMoment(clock.deadline, '2026-11-20 18:00')

    def test_a_manager_corrects_a_pause_and_the_deadline_follows(self):
        case = self._receive()
        pause = self._pause(case, '2026-11-20 10:00')
        self._resume(case, '2026-11-20 12:00')
        clock = self._clock(case, self.policy)
        self.assertMoment(clock.deadline, '2026-11-23 11:00')
        with self._at('2026-11-20 15:00'):
            times = (shanghai('2026-11-20 10:00'), shanghai('2026-11-20 11:00'))
            with self.assertRaises(AccessError):
                pause.with_user(self.handler)._correct(*times, "No")
            with self._refused("what was wrong"):
                pause.with_user(self.manager)._correct(*times, " ")
            pause.with_user(self.manager)._correct(*times, "The court answered at eleven")
        self.assertMoment(clock.deadline, '2026-11-23 10:00')
        moved = case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'deadline_moved')
        self.assertEqual(moved.payload['cause'], 'pause_corrected')
        self.assertEqual(
            [(c['old'], c['new']) for c in moved.payload['clocks']],
            [('2026-11-23 03:00:00', '2026-11-23 02:00:00')],
        )

    def test_a_manager_takes_a_wrong_pause_back(self):
        case = self._receive()
        pause = self._pause(case, '2026-11-20 10:00')
        with self._at('2026-11-20 15:00'):
            pause.with_user(self.manager)._take_back("Another complaint was meant")
        clock = self._clock(case, self.policy)
        self.assertEqual((clock.state, case.sla_on_hold), ('running', False))
        self.assertMoment(clock.deadline, '2026-11-20 18:00')

    def test_revoking_the_events_does_the_same(self):
        case = self._receive()
        self._pause(case, '2026-11-20 10:00')
        self._resume(case, '2026-11-20 12:00')
        clock = self._clock(case, self.policy)
        events = case.sudo().event_ids
        with self._at('2026-11-20 15:00'):
            resumed = events.filtered(lambda e: e.milestone_id.code == 'resumed')
            resumed.with_user(self.manager)._revoke("It goes on")
            self.assertEqual((clock.state, case.sla_on_hold), ('paused', True))
            paused = events.filtered(lambda e: e.milestone_id.code == 'paused')
            paused.with_user(self.manager)._revoke("There was none")
            self.assertEqual((clock.state, case.sla_on_hold), ('running', False))
        self.assertMoment(clock.deadline, '2026-11-20 18:00')

    def test_a_correction_reaches_the_result_of_an_ended_clock(self):
        case = self._receive()
        pause = self._pause(case, '2026-11-20 10:00')
        self._resume(case, '2026-11-20 12:00')
        with self._at('2026-11-23 10:30'):
            case._stamp('answered')
            clock = self._clock(case, self.policy)
            self.assertEqual(clock.state, 'met')
            pause.with_user(self.manager)._take_back("There was none")
            self.assertEqual(clock.state, 'missed')

    def test_pauses_follow_their_case(self):
        case = self._receive()
        pause = self._pause(case, '2026-11-20 10:00')
        for user in (self.handler, self.receiver, self.manager, self.auditor):
            found = self.env['complaint.sla.pause'].with_user(user).search([])
            self.assertIn(pause.id, found.ids)
            for vals in ({'resumed_at': '2026-11-20'}, {'is_revoked': True}):
                with self.assertRaises(AccessError):
                    found.browse(pause.id).write(vals)
        with self.assertRaises(AccessError):
            pause.with_user(self.legal).read(['paused_at'])
        with self.assertRaises(AccessError):
            case.with_user(self.auditor)._pause_limits(self.court)
        with self.assertRaises(UserError):
            case.with_user(self.handler).write({'sla_on_hold': False})
        case.sudo().accused_employee_ids = [Command.link(self.employees['manager'].id)]
        self.env.flush_all()
        self.assertFalse(self.env['complaint.sla.pause'].with_user(self.manager).search([]))

    def test_erasing_a_complaint_takes_its_pauses_along(self):
        case = self._receive()
        pause = self._pause(case, '2026-11-20 10:00')
        self._resume(case, '2026-11-20 11:00')
        self.env.flush_all()
        case.with_user(self.admin)._erase("The time to keep it is over")
        self.assertFalse(pause.exists())

    def test_the_dialogs(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            action = case.with_user(self.handler).action_pause_limits()
            wizard = self.env[action['res_model']].with_user(self.handler)
            wizard = wizard.with_context(**action['context'])
            with self._refused("Choose why"):
                wizard.create({}).action_confirm()
            wizard.create({'reason_id': self.court.id}).action_confirm()
            self.assertTrue(case.sla_on_hold)
        with self._at('2026-11-20 11:00'):
            action = case.with_user(self.handler).action_resume_limits()
            wizard.with_context(**action['context']).create({}).action_confirm()
            self.assertFalse(case.sla_on_hold)
            pause = case.with_user(self.manager).sla_pause_ids
            action = pause.action_correct()
            dialog = self.env[action['res_model']].with_user(self.manager)
            dialog.with_context(**action['context']).create(
                {'take_back': True, 'reason': "Wrong complaint"}
            ).action_confirm()
            self.assertTrue(pause.is_revoked)

    def test_the_members_of_a_mass_complaint_wait_with_their_lead(self):
        lead, member, alone, done = (self._receive() for _index in range(4))
        lead._gather(member | alone | done)
        self._pause(member, '2026-11-20 09:30', self.customer_reason)
        with self._at('2026-11-20 09:45'):
            done.with_user(self.manager)._move_to(self.stages['closed'])

        def confirm(text, action_name, **values):
            with self._at(text):
                action = getattr(lead.with_user(self.handler), action_name)()
                dialog = self.env[action['res_model']].with_user(self.handler)
                dialog.with_context(**action['context']).create(values).action_confirm()

        confirm('2026-11-20 10:00', 'action_pause_limits', reason_id=self.court.id)
        for case in (lead, member, alone):
            self.assertIn(self.court, case._get_open_pauses().reason_id)
        self.assertFalse(done.sla_pause_ids, "a closed member has nothing that could wait")
        confirm('2026-11-20 11:00', 'action_resume_limits')
        self.assertFalse((lead | alone)._get_open_pauses())
        self.assertEqual(member._get_open_pauses().reason_id, self.customer_reason)
        confirm(
            '2026-11-20 12:00', 'action_pause_limits', reason_id=self.court.id, with_members=False
        )
        self.assertTrue(lead.sla_on_hold)
        self.assertFalse(alone.sla_on_hold)

    def test_holds_are_cut_and_joined(self):
        def at(hour):
            return to_utc(f'2026-11-20 {hour:02}:00')

        holds = [
            Hold(at(8), at(10), 1, 'a'),
            Hold(at(11), at(13), 1, 'b'),
            Hold(at(12), None, 2, 'c'),
        ]
        for order in permutations(holds):
            pauses, since = cut_holds(order, at(9), None)
            self.assertEqual([pause[:2] for pause in pauses], [(at(9), at(10))])
            self.assertEqual(since, at(11))
            pauses, since = cut_holds(order, at(9), at(14))
            self.assertIsNone(since)
            self.assertEqual(join_pauses(pauses), [[at(9), at(10)], [at(11), at(14)]])
        self.assertEqual(cut_holds(holds, at(13), at(13)), ((), None))
