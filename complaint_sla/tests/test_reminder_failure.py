from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_reminder import ReminderCommon

BROKEN = "Broken"


@tagged('post_install', '-at_install')
class TestReminderFailure(ReminderCommon):
    """One action that fails is noted and tried again, and stops nothing else."""

    def _add_server_action(self, code):
        action = self.env['ir.actions.server'].create(
            {
                'name': "Ours",
                'model_id': self.env['ir.model']._get_id('complaint.case'),
                'state': 'code',
                'code': code,
            }
        )
        return self._add_rung(action='server_action', server_action_id=action.id)

    def _run_muted(self, text):
        with mute_logger('odoo.sql_db', 'odoo.addons.base.models.ir_actions'):
            self._run_at(text)

    def test_f3a_and_f3c_third_of_five_fails_and_four_are_done(self):
        """Peers F3a, F3c: the third of five failed, none of the five was done, ever."""
        cases = [self._receive() for _number in range(5)]
        bad = cases[2]
        own = type(self.reminders)._prepare_activity_values

        def prepare(row):
            if row.case_id == bad:
                raise UserError(BROKEN)
            return own(row)

        with patch.object(type(self.reminders), '_prepare_activity_values', prepare):
            self._run_at('2026-11-20 18:00')
        self.assertEqual([len(self._activities(case)) for case in cases], [1, 1, 0, 1, 1])
        row = self._rows(bad)
        self.assertEqual((row.state, row.attempts, row.error), ('planned', 1, BROKEN))
        self.assertMoment(row.next_try_at, '2026-11-20 18:05')
        self._run_at('2026-11-20 18:05')
        self.assertEqual([len(self._activities(case)) for case in cases], [1] * 5)
        self.assertEqual((row.state, row.error), ('done', False))

    def test_f3b_every_team_is_served(self):
        """Peers F3b: a return inside the loop left out all teams but the first."""
        other = self.team.copy({'name': "Second", 'leader_id': self.legal.id})
        other.calendar_id = self.office
        first, second = self._receive(), self._receive(team_id=other.id)
        self._run_at('2026-11-20 18:00')
        self.assertEqual([len(self._activities(case)) for case in (first, second)], [1, 1])

    def test_f3d_case_without_a_team_or_anybody_stops_nobody(self):
        """Peers F3d: one ticket without a team, and no ticket got a deadline any more."""
        lonely, fine = self._receive(team_id=False, handler_id=False), self._receive()
        self._run_at('2026-11-24 10:00')
        self.assertEqual(len(self._activities(fine)), 1)
        self.assertEqual(set(self._rows(lonely).mapped('state')), {'done'})

    def test_nobody_left_is_a_failure_that_managers_see(self):
        committee = self.env.ref('complaint_management.group_complaint_committee')
        committee.all_user_ids.active = False
        case = self._receive(team_id=False, handler_id=False)
        self._run_at('2026-11-24 10:00')
        self.assertIn("Nobody is left", self._rows(case).error)

    def test_tried_again_at_growing_intervals_then_given_up(self):
        self._add_server_action("raise UserError('No')")
        case = self._receive()
        row = self._rows(case)
        moments = (
            '2026-11-20 18:00',
            '2026-11-20 18:05',
            '2026-11-20 18:35',
            '2026-11-20 20:35',
            '2026-11-21 08:35',
        )
        for number, moment in enumerate(moments, start=1):
            self.assertMoment(row.next_try_at, moment)
            self._run_muted(moment)
            self.assertEqual(row.attempts, number)
            self.assertIn("No", row.error)
        self.assertEqual(row.state, 'failed')
        self._run_muted('2026-11-30 10:00')
        self.assertEqual(row.attempts, 5)
        failed = self.reminders.with_user(self.manager).search([('state', '=', 'failed')])
        self.assertEqual(failed, row, "Managers see it")

    def test_broken_sql_of_one_action_leaves_the_others_whole(self):
        rung = self._add_server_action("env.cr.execute('SELECT broken FROM nowhere')")
        self._add_rung(recipient='team_leader')
        cases = [self._receive() for _number in range(3)]
        self._run_muted('2026-11-20 18:00')
        for case in cases:
            self.assertEqual(self._told(case), ['manager'])
            row = self._rows(case).filtered(lambda r: r.escalation_id == rung)
            self.assertIn("nowhere", row.error)

    def test_administrator_tries_again(self):
        rung = self._add_server_action("raise UserError('No')")
        case = self._receive()
        self._run_muted('2026-11-20 18:00')
        row = self._rows(case)
        rung.server_action_id.code = "record.message_post(body='Done by us')"
        with self.assertRaises(AccessError):
            row.with_user(self.manager).action_retry()
        with self._at('2026-11-20 18:01'):
            row.with_user(self.admin).action_retry()
        self._run_at('2026-11-20 18:01')
        self.assertEqual(row.state, 'done')
        self.assertIn("Done by us", case.message_ids[0].body)

    def test_deleted_person_is_replaced_by_the_leader(self):
        gone = self.env['res.users'].create({'name': "Gone", 'login': 'complaint_gone'})
        self._add_rung(recipient='user', user_id=gone.id)
        case = self._receive()
        gone.unlink()
        self._run_at('2026-11-20 18:00')
        self.assertEqual(self._told(case), ['manager'])

    def test_grade_that_no_longer_exists(self):
        grade = self.env['complaint.grade'].create({'name': "Gravest", 'rank': 9})
        self._add_rung(sequence=1, action='set_grade', grade_id=grade.id)
        self._add_rung(sequence=2, recipient='team_leader')
        case = self._receive()
        grade.unlink()
        self._run_at('2026-11-20 18:00')
        self.assertEqual(self._told(case), ['manager'])
        row = self._rows(case).filtered('error')
        self.assertIn("no longer exists", row.error)

    def test_server_action_that_no_longer_exists(self):
        self._add_server_action("pass").server_action_id.unlink()
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        self.assertIn("no longer exists", self._rows(case).error)

    def test_person_without_an_address_cannot_get_a_mail(self):
        self._add_rung(action='mail')
        self.handler.email = False
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        self.assertIn("no e-mail address", self._rows(case).error)

    # === MAIL SERVER === #

    def test_mail_that_did_not_leave_is_sent_again_and_told_nobody_twice(self):
        """The mail server was down: the activity stays the only one, the mail goes later."""
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        mail = self._mails(self.handler)
        mail.write({'state': 'exception', 'failure_reason': "Connection refused"})
        self._run_at('2026-11-20 18:10')
        row = self._rows(case)
        self.assertEqual((row.state, row.error), ('mailing', "Connection refused"))
        self.assertMoment(row.next_try_at, '2026-11-20 18:15')
        self._run_at('2026-11-20 18:15')
        self.assertEqual(mail.state, 'outgoing')
        self.assertEqual(row.state, 'done')
        self.assertEqual(len(self._activities(case)), 1)
        for moment in ('18:20', '18:50', '18:55', '20:55', '21:00'):
            mail.state = 'exception'
            self._run_at(f'2026-11-20 {moment}')
        self.assertEqual((row.attempts, row.state), (4, 'mailing'))
        self.assertMoment(row.next_try_at, '2026-11-21 09:00')

    def test_mail_that_cannot_be_written_keeps_no_other_back(self):
        """Somebody broke the template of one language."""
        self._add_rung(sequence=1, recipient='handler')
        self._add_rung(sequence=2, recipient='team_leader')
        case = self._receive()
        own = type(self.reminders)._prepare_digest

        def prepare(rows, user):
            if user == self.handler:
                raise UserError(BROKEN)
            return own(rows, user)

        with patch.object(type(self.reminders), '_prepare_digest', prepare):
            self._run_at('2026-11-20 18:00')
        self.assertEqual(len(self._mails(self.manager)), 1)
        row = self._rows(case).filtered(lambda r: r.user_id == self.handler)
        self.assertEqual((row.state, row.error), ('mailing', BROKEN))
        self._run_at('2026-11-20 18:05')
        self.assertEqual(len(self._mails(self.handler)), 1)
        self.assertEqual((row.state, row.error), ('done', False))
        self.assertEqual(sorted(self._told(case)), ['handler', 'manager'])

    def test_ended_limit_does_not_send_its_mail_again(self):
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        mail = self._mails(self.handler)
        mail.write({'state': 'exception', 'failure_reason': "Connection refused"})
        self._run_at('2026-11-20 18:10')
        with self._at('2026-11-20 18:12'):
            case._stamp('answered')
        self._run_at('2026-11-20 18:15')
        self.assertEqual(mail.state, 'exception')
