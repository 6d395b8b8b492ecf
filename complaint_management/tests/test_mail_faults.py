from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tools import mail_reader

from .test_mail import MailGatewayCommon

GATEWAY_LOG = 'odoo.addons.complaint_management.models.mail_thread'


@tagged('post_install', '-at_install')
class TestMailFaults(MailGatewayCommon):
    """Faults of the peers that come by mail (F5, F6, F12), and mails that break readers."""

    def _process(self, raw):
        case_id = self.env['mail.thread'].message_process('complaint.case', raw)
        return self.env['complaint.case'].browse(case_id or [])

    def test_f5_a_robot_that_says_so_opens_one_case_at_most(self):
        cases = self._receive("Lift", "It stands still.")
        for number in range(41):
            cases |= self._receive(f"Re {number}", "Away", Auto_Submitted='auto-replied')
        self.assertEqual(len(cases), 1)
        self.assertFalse(self.sent)

    def test_f5_a_robot_that_hides_is_stopped_by_the_address(self):
        """Odoo's limits hold because the model names the field of the sender's address."""
        self.assertEqual(
            self.env['complaint.case']._mail_get_primary_email_field(), 'complainant_email'
        )
        cases = self.env['complaint.case']
        for number in range(41):
            cases |= self._receive(f"Ticket {number}", f"We have your mail {number}.")
        self.assertEqual(len(cases), 20)
        self.assertFalse(self.sent, "Nobody tells a robot that it is one")
        dropped = self.env['complaint.mail.dropped'].search([('reason', '=', 'loop')])
        self.assertEqual(len(dropped), 21)

    def test_f5d_a_mail_without_sender_subject_and_text(self):
        case = self._process(b"To: care@complaints.example\n\n")
        self.assertTrue(case.name)
        self.assertFalse(case.partner_id or case.complainant_email)

    def test_f6_eleven_megabytes_are_not_dropped(self):
        words = "The lift stands still. " * 500_000 + "The end."
        for html in (False, True):
            with self.subTest(html=html):
                kind = b'text/html' if html else b'text/plain'
                raw = (
                    b"From: a@customer.example\nTo: care@complaints.example\nSubject: Long %d\n"
                    % html
                )
                raw += b"Content-Type: " + kind + b"\n\n" + words.encode()
                case = self._process(raw)
                self.assertTrue(case.description.endswith("The end."))
                [file] = case.message_ids.attachment_ids.filtered(
                    lambda a: a.name in ('mail.txt', 'mail.html')
                )
                self.assertTrue(file.raw.endswith(b"The end."))
                self.assertIn("The lift stands still.", case.message_ids[0].body)
                self.assertLess(len(case.message_ids[0].body), 1_000_000)

    def test_f6_code_stays_text_or_is_taken_out(self):
        code = '<script>alert(1)</script><img src="x" onerror="alert(1)">'
        case = self._receive(code, "See.", html=f"<p>Look {code}</p>")
        self.assertEqual(case.name, code)
        self.assertEqual(case.description.strip(), "Look")
        body = case.message_ids[0].body
        self.assertNotIn('<script', body)
        self.assertNotIn('onerror', body)

    def test_f6_a_subject_of_a_hundred_thousand_characters(self):
        raw = b"From: a@customer.example\nSubject: " + b"x" * 100_000 + b"\n\nText."
        self.assertEqual(len(self._process(raw).name), 100_000)

    def test_f12_the_public_writes_nothing_of_ours(self):
        public = self.env.ref('base.public_user')
        for model in self.env.registry:
            if model.startswith('complaint.') and not self.env[model]._abstract:
                with self.subTest(model=model):
                    for operation in ('read', 'write', 'create', 'unlink'):
                        self.assertFalse(self.env[model].with_user(public).has_access(operation))
        with self.assertRaises(AccessError):
            self.stages['intake'].with_user(public).name = "Mine"

    def test_a_mail_that_breaks_the_gateway_is_kept_as_it_is(self):
        raw = b"From: Li <li.wei@customer.example>\nTo: care@complaints.example\n"
        raw += b"Subject: Lift\n\nIt stands still."
        cases = self.registry['complaint.case']
        with (
            patch.object(cases, '_get_mail_payload', side_effect=ValueError("broken")),
            mute_logger(GATEWAY_LOG),
        ):
            case = self._process(raw)
        self.assertEqual((case.name, case.team_id), ("Lift", self.team))
        self.assertEqual(case.complainant_email, 'li.wei@customer.example')
        [file] = case.message_ids.attachment_ids
        self.assertEqual((file.name, file.raw), ('original_email.eml', raw))
        self.assertTrue(self._receive("The next one"), "One bad mail stops no other")

    def test_a_mail_that_breaks_the_reader_is_kept_as_it_is(self):
        raw = b"From: li.wei@customer.example\nTo: care@complaints.example\nSubject: Lift\n\nStill."
        with patch.object(mail_reader.Body, 'take_in', side_effect=RecursionError):
            case = self._process(raw)
        self.assertEqual((case.name, case.description.strip()), ("Lift", "Still."))
        self.assertEqual(case.message_ids.attachment_ids.raw, raw)

    def test_parts_in_parts_in_parts(self):
        head = b"From: a@customer.example\nSubject: Deep\nMIME-Version: 1.0\n"
        raw = head
        for number in range(3000):
            raw += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
        case = self._process(raw + b"Content-Type: text/plain\n\nFound.")
        self.assertEqual(case.name, "Deep")
        self.assertTrue(case.message_ids.attachment_ids)

    def test_an_encrypted_mail_says_so_and_is_kept(self):
        raw = b"From: a@customer.example\nSubject: Secret\n"
        raw += b"Content-Type: application/pkcs7-mime; name=smime.p7m\n\nMIAG"
        case = self._process(raw)
        self.assertIn("encrypted", case.description)
        names = set(case.message_ids.attachment_ids.mapped('name'))
        self.assertEqual(names, {'smime.p7m', 'original_email.eml'})

    def test_the_mailbox_may_keep_every_original(self):
        raw = b"From: a@customer.example\nSubject: Lift\n\nStill."
        case_id = self.env['mail.thread'].message_process('complaint.case', raw, save_original=True)
        case = self.env['complaint.case'].browse(case_id)
        [file] = case.message_ids.attachment_ids
        self.assertEqual((file.name, file.raw), ('original_email.eml', raw))

    def test_nobody_keeps_the_server_busy_with_a_mail(self):
        """Each of these made a reader that searches without limits count for minutes."""
        for name, raw in {
            'words': b"Subject: " + b"=?a?q?" * 50_000 + b"\n\n.",
            'addresses': b"From: " + b"a" * 300_000 + b"\n\n.",
            'prefixes': b"Subject: " + b"Re: " * 50_000 + b"\n\n.",
            'files': b"Subject: u\n\n" + b"begin 644 a\n" * 50_000,
            'wrote': b"Subject: w\n\nOn 2026 10:00 a@b.example wrote" + b" " * 300_000 + b"x",
            'armour': b"Subject: p\n\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\n" * 20_000,
        }.items():
            with self.subTest(name=name):
                mail = mail_reader.read_mail(raw)
                self.assertTrue(self.env['complaint.case']._get_mail_content(mail)['page'])

    def test_a_date_that_cannot_be(self):
        for date in ("Mon, 99 Foo 9999", "Mon, 1 Jan 0001 00:00:00 +0000", ""):
            with self.subTest(date=date):
                raw = f"From: a@customer.example\nSubject: d{date}\nDate: {date}\n\nText {date}"
                self.assertTrue(self._process(raw.encode()).received_at)
