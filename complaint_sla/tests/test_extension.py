from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import SlaCommon, to_utc


def shanghai(text):
    return to_utc(text, 'Asia/Shanghai')


@tagged('post_install', '-at_install')
class TestExtension(SlaCommon):
    """Design, section 7: asked, approved by rule, customer told, and only then the date moves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(
            'received',
            'answered',
            limit_kind='workday_close',
            limit_value=3,
            is_promised=True,
            extension_max=2,
            extension_max_days=30,
        )

    def _rule(self, **values):
        return self.env['complaint.approval.rule'].create(
            {
                'name': "Extensions",
                'subject': 'extension',
                'approver': 'team_leader',
                'procedure_id': self.procedure.id,
                **values,
            }
        )

    def _receive(self, text='2026-11-20 09:00'):
        with self._at(text):
            case = self._create_worked_case()
        return case.with_user(self.handler), self._clock(case, self.policy).with_user(self.handler)

    def _ask(self, clock, reason="The laboratory needs longer", value=2, **kwargs):
        return clock._ask_extension(reason, value=value, **kwargs)

    def test_the_date_moves_only_when_the_customer_was_told(self):
        self._rule()
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
            self.assertEqual((extension.state, extension.has_rule), ('asked', True))
            self.assertMoment(extension.planned_deadline, '2026-11-27 18:00')
            self.assertMoment(clock.deadline, '2026-11-25 18:00')
            approval = case.sudo().approval_ids
            self.assertEqual(approval.approver_ids, self.manager)
            self.assertIn("The laboratory needs longer", approval.proposal)
            approval.with_user(self.manager).action_approve_with_note()
            approval.with_user(self.manager)._approve("Agreed")
            self.assertEqual(extension.state, 'approved')
            self.assertEqual(extension.decided_by_id, self.manager)
            self.assertEqual(extension.decision_note, "Agreed")
            self.assertMoment(clock.deadline, '2026-11-25 18:00')
            self.assertEqual(extension.sudo().activity_id.user_id, self.handler)
            # The mail tells the date to come, the portal still the one that holds.
            self.assertMoment(case._get_extension_date(), '2026-11-27 18:00')
            self.assertMoment(case._get_promised_date(), '2026-11-25 18:00')
        with self._at('2026-11-24 10:00'):
            case._record_contact({'purpose': 'extension', 'content': "Until Friday, please."})
            self.assertMoment(case._get_extension_date(), '2026-11-27 18:00')
        self.assertEqual(extension.state, 'in_force')
        self.assertMoment(extension.notice_at, '2026-11-24 10:00')
        self.assertMoment(clock.deadline, '2026-11-27 18:00')
        self.assertMoment(extension.old_deadline, '2026-11-25 18:00')
        self.assertMoment(case.sla_deadline, '2026-11-27 18:00')
        self.assertEqual(clock.sudo().extension_ids, extension)
        self.assertIn("Extended by", clock.explanation)
        event = case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'extended')
        self.assertEqual(event.payload['new'], '2026-11-27 10:00:00')
        moved = case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'deadline_moved')
        self.assertEqual(len(moved), 1)
        self.assertEqual(moved.payload['cause'], 'extended')
        self.assertFalse(extension.sudo().activity_id)

    def test_refused_the_old_date_stays(self):
        self._rule()
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
            case.sudo().approval_ids.with_user(self.manager)._refuse("Work faster")
            self.assertEqual((extension.state, extension.decision_note), ('refused', "Work faster"))
            case._record_contact({'purpose': 'extension', 'content': "Until Friday, please."})
        self.assertMoment(clock.deadline, '2026-11-25 18:00')

    def test_what_nobody_promised_moves_with_the_approval(self):
        self.policy.is_promised = False
        self._rule()
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
            case.sudo().approval_ids.with_user(self.manager)._approve()
        self.assertEqual((extension.state, extension.notice_at), ('in_force', False))
        self.assertMoment(clock.deadline, '2026-11-27 18:00')

    def test_without_a_rule_a_manager_decides(self):
        self.policy.is_promised = False
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
            self.assertEqual((extension.state, extension.has_rule), ('asked', False))
            self.assertFalse(extension.can_decide)
            self.assertTrue(extension.with_user(self.manager).can_decide)
            self.assertEqual(extension.sudo().activity_id.user_id, self.manager)
            with self.assertRaises(AccessError):
                extension.action_approve()
            extension.with_user(self.manager).action_approve()
        self.assertEqual((extension.state, extension.decided_by_id), ('in_force', self.manager))
        self.assertFalse(extension.sudo().activity_id)
        with self._refused("decided already"):
            extension.with_user(self.manager).action_approve()

    def test_a_manager_who_asks_has_decided(self):
        self.policy.is_promised = False
        _case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock.with_user(self.manager))
        self.assertEqual(extension.state, 'in_force')

    def test_a_rule_cannot_be_passed_by(self):
        self._rule(approver='department_head')
        _case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock.with_user(self.manager))
            self.assertEqual(extension.state, 'asked')
            with self._refused("under Approvals"):
                extension.with_user(self.manager).action_approve()

    def test_capped_in_number_and_in_total(self):
        self.policy.is_promised = False
        _case, clock = self._receive()
        clock = clock.with_user(self.manager)
        with self._at('2026-11-23 10:00'):
            with self._refused("by 30 days in all, until"):
                self._ask(clock, value=40)
            with self._refused("by 30 days in all, until"):
                self._ask(clock, value=0, new_deadline=shanghai('2026-12-25 18:01'))
            self._ask(clock, value=2)
            self.assertMoment(clock.deadline, '2026-11-27 18:00')
            # From the first deadline, not from the moved one.
            with self._refused("by 30 days in all, until"):
                self._ask(clock, value=0, new_deadline=shanghai('2026-12-25 18:01'))
            self._ask(clock, value=0, new_deadline=shanghai('2026-12-25 18:00'))
            self.assertMoment(clock.deadline, '2026-12-25 18:00')
            with self._refused("2 time"):
                self._ask(clock, value=1)
            self.policy.extension_max = 0
            with self._refused("cannot be extended"):
                self._ask(clock, value=1)

    def test_what_cannot_be_asked_says_so(self):
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            with self._refused("Say why more time"):
                self._ask(clock, reason=" ")
            with self._refused("either a number of units or a new deadline"):
                self._ask(clock, value=0)
            with self._refused("positive number"):
                self._ask(clock, value=-1)
            with self._refused("months have none"):
                self._ask(clock, value=1, unit='month')
            with self._refused("later than the one that holds"):
                self._ask(clock, value=0, new_deadline=shanghai('2026-11-25 18:00'))
            self._ask(clock)
            with self._refused("not settled yet"):
                self._ask(clock)
            with self.assertRaises(AccessError):
                self._ask(clock.with_user(self.auditor))
        self.assertEqual(len(case.sudo().sla_extension_ids), 1)

    def test_late_or_ended_limits_are_not_extended(self):
        case, clock = self._receive()
        with self._at('2026-11-26 10:00'), self._refused("what is late is not extended"):
            self._ask(clock)
        with self._at('2026-11-26 11:00'):
            case._stamp('answered')
            with self._refused("has ended"):
                self._ask(clock)

    def test_an_answer_in_the_meantime_leaves_nothing_to_extend(self):
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
            case._stamp('answered')
            extension.with_user(self.manager).action_approve()
        self.assertEqual((extension.state, clock.state), ('cancelled', 'met'))

    def test_who_was_told_too_late_was_not_told(self):
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
            extension.with_user(self.manager).action_approve()
        with self._at('2026-11-26 10:00'):
            wizard = self.env['complaint.sla.extension.tell'].with_user(self.handler)
            wizard = wizard.create({'extension_id': extension.id, 'means': 'phone'})
            with self._refused("late meanwhile"):
                wizard.action_confirm()
            case._record_contact({'purpose': 'extension', 'content': "Until Friday, please."})
            self.assertEqual(extension.state, 'cancelled')
            self.assertTrue(clock.is_late)

    def test_told_in_time_and_recorded_later(self):
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
            extension.with_user(self.manager).action_approve()
        with self._at('2026-11-26 10:00'):
            case._record_contact(
                {
                    'purpose': 'extension',
                    'content': "Until Friday, please.",
                    'occurred_at': shanghai('2026-11-25 10:00'),
                    'late_reason': "The line was down",
                }
            )
        self.assertEqual(extension.state, 'in_force')
        self.assertMoment(clock.deadline, '2026-11-27 18:00')

    def test_approved_after_the_deadline_is_too_late(self):
        self.policy.is_promised = False
        _case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
        with self._at('2026-11-26 10:00'):
            extension.with_user(self.manager).action_approve()
        self.assertEqual(extension.state, 'cancelled')

    def test_closing_cancels_what_is_asked(self):
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
            case.with_user(self.manager)._move_to(self.stages['closed'])
        self.assertEqual(extension.state, 'cancelled')

    def test_a_request_can_be_taken_back(self):
        self._rule()
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
            self.assertTrue(extension.can_cancel)
            with self._refused("Only who asked"):
                extension.with_user(self.receiver).action_cancel()
            extension.action_cancel()
            self.assertEqual(extension.state, 'cancelled')
            self.assertEqual(case.sudo().approval_ids.state, 'cancelled')
            self.assertTrue(self._ask(clock))

    def test_a_revoked_extension_moves_the_date_back(self):
        self.policy.is_promised = False
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock.with_user(self.manager))
            self.assertMoment(clock.deadline, '2026-11-27 18:00')
            event = case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'extended')
            event.with_user(self.manager)._revoke("Wrong complaint")
        self.assertEqual(extension.state, 'cancelled')
        self.assertMoment(clock.deadline, '2026-11-25 18:00')

    def test_the_extension_stays_when_the_clock_is_reckoned_anew(self):
        self.policy.is_promised = False
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            self._ask(clock.with_user(self.manager))
            case._stamp('contacted')
            self.clocks._reconcile(case)
            self.assertMoment(clock.deadline, '2026-11-27 18:00')
            case.with_user(self.manager).received_at = shanghai('2026-11-19 09:00')
        self.assertMoment(clock.deadline, '2026-11-26 18:00')

    def test_nobody_writes_an_extension(self):
        _case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
        for user in (self.handler, self.manager, self.admin):
            with self.assertRaises(AccessError):
                extension.with_user(user).state = 'in_force'
            with self.assertRaises(AccessError):
                extension.with_user(user).copy()
        with self.assertRaises(AccessError):
            extension.with_user(self.legal).read(['reason'])
        with self.assertRaises(UserError):
            self.env['complaint.sla.extension.refuse'].with_user(self.manager).create(
                {'extension_id': extension.id, 'reason': " "}
            ).action_confirm()
        extension.case_id.sudo().accused_employee_ids = [Command.link(self.employees['manager'].id)]
        self.env.flush_all()
        self.assertFalse(self.env['complaint.sla.extension'].with_user(self.manager).search([]))

    def test_asking_and_telling_in_the_dialogs(self):
        self.env['res.lang']._activate_lang('zh_CN')
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            action = clock.action_extend()
            wizard = self.env[action['res_model']].with_user(self.handler)
            wizard = wizard.with_context(**action['context']).create(
                {'value': 2, 'unit': 'day', 'reason': "The laboratory needs longer"}
            )
            self.assertMoment(wizard.planned_deadline, '2026-11-27 18:00')
            self.assertFalse(wizard.obstacles)
            wizard.action_confirm()
            extension = case.sudo().sla_extension_ids.with_user(self.handler)
            extension.with_user(self.manager).action_approve()
            action = extension.action_tell()
            teller = self.env[action['res_model']].with_user(self.handler)
            teller = teller.with_context(**action['context']).create({})
            self.assertEqual((teller.means, teller.send_mail), ('email', True))
            for words in ("Li Wei", "The laboratory needs longer", "11/27/26, 6:00"):
                self.assertIn(words, teller.content)
            self.assertMoment(clock.deadline, '2026-11-25 18:00')
            teller.action_confirm()
            self.assertMoment(clock.deadline, '2026-11-27 18:00')
            message = case.message_ids[:1]
            self.assertIn("The laboratory needs longer", message.body)
            contact = case.contact_ids[:1]
            self.assertEqual((contact.purpose, contact.means), ('extension', 'email'))
            with self._refused("Only an approved extension"):
                teller.action_confirm()

    def test_the_notice_speaks_the_customer_s_language(self):
        self.env['res.lang']._activate_lang('zh_CN')
        template = self.env.ref('complaint_sla.mail_template_extension')
        template.with_context(lang='zh_CN').body_html = "<p>延期通知</p>"
        self.customer.lang = 'zh_CN'
        _case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
        self.assertEqual(extension._get_notice(), "延期通知")
        self.customer.lang = 'en_US'
        self.env.invalidate_all()
        self.assertIn("Dear Li Wei", extension._get_notice())

    def test_who_asked_not_to_be_named_is_told_without_a_name(self):
        case, clock = self._receive()
        flag = self.env.ref('complaint_management.flag_informant')
        outside = new_test_user(
            self.env,
            'complaint_outside',
            groups='base.group_user,complaint_management.group_complaint_user',
        )
        with self._at('2026-11-23 10:00'):
            extension = self._ask(clock)
            case.sudo().write({'flag_ids': flag.ids, 'handler_id': outside.id})
            extension = extension.with_user(outside)
            self.assertIn("Dear customer", extension._get_notice())
            self.assertNotIn("Li Wei", extension._get_notice())
            for user, email in (
                (self.receiver, 'li.wei@customer.example'),
                (outside, 'l***@customer.example'),
            ):
                self.env.invalidate_all()
                teller = self.env['complaint.sla.extension.tell'].with_user(user)
                teller = teller.create({'extension_id': extension.id})
                [values] = teller.read(['customer_email', 'content', 'send_mail'])
                self.assertEqual((values['customer_email'], values['send_mail']), (email, True))
                self.assertNotIn("Li Wei", values['content'])

    def test_a_paused_limit_can_be_extended(self):
        self.policy.write({'is_promised': False, 'pause_allowed': True})
        case, clock = self._receive()
        with self._at('2026-11-23 10:00'):
            case._pause_limits(self.env.ref('complaint_sla.pause_reason_court'))
            self._ask(clock.with_user(self.manager))
            self.assertEqual(clock.state, 'paused')
            self.assertMoment(clock.deadline, '2026-11-27 18:00')
        with self._at('2026-11-24 10:00'):
            case._resume_limits()
        self.assertMoment(clock.deadline, '2026-11-30 18:00')
        self.assertEqual(clock.deadline - clock.started_at, timedelta(days=10, hours=9))
