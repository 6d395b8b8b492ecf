from psycopg2 import Error

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.complaint_management.tests.test_access import AccessCommon

SECRET = "SECRET"


@tagged('post_install', '-at_install')
class TestAttackerDialogs(AccessCommon):
    """Issue 6: no dialog and no half-typed form shows a complaint that its user may not read.

    Odoo reckons related fields and names of links as superuser, and a form takes any id: whoever
    names a complaint that is kept from him, or what hangs on it, reads nothing of it there.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case(department_id=cls.department.id)
        cls.env['complaint.measure'].create({'case_id': cls.case.id, 'name': "Pack better"})
        cls.case.with_user(cls.receiver)._answer("It comes on Friday.")
        cls.env.flush_all()
        for record in (cls.case, cls.case.measure_ids, cls.case.contact_ids):
            cls._fill_with_secrets(record.sudo())
        # Everything that a role can have, and the case is about him.
        cls.accused = cls.committee
        for role in ('manager', 'admin', 'legal'):
            cls.accused.group_ids |= cls.env.ref(f'complaint_management.group_complaint_{role}')
        cls.case.accused_employee_ids = cls.employees['committee'].ids
        cls.env.flush_all()

    @classmethod
    def _fill_with_secrets(cls, records):
        for field in records._fields.values():
            if (
                field.type in ('char', 'text')
                and field.store
                and field.column_type
                and not (field.compute or field.related)
                and field.name not in ('number', 'event_head', 'access_token')
            ):
                name = SQL.identifier(field.name)
                cls.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s || id WHERE id = ANY(%s)",
                        SQL.identifier(records._table),
                        name,
                        SECRET,
                        records.ids,
                    )
                )
        cls.env.invalidate_all()

    def _get_doors(self):
        """Yield (model, field, its value) of all forms that take a complaint or a line of it."""
        lines = self.registry['complaint.case.line']
        for name in sorted(self.registry):
            model = self.env[name]
            if not name.startswith('complaint.') or model._abstract or not model._auto:
                continue
            for field in model._fields.values():
                if field.type not in ('many2one', 'many2many') or field.related:
                    continue
                comodel = self.env[field.comodel_name]
                found = self.case if comodel._name == 'complaint.case' else comodel.browse()
                if isinstance(comodel, lines):
                    found = comodel.search([('case_id', '=', self.case.id)], limit=1)
                if found:
                    value = found.id if field.type == 'many2one' else [(6, 0, found.ids)]
                    yield model.with_user(self.accused), field, value

    def _get_shown(self, call):
        self.env.invalidate_all()
        try:
            with (
                self.env.cr.savepoint(),
                mute_logger('odoo.addons.base.models.ir_rule', 'odoo.sql_db'),
            ):
                return str(call())
        except (UserError, ValueError, Error) as error:
            return str(error)

    def _get_roads(self, model, field, value):
        known = model.fields_get()
        links = {name for name in known if model._fields[name].type == 'many2one'}
        spec = {name: {'fields': {'display_name': {}}} if name in links else {} for name in known}
        values, default = {field.name: value}, {f'default_{field.name}': value}
        roads = {
            'onchange': lambda: model.onchange(values, [field.name], spec),
            'default': lambda: model.with_context(**default).onchange({}, [], spec),
        }
        if model._transient:
            needed = {
                other.name: 'x'
                for other in model._fields.values()
                if other.required and other.type in ('char', 'text')
            }
            roads['create'] = lambda: model.create({**needed, **values}).read()
        return roads

    def test_nothing_is_shown_of_a_complaint_that_is_kept_away(self):
        doors = list(self._get_doors())
        self.assertGreater(len(doors), 60)
        found = {}
        for model, field, value in doors:
            for road, call in self._get_roads(model, field, value).items():
                shown = self._get_shown(call)
                if SECRET in shown:
                    found[model._name, field.name, road] = shown[:200]
        self.assertEqual(found, {})

    def _open_dialogs(self):
        """Yield a dialog of each model that somebody else opened and has filled in so far."""
        for model, field, value in self._get_doors():
            if not model._transient:
                continue
            words = {
                other.name: SECRET
                for other in model._fields.values()
                if other.type in ('char', 'text') and other.store and not other.related
            }
            try:
                with self.env.cr.savepoint(), mute_logger('odoo.sql_db'):
                    yield self.env[model._name].create({**words, field.name: value})
            except (UserError, ValueError, Error):
                continue

    def test_a_dialog_is_for_who_opened_it(self):
        """Odoo gives dialogs to all who may open such ones: with names and reasons in them."""
        dialogs = list(self._open_dialogs())
        self.assertGreater(len({dialog._name for dialog in dialogs}), 12)
        target = {'res_model': 'complaint.case', 'res_ids': str(self.case.ids), 'note': SECRET}
        dialogs += [
            self.env['mail.activity.schedule'].create(target),
            self.env['base_import.import'].create({'res_model': 'x', 'file_name': SECRET}),
        ]
        for dialog in dialogs:
            name = dialog._name
            seen = dialog.with_user(self.accused)
            for call in (
                seen.read,
                lambda seen=seen: seen.search_read([('id', '=', seen.id)]),
                lambda seen=seen: seen.web_search_read([], {'create_uid': {}}),
                lambda seen=seen: seen.formatted_read_group([], ['create_uid'], ['__count']),
            ):
                shown = self._get_shown(call)
                self.assertFalse(SECRET in shown or self.env.user.name in shown, f"{name} {shown}")
            self.assertFalse(seen.has_access('write'), name)
