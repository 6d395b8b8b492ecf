from odoo.tests import tagged

from .common_reminder import ReminderCommon


@tagged('post_install', '-at_install')
class TestReminderAction(ReminderCommon):
    """What rungs do besides asking people to act."""

    def test_note_on_the_complaint(self):
        self._add_rung(recipient='team_leader', action='message')
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        notes = case.sudo().message_ids.filtered(lambda m: self.policy.name in (m.body or ''))
        self.assertIn(self.manager.name, notes[:1].body)
        self.assertEqual(len(self._mails(self.manager)), 1)
        self.assertFalse(self._activities(case))

    def test_mail_by_template_to_the_person(self):
        template = self.env.ref('complaint_sla.mail_template_escalation')
        self._add_rung(recipient='team_leader', action='mail', mail_template_id=template.id)
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        mail = (
            self.env['mail.mail']
            .search([('model', '=', 'complaint.case'), ('res_id', '=', case.id)])
            .filtered(lambda m: "Escalated" in m.subject)
        )
        self.assertEqual(mail.recipient_ids, self.manager.partner_id)
        self.assertIn(case.display_name, mail.subject)
        self.assertFalse(self._mails(self.manager), "The sum would say it twice")

    def test_grade_rises_by_one_with_a_reason_and_never_falls(self):
        self._add_rung(action='raise_grade')
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        self.assertEqual(case.grade_id, self.env.ref('complaint_management.grade_complex'))
        self.assertIn('graded', self._codes(case))
        self.assertIn('escalated', self._codes(case))
        major = self.env.ref('complaint_management.grade_major')
        policy = self._create_policy(stop='closed', limit_value=1, limit_unit='hour')
        self._add_rung(policy, action='set_grade', grade_id=self.grade.id)
        graver = self._receive(grade_id=major.id)
        self._run_at('2026-11-20 11:00')
        self.assertEqual(graver.grade_id, major)

    def test_raised_grade_may_end_the_very_limit(self):
        self.policy.domain = f"[('grade_id', '=', {self.grade.id})]"
        self._add_rung(sequence=1, action='raise_grade')
        self._add_rung(sequence=2, recipient='team_leader', moment='after', moment_value=1)
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        clock = self._clock(case, self.policy)
        self.assertEqual(clock.state, 'superseded')
        self.assertEqual(self._rows(case).mapped('state'), ['done'])
        self._run_at('2026-11-24 18:00')
        self.assertFalse(self._activities(case))

    def test_what_a_limit_escalates_reports_nothing_up(self):
        # TL-013: the superior is told by a person; a reminder of it does not fulfil it.
        reported = self._create_policy(stop='escalated', limit_value=1, limit_unit='day')
        self._add_rung(action='raise_grade')
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        self.assertIn('escalated', self._codes(case))
        self.assertEqual(self._clock(case, reported).state, 'running')
        case._stamp('escalated')
        self.assertNotEqual(self._clock(case, reported).state, 'running')

    def test_assigned_to_the_leader(self):
        self._add_rung(recipient='team_leader', action='reassign')
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        self.assertEqual(case.sudo().handler_id, self.manager)
        self.assertTrue(
            case.sudo().activity_ids.filtered(lambda a: a.user_id == self.manager),
            "As with every new handler",
        )

    def test_server_action_has_the_complaint_as_its_record(self):
        action = self.env['ir.actions.server'].create(
            {
                'name': "Ours",
                'model_id': self.env['ir.model']._get_id('complaint.case'),
                'state': 'code',
                'code': "record.write({'facts': 'By ' + str(env.uid)})",
            }
        )
        self._add_rung(action='server_action', server_action_id=action.id)
        cases = [self._receive(), self._receive()]
        self._run_at('2026-11-20 18:00')
        root = self.env.ref('base.user_root')
        self.assertEqual([case.facts for case in cases], [f'By {root.id}'] * 2)

    def test_own_words_of_a_rung(self):
        self._add_rung(note="Call the customer", is_recorded=True)
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        self.assertIn("Call the customer", self._activities(case).summary)
        self.assertIn('escalated', self._codes(case))
        self.assertEqual(case.sudo()._find_broken_histories(), {})
