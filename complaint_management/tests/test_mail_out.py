import csv
import logging
from pathlib import Path

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .test_mail import MailGatewayCommon

_logger = logging.getLogger(__name__)

PRESETS = Path(__file__).parents[1] / 'presets'

PURPOSES = {
    'acknowledgement': 'acknowledgement',
    'refusal': 'refusal',
    'progress': 'progress',
    'extension': 'extension',
    'obstacle': 'obstacle',
    'answer': 'answer',
    'closing': 'closing',
    'callback': 'feedback',
    'rating': 'feedback',
}


class LetterCommon(MailGatewayCommon):
    """Templates by name, and ways to write to a customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.templates = {
            name: cls.env.ref(f'complaint_management.mail_template_{name}') for name in PURPOSES
        }

    def _mails(self, case):
        return self.env['mail.mail'].search(
            [('model', '=', 'complaint.case'), ('res_id', 'in', case.ids)]
        )

    def _send_queue(self, case):
        """Let the queue send what waits for a case, as if the delay were over."""
        mails = self._mails(case)
        mails.scheduled_date = '2000-01-01 00:00:00'
        mails.send()
        self.env.invalidate_all()

    def _letters(self, case):
        return case.sudo().contact_ids.filtered('mail_template_id')

    def _activities(self, case, name):
        activity_type = self.env.ref(f'complaint_management.activity_type_{name}')
        return case.sudo().activity_ids.filtered(lambda a: a.activity_type_id == activity_type)

    def _compose(self, case, purpose, **values):
        """Fill in the composer as the button of the form opens it."""
        action = case._get_letter_action(purpose)
        composers = case.env['mail.compose.message'].with_context(**action['context'])
        return composers.create(values)

    def _render(self, name, case):
        template = self.templates[name]
        html = template._render_field('body_html', case.ids, compute_lang=True)[case.id]
        subject = template._render_field('subject', case.ids, compute_lang=True)[case.id]
        return subject, html


@tagged('post_install', '-at_install')
class TestTemplates(LetterCommon):
    """Requirements 2.11, 2.19, PAWN-3.1-e, PAWN-4: what customers are told, in their language."""

    def _full_case(self):
        case = self._create_worked_case(closing_note="Settled.")
        case.with_user(self.receiver)._record_contact(
            {
                'means': 'phone',
                'purpose': 'progress',
                'content': "We call on Friday.",
                'promise': "A call.",
                'promise_date': '2030-01-04 10:00:00',
            }
        )
        case._answer("We give you back the postage.")
        return case.with_env(self.env)

    def _empty_case(self):
        return self._create_case(
            partner_id=False,
            name="?",
            description=False,
            complainant_email='x@customer.example',
            channel_id=False,
        ).with_env(self.env)

    def test_no_template_says_false_or_leaves_a_gap_in_either_language(self):
        self.env['res.lang']._activate_lang('zh_CN')
        for make in (self._full_case, self._empty_case):
            case = make()
            for lang in ('en_US', 'zh_CN'):
                case.partner_id.lang = lang
                case.company_id.partner_id.lang = lang
                for name in PURPOSES:
                    with self.subTest(name, lang=lang, case=case.name):
                        subject, html = self._render(name, case)
                        text = html2plaintext(html)
                        for word in ('False', 'None', 'object.', '{{', 't-out'):
                            self.assertNotIn(word, subject + html)
                        self.assertNotRegex(html, r'<(p|td|li|strong|ul)[^>]*>\s*</')
                        self.assertNotRegex(text, r'[:：“] *$|“”|\(\)|: *[.。]')
                        self.assertIn(case.number, subject)
                        self.assertIn(case.company_id.name, text)

    def test_the_acknowledgement_tells_number_course_date_rights_and_duties(self):
        """PAWN-3.1-e, PAWN-4.1, PAWN-4.2-a, PROPERTY-5.1.1-a."""
        case = self._full_case()
        text = html2plaintext(self._render('acknowledgement', case)[1])
        for part in (case.number, "January 4, 2030", "Registered → Acknowledged", "sorry"):
            self.assertIn(part, text)
        self.assertIn("Your rights", text)
        self.assertIn("tell us the facts as they were", text)

    def test_every_mail_but_the_refusal_leads_to_the_customers_page(self):
        case = self._full_case()
        for name in set(PURPOSES) - {'refusal', 'rating'}:
            html = self._render(name, case)[1]
            self.assertIn(f'/my/complaints/{case.id}?access_token={case.access_token}', html)

    def test_the_key_of_an_anonymous_complaint_stands_in_the_acknowledgement_alone(self):
        case = self._empty_case()
        self.patch(type(case), '_get_access_key_text', lambda case: "Your key: 4711")
        for name in PURPOSES:
            is_told = "4711" in self._render(name, case)[1]
            self.assertEqual(is_told, name == 'acknowledgement', name)

    def test_dates_are_in_the_customers_language_and_time_zone(self):
        case = self._full_case()
        case.partner_id.tz = 'Asia/Shanghai'
        self.assertRegex(self._render('progress', case)[1], r'January 4, 2030 6:00\sPM')
        case.partner_id.tz = 'America/New_York'
        self.assertRegex(self._render('progress', case)[1], r'January 4, 2030 5:00\sAM')
        self.env['res.lang']._activate_lang('zh_CN')
        case.partner_id.lang = 'zh_CN'
        self.assertIn("2030年1月4日", self._render('progress', case)[1])

    def test_the_language_is_the_customers_else_the_channels_else_the_companys(self):
        self.env['res.lang']._activate_lang('zh_CN')
        case = self._full_case()
        case.partner_id.lang = 'zh_CN'
        self.assertEqual(case._get_customer_lang(), 'zh_CN')
        stranger = self._empty_case()
        stranger.company_id.partner_id.lang = 'en_US'
        self.assertEqual(stranger._get_customer_lang(), 'en_US')
        stranger.channel_id = self.env['complaint.channel'].create(
            {'name': "微信", 'lang': 'zh_CN'}
        )
        self.assertEqual(stranger._get_customer_lang(), 'zh_CN')

    def test_the_answer_carries_the_words_that_the_customer_was_given(self):
        case = self._full_case()
        self.assertIn("We give you back the postage.", self._render('answer', case)[1])

    def test_every_purpose_has_its_template_and_the_stage_of_the_procedure_goes_first(self):
        case = self._create_case()
        for name, purpose in PURPOSES.items():
            self.assertEqual(self.templates[name].complaint_purpose, purpose)
        own = self.templates['progress'].copy({'name': "Own words"})
        self.assertEqual(case._get_letter_template('progress'), self.templates['progress'])
        self.stages['assessment'].mail_template_id = own
        self.assertEqual(case._get_letter_template('progress'), own)

    def test_every_trade_acknowledges_and_refuses_in_writing(self):
        """Requirements 2.3, ISO 10002 7.3: each preset names the stages that tell the customer."""
        files = sorted(PRESETS.glob('*/complaint.stage.csv'))
        self.assertEqual(len(files), 9)
        used = {}
        for file in files:
            with file.open(encoding='utf-8', newline='') as lines:
                names = {row['mail_template_id'] for row in csv.DictReader(lines)} - {''}
            used[file.parent.name] = self.env['mail.template'].union(*map(self.env.ref, names))
        for trade, templates in used.items():
            purposes = set(templates.mapped('complaint_purpose'))
            self.assertLessEqual({'acknowledgement', 'refusal'}, purposes, trade)


@tagged('post_install', '-at_install')
class TestStageLetters(LetterCommon):
    """Design 5 and 10: a stage writes to the customer: once, to the right one, or says why not."""

    def _acknowledge(self, case=None, **values):
        return self._move(case or self._create_case(**values), 'acknowledgement')

    def test_the_acknowledgement_becomes_a_contact_when_it_has_left(self):
        case = self._acknowledge()
        self.assertFalse(self._letters(case))
        self._send_queue(case)
        [letter] = self._letters(case)
        self.assertEqual(letter.mail_template_id, self.templates['acknowledgement'])
        self.assertEqual(
            (letter.purpose, letter.means, letter.direction, letter.user_id),
            ('acknowledgement', 'email', 'out', self.receiver),
        )
        self.assertIn(case.number, letter.content)
        self.assertIn('informed', self._codes(case))
        self.assertEqual(self._codes(case).count('acknowledged'), 1)

    def test_where_no_stage_says_so_the_mail_itself_acknowledges(self):
        self.stages['acknowledgement'].milestone_id = False
        case = self._acknowledge()
        self.assertNotIn('acknowledged', self._codes(case))
        self._send_queue(case)
        self.assertEqual(self._codes(case).count('acknowledged'), 1)

    def test_a_mail_that_could_not_leave_tells_nobody(self):
        case = self._acknowledge()

        def fail(server, message, **kwargs):
            raise ConnectionError("No connection")

        self.patch(self.registry['ir.mail_server'], 'send_email', fail)
        with self.assertLogs('odoo.addons.mail.models.mail_mail', 'ERROR'):
            self._send_queue(case)
        self.assertFalse(self._letters(case))

    def test_machines_are_told_not_to_answer(self):
        case = self._acknowledge()
        self._send_queue(case)
        [mail] = self.sent
        self.assertEqual(mail['Auto-Submitted'], 'auto-generated')
        self.assertEqual(mail['X-Auto-Response-Suppress'], 'All')

    def test_the_thread_keeps_the_words_and_the_mail_gets_the_frame(self):
        case = self._acknowledge()
        mail = self._mails(case)
        self.assertIn('max-width: 600px', mail.body_html)
        self.assertNotIn('max-width: 600px', mail.mail_message_id.body)
        self.assertIn(mail.mail_message_id, case.sudo().message_ids)

    def test_registering_acknowledges_where_the_first_stage_says_so(self):
        self.stages['intake'].mail_template_id = self.templates['acknowledgement']
        self.assertEqual(len(self._mails(self._create_case())), 1)
        by_mail = self._receive()
        self.assertFalse(self._mails(by_mail))
        by_mail.with_user(self.receiver).action_register()
        self.assertEqual(len(self._mails(by_mail)), 1)

    def test_what_is_acknowledged_is_not_acknowledged_twice(self):
        case = self._acknowledge()
        self._move(case, 'assessment', 'acknowledgement')
        self.assertEqual(len(self._mails(case)), 1)
        self._send_queue(case)
        self._move(case, 'assessment', 'acknowledgement')
        self.assertFalse(self._mails(case).filtered(lambda mail: mail.state == 'outgoing'))

    def test_undo_takes_the_mail_back_and_the_next_time_it_is_sent(self):
        case = self._acknowledge()
        case.action_undo()
        self.assertFalse(self._mails(case))
        self._acknowledge(case)
        self.assertEqual(len(self._mails(case)), 1)

    def test_each_round_has_its_closing(self):
        case = self._create_worked_case()
        self._move(case, 'closed')
        self._send_queue(case)
        case.with_user(self.manager)._move_to(self.stages['investigation'], "Once more")
        self._move(case, 'acknowledgement')
        case.closing_reason_id = self.reason_satisfied
        self._move(case, 'closed')
        waiting = self._mails(case).filtered(lambda mail: mail.state == 'outgoing')
        self.assertIn(self.templates['closing'], waiting.complaint_template_id)
        self.assertEqual(self._letters(case).mail_template_id, self.templates['closing'])

    def test_who_has_no_address_is_told_by_phone(self):
        case = self._create_case(partner_id=False, complainant_phone='12345')
        self._acknowledge(case)
        self._move(case, 'assessment', 'acknowledgement')
        self.assertFalse(self._mails(case))
        [activity] = self._activities(case, 'tell')
        self.assertIn("No e-mail address", html2plaintext(activity.note))
        self.assertEqual(activity.user_id, self.receiver)
        case._record_contact({'means': 'phone', 'purpose': 'progress', 'content': "Told."})
        self.assertFalse(self._activities(case, 'tell'))

    def test_who_cannot_be_reached_at_all_leaves_a_note_and_no_task(self):
        case = self._create_case(partner_id=False)
        self._acknowledge(case)
        self.assertFalse(self._mails(case))
        self.assertFalse(self._activities(case, 'tell'))
        self.assertIn("nothing else is known", case.sudo().message_ids[0].body)

    def test_nothing_is_written_to_robots_ourselves_or_the_accused(self):
        """TEL-2.7-b, F6: two gateways never answer each other."""
        self.employees['handler'].work_email = 'handler@our.example'
        accused = self.env['hr.employee.public'].browse(self.employees['handler'].id)
        for email, reason in {
            'No-Reply+7@customer.example': "Nobody reads",
            'care@complaints.example': "our own mailboxes",
            self.employees['handler'].work_contact_id.email: "must not learn",
        }.items():
            case = self._create_case(
                partner_id=False,
                complainant_email=email,
                complainant_phone='12345',
                accused_employee_ids=[Command.set(accused.ids)],
            )
            self._acknowledge(case)
            self.assertFalse(self._mails(case), email)
            self.assertIn(reason, self._activities(case, 'tell').note)

    def test_who_wants_no_callbacks_is_not_asked_how_it_went(self):
        """PRIN-5-g; what concerns the complaint itself is still told."""
        self.stages['assessment'].mail_template_id = self.templates['rating']
        case = self._create_case()
        case.do_not_call = True
        self._move(case, 'assessment')
        self.assertFalse(self._mails(case))
        self.assertFalse(self._activities(case, 'tell'))
        self._acknowledge(case)
        self.assertEqual(len(self._mails(case)), 1)
        self.assertNotIn('/rate/', self._render('closing', case)[1])

    def test_a_stage_may_have_its_mail_looked_over(self):
        self.stages['acknowledgement'].mail_review = True
        case = self._acknowledge()
        self.assertFalse(self._mails(case))
        [activity] = self._activities(case, 'review_mail')
        self.assertIn("looked over", html2plaintext(activity.note))
        self._compose(case, 'acknowledgement')._action_send_mail()
        self.assertEqual(self._letters(case).purpose, 'acknowledgement')
        self.assertFalse(self._activities(case, 'review_mail'))

    def test_an_answer_without_its_approval_waits(self):
        """PROD-4-a: the answer is approved before the customer has it."""
        self.env['complaint.approval.rule'].create(
            {'name': "Answers", 'subject': 'reply', 'approver': 'team_leader'}
        )
        self.stages['communication'].mail_template_id = self.templates['answer']
        case = self._create_worked_case()
        self._move(case, 'communication')
        self.assertFalse(self._mails(case))
        self.assertIn("approval", html2plaintext(self._activities(case, 'review_mail').note))
        composer = self._compose(case, 'answer')
        self.assertIn("approval", composer.complaint_obstacles)
        with self._refused("approval", Exception):
            composer._action_send_mail()

    def test_telling_many_costs_little_more_than_telling_one(self):
        """Design 12: a letter each, or a task each; what is asked is asked once for all."""
        one, many = self._count_tellings()
        self.assertLessEqual(many - one, 10 * 16)
        one, many = self._count_tellings(partner_id=False, complainant_phone='12345')
        self.assertLessEqual(many - one, 10 * 3)

    def _count_tellings(self, **values):
        """Return the queries of telling one customer, and eleven."""
        batches = iter([self._create_cases(n, **values) for n in (1, 1, 1, 11, 11, 11)])

        def tell():
            next(batches)._send_stage_mail(self.templates['acknowledgement'])

        one, many = self._count_queries(tell), self._count_queries(tell)
        _logger.info("telling 1: %s queries, telling 11: %s", one, many)
        return one, many

    def _create_cases(self, count, **values):
        return self.env['complaint.case'].union(
            *(self._create_case(**values) for _number in range(count))
        )

    def test_a_duplicate_is_left_in_peace(self):
        survivor, duplicate = self._create_case(), self._create_case()
        duplicate._mark_duplicate(survivor)
        duplicate._send_stage_mail(self.templates['closing'])
        self.assertFalse(self._mails(duplicate))

    def test_the_address_given_for_the_complaint_goes_before_the_customers(self):
        case = self._create_case()
        case.complainant_email = 'office@customer.example'
        mail = self._mails(self._acknowledge(case))
        self.assertFalse(mail.recipient_ids)
        self.assertEqual(mail.email_to, 'office@customer.example')


@tagged('post_install', '-at_install')
class TestComposer(LetterCommon):
    """Issue 7, item 2: a button with a preview, always in the thread, kept as a contact."""

    def test_one_click_opens_the_words_that_fit(self):
        case = self._create_case()
        context = case.action_write()['context']
        self.assertEqual(context['default_complaint_purpose'], 'acknowledgement')
        composer = self._compose(case, 'acknowledgement')
        self.assertEqual(composer.template_id, self.templates['acknowledgement'])
        self.assertIn(case.number, composer.subject)
        self.assertIn("Dear Li Wei", html2plaintext(composer.body))
        self.assertEqual(composer.complaint_email, 'Li Wei <li.wei@customer.example>')
        self.assertFalse(composer.complaint_obstacles)
        self._move(case, 'acknowledgement')
        self.assertEqual(case._get_letter_purpose(), 'progress')

    def test_the_purpose_brings_its_template(self):
        dialog = self.env['complaint.case.contact'].with_user(self.receiver)
        case = self._create_case()
        dialog = dialog.create({'case_id': case.id, 'means': 'email', 'purpose': 'obstacle'})
        context = dialog.action_write()['context']
        self.assertEqual(context['default_template_id'], self.templates['obstacle'].id)
        composer = self._compose(case, 'obstacle')
        composer.complaint_purpose = 'extension'
        composer._onchange_complaint_purpose()
        self.assertEqual(composer.template_id, self.templates['extension'])
        self.assertIn("longer than we told you", html2plaintext(composer.body))

    def test_what_is_sent_reaches_the_customer_alone_and_counts(self):
        """PAWN-1.4-a; TL-108: progress that was told."""
        case = self._create_worked_case()
        case.message_subscribe((self.manager | self.handler).partner_id.ids)
        composer = self._compose(case, 'progress')
        composer.partner_ids = self.handler.partner_id  # as a client could send it
        _mails, message = composer._action_send_mail()
        self.assertIn(message, case.sudo().message_ids)
        self.assertEqual(message.partner_ids, self.customer)
        self.assertEqual(message.sudo().notification_ids.res_partner_id, self.customer)
        [letter] = self._letters(case)
        self.assertEqual((letter.purpose, letter.user_id), ('progress', self.receiver))
        self.assertIn('progress_reported', self._codes(case))

    def test_a_stranger_is_written_to_without_becoming_a_contact(self):
        case = self._create_case(partner_id=False, complainant_email='stranger@customer.example')
        count = self.env['res.partner'].search_count([])
        _mails, message = self._compose(case, 'progress')._action_send_mail()
        self.assertEqual(message.outgoing_email_to, 'stranger@customer.example')
        self.assertEqual(self.env['res.partner'].search_count([]), count)

    def test_an_answer_in_a_mail_is_the_answer(self):
        case = self._create_worked_case()
        self._move(case, 'communication')
        composer = self._compose(case, 'answer')
        composer.body = "<p>We give you back the postage.</p>"
        composer._action_send_mail()
        self.assertEqual((case.answer_state, case.answered_round), ('answered', 1))
        self.assertIn("the postage", self._letters(case).content)

    def test_an_acknowledgement_by_hand_is_not_repeated_by_the_stage(self):
        case = self._create_case()
        self._compose(case, 'acknowledgement')._action_send_mail()
        before = self._mails(case)
        self._move(case, 'acknowledgement')
        self.assertEqual(self._mails(case), before)

    def test_without_an_address_the_button_says_what_to_do(self):
        case = self._create_case(partner_id=False, complainant_phone='12345')
        with self._refused("No e-mail address.*Record contact"):
            case.action_write()

    def test_who_may_only_read_cannot_write(self):
        case = self._create_case()
        composer = self._compose(case, 'progress')
        with self.assertRaises(AccessError):
            case.with_user(self.auditor).action_write()
        with self.assertRaises(AccessError):
            composer.with_user(self.auditor).sudo(False)._action_send_mail()

    def test_another_mail_is_core_business(self):
        case = self._create_case()
        composer = self.env['mail.compose.message'].create(
            {
                'model': 'complaint.case',
                'res_ids': str(case.ids),
                'composition_mode': 'comment',
                'subject': "Note",
                'body': "<p>Look.</p>",
                'partner_ids': [Command.set(self.manager.partner_id.ids)],
            }
        )
        _mails, message = composer._action_send_mail()
        self.assertEqual(message.partner_ids, self.manager.partner_id)
        self.assertFalse(self._letters(case))
