import time

from odoo.tests import tagged

from ..tools import access_key
from .common_public import PublicCommon
from .test_public_uploads import HTML, PDF

ADDED = "Read what the complainant added"


@tagged('post_install', '-at_install')
class TestPublicFollow(PublicCommon):
    """Design 10: the key tells the stage label and the promised date, never internals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cases = cls.cases.with_user(cls.receiver)._with_new_access_key()
        case = cases.create(
            {
                'name': "Internal subject",
                'description': "Told in confidence",
                'team_id': cls.team.id,
                'partner_id': cls.customer.id,
                'handler_id': cls.handler.id,
                'facts': "Internal facts",
                'basis': "Internal basis",
            }
        )
        cls.key = case._get_access_key()
        cls.case = cls.cases.browse(case.id)
        cls.case.message_post(body="Internal note")

    def _enter(self, key=None):
        return self._post('/complaint/follow', {'key': self.key if key is None else key})

    # === ENTERING === #

    def test_the_key_shows_how_the_complaint_stands(self):
        promised = '2026-05-06 08:00:00'
        self.case._write_internal({'promised_at': promised})
        self.case.company_id.resource_calendar_id.tz = 'Asia/Shanghai'
        page = self._enter().text
        self.assertIn(self.case.number, page)
        self.assertIn(self.case.stage_id._get_portal_label(), page)
        self.assertIn(self.case._format_publicly(self.case.promised_at), page)
        self.assertIn('4:00', page, f"{promised} as it reads in Shanghai")
        self.assertIn("What happened so far", page)

    def test_nothing_internal_is_told(self):
        page = self._enter().text
        for secret in (
            *("Internal", "Told in confidence", self.handler.name, self.receiver.name),
            *(self.customer.name, self.customer.phone, f'"{self.case.id}"', self.key),
            *(self.case.stage_id.name, self.case.event_head),
        ):
            if secret != self.case.stage_id._get_portal_label():
                self.assertNotIn(secret, page)

    def test_the_answer_is_told_once_it_is_given(self):
        self.env['complaint.contact'].with_user(self.receiver).create(
            {'case_id': self.case.id, 'purpose': 'progress', 'content': "Only between us"}
        )
        self.assertFalse(self.case._get_public_answer())
        self.case.with_user(self.receiver)._answer("A new lamp comes on Monday.")
        page = self._enter().text
        self.assertIn("A new lamp comes on Monday.", page)
        self.assertNotIn("Only between us", page)

    def test_wrong_keys_all_get_the_same_answer(self):
        pages = set()
        for key in ('', 'x', access_key.show(access_key.make().text), self.key[:-1]):
            response = self._enter(key)
            self.assertEqual(response.status_code, 200)
            page = response.text.replace(f'value="{key}"', '')
            pages.add(page.split('<main>')[1].split('csrf_token')[0])
            self.assertNotIn(self.case.number, response.text)
        self.assertEqual(len(pages), 1)
        self.assertIn("No complaint is found by this key", pages.pop())

    def test_the_key_stays_out_of_address_and_caches(self):
        response = self._enter()
        self.assertTrue(response.url.endswith('/complaint/follow'))
        self.assertEqual(response.headers['Cache-Control'], 'no-store')
        self.assertEqual(response.headers['X-Robots-Tag'], 'noindex, nofollow')
        self.assertEqual(self._open('/complaint/follow', key=self.key).status_code, 200)
        self._post('/complaint/follow/leave')
        page = self._open('/complaint/follow', key=self.key).text
        self.assertNotIn(self.case.number, page, "A key in an address opens nothing")

    # === THE SESSION === #

    def test_a_new_session_begins_with_the_key(self):
        self._open('/complaint/follow')
        before = self.opener.cookies.get('session_id')
        self._enter()
        self.assertNotEqual(self.opener.cookies.get('session_id'), before)

    def test_leaving_forgets_the_complaint(self):
        self._enter()
        self.assertIn(self.case.number, self._open('/complaint/follow').text)
        self._post('/complaint/follow/leave')
        self.assertNotIn(self.case.number, self._open('/complaint/follow').text)

    def test_the_complaint_is_forgotten_after_half_an_hour(self):
        self._enter()
        later = time.time() + 31 * 60
        self.patch(time, 'time', lambda: later)
        self.assertNotIn(self.case.number, self._open('/complaint/follow').text)

    def test_a_new_key_shuts_out_who_came_with_the_old_one(self):
        self._enter()
        self.case.with_user(self.receiver).action_issue_access_key()
        self.assertNotIn(self.case.number, self._open('/complaint/follow').text)
        self._post('/complaint/follow/add', {'message': "Still here"})
        self.assertNotIn("Still here", str(self.case.message_ids.mapped('body')))

    def test_without_a_key_nothing_can_be_added(self):
        count = len(self.case.message_ids)
        self._post('/complaint/follow/add', {'message': "x", 'case_id': str(self.case.id)})
        self.env.invalidate_all()
        self.assertEqual(len(self.case.message_ids), count)

    # === ADDING === #

    def test_what_is_added_reaches_the_handler(self):
        self._enter()
        for _time in range(2):
            response = self._post(
                '/complaint/follow/add',
                {'message': "<b>It</b> is dark\nagain"},
                {'files': ('bill.pdf', PDF, 'text/html')},
            )
            self.assertIn("Thank you, this is now with your complaint", response.text)
        self.env.invalidate_all()
        message = self.case.message_ids[0]
        self.assertIn('&lt;b&gt;It&lt;/b&gt; is dark', message.body)
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(message.attachment_ids.mapped('mimetype'), ['application/pdf'])
        self.assertEqual(message.attachment_ids.res_id, self.case.id)
        todo = self.case.activity_ids.filtered(lambda activity: activity.summary == ADDED)
        self.assertEqual(todo.user_id, self.handler)
        self.assertEqual(len(todo), 1, "One thing to do, however much comes")
        self.assertNotIn(
            'contacted', self._codes(self.case), "We have not reached the customer by that"
        )

    def test_somebody_reads_it_where_nobody_handles_yet(self):
        case = self._create_case(handler_id=False)
        case._write_internal({'contact_owner_id': False, 'followup_user_id': False})
        visitor = self.env.ref('base.public_user')
        case.with_user(visitor).sudo()._add_publicly("More")
        todo = case.activity_ids.filtered(lambda activity: activity.summary == ADDED)
        self.assertEqual(todo.user_id, self.team.leader_id)

    def test_the_words_are_kept_when_a_file_is_refused(self):
        self._enter()
        count = len(self.case.message_ids)
        response = self._post(
            '/complaint/follow/add',
            {'message': "Look at this"},
            {'files': ('page.html', HTML, 'text/html')},
        )
        self.assertIn("“page.html” cannot be taken", response.text)
        self.assertIn("Look at this", response.text)
        response = self._post('/complaint/follow/add', {'message': '  '})
        self.assertIn("Write something, or choose a file", response.text)
        self.env.invalidate_all()
        self.assertEqual(len(self.case.message_ids), count)

    def test_a_draft_has_no_number_and_a_duplicate_passes_on(self):
        draft = self.cases._with_new_access_key().create({'name': "x", 'registered_at': False})
        page = self._enter(draft._get_access_key()).text
        self.assertIn("It gets one as soon as our staff has looked at it", page)
        self.case.sudo()._get_public_status()
        other = self._create_case()
        self.case.with_user(self.manager)._mark_duplicate(other)
        self.case.sudo()._add_publicly("For whoever works on it")
        self.assertIn("For whoever works on it", str(other.message_ids.mapped('body')))

    def test_no_parameter_makes_the_server_stumble(self):
        for key in ('\0', '９' * 200, '%', "'", 'ß' * 99):
            self.assertLess(self._enter(key).status_code, 500)
        response = self._post('/complaint/follow', {}, {'key': ('a.pdf', PDF)})
        self.assertEqual(response.status_code, 200)
        self._enter()
        response = self._post('/complaint/follow/add', {}, {'message': ('a.pdf', PDF)})
        self.assertIn("Write something", response.text)
        self._post('/complaint/follow/add', {'message': 'a\0b'})
        self.env.invalidate_all()
        self.assertIn('ab', self.case.message_ids[0].body)
