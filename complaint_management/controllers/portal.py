import re

from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.complaint_case_customer import CustomerRefusal

# No page of a complaint belongs into a cache, a search engine, a frame or a referrer.
PAGE_HEADERS = {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "frame-ancestors 'self'",
    'Referrer-Policy': 'same-origin',
    'X-Frame-Options': 'SAMEORIGIN',
    'X-Robots-Tag': 'noindex',
}

# A file is for saving: whatever it holds, no browser runs it in our name.
FILE_HEADERS = {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
}

SEARCH_LENGTH = 100

# Ten files of ten megabytes, and what a browser sends around them.
UPLOAD_LENGTH = 101 * 1024 * 1024


class ComplaintPortal(CustomerPortal):
    """My complaints: the list, the page of one, and what a customer does on it.

    Everything that a visitor sends is a wish: unknown sortings, pages and filters mean the usual
    ones, and a complaint of somebody else is answered like one that does not exist.
    """

    _complaints_per_page = 20

    # === LIST === #

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if 'complaint_count' in counters:
            cases_sudo = request.env['complaint.case'].sudo()  # the domain says whose
            values['complaint_count'] = cases_sudo.search_count(self._get_complaint_domain())
        return values

    def _get_complaint_domain(self):
        return request.env['complaint.case']._get_portal_domain(request.env.user.partner_id)

    def _get_complaint_sortings(self):
        return {
            'received': {'label': request.env._("Newest"), 'order': 'received_at desc, id desc'},
            'number': {'label': request.env._("Complaint number"), 'order': 'number, id'},
            'name': {'label': request.env._("Subject"), 'order': 'name, id'},
        }

    def _get_complaint_filters(self):
        return {
            'all': {'label': request.env._("All"), 'domain': []},
            'open': {'label': request.env._("Open"), 'domain': [('is_closed', '=', False)]},
            'closed': {'label': request.env._("Closed"), 'domain': [('is_closed', '=', True)]},
        }

    def _get_complaint_search_inputs(self):
        return {
            'all': {
                'input': 'all',
                'label': request.env._("Search in everything"),
                'fields': ['number', 'name', 'description'],
            },
            'number': {
                'input': 'number',
                'label': request.env._("Search in number"),
                'fields': ['number'],
            },
            'name': {
                'input': 'name',
                'label': request.env._("Search in subject"),
                'fields': ['name'],
            },
            'text': {
                'input': 'text',
                'label': request.env._("Search in text"),
                'fields': ['description'],
            },
        }

    def _get_complaint_search_domain(self, search, search_in):
        """Return the domain of the complaints that hold the words that a visitor looks for."""
        if not search:
            return Domain.TRUE
        names = self._get_complaint_search_inputs()[search_in]['fields']
        return Domain.OR(Domain(name, 'ilike', search) for name in names)

    @http.route(
        ['/my/complaints', '/my/complaints/page/<int:page>'],
        type='http',
        auth='user',
        methods=['GET'],
        website=True,
        readonly=True,
    )
    def portal_my_complaints(
        self, page=1, sortby=None, filterby=None, search=None, search_in=None, **kwargs
    ):
        """Show the complaints of the customer who is logged in, a page of them."""
        sortings = self._get_complaint_sortings()
        filters = self._get_complaint_filters()
        inputs = self._get_complaint_search_inputs()
        sortby = sortby if sortby in sortings else 'received'
        filterby = filterby if filterby in filters else 'all'
        search_in = search_in if search_in in inputs else 'all'
        search = self._read_text(search).strip()[:SEARCH_LENGTH]
        mine = self._get_complaint_domain()
        domain = mine & Domain(filters[filterby]['domain'])
        domain &= self._get_complaint_search_domain(search, search_in)
        cases_sudo = request.env['complaint.case'].sudo()  # the domain says whose
        pager = portal_pager(
            url='/my/complaints',
            url_args={
                'sortby': sortby,
                'filterby': filterby,
                'search': search,
                'search_in': search_in,
            },
            total=cases_sudo.search_count(domain),
            page=self._read_page(page),
            step=self._complaints_per_page,
        )
        cases_sudo = cases_sudo.search(
            domain,
            order=sortings[sortby]['order'],
            limit=self._complaints_per_page,
            offset=pager['offset'],
        )
        values = {
            **self._prepare_portal_layout_values(),
            'complaints': cases_sudo._get_portal_rows(),
            'page_name': 'complaint',
            'pager': pager,
            'default_url': '/my/complaints',
            'searchbar_sortings': sortings,
            'searchbar_filters': filters,
            'searchbar_inputs': inputs,
            'sortby': sortby,
            'filterby': filterby,
            'search': search,
            'search_in': search_in,
            'is_narrowed': bool(search) or filterby != 'all',
        }
        return self._render('complaint_management.portal_my_complaints', values)

    @staticmethod
    def _read_text(value):
        """Return the text of a parameter; a file sent in its place is none."""
        # The database takes no zero characters.
        return value.replace('\0', '') if isinstance(value, str) else ''

    @staticmethod
    def _read_page(page):
        """Return the number of a page, the first for whatever is none."""
        text = str(page)
        return int(text) if re.fullmatch('[0-9]{1,9}', text) else 1

    # === PAGE === #

    @http.route(
        '/my/complaints/<int:case_id>',
        type='http',
        auth='public',
        methods=['GET'],
        website=True,
        readonly=True,
    )
    def portal_my_complaint(self, case_id, access_token=None, done=None, **kwargs):
        """Show one complaint to its customer: logged in, or by the link of a mail."""
        access_token = self._read_text(access_token)
        case_sudo = self._get_case(case_id, access_token)
        if not case_sudo:
            return self._refuse(case_id)
        notices = self._get_complaint_notices()
        return self._render_case(case_sudo, access_token, notice=notices.get(done))

    def _get_case(self, case_id, access_token):
        """Return, as superuser, a complaint that the visitor may read, or no record."""
        cases = request.env['complaint.case']
        return cases._get_portal_case(case_id, self._read_text(access_token))

    def _refuse(self, case_id):
        """Answer alike whether a complaint does not exist or is not for this visitor.

        Who is not logged in is asked to do so: the complaint may be his.
        """
        if request.env.user._is_public():
            return request.redirect_query('/web/login', {'redirect': f'/my/complaints/{case_id}'})
        return self._render(
            'complaint_management.portal_complaint_missing',
            {**self._prepare_portal_layout_values(), 'page_name': 'complaint'},
            status=404,
        )

    def _render_case(self, case_sudo, access_token, notice=None, errors=(), draft=None):
        """Return the page of one complaint.

        :param str notice: what was just done, for the reader
        :param list errors: sentences about what the reader sent
        :param dict draft: {field of a form: what the reader had typed}
        """
        values = {
            **self._prepare_portal_layout_values(),
            'page_name': 'complaint',
            'no_breadcrumbs': request.env.user._is_public(),
            'complaint': case_sudo._get_portal_values(access_token),
            'access_token': access_token or '',
            'notice': notice,
            'errors': list(errors),
            'draft': draft or {},
        }
        return self._render('complaint_management.portal_my_complaint', values)

    def _render(self, template, values, status=200):
        return request.render(template, values, headers=PAGE_HEADERS, status=status)

    def _get_complaint_notices(self):
        """Return {word in the address: what is told to the customer after it was done}."""
        return {
            'sent': request.env._("Thank you, we have received it."),
            'accepted': request.env._("Thank you. You have accepted our answer."),
            'rejected': request.env._(
                "You have not accepted our answer. We look into your complaint again."
            ),
            'withdrawn': request.env._("You have withdrawn this complaint."),
            'asked': request.env._("We have received your question and will come back to you."),
            'left': request.env._("We have received it, and somebody will see to it."),
        }

    # === FILES === #

    @http.route(
        '/my/complaints/<int:case_id>/files/<int:attachment_id>',
        type='http',
        auth='public',
        methods=['GET'],
        website=True,
        readonly=True,
    )
    def portal_complaint_file(self, case_id, attachment_id, access_token=None, **kwargs):
        """Hand out a file that the customer sent or was sent: to save it, never to show it."""
        case_sudo = self._get_case(case_id, access_token)
        file_sudo = case_sudo and case_sudo._get_portal_file(attachment_id)
        if not file_sudo:
            return self._refuse(case_id)
        stream = request.env['ir.binary']._get_stream_from(file_sudo)
        response = stream.get_response(as_attachment=True, immutable=False)
        response.headers.update(FILE_HEADERS)
        return response

    # === WHAT CUSTOMERS DO === #

    def _act(self, case_id, access_token, action, draft):
        """Do what a customer sent by a form, and show the page again.

        :param action: function of the complaint; returns the word of the notice
        :param dict draft: what he typed, to be shown again if it is refused
        """
        access_token = self._read_text(access_token)
        case_sudo = self._get_case(case_id, access_token)
        if not (case_sudo and case_sudo._is_portal_customer(access_token)):
            return self._refuse(case_id)
        try:
            with request.env.cr.savepoint():
                acting_sudo = case_sudo._in_nobodys_name()
                done = action(acting_sudo)
                acting_sudo.env.flush_all()  # what waits would be written in the reader's name
        except CustomerRefusal as refusal:
            errors = str(refusal).splitlines()
            return self._render_case(case_sudo, access_token, errors=errors, draft=draft)
        except UserError:
            # Its words are for the staff.
            errors = [request.env._("That is not possible now. Send us a message instead.")]
            return self._render_case(case_sudo, access_token, errors=errors, draft=draft)
        return request.redirect(case_sudo._get_portal_url('', access_token, done=done))

    @http.route(
        '/my/complaints/<int:case_id>/message',
        type='http',
        auth='public',
        methods=['POST'],
        website=True,
        max_content_length=UPLOAD_LENGTH,
    )
    def portal_complaint_message(self, case_id, access_token=None, text=None, **kwargs):
        """Add the customer's words and files."""
        text = self._read_text(text)

        def add(case_sudo):
            case_sudo._add_customer_words(text, request.httprequest.files.getlist('files'))
            return 'sent'

        return self._act(case_id, access_token, add, {'text': text})

    @http.route(
        '/my/complaints/<int:case_id>/accept',
        type='http',
        auth='public',
        methods=['POST'],
        website=True,
    )
    def portal_complaint_accept(self, case_id, access_token=None, **kwargs):
        """Accept the answer."""

        def accept(case_sudo):
            case_sudo._accept_answer_as_customer()
            return 'accepted'

        return self._act(case_id, access_token, accept, {})

    @http.route(
        '/my/complaints/<int:case_id>/reject',
        type='http',
        auth='public',
        methods=['POST'],
        website=True,
    )
    def portal_complaint_reject(self, case_id, access_token=None, opinion=None, **kwargs):
        """Reject the answer, with reasons."""
        opinion = self._read_text(opinion)

        def reject(case_sudo):
            return 'rejected' if case_sudo._reject_answer_as_customer(opinion) else 'left'

        return self._act(case_id, access_token, reject, {'opinion': opinion})

    @http.route(
        '/my/complaints/<int:case_id>/withdraw',
        type='http',
        auth='public',
        methods=['POST'],
        website=True,
    )
    def portal_complaint_withdraw(
        self, case_id, access_token=None, reason=None, sure=None, **kwargs
    ):
        """Withdraw the complaint, with a reason."""
        reason = self._read_text(reason)

        def withdraw(case_sudo):
            if not sure:
                raise CustomerRefusal(
                    request.env._("Confirm that you withdraw the complaint: tick the box.")
                )
            return 'withdrawn' if case_sudo._withdraw_as_customer(reason) else 'left'

        return self._act(case_id, access_token, withdraw, {'reason': reason})

    @http.route(
        '/my/complaints/<int:case_id>/chase',
        type='http',
        auth='public',
        methods=['POST'],
        website=True,
    )
    def portal_complaint_chase(self, case_id, access_token=None, question=None, **kwargs):
        """Ask how it stands, or say that a promise was not kept."""
        question = self._read_text(question)

        def chase(case_sudo):
            case_sudo._ask_for_progress(question)
            return 'asked'

        return self._act(case_id, access_token, chase, {'question': question})
