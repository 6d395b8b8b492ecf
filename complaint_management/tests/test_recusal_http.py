import json

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .test_recusal_doors import ROLES


@tagged('post_install', '-at_install')
class TestRecusalHttp(HttpCase):
    """T16 over HTTP: the routes of the chatter, files, links and printed forms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {}
        for name in ('accused', 'peer'):
            user = new_test_user(cls.env, login=f'recusal_{name}', name=name, groups=ROLES)
            user.notification_type = 'inbox'
            cls.users[name] = user
        cls.employee = cls.env['hr.employee'].create(
            {'name': "accused", 'user_id': cls.users['accused'].id}
        )
        cls.case = cls.env['complaint.case'].create(
            {'name': "The parcel came late", 'description': "x", 'complainant_name': "Li Wei"}
        )
        cls.message = cls.case.message_post(
            body="He was rude.",
            partner_ids=[user.partner_id.id for user in cls.users.values()],
            subtype_xmlid='mail.mt_comment',
        )
        cls.file = cls.env['ir.attachment'].create(
            {
                'name': "letter.txt",
                'raw': b"He was rude.",
                'res_model': 'complaint.case',
                'res_id': cls.case.id,
                'public': True,
            }
        )

    def _rpc(self, route, **params):
        response = self.url_open(
            route,
            data=json.dumps({'jsonrpc': '2.0', 'params': params}),
            headers={'Content-Type': 'application/json'},
        )
        return response.text

    def _get_answers(self, name):
        """Return {route: whether its answer shows something of the case}."""
        user = self.users[name]
        self.authenticate(user.login, user.login)
        thread = {'thread_model': 'complaint.case', 'thread_id': self.case.id}
        token = self.case.sudo()._portal_ensure_token()
        answers = {
            'inbox': self._rpc('/mail/inbox/messages'),  # what is opened leaves it
            'messages': self._rpc('/mail/thread/messages', **thread),
            'data': self._rpc(
                '/mail/data',
                fetch_params=[
                    ['mail.thread', {**thread, 'request_list': ['display_name', 'followers']}]
                ],
            ),
            'post': self._rpc(
                '/mail/message/post', **thread, token=token, post_data={'body': "He was rude."}
            ),
            'file': self.url_open(f'/web/content/{self.file.id}').text,
            'read': self._rpc(
                '/web/dataset/call_kw/complaint.case/web_read',
                model='complaint.case',
                method='web_read',
                args=[[self.case.id]],
                kwargs={'specification': {'name': {}, 'description': {}}},
            ),
        }
        shown = {}
        for route, text in answers.items():
            shown[route] = "He was rude" in text or "The parcel" in text
        return shown

    def test_routes_of_odoo_show_nothing_to_the_recused(self):
        routes = ('messages', 'inbox', 'data', 'post', 'file', 'read')
        for name in self.users:
            self.assertEqual(self._get_answers(name), dict.fromkeys(routes, True), name)
        self.case.accused_employee_ids = [Command.set(self.employee.ids)]
        self.env.flush_all()
        self.message.sudo().notification_ids.is_read = False
        with mute_logger('odoo.http'):  # the refusals
            self.assertEqual(self._get_answers('accused'), dict.fromkeys(routes, False))
        self.assertEqual(self._get_answers('peer'), dict.fromkeys(routes, True))
