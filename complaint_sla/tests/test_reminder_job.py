from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_reminder import ReminderCommon


@tagged('post_install', '-at_install')
class TestReminderJob(ReminderCommon):
    """A policy without a ladder: the handler is told at the deadline, once."""

    def test_not_before_the_deadline_then_once(self):
        case = self._receive()
        self._run_at('2026-11-20 17:59:59')
        self.assertFalse(self._activities(case))
        self._run_at('2026-11-20 18:00')
        activity = self._activities(case)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.handler)
        self.assertTrue(activity.automated)
        self.assertIn(self.policy.name, activity.summary)
        self.assertEqual(str(activity.date_deadline), '2026-11-20')
        row = self._rows(case)
        self.assertEqual((row.state, row.user_id), ('done', self.handler))
        self.assertMoment(row.due_at, '2026-11-20 18:00')
        self.assertMoment(row.done_at, '2026-11-20 18:00')
        for moment in ('2026-11-20 18:00', '2026-11-20 18:10', '2026-12-20 18:00'):
            self._run_at(moment)
        self.assertEqual(self._activities(case), activity)

    def test_after_an_outage_everybody_is_told_once_in_order_and_reads_since_when(self):
        """Design 7, outage; peers F3a: what was missed on its day was never made up for."""
        self.handler.tz = 'Asia/Shanghai'
        cases = [self._receive(f'2026-11-{day} 09:00') for day in (18, 16, 17)]
        self._run_at('2026-12-31 10:00')
        self._run_at('2026-12-31 10:10')
        self.assertEqual([len(self._activities(case)) for case in cases], [1, 1, 1])
        first, second, third = (self._activities(case).id for case in cases)
        self.assertTrue(second < third < first, "The oldest comes first")
        note = self._activities(cases[1]).note
        self.assertRegex(note, r"due at .*11/16/26.*6:00.PM and sent at 12/31/26.*10:00.AM")

    def test_punctual_notice_does_not_speak_of_sending(self):
        case = self._receive()
        self._run_at('2026-11-20 18:05')
        self.assertNotIn("sent at", self._activities(case).note)

    def test_without_a_handler_the_leader_is_told(self):
        case = self._receive(handler_id=False)
        self._run_at('2026-11-21 18:00')
        self.assertEqual(self._activities(case).user_id, self.manager)

    def test_recused_people_are_never_told_but_those_above_them(self):
        case = self._receive(handler_id=False)
        case.sudo().accused_employee_ids = [Command.link(self.employees['manager'].id)]
        self._run_at('2026-11-21 18:00')
        self.assertEqual(self._told(case), ['department_head'])
        self.assertFalse(self._mails(self.manager))

    def test_people_who_left_are_not_told(self):
        case = self._receive()
        self.handler.active = False
        self._run_at('2026-11-21 18:00')
        self.assertEqual(self._activities(case).user_id, self.manager)

    def test_what_is_met_or_off_wakes_nobody(self):
        met, withdrawn = self._receive(), self._receive()
        with self._at('2026-11-20 10:00'):
            met._stamp('answered')
            withdrawn._stamp('withdrawn')
        self.assertFalse(self._rows(met) | self._rows(withdrawn))
        self._run_at('2026-11-21 18:00')
        self.assertFalse(self._activities(met) | self._activities(withdrawn))

    def test_answer_takes_the_activity_back_and_its_revocation_tells_again(self):
        case = self._receive()
        self._run_at('2026-11-21 18:00')
        with self._at('2026-11-23 10:00'):
            event = case._stamp('answered')
            self.assertFalse(self._activities(case))
            self.assertEqual(self._rows(case).mapped('is_current'), [False])
            # The answer was none: the limit is past, so somebody must know again.
            event._revoke("Wrong complaint")
        self._run_at('2026-11-23 10:01')
        self.assertEqual(len(self._activities(case)), 1)
        self.assertEqual(len(self._rows(case)), 2, "What was done stays as history")

    def test_zammad_4353_switched_off_policy_tells_nobody_any_more(self):
        """Zammad #4353: an SLA was switched off and went on sending mails."""
        told, silent = self._receive(), self._receive('2026-11-23 09:00')
        self._run_at('2026-11-21 18:00')
        mails = self._mails(self.handler)
        with self._at('2026-11-21 19:00'):
            self.policy.action_archive()
        self.assertFalse(self._activities(told))
        for moment in ('2026-11-24 09:00', '2026-12-24 09:00'):
            self._run_at(moment)
        self.assertFalse(self._activities(silent))
        self.assertEqual(self._mails(self.handler), mails)
        self.assertFalse(self._rows(silent))

    def test_zammad_904_merged_complaint_does_not_escalate(self):
        """Zammad #904: a ticket that was merged into another went on escalating."""
        survivor, duplicate = self._receive(), self._receive()
        with self._at('2026-11-20 10:00'):
            duplicate._mark_duplicate(survivor)
        self._run_at('2026-11-20 18:00')
        self.assertEqual(len(self._activities(survivor)), 1)
        self.assertFalse(self._activities(duplicate))
        self.assertFalse(self._rows(duplicate))

    def test_activity_is_in_the_language_of_who_gets_it(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.policy.with_context(lang='fr_FR').name = "Répondre au client"
        self.handler.lang = 'fr_FR'
        case = self._receive()
        self._run_at('2026-11-21 18:00')
        self.assertIn("Répondre au client", self._activities(case).summary)

    def test_f10d_late_filter_needs_no_job(self):
        """Peers F10d: a ticket with a late and a good line stood in both filters or none."""
        self._create_policy(stop='closed', limit_value=30, limit_unit='day')
        case, other = self._receive(), self._receive('2026-11-20 10:00')
        with self._at('2026-11-20 18:00:01'):
            found = self.env['complaint.case'].search([('sla_state', '=', 'late')])
            self.assertIn(case, found)
            self.assertNotIn(other, found)
            fine = self.env['complaint.case'].search([('sla_state', '=', 'on_time')])
            self.assertNotIn(case, fine)

    # === WAKING UP === #

    def test_new_clock_asks_for_a_run_at_its_deadline(self):
        case = self._receive()
        with self._at('2026-11-20 09:00'):
            self.assertEqual(self._triggers(), [case.sla_deadline])

    def test_later_clock_asks_for_nothing_and_earlier_one_does(self):
        first = self._receive('2026-11-20 10:00')
        with self._at('2026-11-20 10:00'):
            self.assertEqual(self._triggers(), [first.sla_deadline])
        self._receive('2026-11-20 11:00')
        with self._at('2026-11-20 11:00'):
            self.assertEqual(self._triggers(), [first.sla_deadline])
        earlier = self._receive('2026-11-20 09:00')
        with self._at('2026-11-20 09:00'):
            self.assertEqual(self._triggers(), [earlier.sla_deadline, first.sla_deadline])

    def test_run_asks_for_the_next(self):
        self._receive('2026-11-20 09:00')
        later = self._receive('2026-11-20 11:00')
        self._run_at('2026-11-20 18:00')
        self.assertIn(later.sla_deadline, self._triggers())

    # === COST === #

    def _run_uncommitted(self):
        """Run the job without its commits, which a test may not do, and without its isolation."""
        with patch.object(
            type(self.env['ir.cron']), '_commit_progress', lambda *args, **kwargs: 60.0
        ):
            self.reminders._cron_tick()
            self.env.flush_all()

    def test_run_with_nothing_due_does_not_look_at_cases(self):
        for _number in range(5):
            self._receive()
        self.env.flush_all()
        with self._at('2026-11-20 09:30'), self.assertQueryCount(6):
            self._run_uncommitted()

    def test_cost_of_a_batch_does_not_grow_with_each_row(self):
        """Issue 4: at most 2 queries for each due row, with activities, events and marks."""
        self._add_rung(sequence=1, moment='deadline', recipient='handler')
        self._add_rung(sequence=2, moment='deadline', recipient='team_leader')

        def count(size):
            for _number in range(size):
                self._receive()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with self._at('2026-11-21 09:30'):
                self._run_uncommitted()
            return self.env.cr.sql_log_count - before

        count(1)
        few = count(2)
        many = count(40)
        self.assertLessEqual(many, few + 12)
        self.assertLessEqual(many, 2 * 80)

    # === KILLED === #

    def test_killed_before_the_commit_tells_nobody_and_the_next_run_does(self):
        case = self._receive()

        class Killed(Exception):
            pass

        def kill(*args, **kwargs):
            raise Killed

        with (
            self._at('2026-11-21 18:00'),
            self.assertRaises(Killed),
            self.env.cr.savepoint(),
            patch.object(type(self.env['ir.cron']), '_commit_progress', kill),
        ):
            self.reminders._cron_tick()
        self.env.invalidate_all()
        self.assertFalse(self._activities(case))
        self.assertEqual(self._rows(case).state, 'planned')
        with mute_logger('odoo.addons.base.models.ir_cron'):
            self._run_at('2026-11-21 18:10')
        self.assertEqual(len(self._activities(case)), 1)
