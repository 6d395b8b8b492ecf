from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestReminderJob(SlaCommon):
    """One activity for each clock that falls due, for the right person, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(limit_value=8, limit_unit='hour')
        cls.cron = cls.env.ref('complaint_sla.ir_cron_remind')
        cls.type = cls.env.ref('complaint_sla.mail_activity_type_deadline')

    def setUp(self):
        super().setUp()
        self.env['ir.cron.trigger'].search([('cron_id', '=', self.cron.id)]).unlink()

    def _receive(self, text='2026-11-20 09:00', **values):
        with self._at(text):
            return self._create_worked_case(**values)

    def _activities(self, case):
        return (
            case.sudo()
            .with_context(active_test=False)
            .activity_ids.filtered(lambda activity: activity.activity_type_id == self.type)
        )

    def _run_at(self, text):
        with self._at(text):
            self._run_job()

    def _triggers(self):
        return sorted(
            self.env['ir.cron.trigger'].search([('cron_id', '=', self.cron.id)]).mapped('call_at')
        )

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
        clock = self._clock(case, self.policy)
        self.assertMoment(clock.reminded_at, '2026-11-20 18:00')
        self.assertEqual(clock.activity_id, activity)
        for moment in ('2026-11-20 18:00', '2026-11-20 18:10', '2026-12-20 18:00'):
            self._run_at(moment)
        self.assertEqual(self._activities(case), activity)

    def test_no_mail_is_sent(self):
        self._receive()
        mails = self.env['mail.mail'].search_count([])
        self._run_at('2026-11-21 18:00')
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)

    def test_after_an_outage_everybody_is_told_once(self):
        cases = [self._receive(f'2026-11-{day} 09:00') for day in (16, 17, 18)]
        self._run_at('2026-12-31 03:00')
        self._run_at('2026-12-31 03:10')
        self.assertEqual([len(self._activities(case)) for case in cases], [1, 1, 1])

    def test_without_a_handler_the_leader_is_told(self):
        case = self._receive(handler_id=False)
        self._run_at('2026-11-21 18:00')
        self.assertEqual(self._activities(case).user_id, self.manager)

    def test_recused_people_are_never_told(self):
        case = self._receive(handler_id=False)
        case.sudo().accused_employee_ids = [Command.link(self.employees['manager'].id)]
        self._run_at('2026-11-21 18:00')
        self.assertFalse(self._activities(case))
        self.assertTrue(self._clock(case, self.policy).reminded_at)

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
        self._run_at('2026-11-21 18:00')
        self.assertFalse(self._activities(met) | self._activities(withdrawn))

    def test_answer_takes_the_activity_back(self):
        case = self._receive()
        self._run_at('2026-11-21 18:00')
        with self._at('2026-11-23 10:00'):
            event = case._stamp('answered')
            self.assertFalse(self._activities(case))
            self.assertTrue(self._clock(case, self.policy).reminded_at)
            # The answer was none: the limit is past, so somebody must know again.
            event._revoke("Wrong complaint")
        self._run_at('2026-11-23 10:01')
        self.assertEqual(len(self._activities(case)), 1)

    def test_switched_off_policy_takes_its_activities_back(self):
        case = self._receive()
        self._run_at('2026-11-21 18:00')
        self.policy.action_archive()
        self.assertFalse(self._activities(case))

    def test_activity_is_in_the_language_of_who_gets_it(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.policy.with_context(lang='fr_FR').name = "Répondre au client"
        self.handler.lang = 'fr_FR'
        case = self._receive()
        self._run_at('2026-11-21 18:00')
        self.assertIn("Répondre au client", self._activities(case).summary)

    # === WAKING UP === #

    def test_new_clock_asks_for_a_run_at_its_deadline(self):
        case = self._receive()
        self.assertEqual(self._triggers(), [case.sla_deadline])

    def test_later_clock_asks_for_nothing_and_earlier_one_does(self):
        first = self._receive('2026-11-20 10:00')
        self._receive('2026-11-20 11:00')
        self.assertEqual(self._triggers(), [first.sla_deadline])
        earlier = self._receive('2026-11-20 09:00')
        self.assertEqual(self._triggers(), [earlier.sla_deadline, first.sla_deadline])

    def test_run_asks_for_the_next(self):
        self._receive('2026-11-20 09:00')
        later = self._receive('2026-11-20 11:00')
        self._run_at('2026-11-20 18:00')
        self.assertIn(later.sla_deadline, self._triggers())

    def test_run_with_nothing_due_does_not_look_at_cases(self):
        for _number in range(5):
            self._receive()
        self.env.flush_all()
        with (
            self._at('2026-11-20 09:30'),
            patch.object(
                type(self.env['ir.cron']), '_commit_progress', lambda *args, **kwargs: 60.0
            ),
            self.assertQueryCount(6),
        ):
            self.clocks._cron_remind()

    def test_cost_of_a_batch_does_not_grow_with_each_clock(self):
        def count(size):
            for _number in range(size):
                self._receive()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with self._at('2026-11-21 09:30'):
                clocks = self.clocks.sudo()._claim_due(100)
                self.assertEqual(len(clocks), size)
                clocks._remind()
                self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        few = count(2)
        self.assertLessEqual(count(22), few + 4)

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
            self.clocks._cron_remind()
        self.env.invalidate_all()
        self.assertFalse(self._activities(case))
        self.assertFalse(self._clock(case, self.policy).reminded_at)
        with mute_logger('odoo.addons.base.models.ir_cron'):
            self._run_at('2026-11-21 18:10')
        self.assertEqual(len(self._activities(case)), 1)
