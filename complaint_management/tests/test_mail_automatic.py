from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.complaint_management.tools.mail_automatic import get_automatic_reason
from odoo.addons.complaint_management.tools.mail_reader import read_mail

from .test_mail import MailGatewayCommon

REPORT = """--x1
Content-Type: text/plain

Not delivered.
--x1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; li.wei@customer.example
Action: failed
Status: 5.1.1
--x1
Content-Type: message/rfc822

Message-Id: %s
Subject: We have your complaint

Thank you.
--x1--
"""


@tagged('post_install', '-at_install')
class TestMailAutomatic(MailGatewayCommon):
    """Issue 7, part 1: what no person wrote opens no case, gets no answer and is counted."""

    def setUp(self):
        super().setUp()
        self.before = self.env['complaint.mail.dropped'].search([])
        self.case_count = self.env['complaint.case'].search_count([])

    def _get_dropped(self):
        return self.env['complaint.mail.dropped'].search([]) - self.before

    def _check_dropped(self, reason):
        self.assertEqual(self.env['complaint.case'].search_count([]), self.case_count)
        [dropped] = self._get_dropped()
        self.assertEqual((dropped.reason, dropped.team_id), (reason, self.team))
        self.assertFalse(self.sent)
        self.before |= dropped
        return dropped

    def test_what_machines_write_is_counted(self):
        for reason, headers in (
            ('auto_reply', {'Auto_Submitted': 'auto-replied'}),
            ('auto_reply', {'subject': "自动回复：您的邮件已收到"}),
            ('auto_reply', {'subject': "Automatic reply: complaint"}),
            ('auto_reply', {'X_Autoreply': 'yes'}),
            ('auto_reply', {'Return_Path': '<>'}),
            ('generated', {'Auto_Submitted': 'auto-generated'}),
            ('list', {'List_Id': '<news.shop.example>'}),
            ('list', {'Precedence': 'bulk'}),
            ('bounce', {'sender': 'MAILER-DAEMON@customer.example'}),
            ('bounce', {'sender': 'Postmaster@customer.example', 'subject': "邮件投递失败"}),
            ('receipt', {'subject': "已读: 您的投诉", 'Return_Path': '<>'}),
            ('own', {'sender': 'care@complaints.example'}),
        ):
            with self.subTest(reason=reason, headers=headers):
                self.assertFalse(self._receive(**headers))
                dropped = self._check_dropped(reason)
                self.assertFalse({'body', 'text'} & set(dropped._fields), "No text is kept")

    def test_what_people_write_is_no_machine(self):
        for headers in (
            {'Auto_Submitted': 'no'},
            {'subject': "Delivery failed: my parcel did not come"},
            {'subject': "退信投诉"},
            {'X_Auto_Response_Suppress': 'All'},
            {'Precedence': 'normal'},
            # A group of our own mail server hands it on.
            {'List_Id': '<care.complaints.example>'},
        ):
            with self.subTest(headers=headers):
                body = str(headers)
                self.assertTrue(self._receive(**{'subject': "Lift", **headers}, body=body))
        self.assertFalse(self._get_dropped())

    def test_an_administrator_lets_a_web_form_through(self):
        self.env['mail.gateway.allowed'].create({'email': 'form@shop.example'})
        headers = {'sender': 'form@shop.example', 'Auto_Submitted': 'auto-generated'}
        self.assertTrue(self._receive(**headers))

    def test_an_automatic_reply_is_noted_on_its_case_and_tells_nobody(self):
        case = self._receive()
        out = case.with_user(self.receiver).message_post(body="We look after it.")
        self.sent.clear()
        count = len(case.message_ids)
        self.assertFalse(
            self._receive(
                "Out of office", "Back on Monday.", In_Reply_To=out.message_id,
                Auto_Submitted='auto-replied',
            )
        )  # fmt: skip
        self.assertEqual(len(case.message_ids), count + 1)
        note = case.message_ids[0]
        self.assertIn("Back on Monday.", note.body)
        self.assertFalse(note.notified_partner_ids or self.sent)
        self.assertEqual(self._get_dropped().reason, 'auto_reply')

    def test_a_report_about_our_mail_is_counted_and_marks_it(self):
        """Reports come to the address of the domain for them, which belongs to no team."""
        self.team.alias_domain_id.bounce_alias = 'bounce'
        case = self._create_case()
        case.message_subscribe(self.customer.ids)
        out = case.with_user(self.receiver).message_post(
            body="We look after it.", subtype_xmlid='mail.mt_comment'
        )
        raw = (
            "From: MAILER-DAEMON@mx.example\nTo: bounce@complaints.example\n"
            "Subject: Undelivered Mail\nMessage-Id: <r1@mx.example>\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=x1\n\n"
        )
        raw += REPORT % out.message_id
        self.assertFalse(self.env['mail.thread'].message_process(False, raw))
        self.assertEqual(self._get_dropped().mapped('reason'), ['bounce'])
        notification = out.notification_ids.filtered(lambda n: n.res_partner_id == self.customer)
        self.assertEqual(notification.notification_status, 'bounce')

    def test_the_same_mail_twice_makes_one_case(self):
        raw = (
            f"From: {'zhang.min@customer.example'}\nTo: care@complaints.example\n"
            "Subject: Lift\nMessage-Id: <same@customer.example>\n\nIt stands still."
        )
        process = self.env['mail.thread'].message_process
        self.assertTrue(process(False, raw))
        self.case_count += 1
        self.assertFalse(process(False, raw))
        self._check_dropped('duplicate')

    def test_a_mail_without_id_that_comes_twice_makes_one_case(self):
        raw = "From: a@customer.example\nTo: care@complaints.example\n\nThe lift stands still."
        process = self.env['mail.thread'].message_process
        self.assertTrue(process(False, raw))
        self.assertFalse(process(False, raw))

    def test_who_may_not_write_to_a_team_is_told_once_and_machines_never(self):
        self.team.alias_contact = 'partners'
        for _number in range(3):
            self.assertFalse(self._receive(sender='x@stranger.example'))
        self.assertEqual(self._get_dropped().mapped('reason'), ['refused'] * 3)
        self.assertEqual(len(self.sent), 1)
        self.sent.clear()
        self._receive(sender='robot@stranger.example', Auto_Submitted='auto-replied')
        self.assertFalse(self.sent)

    def test_mails_for_others_are_read_as_odoo_does(self):
        """Only mails for complaints are ours; a partner's alias takes what a machine wrote."""
        self.env['mail.alias'].create(
            {
                'alias_name': 'contacts',
                'alias_model_id': self.env['ir.model']._get_id('res.partner'),
                'alias_domain_id': self.team.alias_domain_id.id,
            }
        )
        count = self.env['res.partner'].search_count([])
        self._receive("Robot", to='contacts@complaints.example', Auto_Submitted='auto-replied')
        self.assertEqual(self.env['res.partner'].search_count([]), count + 1)
        self.assertFalse(self._get_dropped())
        self._receive(
            "Robot 2", to='contacts@complaints.example, care@complaints.example',
            Auto_Submitted='auto-replied',
        )  # fmt: skip
        self.assertEqual(self.env['res.partner'].search_count([]), count + 2)
        self._check_dropped('auto_reply')

    def test_what_was_counted_stays_and_only_administrators_read_it(self):
        self._receive(Auto_Submitted='auto-replied')
        dropped = self._get_dropped()
        self.assertEqual(dropped.with_user(self.admin).sender, 'zhang.min@customer.example')
        for user in (self.receiver, self.handler, self.manager, self.outsider):
            with self.assertRaises(AccessError):
                dropped.with_user(user).read(['sender'])
        with self.assertRaises(UserError):
            dropped.sudo().subject = "Something else"
        with self.assertRaises(UserError):
            dropped.sudo().unlink()
        with self._refused("is kept as it is"):
            dropped.with_user(self.admin).create({'reason': 'own', 'dropped_at': '2026-01-01'})

    def test_a_reader_without_a_database_agrees(self):
        raw = b"From: a@b.example\nAuto-Submitted: auto-replied\n\nAway."
        self.assertEqual(get_automatic_reason(read_mail(raw)), 'auto_reply')
        self.assertIsNone(get_automatic_reason(read_mail(b"From: a@b.example\n\nHello.")))
