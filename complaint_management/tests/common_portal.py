from contextlib import contextmanager

from odoo import http
from odoo.tests import HttpCase, new_test_user

from .common import ComplaintCommon


class PortalCommon(ComplaintCommon):
    """Customers who log in.

    li: the customer of the usual case; zhou: somebody else
    Acme, a company: its own user acme, and ann and bob, who belong to it
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme_partner = cls.env['res.partner'].create({'name': "Acme", 'is_company': True})
        cls.zhou_partner = cls.env['res.partner'].create({'name': "Zhou Min"})
        colleagues = cls.env['res.partner'].create(
            [{'name': name, 'parent_id': cls.acme_partner.id} for name in ("Ann", "Bob")]
        )
        partners = {
            'li': cls.customer,
            'zhou': cls.zhou_partner,
            'acme': cls.acme_partner,
            'ann': colleagues[0],
            'bob': colleagues[1],
        }
        for login, partner in partners.items():
            user = new_test_user(
                cls.env,
                login=f'portal_{login}',
                password=f'portal_{login}',
                name=partner.name,
                email=partner.email or f'{login}@customer.example',
                groups='base.group_portal',
                partner_id=partner.id,
                tz='Asia/Shanghai',
            )
            setattr(cls, login, user)

    def _visible(self, user):
        """Return the complaints that a user finds on the portal."""
        cases = self.env['complaint.case'].with_user(user)
        return cases.sudo().search(cases._get_portal_domain(user.partner_id))

    def _as_customer(self, case, user=None):
        """Return a case as the pages get it: superuser, acting for a customer."""
        self.env.invalidate_all()
        return case.with_user(user or self.li).sudo()

    def _answered_case(self, **values):
        """Return a case whose customer has an answer to decide on."""
        case = self._create_worked_case(**values)
        case.with_user(self.manager)._answer("We pay the postage back.")
        return case


class PortalHttpCommon(PortalCommon, HttpCase):
    """The same over HTTP: li has the complaint mine, zhou the complaint other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls._create_worked_case()
        cls.other = cls._create_case(name="The fridge of Zhou", partner_id=cls.zhou_partner.id)
        cls.public = cls.env.ref('base.public_user')

    # === HELPERS === #

    def _log_in(self, login='portal_li'):
        self.authenticate(login, login)

    def _get(self, path, **parameters):
        self.env.flush_all()
        return self.url_open(f'/my/complaints{path}', params=parameters, allow_redirects=False)

    def _post(self, path, files=None, csrf=True, **data):
        self.env.flush_all()
        if csrf:
            data['csrf_token'] = http.Request.csrf_token(self)
        reply = self.url_open(
            f'/my/complaints{path}', data=data, files=files, allow_redirects=False
        )
        self.env.invalidate_all()
        return reply

    def _rpc(self, path, **params):
        return self.url_open(path, json={'params': params}).json()

    def _state(self, case):
        """Return what would differ if anything had happened to a complaint."""
        self.env.invalidate_all()
        case = case.sudo()
        lines = (case.event_count, len(case.message_ids), len(case.contact_ids))
        return (case.stage_id, case.round, case.answer_state, lines, len(case.activity_ids))

    @contextmanager
    def _nothing_happens(self, *cases):
        before = [self._state(case) for case in cases]
        yield
        self.assertEqual([self._state(case) for case in cases], before)
