from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from odoo import Command
from odoo.tests import tagged

from .common import ComplaintCommon

PRIVATE_SENDER = '"Zhang Min" <zhang.min@customer.example>'


class MailGatewayCommon(ComplaintCommon):
    """A team with a mailbox, and mails that come in as raw text."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env['mail.alias.domain'].create({'name': 'complaints.example'})
        cls.env.company.alias_domain_id = domain
        cls.team.write({'alias_name': 'care', 'alias_domain_id': domain.id})
        cls.sent = []

    def setUp(self):
        super().setUp()
        sent = self.sent = []
        servers = self.registry['ir.mail_server']
        self.patch(servers, '_disable_send', lambda server: False)
        self.patch(servers, '_connect__', lambda *args, **kwargs: None)
        self.patch(
            servers,
            'send_email',
            lambda server, message, **kwargs: sent.append(message) or message['Message-Id'],
        )

    def _receive(self, subject="Lift stands still", body="Since Monday.", **headers):
        """Let the gateway read a mail; return the complaint it made or reached."""
        mail = EmailMessage()
        mail['From'] = headers.pop('sender', PRIVATE_SENDER)
        mail['To'] = headers.pop('to', 'care@complaints.example')
        mail['Subject'] = subject
        mail['Message-Id'] = f'<{self._next()}@customer.example>'
        for name, value in headers.items():
            mail[name.replace('_', '-')] = value
        mail.set_content(body)
        if html := headers.get('html'):
            del mail['html']
            mail.add_alternative(html, subtype='html')
        case_id = self.env['mail.thread'].message_process(False, mail.as_bytes())
        return self.env['complaint.case'].browse(case_id or [])

    def _next(self):
        self.counter = getattr(self, 'counter', 0) + 1
        return self.counter


@tagged('post_install', '-at_install')
class TestMailIn(MailGatewayCommon):
    """Design 10: a mail to a team's address becomes a complaint of the team."""

    def test_a_number_in_the_subject_leads_to_the_complaint_that_stays(self):
        """Issue 3, part 2: mail to either number reaches the survivor; strangers reach none."""
        sender = {'complainant_email': 'zhang.min@customer.example', 'partner_id': False}
        survivor, duplicate = self._create_case(**sender), self._create_case(**sender)
        self.assertEqual(self._receive(subject=f"Re {duplicate.number}: and?"), duplicate)
        duplicate._mark_duplicate(survivor)
        for number in (survivor.number, duplicate.number):
            self.assertEqual(self._receive(subject=f"投诉【{number}】有结果吗"), survivor)
        stranger = self._receive(subject=survivor.number, sender='x@stranger.example')
        self.assertNotIn(stranger, survivor | duplicate)
        self.assertFalse(stranger.registered_at)

    def test_a_mail_becomes_a_case_that_waits_for_the_desk(self):
        case = self._receive()
        self.assertEqual(case.name, "Lift stands still")
        self.assertEqual(case.description.strip(), "Since Monday.")
        self.assertEqual(case.team_id, self.team)
        self.assertEqual(case.procedure_id, self.procedure)
        self.assertEqual(case.stage_id, self.stages['intake'])
        self.assertEqual(case.channel_id, self.env.ref('complaint_management.channel_email'))
        self.assertEqual(self._codes(case), ['received'])
        self.assertFalse(case.number or case.registered_at or case.contact_owner_id)
        case.with_user(self.receiver).action_register()
        self.assertTrue(case.number)
        self.assertEqual(case.contact_owner_id, self.receiver)

    def test_the_sender_is_the_complainant(self):
        case = self._receive()
        self.assertFalse(case.partner_id)
        self.assertEqual(case.complainant_name, "Zhang Min")
        self.assertEqual(case.complainant_email, 'zhang.min@customer.example')
        known = self._receive(sender='LI.WEI@customer.example')
        self.assertEqual(known.partner_id, self.customer)
        self.assertEqual(known.complainant_name, "Li Wei")
        self.assertEqual(known.complainant_phone, self.customer.phone)

    def test_a_formatted_mail_is_kept_as_text(self):
        case = self._receive(
            html="<p>Dear <b>all</b>,</p><ul><li>one</li></ul><script>alert(1)</script>"
        )
        self.assertIn("Dear", case.description)
        self.assertNotIn("<", case.description)
        self.assertNotIn("alert", case.description)

    def test_a_mail_without_anything_opens_a_case(self):
        for sender in (PRIVATE_SENDER, 'x@customer.example'):
            case = self._receive(subject="", body="", sender=sender)
            self.assertEqual(case.name, "No subject")
            self.assertTrue(case.received_at)

    def test_chinese_mails_are_read_right(self):
        case = self._receive(subject="电梯故障", body="星期一以来，三楼电梯不动。")
        self.assertEqual(case.name, "电梯故障")
        self.assertEqual(case.description.strip(), "星期一以来，三楼电梯不动。")

    def test_a_sender_whose_clock_is_wrong_is_no_problem(self):
        now = self.env.cr.now().replace(microsecond=0)
        ahead = self._receive(Date=format_datetime(now + timedelta(days=900)))
        self.assertEqual(ahead.received_at, now)
        long_ago = now - timedelta(days=300)
        earlier = self._receive(Date=format_datetime(long_ago))
        self.assertEqual(earlier.received_at, long_ago)

    def test_a_procedure_that_takes_no_anonymous_ones_takes_a_mail(self):
        self.procedure.allow_anonymous = False
        case = self._receive(sender='x@customer.example')
        case.with_user(self.receiver).action_register()
        self.assertTrue(case.number)

    def test_every_team_has_its_own_address(self):
        other = self.env['complaint.team'].create(
            {
                'name': "Night",
                'alias_name': 'night',
                'alias_domain_id': self.team.alias_domain_id.id,
            }
        )
        self.assertEqual(self._receive("At night", to='night@complaints.example').team_id, other)
        self.assertEqual(self._receive("By day").team_id, self.team)

    def test_a_reply_goes_to_its_case(self):
        case = self._receive()
        out = case.with_user(self.receiver).message_post(
            body="We look after it.", message_type='comment', subtype_xmlid='mail.mt_comment'
        )
        count = self.env['complaint.case'].search_count([])
        reply = self._receive(
            subject="Re: Lift stands still", body="Thank you.", In_Reply_To=out.message_id
        )
        self.assertEqual(reply, case)
        self.assertEqual(self.env['complaint.case'].search_count([]), count)
        self.assertIn("Thank you.", case.message_ids[0].body)
        self.assertEqual(case.description.strip(), "Since Monday.")

    def test_a_mail_loop_is_broken(self):
        self.env['ir.config_parameter'].set_param('mail.gateway.loop.threshold', 5)
        cases = self.env['complaint.case']
        for number in range(12):
            cases |= self._receive(f"Automatic reply {number}", Auto_Submitted='auto-replied')
        self.assertLessEqual(len(cases), 5)
        self.assertTrue(self._receive(sender='somebody.else@customer.example'))

    def test_a_bounce_opens_no_case(self):
        count = self.env['complaint.case'].search_count([])
        self._receive(sender='MAILER-DAEMON@customer.example')
        self.assertEqual(self.env['complaint.case'].search_count([]), count)


@tagged('post_install', '-at_install')
class TestMailOut(MailGatewayCommon):
    """Design 5: mails of a stage leave after a short delay, to somebody, and Undo cancels them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env['mail.template'].create(
            {
                'name': "Acknowledgement",
                'model_id': cls.env['ir.model']._get_id('complaint.case'),
                'subject': "We have your complaint {{ object.number }}",
                'body_html': "<p>Thank you.</p>",
                'email_from': 'care@complaints.example',
                'email_to': '{{ object.complainant_email }}',
            }
        )
        cls.stages['acknowledgement'].mail_template_id = cls.template

    def _mails(self, case):
        return self.env['mail.mail'].search(
            [('model', '=', 'complaint.case'), ('res_id', 'in', case.ids)]
        )

    def _recipients(self, mails):
        return sorted(
            address
            for mail in mails
            for address in (
                [mail.email_to] if mail.email_to else mail.recipient_ids.mapped('email')
            )
        )

    def test_the_mail_waits_for_two_minutes(self):
        case = self._move(self._create_case(), 'acknowledgement')
        [mail] = self._mails(case)
        self.assertEqual(mail.state, 'outgoing')
        self.assertEqual(mail.subject, f"We have your complaint {case.number}")
        self.assertEqual(self._recipients(mail), ['li.wei@customer.example'])
        delay = mail.scheduled_date - self.env.cr.now()
        self.assertAlmostEqual(delay.total_seconds(), 120, delta=2)
        self.env['mail.mail'].process_email_queue(mail.ids)
        self.assertEqual((mail.state, self.sent), ('outgoing', []))
        self._pass_time(minutes=3)
        mail.scheduled_date = '2000-01-01 00:00:00'  # the queue reads the real clock
        self.env['mail.mail'].process_email_queue(mail.ids)
        self.assertEqual(len(self.sent), 1)

    def test_the_job_that_sends_is_woken_at_that_time(self):
        job = self.env.ref('mail.ir_cron_mail_scheduler_action')
        before = self.env['ir.cron.trigger'].search([('cron_id', '=', job.id)])
        self._move(self._create_case(), 'acknowledgement')
        trigger = self.env['ir.cron.trigger'].search([('cron_id', '=', job.id)]) - before
        delays = [(t.call_at - self.env.cr.now()).total_seconds() for t in trigger]
        self.assertTrue(any(abs(delay - 120) < 3 for delay in delays), delays)

    def test_the_company_sets_the_delay(self):
        self.env.company.complaint_mail_delay = 30
        case = self._move(self._create_case(), 'acknowledgement')
        delay = self._mails(case).scheduled_date - self.env.cr.now()
        self.assertAlmostEqual(delay.total_seconds(), 1800, delta=2)

    def test_a_mail_that_has_left_is_not_taken_back(self):
        case = self._move(self._create_case(), 'acknowledgement')
        mail = self._mails(case)
        mail.state = 'sent'
        case.action_undo()
        self.assertTrue(mail.exists())

    def test_a_handler_may_not_read_the_template_but_moves_the_case(self):
        case = self._create_case(handler_id=self.handler.id).with_user(self.handler)
        self._move(case, 'acknowledgement')
        self.assertEqual(len(self._mails(case)), 1)

    def test_no_mail_goes_to_nobody(self):
        nobody = self._create_case(partner_id=False, complainant_name="Somebody")
        self._move(nobody, 'acknowledgement')
        self.assertFalse(self._mails(nobody))
        partner_only = self._create_case()
        partner_only.complainant_email = False
        self._move(partner_only, 'acknowledgement')
        self.assertEqual(self._recipients(self._mails(partner_only)), ['li.wei@customer.example'])

    def test_a_mail_to_the_referring_body_of_a_case_without_one_is_not_made(self):
        self.template.write(
            {
                'email_to': False,
                'use_default_to': False,
                'partner_to': '{{ object.source_partner_id.id or "" }}',
            }
        )
        case = self._create_case()
        other = self._create_case(source_partner_id=self.customer.id)
        self._move(case | other, 'acknowledgement')
        self.assertEqual(self._mails(case | other).mapped('res_id'), other.ids)
        self.assertFalse(case.sudo().message_ids.filtered(lambda m: "We have" in (m.subject or "")))

    def test_a_batch_of_mails_names_each_customer(self):
        cases = (
            self._create_case()
            | self._create_case(partner_id=False, complainant_email='x@customer.example')
            | self._create_case(partner_id=False, complainant_name="Nobody")
        )
        self._move(cases, 'acknowledgement')
        self.assertEqual(
            self._recipients(self._mails(cases)), ['li.wei@customer.example', 'x@customer.example']
        )

    def test_a_new_handler_follows_and_gets_a_task_but_no_mail(self):
        case = self._create_case()
        mails = self.env['mail.mail'].search_count([])
        case.handler_id = self.handler
        self.env.flush_all()
        self.assertIn(self.handler.partner_id, case.message_partner_ids)
        [activity] = case.sudo().activity_ids
        self.assertEqual(
            (activity.user_id, activity.summary), (self.handler, "Handle this complaint")
        )
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)
        self.env['mail.activity'].create(
            {
                'res_model_id': self.env['ir.model']._get_id('complaint.case'),
                'res_id': case.id,
                'activity_type_id': self.env.ref('mail.mail_activity_data_todo').id,
                'user_id': self.handler.id,
            }
        )
        case.handler_id = self.receiver
        self.assertEqual(
            len(case.sudo().activity_ids), 1, "Only what a person planned is left of the handler's"
        )

    def test_a_task_goes_with_the_handler_and_with_the_end(self):
        left, closed = self._create_worked_case(), self._create_worked_case()
        self.assertTrue(left.sudo().activity_ids and closed.sudo().activity_ids)
        left.handler_id = False
        self._move(closed, 'closed')
        self.assertFalse(left.sudo().activity_ids or closed.sudo().activity_ids)

    def test_a_handler_is_told_when_the_case_is_registered_with_his_name(self):
        case = self._create_case(handler_id=self.handler.id)
        self.assertEqual(case.sudo().activity_ids.user_id, self.handler)

    def test_who_cannot_see_complaints_cannot_be_made_handler(self):
        case = self._create_case()
        with self._refused("Complaint Outsider|complaint_outsider"):
            case.handler_id = self.outsider

    def test_nobody_is_mailed_twice_for_the_same_move(self):
        case = self._create_case()
        case.message_subscribe(self.customer.ids)
        self._move(case, 'acknowledgement')
        self.assertEqual(len(self._mails(case)), 1)


@tagged('post_install', '-at_install')
class TestMailAlias(MailGatewayCommon):
    """Issue 2: the address of a team makes complaints of that team."""

    def test_the_alias_follows_the_team(self):
        self.assertEqual(self.team.alias_id.alias_model_id.model, 'complaint.case')
        self.assertIn(str(self.team.id), self.team.alias_defaults)

    def test_a_team_without_members_takes_mails(self):
        team = self.env['complaint.team'].create(
            {
                'name': "Empty",
                'alias_name': 'empty',
                'member_ids': [Command.clear()],
                'alias_domain_id': self.team.alias_domain_id.id,
            }
        )
        self.assertEqual(self._receive(to='empty@complaints.example').team_id, team)
