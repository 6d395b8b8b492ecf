from email.message import EmailMessage

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_mail import MailGatewayCommon

FORWARDS = {
    'Outlook': (
        "FW: Broken lamp",
        "Please look into this.\n\n________________________________\n"
        "From: Zhang Min <zhang.min@customer.example>\n"
        "Sent: Monday, January 5, 2026 10:00\n"
        "To: Shop\nSubject: Broken lamp\n\nThe lamp came broken.\n",
    ),
    'Outlook zh': (
        "转发: 灯坏了",
        "请处理\n\n发件人: Zhang Min <zhang.min@customer.example>\n"
        "发送时间: 2026年1月5日 10:00\n"
        "收件人: 门店\n主题: 灯坏了\n\n收到的灯是坏的。\n",
    ),
    'Foxmail': (
        "转发：灯坏了",
        "\n\n客服一部\n\n发件人： Zhang Min\n发送时间： 2026-01-05 10:00\n"
        "收件人： shop\n主题： 灯坏了\n"
        "收到的灯是坏的。\n",
    ),
    'QQ': (
        "转发：灯坏了",
        "------------------ 原始邮件 ------------------\n"
        '发件人: "Zhang Min"<zhang.min@customer.example>;\n'
        '发送时间: 2026年1月5日(星期一) 上午10:00\n'
        '收件人: "门店"<shop@shop.example>;\n主题: 灯坏了\n\n收到的灯是坏的。\n',
    ),
    'NetEase': (
        "Fw:灯坏了",
        "-------- 转发邮件信息 --------\n发件人：\"Zhang Min\" <zhang.min@customer.example>\n"
        "发送日期：2026-01-05 10:00:00\n收件人：shop@shop.example\n"
        "主题：灯坏了\n\n收到的灯是坏的。\n",
    ),
    'Gmail': (
        "Fwd: Broken lamp",
        "---------- Forwarded message ---------\nFrom: Zhang Min <zhang.min@customer.example>\n"
        "Date: Mon, Jan 5, 2026 at 10:00 AM\nSubject: Broken lamp\nTo: <shop@shop.example>\n\n\n"
        "The lamp came broken.\n",
    ),
    'Apple': (
        "Fwd: Broken lamp",
        "Begin forwarded message:\n\n> From: Zhang Min <zhang.min@customer.example>\n"
        "> Subject: Broken lamp\n> Date: 5 January 2026 at 10:00\n> To: shop@shop.example\n> \n"
        "> The lamp came broken.\n",
    ),
    'Thunderbird de': (
        "Fwd: Broken lamp",
        "-------- Weitergeleitete Nachricht --------\nBetreff: Broken lamp\n"
        "Datum: Mon, 5 Jan 2026 10:00:00 +0800\nVon: Zhang Min <zhang.min@customer.example>\n"
        "An: shop@shop.example\n\nThe lamp came broken.\n",
    ),
}


@tagged('post_install', '-at_install')
class TestMailReply(MailGatewayCommon):
    """Issue 7, part 1: a mail finds its case; two mails of one person about one thing make one."""

    def test_a_person_who_writes_to_two_teams_has_one_case(self):
        self._create_team('night')
        count = self.env['complaint.case'].search_count([])
        case = self._receive(to='care@complaints.example, night@complaints.example')
        self.assertEqual(self.env['complaint.case'].search_count([]), count + 1)
        self.assertEqual(case.team_id, self.team, "The first that was named")
        again = self._receive(to='night@complaints.example')
        self.assertEqual(again, case, "The same words in a second mail")
        self.assertEqual(len(case.message_ids.filtered(lambda m: m.message_type == 'email')), 2)
        other = self._receive("Another thing", to='night@complaints.example')
        self.assertNotEqual(other, case)

    def _create_team(self, name):
        return self.env['complaint.team'].create(
            {'name': name, 'alias_name': name, 'alias_domain_id': self.team.alias_domain_id.id}
        )

    def test_an_answer_whose_mailer_lost_its_thread(self):
        case = self._receive("电梯故障")
        for subject in ("回复：电梯故障", "Re: 电梯故障", "答复: 回复: 电梯故障"):
            with self.subTest(subject=subject):
                self.assertEqual(self._receive(subject, body=f"还没修 {subject}"), case)
        stranger = self._receive("Re: 电梯故障", sender='x@stranger.example')
        self.assertNotEqual(stranger, case)
        self.assertNotEqual(self._receive("电梯故障", body="又坏了"), case)

    def test_an_answer_to_the_address_of_the_thread(self):
        case = self._receive()
        out = case.with_user(self.receiver).message_post(body="Which floor?")
        for header in ('In_Reply_To', 'References'):
            with self.subTest(header=header):
                reply = self._receive(f"Third {header}", "Third.", **{header: out.message_id})
                self.assertEqual(reply, case)

    def test_the_quote_is_folded_away(self):
        case = self._receive()
        out = case.with_user(self.receiver).message_post(body="Which floor?")
        body = "The third.\n\nOn Mon, Jan 5, 2026 at 10:00 Care <care@complaints.example> wrote:\n"
        self._receive("Re: Lift", body + "> Which floor?\n", In_Reply_To=out.message_id)
        shown, fold, folded = case.message_ids[0].body.partition('data-o-mail-quote')
        self.assertTrue(fold)
        self.assertIn("The third.", shown)
        self.assertNotIn("wrote", shown)
        self.assertIn("Which floor?", folded)

    def test_a_new_case_says_what_its_writer_wrote(self):
        body = "发票抬头错了。\n\n发自我的iPhone\n\n"
        body += "在 2026年1月5日，10:00，客服 <a@shop.example> 写道：\n> 已寄出\n"
        case = self._receive("Re: 发票", body)
        self.assertEqual(case.description, "发票抬头错了。")
        self.assertIn("已寄出", case.message_ids.mapped('body')[0])

    def test_staff_forward_what_a_customer_wrote(self):
        new_test_user(
            self.env, 'shop', groups='base.group_user', email='shop@shop.example', name="Shop"
        )
        for client, (subject, body) in FORWARDS.items():
            with self.subTest(client=client):
                case = self._receive(subject, body, sender='Shop <shop@shop.example>')
                self.assertEqual(case.complainant_name, "Zhang Min")
                self.assertIn(case.name, ("Broken lamp", "灯坏了"))
                self.assertIn(
                    case.description.strip(), ("The lamp came broken.", "收到的灯是坏的。")
                )
                if client != 'Foxmail':  # it tells the name alone
                    self.assertEqual(case.complainant_email, 'zhang.min@customer.example')
                self.assertEqual(case.message_ids[0].author_id.name, "Shop")
                # The next one is about the same: judged by itself.
                case.sudo().create_date = '2020-01-01'
                case.sudo()._write_internal({'complainant_email': False})

    def test_staff_forward_a_mail_as_a_file(self):
        user = new_test_user(
            self.env, 'shop', groups='base.group_user', email='shop@shop.example', name="Shop"
        )
        inner = EmailMessage()
        inner['From'] = 'LI.WEI@customer.example'
        inner['Subject'] = "Broken lamp"
        inner.set_content("The lamp came broken.")
        outer = EmailMessage()
        outer['From'], outer['To'] = user.email, 'care@complaints.example'
        outer['Subject'], outer['Message-Id'] = "For you", '<f1@shop.example>'
        outer.set_content("Please look.")
        outer.add_attachment(inner)
        case_id = self.env['mail.thread'].message_process(False, outer.as_bytes())
        case = self.env['complaint.case'].browse(case_id)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(
            (case.name, case.description.strip()), ("Broken lamp", "The lamp came broken.")
        )

    def test_a_customer_who_forwards_stays_the_complainant(self):
        subject, body = FORWARDS['Gmail']
        case = self._receive(subject, body, sender='Wang <wang@customer.example>')
        self.assertEqual(case.complainant_email, 'wang@customer.example')
        self.assertIn("The lamp came broken.", case.description)
        self.assertIn("zhang.min@customer.example", case.description, "Who wrote it first is told")

    def test_two_gateways_that_answer_each_other_stop(self):
        """Ours never answers a mail by itself; what the desk sends is answered in vain."""
        template = self.env['mail.template'].create(
            {
                'name': "Acknowledgement",
                'model_id': self.env['ir.model']._get_id('complaint.case'),
                'subject': "We have your complaint {{ object.number }}",
                'body_html': "<p>Thank you.</p>",
                'email_from': 'care@complaints.example',
                'email_to': '{{ object.complainant_email }}',
            }
        )
        self.stages['acknowledgement'].mail_template_id = template
        case = self._receive("Ticket 1", "A complaint of a help desk.", sender='desk@other.example')
        case.with_user(self.receiver).action_register()
        self._move(case, 'acknowledgement')
        mails = self.env['mail.mail'].search([('model', '=', case._name), ('res_id', '=', case.id)])
        self.assertEqual(len(mails), 1)
        answers = self.env['complaint.case']
        for number in range(30):
            subject = f"[Ticket 1] Re: We have your complaint {case.number}"
            answers |= self._receive(
                subject, f"We have your mail {number}.", sender='desk@other.example'
            )
        self.assertEqual(answers, case)
        after = self.env['mail.mail'].search([('model', '=', case._name), ('res_id', '=', case.id)])
        self.assertEqual(after, mails, "One answer, whatever comes back")
        self.assertFalse(self.sent)
        received = case.message_ids.filtered(lambda m: m.message_type == 'email')
        self.assertLessEqual(len(received), 21, "The loop is cut")
        self.assertTrue(self.env['complaint.mail.dropped'].search_count([('reason', '=', 'loop')]))

    def test_staff_write_to_a_case_by_its_number(self):
        """A colleague who copies the mailbox in reaches the case that they may read."""
        case = self._create_case(handler_id=self.handler.id)
        self.handler.email = 'handler@shop.example'
        self.outsider.email = 'outsider@shop.example'
        subject = f"Works on {case.number}"
        self.assertEqual(self._receive(subject, sender='handler@shop.example'), case)
        self.assertNotEqual(self._receive(subject, sender='outsider@shop.example'), case)

    def test_a_team_member_list_is_no_matter(self):
        team = self._create_team('evening')
        team.member_ids = [Command.clear()]
        self.assertEqual(self._receive(to='evening@complaints.example').team_id, team)
