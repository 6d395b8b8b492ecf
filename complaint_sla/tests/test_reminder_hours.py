from odoo.tests import tagged

from .common_reminder import ReminderCommon


@tagged('post_install', '-at_install')
class TestReminderHours(ReminderCommon):
    """Nobody is woken at night, and each person gets one mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grade.notify_out_of_hours = False

    def test_zammad_4432_and_2157_no_notices_at_night_or_on_weekends(self):
        """Zammad #4432, #2157: reminders came at midnight and on weekends."""
        case = self._receive()
        for moment in ('2026-11-20 18:00', '2026-11-21 00:00', '2026-11-22 12:00'):
            self._run_at(moment)
            self.assertFalse(self._activities(case))
            self.assertFalse(self._mails(self.handler))
        row = self._rows(case)
        self.assertMoment(row.next_try_at, '2026-11-23 09:00')
        self.assertFalse(row.attempts, "Waiting is no failure")
        self._run_at('2026-11-23 08:59:59')
        self.assertFalse(self._activities(case))
        self._run_at('2026-11-23 09:00')
        self.assertEqual(self._told(case), ['handler'])
        self.assertIn("sent at", self._activities(case).note)

    def test_grave_complaints_wake_people(self):
        self.grade.notify_out_of_hours = True
        case = self._receive()
        self._run_at('2026-11-21 00:00')
        self.assertEqual(self._told(case), ['handler'])

    def test_hours_of_the_person_count_before_those_of_the_clock(self):
        self.employees['handler'].resource_calendar_id = self.london
        case = self._receive()
        self._run_at('2026-11-20 18:00')  # ten in the morning in London
        self.assertEqual(self._told(case), ['handler'])

    def test_those_at_work_are_told_and_the_others_later(self):
        self.employees['committee'].resource_calendar_id = self.london
        group = self.env['res.groups'].create({'name': "Both"})
        group.user_ids = self.committee | self.manager
        self._add_rung(recipient='group', group_id=group.id)
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        self.assertEqual(self._told(case), ['committee'])
        self._run_at('2026-11-23 09:00')
        self.assertEqual(self._told(case), ['committee', 'manager'])
        self._run_at('2026-11-23 17:00')
        self.assertEqual(len(self._activities(case)), 2)
        self.assertEqual(self._codes(case).count('escalated'), 1)

    def test_what_waits_for_the_morning_is_not_sent_when_it_was_met_meanwhile(self):
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        with self._at('2026-11-22 10:00'):
            case._stamp('answered')
        self._run_at('2026-11-23 09:00')
        for found in (self._activities(case), self._rows(case), self._mails(self.handler)):
            self.assertFalse(found)

    # === ONE MAIL === #

    def test_one_mail_for_each_person_and_tick(self):
        self._add_rung(sequence=1, recipient='handler')
        self._add_rung(sequence=2, recipient='team_leader')
        cases = [self._receive() for _number in range(5)]
        self._run_at('2026-11-23 09:00')
        for user in (self.handler, self.manager):
            mail = self._mails(user)
            self.assertEqual(len(mail), 1)
            self.assertIn("5", mail.subject)
            for case in cases:
                self.assertIn(case.display_name, mail.body_html)
            self.assertIn('auto-generated', mail.headers)
        self._run_at('2026-11-23 09:10')
        self.assertEqual(len(self._mails(self.handler)), 1)

    def test_mail_is_in_the_language_and_zone_of_the_person(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.policy.with_context(lang='fr_FR').name = "Répondre au client"
        self.handler.write({'lang': 'fr_FR', 'tz': 'Europe/Paris'})
        self._receive()
        self._run_at('2026-11-23 09:00')
        body = self._mails(self.handler).body_html
        self.assertIn("Répondre au client", body)
        self.assertIn("20/11/2026 11:00", body)  # 18:00 in Shanghai

    def test_examples_send_no_mails(self):
        case = self._receive()
        case.sudo().is_example = True
        self._run_at('2026-11-23 09:00')
        self.assertEqual(self._told(case), ['handler'])
        self.assertFalse(self._mails(self.handler))

    def test_a_run_that_dies_before_the_mails_leaves_them_to_the_next(self):
        case = self._receive()
        with self._at('2026-11-23 09:00'):
            self.reminders.sudo()._do_due()
            self.assertFalse(self._mails(self.handler))
        self._run_at('2026-11-23 09:10')
        self.assertEqual(len(self._mails(self.handler)), 1)
        self.assertEqual(len(self._activities(case)), 1)
