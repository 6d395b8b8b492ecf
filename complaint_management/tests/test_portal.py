import re

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import complaint_case_customer
from .common_portal import PortalHttpCommon
from .test_public_uploads import GIF, HTML, PDF, PNG, archive

SECRET = "s3cr3t"

# A visitor's parameters: words where numbers belong, and what breaks encoders and databases.
ODD_VALUES = (
    *('abc', '', '-1', '0', '²', '99999999999999999999', '1e9', "'", '%', '{}', '[]', '__class__'),
    *('\0', 'a\0b', '投诉', '\u202e', 'x' * 3000, '../../etc/passwd', '<script>alert(1)</script>'),
)


@tagged('post_install', '-at_install')
class TestPortal(PortalHttpCommon):
    """My complaints over HTTP (issue 7, section 3; F7)."""

    # === LIST === #

    def test_the_list_shows_what_is_theirs(self):
        self._log_in()
        page = self._get('').text
        self.assertIn(self.mine.name, page)
        self.assertIn(self.mine.number, page)
        self.assertNotIn(self.other.name, page)
        count = self._rpc('/my/counters', counters=['complaint_count'])['result']
        self.assertEqual(count['complaint_count'], 1)

    def test_the_entry_is_there_before_the_first_complaint(self):
        """OCA/helpdesk 820: the way to the first one is always shown."""
        self._log_in('portal_bob')
        home = self.url_open('/my/home').text
        card = re.search(r'<div class="([^"]*)">\s*<a href="/my/complaints"', home)
        self.assertNotIn('d-none', card[1])
        self.assertIn("You have no complaints with us", self._get('').text)

    def test_the_list_is_filtered_searched_sorted_and_paged(self):
        late = self._create_case(name="Zebra", description="It bit the postman")
        closed = self._create_case(name="Ant", description="Gone")
        self._as_customer(closed)._withdraw_as_customer("Gone")
        self._log_in()

        def names(**parameters):
            page = self._get('', **parameters).text
            return re.findall(r'<span class="fw-bold">([^<]+)</span>', page)

        self.assertEqual(set(names(filterby='open')), {self.mine.name, late.name})
        self.assertEqual(names(filterby='closed'), [closed.name])
        self.assertEqual(names(search='postman', search_in='text'), [late.name])
        self.assertEqual(names(search='postman', search_in='name'), [])
        self.assertEqual(names(search=self.mine.number, search_in='number'), [self.mine.name])
        self.assertEqual(names(search='zebra'), [late.name])
        self.assertEqual(names(sortby='name'), [closed.name, self.mine.name, late.name])
        page = self._get('/page/1', search='zebra').text
        self.assertNotIn(closed.name, page)

    def test_pages(self):
        for number in range(21):
            self._create_case(name=f"Number {number:02}")
        self._log_in()
        first, second = self._get('').text, self._get('/page/2').text
        self.assertIn("Number 20", first)
        self.assertNotIn(self.mine.name, first)
        self.assertIn(self.mine.name, second)
        self.assertIn(self.mine.name, self._get('/page/999').text)

    # === NOBODY ELSE'S === #

    @mute_logger('odoo.http')
    def test_somebody_elses_complaint_is_like_none(self):
        """No enumeration: same status, same words, logged in or not, read or write."""
        missing = self.env['complaint.case'].sudo().search([], order='id desc', limit=1).id + 1000
        with self._nothing_happens(self.other):
            for login in ('portal_li', None):
                self.authenticate(login, login)
                for path in ('', '/files/1', '/message', '/accept', '/reject', '/withdraw'):
                    replies = []
                    for number in (self.other.id, missing, 2**31, 10**30):
                        fetch = self._post if path[1:2] in ('m', 'a', 'r', 'w') else self._get
                        reply = fetch(f'/{number}{path}')
                        text = re.sub(r'csrf_token: "\w+"', '', reply.text)
                        place = reply.headers.get('Location', '')
                        # Of an address, also a quoted one: a port or a hash may hold its digits.
                        number = rf'(?<=[/F]){number}\b'
                        found = (re.sub(number, 'N', part) for part in (text, place))
                        replies.append((reply.status_code, *found))
                    self.assertEqual(len(set(replies)), 1, path)
                    self.assertEqual(replies[0][0], 404 if login else 303)
                    self.assertNotIn(self.other.name, replies[0][1])

    def test_visitors_log_in_or_come_by_a_link(self):
        self.authenticate(None, None)
        reply = self._get('')
        self.assertEqual(reply.status_code, 303)
        self.assertIn('/web/login', reply.headers['Location'])
        token = self.mine.sudo()._portal_ensure_token()
        page = self._get(f'/{self.mine.id}', access_token=token)
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.mine.name, page.text)
        self.assertEqual(self._get(f'/{self.other.id}', access_token=token).status_code, 303)
        for token in ODD_VALUES:
            reply = self._get(f'/{self.mine.id}', access_token=token)
            self.assertEqual(reply.status_code, 303, token)

    @mute_logger('odoo.http')
    def test_the_link_of_one_does_nothing_on_another(self):
        """Tokens swapped: neither page nor file nor any act, with a log-in or without."""
        for case in (self.mine, self.other):
            case.sudo().basis = "Terms"
            case.with_user(self.manager)._answer("We pay the postage back.")
        tokens = [case.sudo()._portal_ensure_token() for case in (self.mine, self.other)]
        self.assertNotEqual(*tokens)
        for login, cases in ((None, (self.mine, self.other)), ('portal_li', (self.other,))):
            self.authenticate(login, login)
            for case in cases:
                swapped = {'access_token': tokens[0 if case == self.other else 1]}
                with self._nothing_happens(self.mine, self.other):
                    for path in ('message', 'accept', 'reject', 'withdraw', 'chase'):
                        words = {'text': "x", 'opinion': "x", 'reason': "x", 'sure': "1"}
                        reply = self._post(f'/{case.id}/{path}', **swapped, **words)
                        self.assertEqual(reply.status_code, 404 if login else 303, path)
                        self.assertNotIn('done=', reply.headers.get('Location', ''), path)
                    page = self._get(f'/{case.id}', **swapped)
                    self.assertEqual(page.status_code, 404 if login else 303)
        self.authenticate(None, None)
        self._post(f'/{self.other.id}/accept', access_token=tokens[1])
        self.assertEqual(self.other.sudo().answer_state, 'accepted', "Its own link does")

    def test_a_mail_button_leads_to_the_page(self):
        token = self.mine.sudo()._portal_ensure_token()
        self.env.flush_all()
        self.authenticate(None, None)
        reply = self.url_open(
            '/mail/view',
            params={'model': 'complaint.case', 'res_id': self.mine.id, 'access_token': token},
        )
        self.assertEqual(reply.status_code, 200)
        self.assertIn(f'/my/complaints/{self.mine.id}', reply.url)
        self.assertIn(self.mine.name, reply.text)

    @mute_logger('odoo.http')
    def test_staff_look_and_do_not_act(self):
        self.manager.password = 'complaint_manager'
        self.mine.with_user(self.manager)._answer("We pay the postage back.")
        self.authenticate('complaint_manager', 'complaint_manager')
        page = self._get(f'/{self.mine.id}').text
        self.assertIn("This is what the customer sees", page)
        self.assertNotIn('<form method="post"', page)
        with self._nothing_happens(self.mine):
            self.assertEqual(self._post(f'/{self.mine.id}/accept').status_code, 404)

    # === ODD PARAMETERS === #

    @mute_logger('odoo.http')
    def test_no_parameter_breaks_a_page(self):
        """F7: `page`, `sortby`, `search_in` and huge ids gave errors elsewhere."""
        self._log_in()
        names = ('page', 'sortby', 'filterby', 'search', 'search_in', 'access_token', 'done')
        names += ('date_begin', 'groupby', 'debug', 'case_id', 'kwargs')
        for number, odd in enumerate(ODD_VALUES):
            # All at once, then each with one of the values, so that no two hide each other.
            sets = [dict.fromkeys(names, odd), {names[number % len(names)]: odd}]
            for parameters in sets:
                for path in ('', f'/{self.mine.id}', '/page/3'):
                    with self.subTest(path=path, parameters=parameters):
                        reply = self.url_open(f'/my/complaints{path}', params=parameters)
                        self.assertLess(reply.status_code, 500)
        for path in ('/abc', '/0', '/-1', '/99999999999999999999', '/page/abc', '/page/0'):
            self.assertIn(self._get(path).status_code, (200, 404), path)
        for path in ('/page/99999999999999999999', f'/{self.mine.id}/files/{10**30}'):
            self.assertIn(self._get(path).status_code, (200, 404), path)

    @mute_logger('odoo.http')
    def test_no_form_breaks_a_page(self):
        self._log_in()
        with self._nothing_happens(self.other):
            for action in ('message', 'accept', 'reject', 'withdraw', 'chase'):
                for odd in ('', '\0', 'x' * 30_000):
                    fields = ('text', 'opinion', 'reason', 'question', 'sure', 'access_token')
                    reply = self._post(f'/{self.mine.id}/{action}', **dict.fromkeys(fields, odd))
                    self.assertLess(reply.status_code, 500, action)
                files = {
                    name: ('a.txt', b'words', 'text/plain')
                    for name in ('text', 'opinion', 'reason', 'question', 'access_token')
                }
                reply = self._post(f'/{self.mine.id}/{action}', files=files)
                self.assertLess(reply.status_code, 500, action)

    # === WHO MAY DO IT === #

    @mute_logger('odoo.http')
    def test_nothing_happens_by_get_or_without_the_forms_key(self):
        """F7: no state change by GET; a form of another site has no key of ours."""
        self.mine.with_user(self.manager)._answer("We pay the postage back.")
        token = self.mine.sudo()._portal_ensure_token()
        data = {'text': "x", 'opinion': "x", 'reason': "x", 'sure': '1', 'question': "x"}
        for login in ('portal_li', None):
            self.authenticate(login, login)
            with self._nothing_happens(self.mine):
                for action in ('message', 'accept', 'reject', 'withdraw', 'chase'):
                    path = f'/{self.mine.id}/{action}'
                    reply = self._get(path, access_token=token, **data)
                    self.assertEqual(reply.status_code, 405)
                    reply = self._post(path, csrf=False, access_token=token, **data)
                    self.assertEqual(reply.status_code, 400)
                self._get(f'/{self.mine.id}', access_token=token, done='accepted')

    def test_customers_accept_on_the_page(self):
        self.mine.with_user(self.manager)._answer("We pay the postage back.")
        self._log_in()
        self.assertIn("Do you accept this answer?", self._get(f'/{self.mine.id}').text)
        reply = self._post(f'/{self.mine.id}/accept')
        self.assertEqual(reply.status_code, 303)
        self.assertEqual(self.mine.answer_state, 'accepted')
        page = self.url_open(reply.headers['Location']).text
        self.assertIn("You have accepted our answer", page)
        self.assertNotIn("Do you accept this answer?", page)

    def test_customers_reject_with_reasons_by_the_link(self):
        self.mine.with_user(self.manager)._answer("We pay the postage back.")
        token = self.mine.sudo()._portal_ensure_token()
        self.authenticate(None, None)
        page = self._post(f'/{self.mine.id}/reject', access_token=token, opinion=" ").text
        self.assertIn("Say why you do not accept the answer", page)
        reply = self._post(f'/{self.mine.id}/reject', access_token=token, opinion="Too little")
        self.assertEqual(self.mine.round, 2)
        self.assertIn(token, reply.headers['Location'], "The link goes on to work")
        self.assertIn("Too little", self.url_open(reply.headers['Location']).text)

    def test_customers_withdraw_with_a_reason_and_a_tick(self):
        self._log_in()
        page = self._post(f'/{self.mine.id}/withdraw', reason="My mistake & theirs").text
        self.assertIn("tick the box", page)
        self.assertIn("My mistake &amp; theirs</textarea>", page, "What was typed is kept")
        self.assertFalse(self.mine.is_closed)
        self._post(f'/{self.mine.id}/withdraw', reason="My mistake", sure='1')
        self.assertEqual(self.mine.phase, 'withdrawn')
        self.assertNotIn('/withdraw"', self._get(f'/{self.mine.id}').text)

    def test_obstacles_inside_the_house_are_not_told(self):
        stage = self.procedure.stage_ids.filtered(lambda stage: stage.phase == 'withdrawn')
        self.env['complaint.stage.gate'].create(
            {'stage_id': stage.id, 'name': f"{SECRET}: sign", 'domain': "[('basis', '=', 'x')]"}
        )
        self._log_in()
        reply = self._post(f'/{self.mine.id}/withdraw', reason="My mistake", sure='1')
        page = self.url_open(reply.headers['Location']).text
        self.assertIn("somebody will see to it", page)
        self.assertNotIn(SECRET, page)
        self.assertIn("My mistake", page)

    # === FILES === #

    def test_a_file_comes_back_to_be_saved_never_shown(self):
        self._log_in()
        files = [
            ('files', ('note.txt', b'plain words', 'text/html')),
            ('files', ('receipt.pdf', b'%PDF-1.4\n%%EOF\n', 'application/pdf')),
        ]
        self._post(f'/{self.mine.id}/message', files=files, text="Two files")
        page = self._get(f'/{self.mine.id}').text
        links = re.findall(rf'/my/complaints({"/" + str(self.mine.id)}/files/\d+)', page)
        self.assertEqual(len(links), 2)
        for link, content in zip(links, (b'plain words', b'%PDF-1.4\n%%EOF\n'), strict=True):
            reply = self._get(link)
            self.assertEqual(reply.content, content)
            self.assertRegex(reply.headers['Content-Disposition'], '^attachment')
            self.assertEqual(reply.headers['X-Content-Type-Options'], 'nosniff')
            self.assertIn('sandbox', reply.headers['Content-Security-Policy'])
        self._log_in('portal_zhou')
        for link in links:
            self.assertEqual(self._get(link).status_code, 404)
        attachment = int(links[0].rpartition('/')[2])
        self.assertNotEqual(self.url_open(f'/web/content/{attachment}').status_code, 200)
        self.assertEqual(self._get(f'/{self.other.id}/files/{attachment}').status_code, 404)

    def test_what_is_a_page_two_things_or_too_large_is_refused(self):
        self._log_in()
        self.patch(complaint_case_customer, 'FILE_SIZE', 1000)
        files = self.env['ir.attachment'].sudo()
        count = files.search_count([])
        for name, content, reason in (
            ('x.html', b'<script>alert(1)</script>', "cannot be taken"),
            ('page.gif', GIF + HTML, "cannot be taken"),
            ('class.png', PNG + archive('evil.class'), "cannot be taken"),
            ('page.pdf', PDF + b'<html><body>', "cannot be taken"),
            ('large.txt', b'a' * 1001, "too large"),
        ):
            sent = {'files': (name, content, 'text/plain')}
            with self._nothing_happens(self.mine):
                page = self._post(f'/{self.mine.id}/message', files=sent, text="See").text
            self.assertIn(name, page)
            self.assertIn(reason, page, name)
            self.assertIn("See</textarea>", page)
        self.assertEqual(files.search_count([]), count)

    def test_files_of_the_house_stay_there(self):
        file = self.env['ir.attachment'].create(
            {'name': "plan.txt", 'raw': b'x', 'res_model': 'complaint.case', 'res_id': self.mine.id}
        )
        self._log_in()
        self.assertEqual(self._get(f'/{self.mine.id}/files/{file.id}').status_code, 404)
        self.assertNotEqual(self.url_open(f'/web/content/{file.id}').status_code, 200)
