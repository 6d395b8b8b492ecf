import json
import re
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common_portal import PortalHttpCommon

SECRET = "s3cr3t"

# What of a complaint is the customer's own, or the key of the link itself.
SHOWN_COLUMNS = {
    *('name', 'number', 'description', 'expected_solution', 'access_token'),
    *('complainant_email', 'complainant_email_key', 'event_head'),
}


@tagged('post_install', '-at_install')
class TestPortalInternal(PortalHttpCommon):
    """Nothing internal reaches a customer: not in a page, not by a call (issue 7; F12)."""

    def _plant_in_case(self, case):
        """Write a secret into every text of a complaint that is not the customer's own."""
        self.env.flush_all()
        for name, field in case._fields.items():
            text = field.store and field.column_type and field.type in ('char', 'text', 'html')
            if text and name not in SHOWN_COLUMNS:
                self.env.cr.execute(
                    SQL(
                        "UPDATE complaint_case SET %s = %s WHERE id = %s",
                        SQL.identifier(name),
                        f'{SECRET}-{name}',
                        case.id,
                    )
                )
        self.env.invalidate_all()

    def _plant_line(self, model, case, planted):
        """Insert a line whose texts are secrets, without asking the model; return its id."""
        values = {}
        for name, field in self.env[model]._fields.items():
            if not (field.store and field.column_type) or name == 'id':
                continue
            value = self._get_planted_value(model, field, case, planted)
            if value is not None:
                values[name] = value
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) VALUES %s RETURNING id",
                SQL.identifier(self.env[model]._table),
                SQL(', ').join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        return self.env.cr.fetchone()[0]

    def _get_planted_value(self, model, field, case, planted):
        if field.name in ('case_id', 'company_id'):
            return case.id if field.name == 'case_id' else case.company_id.id
        if field.type in ('char', 'text', 'html') and not field.translate:
            return 'UTC' if field.name == 'tz' else f'{SECRET}-{model}-{field.name}'
        if not field.required:
            return None
        if field.type == 'many2one':
            comodel = field.comodel_name
            if comodel in planted:
                return planted[comodel]
            found = self.env[comodel].sudo().with_context(active_test=False).search([], limit=1)
            return found.id or self._plant_line(comodel, case, planted)
        if field.type == 'selection':
            return field.get_values(self.env)[0]
        return {
            'datetime': self.env.cr.now(),
            'date': self.env.cr.now().date(),
            'boolean': False,
            'integer': 900,  # no number that a line has already
        }.get(field.type, 1)

    def _plant_around(self, case):
        """Give secrets as names to everything that a complaint refers to."""
        case = case.sudo()
        for record in (
            *(case.stage_id, case.team_id, case.procedure_id, case.department_id, case.grade_id),
            *(case.category_id, case.kind_id, case.handler_id, case.contact_owner_id),
            *(case.closing_reason_id, case.channel_id, self.manager),
        ):
            if record:
                record.name = f'{SECRET}-{record._name}'
        case.message_post(body=f'{SECRET}-note', subtype_xmlid='mail.mt_note')
        case.message_post(body=f'{SECRET}-comment', subtype_xmlid='mail.mt_comment')
        case.activity_schedule(
            'mail.mail_activity_data_todo', summary=f'{SECRET}-do', user_id=self.handler.id
        )
        self.env['ir.attachment'].create(
            {'name': f'{SECRET}.txt', 'raw': b'x', 'res_model': case._name, 'res_id': case.id}
        )

    def test_nothing_internal_stands_in_a_page(self):
        """Every text field of a complaint and its lines holds a secret; no page holds one."""
        case = self.mine
        case.with_user(self.manager)._answer("We pay the postage back.")
        line = self.registry['complaint.case.line']
        models = [
            name
            for name, model in self.registry.items()
            if issubclass(model, line) and not model._abstract and model._auto
        ]
        self.assertGreater(len(models), 15)
        planted = {}
        with self.env.cr.savepoint():
            for name in sorted(models):
                planted[name] = self._plant_line(name, case, planted)
        self._plant_around(case)
        self._plant_in_case(case)
        for name, number in planted.items():
            self.assertIn(SECRET, str(self.env[name].browse(number).sudo().read()), name)
        self.assertIn(SECRET, str(case.sudo().read(['facts', 'basis', 'closing_note'])))
        token = case.sudo()._portal_ensure_token()
        self._log_in()
        pages = [self._get(''), self._get(f'/{case.id}'), self.url_open('/my/home')]
        self.authenticate(None, None)
        pages.append(self._get(f'/{case.id}', access_token=token))
        for page in pages:
            self.assertEqual(page.status_code, 200)
            found = re.findall(rf'{SECRET}\S*', page.text + str(page.headers))
            self.assertEqual(found, [])
        self.assertIn("We pay the postage back.", pages[-1].text)

    @mute_logger('odoo.http', 'odoo.addons.base.models.ir_model', 'odoo.addons.base.models.ir_rule')
    def test_no_model_answers_a_customers_call(self):
        """F12: `call_kw` of a customer is refused by each of our models."""
        self._log_in()
        names = [
            name
            for name, model in self.registry.items()
            if name.startswith('complaint.') and not model._abstract
        ]
        with self._nothing_happens(self.mine):
            for name in names:
                reply = self._rpc(
                    f'/web/dataset/call_kw/{name}/search_read',
                    model=name,
                    method='search_read',
                    args=[[], ['id']],
                    kwargs={},
                )
                self.assertIn('error', reply, name)
                self.assertEqual(reply['error']['data']['name'], 'odoo.exceptions.AccessError')
            for method, args in (
                ('read', [[self.mine.id], ['facts']]),
                ('write', [[self.mine.id], {'facts': "x"}]),
                ('create', [{'name': "x"}]),
                ('action_customer_accepted', [[self.mine.id]]),
                ('action_register', [[self.mine.id]]),
                ('action_publish', [[self.mine.id]]),
                ('name_search', ["x"]),
                ('message_post', [[self.mine.id]]),
                ('get_portal_url', [[self.mine.id]]),
            ):
                reply = self._rpc(
                    f'/web/dataset/call_kw/complaint.case/{method}',
                    model='complaint.case',
                    method=method,
                    args=args,
                    kwargs={},
                )
                self.assertIn('error', reply, method)

    @mute_logger('odoo.http')
    def test_no_key_of_the_customers_opens_json_2(self):
        key = (
            self.env['res.users.apikeys']
            .with_user(self.li)
            .sudo()
            ._generate(None, "Test", self.env.cr.now() + timedelta(days=90))
        )
        for name in ('complaint.case', 'complaint.event', 'complaint.procedure'):
            reply = self.url_open(
                f'/json/2/{name}/search_read',
                json={'domain': [], 'fields': ['id']},
                headers={'Authorization': f'Bearer {key}'},
            )
            self.assertEqual(reply.status_code, 403, name)

    @mute_logger('odoo.http')
    def test_the_link_opens_nothing_of_odoos_thread(self):
        case = self.mine.sudo()
        case.message_post(body=f'{SECRET}-note', subtype_xmlid='mail.mt_note')
        case.message_post(body=f'{SECRET}-comment', subtype_xmlid='mail.mt_comment')
        self._plant_around(self.mine)
        token = case._portal_ensure_token()
        keys = {'token': token, 'pid': self.customer.id, 'hash': case._sign_token(self.customer.id)}
        thread = {'thread_model': 'complaint.case', 'thread_id': case.id}
        wanted = ['activities', 'attachments', 'followers', 'display_name', 'suggestedRecipients']
        fetch = ['mail.thread', {**thread, 'request_list': wanted, 'access_params': keys}]
        self.env.flush_all()
        for login in ('portal_li', None):
            self.authenticate(login, login)
            with self._nothing_happens(self.mine):
                replies = [
                    self._rpc('/mail/data', fetch_params=[fetch]),
                    self._rpc('/portal/chatter_init', **thread, **keys),
                    self._rpc('/mail/chatter_fetch', **thread, **keys),
                    self._rpc('/mail/chatter_fetch', **thread),
                    self._rpc('/mail/thread/messages', **thread),
                    self._rpc('/mail/message/post', **thread, **keys, post_data={'body': "x"}),
                ]
            self.assertNotIn(SECRET, json.dumps(replies))
            self.assertIn('error', replies[-1])
