from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_masking import MaskingCommon

LINKED = 'access_token'


@tagged('post_install', '-at_install')
class TestAttackerLinks(MaskingCommon):
    """The link in a customer's mail opens the customer's page to whoever has it, without a log-in.

    So it is for who talks to the customer: sees the contact data and works on the complaint.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fresh = cls._create_case(handler_id=cls.outside.id, department_id=cls.department.id)
        cls.sent = cls._create_case(handler_id=cls.outside.id, department_id=cls.department.id)
        cls.token = cls.sent.sudo()._portal_ensure_token()
        cls.env.flush_all()

    def _share(self, user, case):
        wizard = self.env['portal.share'].with_user(user).sudo(False)
        wizard = wizard.with_context(active_model=case._name, active_id=case.id)
        return wizard.default_get(['share_link'])['share_link']

    def test_who_gets_the_link(self):
        for user, gets in (
            (self.handler, True),
            (self.receiver, True),
            (self.manager, True),
            (self.committee, True),
            (self.auditor, False),
            (self.outside, False),
            (self.department_head, False),
            (self.admin, False),
        ):
            for case in (self.sent, self.fresh):
                for call in (
                    lambda user=user, case=case: self._as(user, case).get_portal_url(),
                    lambda user=user, case=case: self._share(user, case),
                ):
                    told = self._hear(call)
                    token = case.sudo().access_token
                    self.assertEqual(LINKED in told, gets, f"{user.name}: {told}")
                    self.assertEqual(bool(token) and token in told, gets, user.name)
                    if not gets:
                        self.assertIn("who talk to the customer", told)
                        self.assertEqual(bool(token), case == self.sent, "Nothing was written")
            self.fresh.sudo().access_token = False

    def test_shown_with_a_reason_the_handler_gets_it(self):
        self._as(self.outside, self.sent)._unmask("Send the link again")
        self.assertIn(self.token, self._as(self.outside, self.sent).get_portal_url())

    def test_nobody_reads_or_finds_the_key_itself(self):
        for user in (self.handler, self.manager, self.auditor, self.admin, self.outside):
            case = self._as(user, self.sent)
            domain = [('id', '=', case.id)]
            for road, call in {
                'read': lambda c=case: c.read([LINKED]),
                'web_read': lambda c=case: c.web_read({LINKED: {}}),
                'all': lambda c=case: c.read(),
                'export': lambda c=case: c.export_data([LINKED])['datas'],
                'group': lambda c=case, d=domain: c.formatted_read_group(d, [LINKED], ['__count']),
                'most': lambda c=case, d=domain: c.formatted_read_group(d, [], [f'{LINKED}:max']),
                'line': lambda c=case: c.event_ids[:1].web_read(
                    {'case_id': {'fields': {LINKED: {}}}}
                ),
            }.items():
                self.assertNotIn(self.token, self._hear(call), f"{user.name} {road}")
            for guess in ((LINKED, '=like', f'{self.token[:1]}%'), (LINKED, '=', self.token)):
                self.assertFalse(case.search(domain + [guess]), user.name)
        with self.assertRaises(AccessError):
            self._as(self.auditor, self.sent).get_portal_url()

    def test_mails_to_the_customer_bring_it(self):
        """Whoever has the system write to the customer, also who gets no link himself."""
        self.fresh.with_user(self.receiver).message_subscribe(self.customer.ids)
        for user in (self.outside, self.receiver):
            case = self._as(user, self.fresh)
            message = case.message_post(
                body="We look into it.",
                partner_ids=self.customer.ids,
                subtype_xmlid='mail.mt_comment',
            )
            groups = dict(
                (name, data)
                for name, _test, data in case._notify_get_recipients_groups(message, "Complaint")
            )
            token = self.fresh.sudo().access_token
            self.assertTrue(token)
            self.assertIn(token, groups['portal_customer']['button_access']['url'], user.name)
        self.assertIn(token, self._as(self.outside, self.fresh)._get_customer_url())
