import json
import re
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import HttpCase, tagged

from .common import ComplaintCommon

DOCUMENTATION = Path(__file__).parents[2] / 'docs' / 'api.md'
EXAMPLE = re.compile(r"curl -X POST \S+?(/json/2/\S+).*?-d '(.*?)'\n```", re.DOTALL)


class ApiCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = cls.env['complaint.case'].with_user(cls.receiver)

    def _values(self, **values):
        return {
            'source': 'app',
            'external_key': 'A-1',
            'subject': "The parcel came late",
            'customer_name': "Zhang Min",
            **values,
        }

    def _find(self, reply):
        return self.env['complaint.case'].search([('number', '=', reply['number'])])


@tagged('post_install', '-at_install')
class TestApi(ApiCommon):
    """Issue 7, item 6: what an app, a call centre or a WeChat account calls."""

    def test_a_complaint_is_registered_with_codes(self):
        reply = self.api.api_register(
            self._values(
                description="Promised for Tuesday.",
                customer_phone="12345",
                customer_email="zhang.min@customer.example",
                expected_solution="The postage.",
                received_at='2026-11-20T09:30:00+08:00',
                channel='web',
                category='delivery_late',
                kind='complaint',
                procedure=self.procedure.code,
            )
        )
        case = self._find(reply)
        self.assertTrue(reply['created'])
        self.assertEqual(case.contact_owner_id, self.receiver)
        self.assertEqual(case.received_at, fields.Datetime.to_datetime('2026-11-20 01:30:00'))
        self.assertEqual(case.channel_id, self.env.ref('complaint_management.channel_web'))
        self.assertEqual(case.category_id, self.category)
        self.assertEqual(case.complainant_phone, "12345")
        self.assertEqual((reply['stage'], reply['closed']), ("Registered", False))
        self.assertRegex(reply['registered_at'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$')
        self.assertEqual(self._codes(case)[:2], ['received', 'registered'])

    def test_the_same_key_is_the_same_complaint(self):
        first = self.api.api_register(self._values())
        count = self.env['complaint.case'].search_count([])
        again = self.api.api_register(self._values(subject="Sent once more"))
        self.assertEqual(again, {**first, 'created': False})
        self.assertEqual(self.env['complaint.case'].search_count([]), count)
        for other in ({'source': 'wechat'}, {'external_key': 'A-2'}):
            self.assertTrue(self.api.api_register(self._values(**other))['created'])

    def test_a_key_that_is_taken_at_the_same_moment_runs_the_call_again(self):
        """Two calls at once: the database lets one through, the other begins anew and finds it."""
        first = self.api.api_register(self._values())
        nothing = self.api.browse()
        with (
            patch.object(type(self.api), '_get_registered', lambda self, keys: nothing),
            self.assertLogs('odoo.sql_db', 'ERROR'),
            self.assertRaises(ConcurrencyError),
        ):
            self.api.api_register(self._values())
        again = self.api.api_register(self._values())
        self.assertEqual((again['number'], again['created']), (first['number'], False))

    def test_a_key_out_of_reach_is_told_and_not_tried_for_ever(self):
        self.api.api_register(self._values())
        self.team.member_ids = [Command.clear()]
        stranger = self.api.with_user(self.legal)
        with self._refused("may not read", Exception):
            stranger.api_register(self._values())

    def test_everything_wrong_is_told_at_once_and_nothing_is_kept(self):
        count = self.env['complaint.case'].search_count([])
        with self.assertRaises(UserError) as caught:
            self.api.api_register(
                {
                    'source': 'app',
                    'customer_email': 'no address',
                    'customer_ref': 'nobody',
                    'received_at': '2026-11-20',
                    'channel': 'carrier pigeon',
                    'category': 5,
                    'stage_id': 3,
                }
            )
        sentences = str(caught.exception)
        for part in ('“external_key”', 'stage_id', '“subject”', '“customer_email”', 'nobody'):
            self.assertIn(part, sentences)
        for part in ('“received_at”', '“channel”', '“category”'):
            self.assertIn(part, sentences)
        self.assertEqual(self.env['complaint.case'].search_count([]), count)

    def test_nothing_but_the_list_is_taken(self):
        for name in ('number', 'handler_id', 'team_id', 'is_example', 'company_id', 'create_uid'):
            with self._refused(f"Unknown: {name}"):
                self.api.api_register(self._values(**{name: 1}))
        for values in (None, [], 'x', 5):
            with self._refused("object"):
                self.api.api_register(values)
        urgent = self.api.with_context(default_priority='2')
        case = self._find(urgent.api_register(self._values(external_key='A-9')))
        self.assertEqual(case.priority, '0', "Nor does a context bring anything along")
        with self._refused("too long"):
            self.api.api_register(self._values(subject="x" * 201))
        with self._refused("is a text"):
            self.api.api_register(self._values(subject={'$ne': 1}))
        with self._refused("is a text"):
            self.api.api_register(self._values(subject="a\x00b"))
        with self._refused("future"):
            ahead = fields.Datetime.now() + timedelta(days=2)
            self.api.api_register(self._values(received_at=ahead.isoformat() + 'Z'))

    def test_the_users_own_rights_decide(self):
        with self.assertRaises(AccessError):
            self.api.with_user(self.auditor).api_register(self._values())
        reply = self.api.api_register(self._values())
        for user in (self.outsider, self.legal):
            with self.assertRaises(UserError):
                self.api.with_user(user).api_get_status(number=reply['number'])

    def test_a_duplicate_answers_with_the_complaint_that_stays(self):
        survivor = self._create_case()
        duplicate = self._find(self.api.api_register(self._values()))
        duplicate._mark_duplicate(survivor)
        status = self.api.api_get_status(source='app', external_key='A-1')
        self.assertEqual((status['number'], status['closed']), (survivor.number, False))
        self.api.api_add_contact({'number': duplicate.number, 'content': "How far are you?"})
        self.assertEqual(survivor.contact_ids.content, "How far are you?")

    def test_a_known_customer_is_found_by_reference(self):
        self.customer.ref = 'K-77'
        case = self._find(self.api.api_register(self._values(customer_ref='K-77')))
        self.assertEqual(case.partner_id, self.customer)

    def test_a_contact_is_added_once(self):
        reply = self.api.api_register(self._values())
        values = {
            'number': reply['number'],
            'content': "How far are you?",
            'means': 'message',
            'purpose': 'chase',
            'contact_key': 'C-1',
        }
        self.assertTrue(self.api.api_add_contact(values)['created'])
        self.assertFalse(self.api.api_add_contact(values)['created'])
        [contact] = self._find(reply).contact_ids
        self.assertEqual(
            (contact.means, contact.direction, contact.purpose, contact.content, contact.user_id),
            ('message', 'in', 'chase', "How far are you?", self.receiver),
        )
        self.assertIn('contacted', self._codes(self._find(reply)))

    def test_a_contact_tells_everything_wrong_at_once(self):
        with self.assertRaises(UserError) as caught:
            self.api.api_add_contact(
                {'means': 'pigeon', 'purpose': 'answer', 'direction': 'up', 'promise': "x"}
            )
        for part in ('content', 'means', 'purpose', 'direction', 'promise'):
            self.assertIn(part, str(caught.exception))
        with self._refused("no such complaint"):
            self.api.api_add_contact({'content': "x", 'number': 'C0000-000000'})
        reply = self.api.api_register(self._values())
        with self._refused("Say why"):
            self.api.api_add_contact(
                {'number': reply['number'], 'content': "x", 'occurred_at': '2020-01-01T00:00:00Z'}
            )

    def test_the_status_tells_what_a_customer_may_read(self):
        reply = self.api.api_register(self._values(description="Promised for Tuesday."))
        case = self._find(reply)
        # Earlier than any time limit that the standard procedure promises.
        promised = self.env.cr.now().replace(microsecond=0) + timedelta(minutes=5)
        case.with_user(self.receiver)._record_contact(
            {
                'means': 'phone',
                'purpose': 'progress',
                'content': "We call.",
                'promise': "A call.",
                'promise_date': promised,
            }
        )
        status = self.api.api_get_status(source='app', external_key='A-1')
        self.assertEqual(status['promised_date'], promised.isoformat() + 'Z')
        self.assertEqual(status, self.api.api_get_status(number=case.number))
        self._move(case, 'acknowledgement', 'assessment')
        self.assertEqual(self.api.api_get_status(number=case.number)['stage'], "Being assessed")
        for wrong in ({}, {'number': 'x'}, {'source': 'app'}, {'number': '%'}):
            with self._refused("no such complaint"):
                self.api.api_get_status(**wrong)
        with self._refused("are texts"):
            self.api.api_get_status(number=[1])


@tagged('post_install', '-at_install')
class TestOverriddenMethods(ComplaintCommon):
    """What other programs call on any model of Odoo works on ours as well."""

    def test_what_takes_no_ids_takes_none_where_we_extend_it(self):
        """Odoo asks the last definition alone: else it takes the first argument for ids."""
        lost, extended = set(), set()
        for name, model in self.registry.items():
            ours = [k for k in model.__mro__ if k.__module__.startswith('odoo.addons.complaint_')]
            for method in {key for k in ours for key in vars(k) if not key.startswith('_')}:
                definitions = [vars(k)[method] for k in model.__mro__ if method in vars(k)]
                if any(getattr(definition, '_api_model', False) for definition in definitions):
                    extended.add(method)
                    if not getattr(definitions[0], '_api_model', False):
                        lost.add(f'{name}.{method}')
        self.assertLessEqual({'create', 'search_read', 'default_get'}, extended)
        self.assertFalse(lost)


@tagged('post_install', '-at_install')
class TestApiDocumentation(ApiCommon, HttpCase):
    """The examples of docs/api.md, sent as they stand there."""

    def test_every_example_works(self):
        key = self.env['res.users.apikeys'].with_user(self.receiver)
        key = key._generate('rpc', "Test", fields.Datetime.now() + timedelta(days=1))
        examples = EXAMPLE.findall(DOCUMENTATION.read_text(encoding='utf-8'))
        self.assertEqual(
            [path.rpartition('/')[2] for path, _body in examples],
            ['api_register', 'api_add_contact', 'api_get_status'],
        )
        headers = {'Authorization': f'bearer {key}', 'Content-Type': 'application/json'}
        replies = []
        for path, body in examples:
            reply = self.url_open(path, data=body, headers=headers)
            self.assertEqual(reply.status_code, 200, reply.text)
            replies.append(reply.json())
        self.assertEqual(len({reply['number'] for reply in replies}), 1)
        text = DOCUMENTATION.read_text(encoding='utf-8')
        shown = json.loads(re.search(r'```json\n(.*?)```', text, re.DOTALL)[1])
        self.assertEqual(shown.keys(), replies[0].keys())
        case = self._find(replies[0])
        self.assertEqual(case.contact_ids.purpose, 'chase')
        path, body = examples[0]
        self.assertFalse(self.url_open(path, data=body, headers=headers).json()['created'])
        with self.assertLogs('odoo.http', 'WARNING'):
            wrong = self.url_open(path, data='{"values": {"x": 1}}', headers=headers)
        self.assertEqual(wrong.status_code, 422, wrong.text)
        self.assertIn('external_key', wrong.json()['message'])
        headers['Authorization'] = 'bearer wrong'
        self.assertEqual(self.url_open(path, data=body, headers=headers).status_code, 401)
