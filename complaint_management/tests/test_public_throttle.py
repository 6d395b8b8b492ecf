import time
from datetime import timedelta

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..tools import access_key
from .common_public import PublicCommon

QUESTION = "How many days does a week have?"


@tagged('post_install', '-at_install')
class TestPublicThrottle(PublicCommon):
    """Issue 7 item 4: who asks a lot is slowed down; who is a person gets through."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.throttle = cls.env['complaint.public.throttle']
        cls.questions = cls.env['complaint.public.question']
        cls.questions.search([]).action_archive()
        cls.question = cls.questions.create({'question': QUESTION, 'answers': "7; seven"})

    def _limit(self, name, value):
        parameters = self.env['ir.config_parameter']
        parameters.set_param(f'complaint_management.{name}', value)

    def _hit(self, *args, **kwargs):
        return self.throttle._hit(*args, **kwargs)

    # === COUNTING === #

    def test_hits_are_counted_by_kind_subject_and_window(self):
        with freeze_time('2026-05-04 10:05:00') as clock:
            self.assertEqual([self._hit('a', 'x') for _time in range(3)], [1, 2, 3])
            self.assertEqual(self._hit('b', 'x'), 1)
            self.assertEqual(self._hit('a', 'y'), 1)
            clock.tick(timedelta(minutes=54))
            self.assertEqual(self._hit('a', 'x'), 4)
            clock.tick(timedelta(minutes=1))
            self.assertEqual(self._hit('a', 'x'), 1)

    def test_nobody_can_be_recognised_in_the_table(self):
        with freeze_time('2026-05-04 10:05:00') as clock:
            self._hit('a', '203.0.113.7')
            first = self.throttle.search([('kind', '=', 'a')])
            self.assertRegex(first.subject_hash, '^[0-9a-f]{64}$')
            clock.tick(timedelta(days=1))
            self._hit('a', '203.0.113.7')
        second = self.throttle.search([('kind', '=', 'a')]) - first
        self.assertNotEqual(first.subject_hash, second.subject_hash)

    def test_what_is_two_days_old_is_forgotten(self):
        self._hit('a', 'x')
        self.throttle._gc_windows()
        self.assertTrue(self.throttle.search([('kind', '=', 'a')]))
        self._pass_time(days=3)
        self.throttle._gc_windows()
        self.env.invalidate_all()
        self.assertFalse(self.throttle.search([('kind', '=', 'a')]))

    def test_a_house_is_one_network(self):
        network = self.throttle._get_network
        self.assertEqual(network('203.0.113.7'), '203.0.113.7')
        self.assertEqual(network('::ffff:203.0.113.7'), '203.0.113.7')
        self.assertEqual(network('2001:db8:1:2::1'), network('2001:db8:1:2:ffff::9'))
        self.assertNotEqual(network('2001:db8:1:2::1'), network('2001:db8:1:3::1'))
        for odd in (None, '', 'unix:', 'x' * 1000):
            self.assertEqual(network(odd), 'unknown')

    def test_a_limit_that_is_no_number_is_the_default(self):
        self._limit('lookup_limit', 'many')
        self.assertEqual(self.throttle._get_limit('lookup_limit'), 30)
        self._limit('lookup_limit', '-5')
        self.assertEqual(self.throttle._get_limit('lookup_limit'), 0)

    # === LOOK-UPS === #

    def test_wrong_keys_are_throttled(self):
        self._limit('lookup_limit', '2')
        for _time in range(2):
            response = self._post('/complaint/follow', {'key': access_key.make().text})
            self.assertEqual(response.status_code, 200)
            self.assertIn("No complaint is found by this key", response.text)
        case = self.cases._with_new_access_key().create({'name': "x"})
        # The right key does not tell itself from a wrong one any more, either.
        for key in (access_key.make().text, case._get_access_key(), ''):
            response = self._post('/complaint/follow', {'key': key})
            self.assertEqual(response.status_code, 429)
            self.assertEqual(response.headers['Retry-After'], '3600')
            self.assertIn("Please wait", response.text)

    def test_a_throttled_look_up_costs_few_queries(self):
        self._limit('lookup_limit', '0')
        self._post('/complaint/follow', {'key': 'warm up'})
        before = self.env.cr.sql_log_count
        for _time in range(5):
            self.assertEqual(self._post('/complaint/follow', {'key': 'x'}).status_code, 429)
        # Counting takes a savepoint, two statements and its release in tests.
        self.assertLessEqual((self.env.cr.sql_log_count - before) / 5, 12)

    # === FORMS === #

    def test_the_first_complaints_ask_nothing(self):
        _response, cases = self._file()
        self.assertEqual(len(cases), 1)

    def test_many_complaints_of_an_address_ask_a_question(self):
        self._limit('question_after', '1')
        self._file(complainant_phone="138 0000 0001")
        response, cases = self._file(complainant_phone="138 0000 0002")
        self.assertFalse(cases)
        self.assertIn(QUESTION, response.text)
        self.assertIn("138 0000 0002", response.text, "What was typed is kept")
        for answer, taken in (('8', 0), ('', 0), (' Seven. ', 1)):
            response, cases = self._file(question=self.question, answer=answer)
            self.assertEqual(len(cases), taken, answer)

    def test_many_complaints_of_a_contact_ask_a_question(self):
        self._limit('question_after', '99')
        self._limit('contact_limit', '1')
        self._file(complainant_phone="+86 138-0000-0001")
        response, cases = self._file(complainant_phone="13800000001")
        self.assertFalse(cases)
        self.assertIn(QUESTION, response.text)
        _response, cases = self._file(complainant_phone="13800000002")
        self.assertTrue(cases)

    def test_what_no_person_does_asks_a_question(self):
        for signs in ({'homepage': 'http://spam.example'}, {'age': 1}):
            response, cases = self._file(**signs)
            self.assertFalse(cases, signs)
            self.assertIn(QUESTION, response.text)
            # A person whose browser filled the hidden field gets through all the same.
            _response, cases = self._file(**signs, question=self.question, answer='7')
            self.assertEqual(len(cases), 1, signs)

    def test_answers_count_in_every_installed_language(self):
        self.env['res.lang']._activate_lang('zh_CN')
        self.question.with_context(lang='zh_CN').answers = "七;七天"
        for answer in ('7', '七', '７', 'SEVEN', '七天。'):
            self.assertTrue(self.question._is_answered_by(answer), answer)
        for answer in ('', ';', '8', None):
            self.assertFalse(self.question._is_answered_by(answer), answer)

    def test_without_questions_nobody_is_stopped_by_one(self):
        self.question.action_archive()
        _response, cases = self._file(age=1)
        self.assertEqual(len(cases), 1)

    def test_an_address_that_sends_forms_without_end_is_refused(self):
        self._limit('filing_limit', '1')
        self._file(description='')
        response, cases = self._file()
        self.assertEqual(response.status_code, 429)
        self.assertFalse(cases)

    def test_old_and_made_up_forms_are_asked_for_again(self):
        with freeze_time(timedelta(days=-2)):
            old = self.form._sign(self.team, at=time.time())
        other = self.env['complaint.team'].create({'name': "Other"})
        tokens = (old, 'x', '', 'AQ', self.form._sign(other, at=time.time() - 60))
        for token in (*tokens, self._get_filled_form()['token'][:-3] + 'xyz'):
            response, cases = self._file(token=token)
            self.assertFalse(cases, token)
            self.assertIn("The form was open for too long", response.text)
            self.assertIn("138 0000 1111", response.text)

    @mute_logger('odoo.http')
    def test_without_csrf_token_nothing_is_taken(self):
        before = self.cases.search_count([])
        for path in ('/complaint/new/care-desk', '/complaint/follow', '/complaint/follow/add'):
            response = self.url_open(path, data=self._get_filled_form())
            self.assertEqual(response.status_code, 400, path)
        self.assertEqual(self.cases.search_count([]), before)
