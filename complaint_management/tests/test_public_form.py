from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_public import PublicCommon
from .test_public_uploads import HTML, PDF, PNG


@tagged('post_install', '-at_install')
class TestPublicForm(PublicCommon):
    """Issue 7 item 4, T11: anybody can complain, without a log-in and without a script."""

    # === WHERE === #

    def test_no_team_is_public_by_itself(self):
        team = self.env['complaint.team'].create({'name': "Quiet"})
        self.assertFalse(team.is_public)
        self.assertFalse(team.public_url)

    def test_a_team_or_a_company_switches_its_pages_off(self):
        path = '/complaint/new/care-desk'
        self.assertEqual(self._open(path).status_code, 200)
        self.team.is_public = False
        self.assertEqual(self._open(path).status_code, 404)
        self.assertEqual(self._open('/complaint/new').status_code, 404)
        self.team.is_public = True
        self.env.company.complaint_public_pages = False
        self.assertEqual(self._open(path).status_code, 404)
        self.env.company.complaint_public_pages = True
        self.team.active = False
        self.assertEqual(self._open(path).status_code, 404)

    def test_nothing_is_filed_with_a_team_that_is_not_public(self):
        self._open('/complaint/new/care-desk')
        self.team.is_public = False
        response, cases = self._file()
        self.assertEqual(response.status_code, 404)
        self.assertFalse(cases)

    def test_with_one_team_there_is_nothing_to_choose(self):
        response = self._open('/complaint/new')
        self.assertTrue(response.url.endswith('/complaint/new/care-desk'))
        other = self.env['complaint.team'].create({'name': "Second", 'is_public': True})
        self.assertEqual(other.public_slug, f'team-{other.id}')
        page = self._open('/complaint/new').text
        self.assertIn('/complaint/new/care-desk', page)
        self.assertIn(f'/complaint/new/team-{other.id}', page)

    def test_the_word_in_the_address_is_checked(self):
        for slug in ('With Space', 'ä', 'a/b', '../x', '-a', 'a--b', 'A'):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.team.public_slug = slug
        with self._refused("to which company", ValidationError):
            self.env['complaint.team'].create(
                {'name': "Shared", 'company_id': False, 'is_public': True}
            )
        self.assertTrue(self.team.public_url.endswith('/complaint/new/care-desk'))
        self.assertTrue(self.team.public_qr)

    # === WHAT IS ASKED === #

    def _get_asked(self):
        sections = self.form._get_sections(self.team)
        return {field['name']: field for _title, fields in sections for field in fields}

    def test_the_form_asks_what_the_procedure_demands(self):
        self.assertNotIn('representative_name', self._get_asked())
        fields = self.env['ir.model.fields']
        self.procedure.required_field_ids = [
            Command.link(fields._get('complaint.case', name).id)
            for name in ('representative_name', 'expected_solution', 'facts', 'complainant_name')
        ]
        asked = self._get_asked()
        self.assertTrue(asked['representative_name']['required'])
        self.assertTrue(asked['expected_solution']['required'])
        self.assertNotIn('facts', asked, "What only staff can know is not asked")
        self.assertFalse(
            asked['complainant_name']['required'], "Anonymous complaints are taken here"
        )
        self.procedure.allow_anonymous = False
        self.assertTrue(self._get_asked()['complainant_name']['required'])

    def test_categories_of_other_procedures_are_not_offered(self):
        other = self.procedure.copy({'code': 'other'})
        category = self.env['complaint.category'].create(
            {'name': "Elsewhere", 'procedure_id': other.id}
        )
        options = dict(self._get_asked()['category_id']['options'])
        self.assertIn(str(self.category.id), options)
        self.assertNotIn(str(category.id), options)
        response, cases = self._file(category_id=str(category.id))
        self.assertFalse(cases)
        self.assertIn("Choose one of the list", response.text)

    def test_every_control_has_a_label_and_needed_ones_say_so(self):
        page = self._open('/complaint/new/care-desk').text
        for name in (*self._get_asked(), 'files'):
            self.assertIn(f'for="field_{name}"', page)
            self.assertIn(f'id="field_{name}"', page)
        self.assertRegex(page, r'name="description"[^>]*aria-required="true"')
        self.assertIn('<fieldset', page)
        self.assertIn('<html lang="en-US"', page)

    def test_the_form_may_be_found_but_never_framed(self):
        headers = self._open('/complaint/new/care-desk').headers
        self.assertEqual(headers['Cache-Control'], 'no-store')
        self.assertEqual(headers['X-Frame-Options'], 'DENY')
        self.assertIn("frame-ancestors 'none'", headers['Content-Security-Policy'])
        self.assertNotIn('X-Robots-Tag', headers)

    # === ERRORS === #

    def test_all_errors_are_told_at_once_and_the_input_is_kept(self):
        response, cases = self._file(
            description=' ',
            complainant_phone='12',
            complainant_email='nobody',
            expected_solution='A lamp & "light"',
            category_id=str(self.category.id),
            files={'files': ('page.html', HTML, 'text/html')},
        )
        self.assertFalse(cases)
        for sentence in (
            "“What happened” is needed",
            "This is not a phone number",
            "This is not an e-mail address",
            "“page.html” cannot be taken",
        ):
            self.assertEqual(response.text.count(sentence), 2, "In the summary and at the field")
        self.assertIn('A lamp &amp; &#34;light&#34;', response.text)
        self.assertIn('value="nobody"', response.text)
        self.assertRegex(response.text, rf'value="{self.category.id}"[^>]*selected')
        self.assertIn('role="alert"', response.text)
        self.assertIn('href="#field_description"', response.text)
        self.assertRegex(response.text, r'name="description"[^>]*aria-invalid="true"')

    def test_files_must_be_chosen_again_after_an_error(self):
        again = "Please choose your files again."
        response, _cases = self._file(description='', files={'files': ('a.png', PNG, 'image/png')})
        self.assertIn(again, response.text)
        self.assertNotIn(again, self._file(description='')[0].text)

    def test_there_must_be_a_way_to_answer_or_the_wish_for_none(self):
        response, cases = self._file(complainant_phone='')
        self.assertFalse(cases)
        self.assertIn("or choose to stay anonymous", response.text)
        self.procedure.allow_anonymous = False
        response, cases = self._file(complainant_phone='', anonymous='1')
        self.assertFalse(cases)
        self.assertIn("Give a phone number or an e-mail address.", response.text)
        self.assertNotIn('name="anonymous"', response.text)

    # === FILING === #

    def test_a_complaint_is_registered_and_thanked_for(self):
        response, case = self._file(
            category_id=str(self.category.id),
            complainant_email='Zhou.Min@customer.example',
            preferred_contact='email',
            files={'files': ('photo.png', PNG, 'image/png')},
        )
        self.assertTrue(response.url.endswith('/complaint/thanks'))
        self.assertEqual(case.description, "The lamp at gate 3 is dark.\nSince Monday.")
        self.assertEqual(case.name, "The lamp at gate 3 is dark.")
        self.assertEqual(case.complainant_phone, "138 0000 1111")
        self.assertEqual(case.complainant_email, 'zhou.min@customer.example')
        self.assertEqual(case.team_id, self.team)
        self.assertEqual(case.channel_id.code, 'web')
        self.assertEqual(case.category_id, self.category)
        self.assertFalse(case.contact_owner_id, "No visitor is our first contact")
        self.assertEqual(self._codes(case)[:2], ['received', 'registered'])
        self.assertTrue(case.number)
        self.assertIn(case.number, response.text)
        key = response.text.split('id="key">')[1].split('<')[0].strip()
        self.assertEqual(self.cases._find_by_access_key(key), case)
        self.assertEqual(response.headers['X-Robots-Tag'], 'noindex, nofollow')
        self.assertEqual(response.headers['Cache-Control'], 'no-store')

    def test_the_key_is_shown_once(self):
        self.assertIn('id="key"', self._file()[0].text)
        again = self._open('/complaint/thanks')
        self.assertTrue(again.url.endswith('/complaint/follow'))
        self.assertNotIn('id="key"', again.text)

    def test_a_form_sent_twice_makes_one_complaint(self):
        data = self._get_filled_form()
        before = self.cases.search_count([])
        for _time in range(2):
            self._post('/complaint/new/care-desk', data)
        self.assertEqual(self.cases.search_count([]), before + 1)

    def test_who_wants_to_stay_anonymous_does(self):
        response, case = self._file(
            anonymous='1', complainant_email='broken', preferred_contact='phone'
        )
        self.assertFalse(case.complainant_name or case.complainant_phone or case.complainant_email)
        self.assertFalse(case.partner_id or case.preferred_contact)
        self.assertEqual(case.flag_ids.code, 'anonymous')
        self.assertIn('id="key"', response.text)
        visitor = self.env.ref('base.public_user')
        self.assertIn(case.create_uid, visitor | self.env.ref('base.user_root'))

    def test_a_team_can_leave_registering_to_the_desk(self):
        self.team.public_registers = False
        response, case = self._file()
        self.assertFalse(case.number or case.registered_at)
        self.assertEqual(self._codes(case), ['received'])
        self.assertIn("It gets one as soon as our staff has looked at it", response.text)
        case.with_user(self.receiver).action_register()
        self.assertEqual(case.contact_owner_id, self.receiver)

    def test_what_lacks_something_waits_for_the_desk(self):
        field = self.env['ir.model.fields']._get('complaint.case', 'facts')
        self.procedure.required_field_ids = [Command.link(field.id)]
        response, case = self._file()
        self.assertEqual(len(case), 1)
        self.assertFalse(case.number)
        self.assertIn('id="key"', response.text)

    def test_who_is_logged_in_complains_as_himself(self):
        user = new_test_user(self.env, login='portal_zhou', groups='base.group_portal')
        self.authenticate('portal_zhou', 'portal_zhou')
        _response, case = self._file()
        self.assertEqual(case.partner_id, user.partner_id)
        _response, case = self._file(anonymous='1')
        self.assertFalse(case.partner_id)

    def test_files_are_kept_as_what_they_are(self):
        _response, case = self._file(
            files=[
                ('files', ('..\\..\\photo.png', PNG, 'text/html')),
                ('files', ('bill.pdf', PDF, 'image/svg+xml')),
            ]
        )
        files = self.env['ir.attachment'].search(
            [('res_model', '=', case._name), ('res_id', '=', case.id)], order='id'
        )
        self.assertEqual(files.mapped('name'), ['photo.png', 'bill.pdf'])
        self.assertEqual(files.mapped('mimetype'), ['image/png', 'application/pdf'])
        self.assertFalse(any(files.mapped('public')))
        self.assertEqual(self._open(f'/web/content/{files[0].id}').status_code, 404)

    def test_a_description_is_plain_text(self):
        text = '<script>alert(1)</script><img src=x onerror=alert(1)>'
        _response, case = self._file(description=text, name='{{ 7*7 }} ${7*7} <b>')
        self.assertEqual(case.description, text)
        self.assertEqual(case.name, '{{ 7*7 }} ${7*7} <b>')
        response, _cases = self._file(description=text, complainant_phone='1')
        self.assertNotIn('<script>alert(1)', response.text)

    # === ATTACKS (F12) === #

    def test_only_what_is_asked_is_read(self):
        _response, case = self._file(
            number='C-1',
            stage_id=str(self.stages['closed'].id if 'closed' in self.stages else 1),
            handler_id=str(self.handler.id),
            partner_id=str(self.customer.id),
            company_id='999',
            flag_ids='[[5]]',
            grade_id=str(self.grade.id),
            create_uid='1',
            access_key_hash='0' * 64,
            public_notice='x',
            facts='x',
            context="{'complaint_import': 'history'}",
        )
        self.assertNotEqual(case.number, 'C-1')
        self.assertEqual(case.stage_id, self.procedure._get_first_stage())
        self.assertFalse(case.handler_id or case.partner_id or case.flag_ids or case.public_notice)
        self.assertFalse(case.facts)
        self.assertNotEqual(case.sudo().access_key_hash, '0' * 64)

    def test_a_get_changes_nothing(self):
        before = self.cases.search_count([])
        response = self._open('/complaint/new/care-desk', **self._get_filled_form())
        self.assertEqual(response.status_code, 200)
        for path in ('/complaint/follow/add', '/complaint/follow/leave'):
            self.assertIn(self._open(path, message='x').status_code, (404, 405))
        self.assertEqual(self.cases.search_count([]), before)

    @mute_logger('odoo.http', 'werkzeug')
    def test_no_parameter_makes_the_server_stumble(self):
        text = ('files', 'description', 'token', 'answer', 'category_id', 'homepage', 'anonymous')
        for name in text:
            as_file = self._get_filled_form()
            as_file.pop(name, None)
            response = self._post(
                '/complaint/new/care-desk', as_file, {name: ('a.png', PNG, 'image/png')}
            )
            self.assertLess(response.status_code, 500, name)
        for odd in (
            '\0',
            '\x7f\x1b',
            '9' * 40,
            '-1',
            '[]',
            '{"a": 1}',
            '%s',
            '\ud7ff\uffff',
            '𝔘' * 99,
        ):
            names = ('description', 'name', 'category_id', 'complainant_phone', 'token', 'answer')
            for values in ({name: odd for name in names}, {'description': f'a{odd}'}):
                response, _cases = self._file(**values)
                self.assertLess(response.status_code, 500, ascii(odd))
        for path in (
            *('/complaint/new/%00', '/complaint/new/..%2f', f'/complaint/new/{"a" * 3000}'),
            *('/complaint/new/care-desk?slug=1&team=x&lang=%00', '/complaint/thanks?case_id=1'),
            *('/complaint/follow?key=x&case_id=1', "/complaint/new/'"),
        ):
            self.assertLess(self._open(path).status_code, 500, path)

    def test_no_visitor_reaches_cases_through_the_models(self):
        public = self.env.ref('base.public_user')
        for model in ('complaint.case', 'complaint.public.throttle', 'complaint.public.question'):
            for operation in ('read', 'write', 'create', 'unlink'):
                self.assertFalse(self.env[model].with_user(public).has_access(operation), model)
