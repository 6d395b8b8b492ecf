from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestContact(ComplaintCommon):
    """Every contact is kept and means something in the history (PAWN-1.4-a, TEL-2.0-a)."""

    def _contact(self, case, user=None, **values):
        contacts = self.env['complaint.contact'].with_user(user or self.receiver)
        return contacts.create({'case_id': case.id, 'content': "We talked.", **values})

    def _contact_codes(self, **values):
        case = self._create_case()
        self._contact(case, **values)
        return self._codes(case)[2:]

    def test_each_contact_is_recorded_as_what_it_means(self):
        """PAWN-1.4-a, TEL-2.0-a, PAWN-3.2-d, PRIN-3-e, INS-5-b, INS-1-f."""
        expected = {
            ('phone', 'in', 'other'): ['contacted'],
            ('phone', 'out', 'other'): ['contacted', 'informed'],
            ('phone', 'out', 'holding'): ['contacted', 'informed'],
            ('email', 'out', 'progress'): ['contacted', 'informed', 'progress_reported'],
            ('letter', 'out', 'extension'): ['contacted', 'informed', 'progress_reported'],
            ('phone', 'out', 'obstacle'): ['contacted', 'informed', 'obstacle'],
            ('visit', 'out', 'apology'): ['contacted', 'visited', 'informed'],
            ('on_site', 'in', 'other'): ['contacted', 'visited'],
            ('phone', 'out', 'confirmation'): ['contacted'],
            ('internal', 'internal', 'chase'): [],
            ('internal', 'internal', 'obstacle'): ['obstacle'],
        }
        for (means, direction, purpose), codes in expected.items():
            with self.subTest(means=means, direction=direction, purpose=purpose):
                found = self._contact_codes(means=means, direction=direction, purpose=purpose)
                self.assertEqual(found, codes)

    def test_the_software_says_who_and_in_which_round(self):
        case = self._create_case()
        contact = self._contact(case)
        self.assertEqual(contact.user_id, self.receiver)
        self.assertEqual((contact.round, contact.partner_id), (1, self.customer))
        for name, value in (
            ('user_id', self.handler.id),
            ('round', 7),
            ('promise_state', 'kept'),
            ('parts', [{'heading': "Matter", 'text': "x"}]),
        ):
            with self.subTest(name), self._refused("The software sets these fields itself"):
                self._contact(case, **{name: value})

    def test_defaults_of_a_client_do_not_get_past(self):
        case = self._create_case()
        contacts = self.env['complaint.contact'].with_user(self.receiver)
        forged = contacts.with_context(
            default_user_id=self.handler.id,
            default_promise_state='kept',
            default_parts=[1],
            default_round=9,
        ).create({'case_id': case.id})
        self.assertEqual(forged.user_id, self.receiver)
        self.assertEqual((forged.promise_state, forged.parts, forged.round), (False, False, 1))
        with self._refused("An answer is given with"):
            contacts.with_context(default_purpose='answer').create({'case_id': case.id})

    def test_an_answer_is_no_plain_contact(self):
        """T2: who may answer is asked by the method, so there is no way around it."""
        case = self._create_case()
        for purpose in ('answer', 'department_answer'):
            with self._refused("An answer is given with the buttons"):
                self._contact(case, purpose=purpose)

    def test_contacts_do_not_come_along_with_a_new_case(self):
        with self._refused("The software sets these fields itself"):
            self._create_case(contact_ids=[Command.create({'purpose': 'answer'})])

    def test_recording_later_needs_a_reason(self):
        case = self._create_case()
        earlier = self.env.cr.now().replace(microsecond=0) - timedelta(hours=3)
        with self._refused("Say why this is recorded more than 5 minutes"):
            self._contact(case, occurred_at=earlier)
        with self._refused("What has not happened yet"):
            self._contact(case, occurred_at=earlier + timedelta(days=1))
        contact = self._contact(case, occurred_at=earlier, late_reason="I was on the road")
        event = case.event_ids.sorted('sequence')[-1]
        self.assertEqual((contact.occurred_at, event.occurred_at), (earlier, earlier))
        self.assertEqual(event.note, "I was on the road")
        self.assertEqual(event.payload, {'contact': contact.id})

    def test_a_batch_is_recorded_at_once(self):
        cases = self._create_case() | self._create_case() | self._create_case()
        cases._record_contact({'purpose': 'progress', 'content': "We are on it."})
        for case in cases:
            self.assertEqual(self._codes(case)[2:], ['contacted', 'informed', 'progress_reported'])
            self.assertFalse(case._find_broken_histories())

    def test_contacts_are_kept(self):
        contact = self._contact(self._create_case())
        with self.assertRaises(UserError):
            contact.with_user(self.admin).unlink()
        with self._refused("is kept"):
            contact.sudo().unlink()

    def test_the_author_corrects_words_for_ten_minutes(self):
        contact = self._contact(self._create_case(handler_id=self.handler.id))
        contact.content = "We talked on the phone."
        self.assertTrue(contact.can_correct)
        with self._refused("Only who recorded a contact"):
            contact.with_user(self.handler).content = "x"
        for values in ({'means': 'letter'}, {'occurred_at': '2026-01-01'}, {'case_id': 1}):
            with self._refused("stays as it is"):
                contact.write(values)
        self._pass_time(minutes=11)
        with self._refused("Only who recorded a contact"):
            contact.content = "Something else."
        contact.with_user(self.manager).content = "We talked about the parcel."
        self.assertEqual(contact.content, "We talked about the parcel.")

    def test_who_may_not_reach_the_case_does_not_reach_its_contacts(self):
        """T16: recusal; and nobody tells the auditor what to read or lets him write."""
        case = self._create_case(handler_id=self.handler.id)
        contact = self._contact(case)
        self.assertTrue(contact.with_user(self.auditor).content)
        with self.assertRaises(AccessError):
            self._contact(case, user=self.auditor)
        with self.assertRaises(AccessError):
            self._contact(case, user=self.legal)
        case.sudo().write({'handler_id': False})
        case.sudo().accused_employee_ids = self.env['hr.employee.public'].browse(
            self.employees['handler'].id
        )
        with self.assertRaises(AccessError):
            self._as(self.handler, contact).read(['content'])
        self.assertFalse(self.env['complaint.contact'].with_user(self.handler).search_count([]))

    def test_a_gate_asks_for_a_contact_first(self):
        """INS-1-f: talk first, dispose after."""
        self.env['complaint.stage.gate'].create(
            {
                'stage_id': self.stages['assessment'].id,
                'name': "Talk with the customer first.",
                'domain': "[('contact_ids.direction', '=', 'out')]",
            }
        )
        case = self._create_case()
        with self._refused("Talk with the customer first", RedirectWarning):
            case.write({'stage_id': self.stages['assessment'].id})
        self._contact(case)
        case.write({'stage_id': self.stages['assessment'].id})
        self.assertEqual(case.stage_id, self.stages['assessment'])

    # === DIALOG === #

    def _dialog(self, case, method='action_contact', user=None):
        action = getattr(case.with_user(user or self.receiver), method)()
        model = self.env[action['res_model']].with_user(user or self.receiver)
        return Form(model.with_context(**action['context']))

    def test_the_dialog_needs_one_word(self):
        case = self._move(self._create_worked_case(), 'investigation')
        form = self._dialog(case)
        self.assertEqual((form.means, form.purpose), ('phone', 'progress'))
        self.assertEqual(form.counterpart, "Li Wei")
        form.content = "The carrier is being asked."
        form.save().action_confirm()
        self.assertEqual(case.contact_ids.content, "The carrier is being asked.")
        self.assertEqual(self._codes(case)[-1], 'progress_reported')

    def test_the_dialog_refuses_a_contact_without_words(self):
        case = self._create_case()
        form = self._dialog(case)
        form.content = " "
        with self._refused("what was said"):
            form.save().action_confirm()
        self.assertFalse(case.contact_ids)
        form = self._dialog(case)
        form.promise = "We call back tomorrow."
        form.promise_date = self.env.cr.now() + timedelta(days=1)
        form.save().action_confirm()
        self.assertEqual(case.contact_ids.promise, "We call back tomorrow.")

    def test_the_content_leaves_as_a_mail(self):
        """DEVG-1.1-a: feedback by e-mail, out of the same dialog."""
        case = self._create_case()
        form = self._dialog(case)
        form.means = 'email'
        self.assertTrue(form.can_mail)
        form.content = "We look into it & write again."
        form.send_mail = True
        form.save().action_confirm()
        message = case.message_ids[0]
        self.assertEqual(message.partner_ids, self.customer)
        self.assertIn("look into it &amp; write again", message.body)
        self.assertIn(case.number, message.subject)

    def test_a_mail_to_an_address_without_customer(self):
        case = self._create_case(partner_id=False, complainant_email="a.wang@post.example")
        case._record_contact({'means': 'email', 'content': "Hello"}, send_mail=True)
        self.assertEqual(case.message_ids[0].outgoing_email_to, "a.wang@post.example")
        self.assertFalse(case.message_ids[0].partner_ids)

    def test_nothing_is_recorded_when_the_mail_cannot_leave(self):
        case = self._create_case(partner_id=False, complainant_phone="123")
        with self._refused("Without an e-mail address"), self.env.cr.savepoint():
            case._record_contact({'means': 'email', 'content': "Hello"}, send_mail=True)
        self.assertFalse(case.contact_ids)

    def test_the_customer_confirms_the_statement(self):
        """PROD-5.2-c, T17: confirmed by the customer, and a gate may ask for it."""
        self.env['complaint.stage.gate'].create(
            {
                'stage_id': self.stages['assessment'].id,
                'field_ids': [
                    Command.link(
                        self.env['ir.model.fields']
                        ._get('complaint.case', 'statement_confirmed_at')
                        .id
                    )
                ],
            }
        )
        case = self._create_case()
        with self._refused("Statement confirmed at", RedirectWarning):
            case.write({'stage_id': self.stages['assessment'].id})
        with self._refused("The software sets these fields itself"):
            case.statement_confirmed_at = self.env.cr.now()
        form = self._dialog(case, 'action_confirm_statement')
        form.means = 'fax'
        form.save().action_confirm()
        self.assertEqual(case.statement_confirmed_means, 'fax')
        self.assertTrue(case.statement_confirmed_at)
        self.assertEqual(self._codes(case)[-1], 'contacted')
        case.write({'stage_id': self.stages['assessment'].id})
