from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestPromise(ComplaintCommon):
    """PRIN-2-b (诚信原则): what was promised is written down, becomes due, and is kept or not."""

    def _promise(self, case, days=2, user=None, **values):
        date = self.env.cr.now().replace(microsecond=0) + timedelta(days=days)
        return (
            self.env['complaint.contact']
            .with_user(user or self.receiver)
            .create(
                {
                    'case_id': case.id,
                    'means': 'visit',
                    'promise': "We write to you.",
                    'promise_date': date,
                    **values,
                }
            )
        )

    def test_a_promise_becomes_due(self):
        """INS-5-b: promises when he will answer; the person is reminded, without a mail."""
        case = self._create_case(handler_id=self.handler.id)
        mails = self.env['mail.mail'].search_count([])
        contact = self._promise(case, user=self.handler)
        activity = contact.promise_activity_id
        self.assertEqual(contact.promise_state, 'open')
        self.assertEqual((activity.user_id, activity.res_id), (self.handler, case.id))
        self.assertEqual(activity.date_deadline, contact.promise_date.date())
        self.assertEqual(case.promised_at, contact.promise_date)
        self.assertEqual(case._get_promised_date(), contact.promise_date)
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)

    def test_a_new_handler_does_not_lose_the_promise(self):
        case = self._create_case(handler_id=self.handler.id)
        contact = self._promise(case, user=self.handler).with_user(self.receiver)
        case.handler_id = self.manager
        self.assertTrue(contact.promise_activity_id.exists())

    def test_the_earliest_open_promise_counts(self):
        case, other = self._create_case(), self._create_case()
        late, early = self._promise(case, 5), self._promise(case, 1)
        self._promise(other, 3)
        self.assertEqual(case.promised_at, early.promise_date)
        early.action_promise_kept()
        self.assertEqual(early.promise_state, 'kept')
        self.assertTrue(early.promise_settled_at)
        self.assertFalse(early.promise_activity_id.exists())
        self.assertEqual(case.promised_at, late.promise_date)
        late.action_promise_kept()
        self.assertFalse(case.promised_at)
        self.assertTrue(other.promised_at)

    def test_a_broken_promise_needs_a_reason(self):
        case = self._create_case()
        contact = self._promise(case)
        with self._refused("Say why the promise was not kept"):
            contact._settle_promise('broken')
        action = contact.action_settle_promise()
        form = Form(
            self.env[action['res_model']].with_user(self.receiver).with_context(**action['context'])
        )
        form.reason = "The goods came late."
        form.save().action_confirm()
        self.assertEqual(
            (contact.promise_state, contact.promise_note), ('broken', "The goods came late.")
        )
        with self._refused("Only an open promise"):
            contact.action_promise_kept()

    def test_several_are_kept_at_once(self):
        contacts = self._promise(self._create_case()) | self._promise(self._create_case())
        contacts.action_promise_kept()
        self.assertEqual(contacts.mapped('promise_state'), ['kept', 'kept'])

    def test_a_date_needs_words_and_lies_ahead(self):
        case = self._create_case()
        with self._refused("Write down what was promised"):
            self._promise(case, promise=False)
        with self._refused("lies before the contact"):
            self._promise(case, days=-1)

    def test_nobody_shortens_the_register(self):
        case = self._create_case()
        contact = self._promise(case)
        for values in (
            {'promise_date': contact.promise_date + timedelta(days=9)},
            {'promise': "Nothing"},
            {'promise_state': 'kept'},
        ):
            with self._refused("stays as it is"):
                contact.with_user(self.manager).write(values)
        with self._refused("The software sets these fields itself"):
            case.promised_at = False
        for user in (self.auditor, self.legal):
            with self.assertRaises(AccessError):
                contact.with_user(user).action_promise_kept()
        self.assertEqual(contact.promise_state, 'open')

    def test_the_register_shows_what_is_due(self):
        case = self._create_case()
        contact = self._promise(case, days=1)
        register = self.env.ref('complaint_management.complaint_contact_view_search_promises')
        self.assertIn('overdue', register.arch)
        overdue = [('promise_state', '=', 'open'), ('promise_date', '<', 'now')]
        contacts = self.env['complaint.contact'].with_user(self.receiver)
        self.assertNotIn(contact, contacts.search(overdue))
        self.assertFalse(contact.is_promise_overdue)
        contact._write_internal({'promise_date': self.env.cr.now() - timedelta(minutes=5)})
        self.assertIn(contact, contacts.search(overdue))
        self.assertTrue(contact.is_promise_overdue)
