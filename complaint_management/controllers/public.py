import time

from werkzeug.exceptions import BadRequest, NotFound

from odoo import http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import pager

# Files of a form together; what is longer is refused before it is read.
MAX_BYTES = 55 * 1024 * 1024
# Whoever entered a key and then walked away from the computer is forgotten after this time.
FOLLOW_SECONDS = 30 * 60
THANKS_SECONDS = 60 * 60
PAGE_SIZE = 20
MAX_ID = 2**31 - 1

FOLLOW_SESSION = 'complaint_follow'
THANKS_SESSION = 'complaint_thanks'
WRONG_SESSION = 'complaint_wrong_key'

HEADERS = {
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Content-Security-Policy': "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; "
    "object-src 'none'",
}
NOT_INDEXED = {'X-Robots-Tag': 'noindex, nofollow'}


class ComplaintPublic(http.Controller):
    """Pages for everybody: send a complaint, follow it with its key, read published results.

    Written for an attacker: what comes in is taken by name and cleaned, GET changes nothing,
    nothing is reached but by the key, and every refusal tells the same.
    """

    # === FILING === #

    @http.route('/complaint/new', type='http', auth='public', website=True, sitemap=False)
    def choose_team(self, **_params):
        """Let a visitor choose where to complain; with one choice there is nothing to choose."""
        teams = request.env['complaint.team']._get_public_teams()
        if not teams:
            raise NotFound
        if len(teams) == 1:
            return request.redirect(f'/complaint/new/{teams.public_slug}')
        return self._render('complaint_management.public_teams', {'teams': teams})

    @http.route(
        '/complaint/new/<string:slug>',
        type='http',
        auth='public',
        website=True,
        sitemap=False,
        methods=['GET'],
    )
    def show_form(self, slug, **_params):
        """Show the form of a team."""
        return self._render_form(self._get_team(slug))

    @http.route(
        '/complaint/new/<string:slug>',
        type='http',
        auth='public',
        website=True,
        sitemap=False,
        methods=['POST'],
        max_content_length=MAX_BYTES,
    )
    def send_form(self, slug, **params):
        """Take in what a visitor filled in, or show it again with all that is wrong."""
        team = self._get_team(slug)
        throttle = request.env['complaint.public.throttle']
        if throttle._exceeds('filing_limit', self._get_address()):
            return self._refuse()
        form = request.env['complaint.public.form']
        typed, values, errors = form._read(team, params)
        files, wrong_files = form._read_files(request.httprequest.files.getlist('files'))
        if wrong_files:
            errors['files'] = wrong_files
        opened = form._open_token(team, params.get('token'))
        if not opened:
            errors['form'] = request.env._("The form was open for too long. Please send it again.")
        if errors:
            return self._render_form(team, typed, errors, opened)
        nonce, question, moment = opened
        if wrong_answer := self._check_person(params, values, question, moment):
            return self._render_form(team, typed, wrong_answer, asks=True)
        if throttle._claim('form', nonce, moment):
            partner = None if request.env.user._is_public() else request.env.user.partner_id
            case = request.env['complaint.case']._file_publicly(team, values, files, partner)
            request.session[THANKS_SESSION] = {
                'case_id': case.id,
                'key': case._get_access_key(),
                'until': time.time() + THANKS_SECONDS,
            }
        return request.redirect('/complaint/thanks')

    def _check_person(self, params, values, question, moment):
        """Ask for an answer in words from whoever looks like a robot or sends a lot.

        :return: {field: sentence}, empty when nothing stands against the form
        """
        form = request.env['complaint.public.form']
        if question and question._is_answered_by(form._clean(params.get('answer'), 200)):
            return {}
        throttle = request.env['complaint.public.throttle']
        suspicious = [
            bool(params.get('homepage')),  # no person sees that field
            form._is_hasty(moment),
            throttle._exceeds('question_after', self._get_address()),
            *(throttle._exceeds('contact_limit', way, 24) for way in self._get_contacts(values)),
        ]
        if not any(suspicious) or not request.env['complaint.public.question']._pick():
            return {}
        sentence = request.env._("Answer this question, so that we know that a person writes.")
        if question:
            sentence = request.env._("That is not the answer. Here is another question.")
        return {'answer': sentence}

    def _get_contacts(self, values):
        """Return the ways to reach the complainant, each as it is always the same."""
        phone = ''.join(filter(str.isdigit, values.get('complainant_phone', '')))[-10:]
        return [way for way in (phone, values.get('complainant_email')) if way]

    def _render_form(self, team, typed=None, errors=None, opened=None, asks=False):
        """Show the form of a team, with what was typed and what is wrong.

        :param opened: what `_open_token` said of the form that came back, so that its question
            stays
        """
        form = request.env['complaint.public.form']
        question = opened[1] if opened else request.env['complaint.public.question']
        if asks:
            question = question._pick()
        values = {
            'team': team,
            'sections': form._get_sections(team),
            'typed': typed or {},
            'errors': errors or {},
            'question': question,
            'token': form._sign(team, question, at=opened and opened[2].timestamp()),
            'file_hint': form._get_file_hint(),
            'file_types': form._get_accepted_extensions(),
            'lost_files': bool(errors) and self._has_files(),
        }
        return self._render('complaint_management.public_form', values, indexed=True)

    @http.route(
        '/complaint/thanks',
        type='http',
        auth='public',
        website=True,
        sitemap=False,
        methods=['GET'],
    )
    def thank(self, **_params):
        """Tell number, key and date of the complaint that was just sent, once."""
        thanks = request.session.pop(THANKS_SESSION, None)
        if not thanks or thanks['until'] < time.time():
            return request.redirect('/complaint/follow')
        # Only this visitor's own session names the case.
        case = request.env['complaint.case'].sudo().browse(thanks['case_id']).exists()
        if not case:
            return request.redirect('/complaint/follow')
        values = {'status': case._get_public_status(), 'key': thanks['key'], 'case': case}
        return self._render('complaint_management.public_thanks', values)

    # === FOLLOWING === #

    @http.route(
        '/complaint/follow',
        type='http',
        auth='public',
        website=True,
        sitemap=False,
        methods=['GET'],
    )
    def follow(self, **_params):
        """Show how the complaint stands whose key was entered, or ask for a key."""
        case = self._get_followed_case()
        wrong = request.session.pop(WRONG_SESSION, None)
        return self._render_status(case) if case and wrong is None else self._render_key(wrong)

    # Without what a page needs: it only looks up and leads on, and must be cheap.
    @http.route('/complaint/follow', type='http', auth='public', methods=['POST'])
    def enter_key(self, key='', **_params):
        """Open the complaint of a key for a while; wrong keys all get the same answer.

        Any answer but a refusal is a way back to the page, which costs nothing to make.
        """
        if request.env['complaint.public.throttle']._exceeds('lookup_limit', self._get_address()):
            return self._refuse()
        key = key if isinstance(key, str) else ''
        case = request.env['complaint.case']._find_by_access_key(key)
        if not case:
            request.session[WRONG_SESSION] = key[:100]
            return request.redirect('/complaint/follow')
        request.session.pop(WRONG_SESSION, None)
        request.session[FOLLOW_SESSION] = {
            'case_id': case.id,
            'digest': case.access_key_hash,
            'until': time.time() + FOLLOW_SECONDS,
        }
        # Whoever knew the session before does not get in with it.
        request.session.should_rotate = True
        return request.redirect('/complaint/follow')

    @http.route(
        '/complaint/follow/add',
        type='http',
        auth='public',
        website=True,
        sitemap=False,
        methods=['POST'],
        max_content_length=MAX_BYTES,
    )
    def add(self, **params):
        """Keep a message or files that the complainant adds."""
        case = self._get_followed_case()
        if not case:
            return request.redirect('/complaint/follow')
        form = request.env['complaint.public.form']
        text = form._clean(params.get('message'), 10_000)
        files, wrong_files = form._read_files(request.httprequest.files.getlist('files'))
        errors = {'files': wrong_files} if wrong_files else {}
        if not text and not files and not errors:
            errors['message'] = request.env._("Write something, or choose a file.")
        if not errors and request.env['complaint.public.throttle']._exceeds(
            'message_limit', f'case {case.id}'
        ):
            errors['message'] = request.env._("That was a lot at once. Try again in an hour.")
        if errors:
            return self._render_status(case, text, errors)
        case._add_publicly(text, files)
        request.session[FOLLOW_SESSION] = {**request.session[FOLLOW_SESSION], 'added': True}
        return request.redirect('/complaint/follow')

    @http.route(
        '/complaint/follow/leave',
        type='http',
        auth='public',
        website=True,
        sitemap=False,
        methods=['POST'],
    )
    def leave(self, **_params):
        """Forget whose complaint was followed."""
        request.session.pop(FOLLOW_SESSION, None)
        return request.redirect('/complaint/follow')

    def _get_followed_case(self):
        """Return the case whose key this session holds, as superuser, or none."""
        followed = request.session.get(FOLLOW_SESSION) or {}
        # Only the session names the case, and only who had its key has that session. The key says
        # nothing of who is logged in.
        cases = request.env['complaint.case']._as_visitor()
        if followed.get('until', 0) < time.time():
            return cases
        case = cases.browse(followed['case_id']).exists()
        is_open = case and case.company_id.complaint_public_pages
        # A new key shuts out whoever came with the old one.
        return (
            case
            if is_open and consteq(case.access_key_hash or '', followed['digest'])
            else cases.browse()
        )

    def _render_key(self, wrong=None):
        """Ask for the key; `wrong` is one that was just tried."""
        errors = {}
        if wrong is not None:
            errors['key'] = request.env._(
                "No complaint is found by this key. Look at it again: letters and digits count, "
                "hyphens and spaces do not."
            )
        values = {'key': wrong or '', 'errors': errors}
        return self._render('complaint_management.public_key', values)

    def _render_status(self, case, message='', errors=None):
        followed = dict(request.session[FOLLOW_SESSION])
        added = followed.pop('added', False)
        request.session[FOLLOW_SESSION] = {**followed, 'until': time.time() + FOLLOW_SECONDS}
        form = request.env['complaint.public.form']
        values = {
            'status': case._get_public_status(),
            'message': message,
            'errors': errors or {},
            'added': added and not errors,
            'file_hint': form._get_file_hint(),
            'file_types': form._get_accepted_extensions(),
            'lost_files': bool(errors) and self._has_files(),
        }
        return self._render('complaint_management.public_status', values)

    # === PUBLISHED RESULTS === #

    @http.route(
        ['/complaint/published', '/complaint/published/page/<int:page>'],
        type='http',
        auth='public',
        website=True,
        sitemap=False,
        methods=['GET'],
    )
    def list_published(self, page=1, **_params):
        """List the published results, the newest first."""
        # Nobody reads cases here but through this domain and the fields that the page names.
        cases = request.env['complaint.case'].sudo()
        domain = cases._get_published_domain()
        pages = pager('/complaint/published', cases.search_count(domain), page, PAGE_SIZE)
        found = cases.search(
            domain, order='published_at desc, id desc', limit=PAGE_SIZE, offset=pages['offset']
        )
        values = {'cases': found, 'pager': pages}
        return self._render('complaint_management.public_results', values, indexed=True)

    @http.route(
        '/complaint/published/<int:case_id>',
        type='http',
        auth='public',
        website=True,
        sitemap=False,
        methods=['GET'],
    )
    def show_published(self, case_id, **_params):
        """Show one published result."""
        if not 0 < case_id <= MAX_ID:
            raise NotFound
        cases = request.env['complaint.case'].sudo()  # idem
        case = cases.search(cases._get_published_domain() & Domain('id', '=', case_id))
        if not case:
            raise NotFound
        return self._render('complaint_management.public_result', {'case': case}, indexed=True)

    # === HELPERS === #

    def _get_team(self, slug):
        """Return the team with this word in its address.

        :raise NotFound: there is none, or it is not open to everybody
        :raise BadRequest: no address has such a word
        """
        if '\0' in slug:
            raise BadRequest
        teams = request.env['complaint.team']._get_public_teams(slug)
        if not teams:
            raise NotFound
        return teams

    def _has_files(self):
        """Say whether files came along; no browser can be told to keep them in its form."""
        return any(file.filename for file in request.httprequest.files.getlist('files'))

    def _get_address(self):
        """Return whom the address of this request stands for."""
        address = request.httprequest.remote_addr
        return request.env['complaint.public.throttle']._get_network(address)

    def _render(self, template, values, indexed=False):
        """Return a page with headers that keep it out of caches, frames and, mostly, indexes."""
        response = request.render(template, {'page_name': 'complaint_public', **values})
        response.headers.update(HEADERS if indexed else {**HEADERS, **NOT_INDEXED})
        return response

    def _refuse(self):
        """Answer whoever asks too often, at little cost."""
        # Without what pages of the portal show about company and visitor.
        qweb = request.env['ir.qweb'].with_context(minimal_qcontext=True)
        page = qweb._render('complaint_management.public_too_many', {'lang': request.env.lang})
        headers = [*HEADERS.items(), *NOT_INDEXED.items(), ('Retry-After', '3600')]
        response = request.make_response(page, headers)
        response.status_code = 429
        return response
