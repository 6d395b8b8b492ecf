from contextlib import suppress

from odoo.exceptions import UserError
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CASE_SHEET
from .common_matrix import OPERATIONS, ROLES, SAME, SITUATIONS, MatrixCommon


@tagged('post_install', '-at_install')
class TestAccessMatrix(MatrixCommon):
    """Every role, every model, every road to a complaint (issue 6, design 6; PRIN-5, T15, T16).

    What ought to be is in two tables beside this file: `access_matrix.csv` (r read, w write,
    c create, u unlink, - nothing, = as `own`) and `access_roads.csv`. Rights are what access
    lists and rules give; what buttons and the course of a record forbid on top is tested there.

    Odoo lists activities of others only for whom may post on their record, so not for the auditor.
    Customers have no rights on any model: the portal's pages alone open what is theirs.
    """

    def _get_rights(self, user, record):
        if not record._auto and not record.exists():  # a row that the query leaves out
            return '-'
        record = record.with_user(user)
        return ''.join(name[0] for name in OPERATIONS if record.has_access(name)) or '-'

    def test_every_role_on_every_model(self):
        table = self._read_table('access_matrix.csv')
        names = self._get_model_names()
        self.assertEqual(
            set(table), {(name, role) for name in names for role in ROLES}, "A row for each"
        )
        for name in names:
            for situation in self._get_situations(name):
                self.assertTrue(self._get_record(name, situation), f"No {name} {situation}")
        self.env.flush_all()
        found = {}
        for role, user in self.users.items():
            self.env.invalidate_all()  # what another user has read is not asked about again
            for name in names:
                situations = self._get_situations(name)
                found[name, role] = [
                    self._get_rights(user, self._get_record(name, situation))
                    if situation in situations
                    else SAME
                    for situation in SITUATIONS
                ]
        for name in names:
            with self.subTest(model=name):
                self.assertEqual(
                    {role: found[name, role] for role in ROLES},
                    {role: table[name, role] for role in ROLES},
                )

    # === ROADS === #

    def _get_roads(self, user, situation):
        """Return {road: a call that tells whether the user gets at the complaint on it}."""
        case = self.cases[situation].with_user(user)
        model, domain = case.browse(), [('id', '=', case.id)]
        message, file, activity = (record.with_user(user) for record in self.hung_up[situation])
        return {
            'read': lambda: case.read(['name']),
            'search': lambda: model.search(domain),
            'read_group': lambda: model.formatted_read_group(domain, ['round'], ['__count']),
            'name_search': lambda: model.name_search(self.numbers[situation], domain=domain),
            'export_data': lambda: case.export_data(['name'])['datas'],
            'message_read': lambda: self._is_found(message, 'body'),
            'attachment': lambda: self._is_found(file, 'raw'),
            'activity': lambda: self._is_found(activity, 'summary'),
            'report': lambda: (
                self.env['ir.actions.report']
                .with_user(user)
                ._render_qweb_html(CASE_SHEET, case.ids)
            ),
            'portal': lambda: model._get_portal_case(case.id, self.link),
            'web_search_read': lambda: model.web_search_read(domain, {'name': {}})['records'],
            'json2': lambda: self._call_json2(model, domain, case.id),
        }

    def _is_found(self, record, name):
        """Say whether a record is both found and read: one road alone would be a hole, too."""
        found = self._succeeds(lambda: record.search([('id', '=', record.id)]))
        read = self._succeeds(lambda: record.read([name]))
        self.assertEqual(found, read, f"{record} is found or read, not both")
        return found

    def _call_json2(self, model, domain, case_id):
        """Call methods as the controller of /json/2 does."""
        found = get_public_method(model, 'search_read')(model, domain=domain, fields=['name'])
        with suppress(UserError):
            record = model.browse(case_id)
            return found + get_public_method(model, 'read')(record, fields=['name'])
        return found

    @classmethod
    def _hang_up(cls, case):
        """Return a message, a file and an activity that hang on a complaint."""
        message = case.message_post(body="The customer rang.", subtype_xmlid='mail.mt_comment')
        file = cls.env['ir.attachment'].create(
            {'name': "letter.txt", 'raw': b"x", 'res_model': case._name, 'res_id': case.id}
        )
        values = case._prepare_activity(
            'mail.mail_activity_data_call', cls.stranger.id, "Ring", automated=False
        )
        return message, file, cls.env['mail.activity'].create(values)

    def test_every_role_on_every_road(self):
        self.hung_up = {situation: self._hang_up(case) for situation, case in self.cases.items()}
        self.numbers = {situation: case.number for situation, case in self.cases.items()}
        self.link = self.cases['own']._portal_ensure_token()
        self.env.flush_all()
        table = self._read_table('access_roads.csv')
        roads = self._get_roads(self.env.user, 'own')
        self.assertEqual(
            set(table), {(road, role) for road in roads for role in ROLES}, "A row for each"
        )
        found = {key: [] for key in table}
        with mute_logger('odoo.addons.base.models.ir_rule'):
            for role, user in self.users.items():
                for situation in SITUATIONS:
                    for road, call in self._get_roads(user, situation).items():
                        is_open = self._succeeds(call)
                        found[road, role].append('open' if is_open else '-')
        for road in roads:
            with self.subTest(road=road):
                self.assertEqual(
                    {role: found[road, role] for role in ROLES},
                    {role: table[road, role] for role in ROLES},
                )
