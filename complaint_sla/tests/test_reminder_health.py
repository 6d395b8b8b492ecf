from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import to_utc
from .common_reminder import ReminderCommon


@tagged('post_install', '-at_install')
class TestReminderHealth(ReminderCommon):
    """Managers learn when nobody is reminded, and administrators help themselves."""

    def _warnings(self, user, text):
        with self._at(text):
            return self.reminders.with_user(user).get_tick_warnings()

    def test_banner_after_fifteen_minutes_of_silence(self):
        self.cron.lastcall = to_utc('2026-11-20 12:00', 'Asia/Shanghai')
        self.assertFalse(self._warnings(self.manager, '2026-11-20 12:15'))
        for user in (self.manager, self.admin):
            [warning] = self._warnings(user, '2026-11-20 12:15:01')
            self.assertIn("does not run", warning)
        self.assertFalse(self._warnings(self.handler, '2026-11-21 12:15'))

    def test_run_ends_the_banner(self):
        self._run_at('2026-11-20 12:00')
        self.assertFalse(self._warnings(self.manager, '2026-11-20 12:10'))

    def test_banner_counts_what_was_given_up(self):
        self.cron.lastcall = to_utc('2026-11-20 12:00', 'Asia/Shanghai')
        row = self._rows(self._receive())
        row.state = 'failed'
        [warning] = self._warnings(self.manager, '2026-11-20 12:01')
        self.assertIn("1", warning)

    def test_administrator_runs_it_now(self):
        case = self._receive()
        action = self.env.ref('complaint_sla.complaint_sla_reminder_action_run_now')
        with self._at('2026-11-20 18:00'), self.enter_registry_test_mode():
            answer = action.with_user(self.admin).run()
        self.assertEqual(self._told(case), ['handler'])
        # The web client takes an action or nothing; anything else is an error on the screen.
        self.assertEqual(answer['tag'], 'display_notification')
        with self.assertRaises(AccessError):
            self.reminders.with_user(self.manager).action_run_now()

    def test_reminders_follow_the_access_of_their_complaint(self):
        case = self._receive()
        row = self._rows(case)
        self.assertTrue(row.with_user(self.handler).has_access('read'))
        self.assertFalse(row.with_user(self.legal).has_access('read'))
        for operation in ('write', 'unlink', 'create'):
            self.assertFalse(row.with_user(self.admin).has_access(operation))

    def test_ladder_on_the_form(self):
        values = {'moment': 'before', 'moment_value': 2, 'recipient': 'team_leader'}
        self.policy.with_user(self.admin).web_save(
            {'escalation_ids': [Command.create(values)]}, {'escalation_ids': {}}
        )
        self.assertTrue(self.policy.escalation_ids.is_recorded)
        self.assertEqual(
            self.policy.escalation_ids.display_name, "2 Hours, Before the deadline: Team leader"
        )
        with self.assertRaises(AccessError):
            self.policy.escalation_ids.with_user(self.manager).note = "Mine"
