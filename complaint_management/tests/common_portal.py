from odoo.tests import new_test_user

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
