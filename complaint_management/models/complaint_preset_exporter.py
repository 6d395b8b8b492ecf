import json
import re
from ast import literal_eval

from odoo import api, models
from odoo.exceptions import UserError

from ..tools import preset_files
from .complaint_preset_loader import DEFINITION, NOBODY

# What `repr` makes of a placeholder, to be turned into a bare ref('…').
PLACEHOLDER = re.compile(r"'<ref:([\w.]+)>'")
# How the external ids of an installation begin: the company and the code of the procedure.
LOCAL = re.compile(r'\d+_[^_]+_')
PLAIN_TYPES = (
    *('char', 'text', 'html', 'integer', 'float', 'monetary', 'boolean', 'selection', 'date'),
    DEFINITION,
)
# What a procedure takes along of the records of Odoo itself that it uses. Counters start anew.
BORROWED_COLUMNS = {
    'ir.sequence': (
        *('name', 'implementation', 'prefix', 'suffix', 'padding', 'number_increment'),
        'use_date_range',
    ),
    'mail.template': (
        *('name', 'model_id', 'description', 'subject', 'email_from', 'use_default_to'),
        *('email_to', 'partner_to', 'email_cc', 'reply_to', 'body_html', 'lang'),
        *('report_template_ids', 'email_layout_xmlid', 'scheduled_date', 'auto_delete'),
        'complaint_purpose',
    ),
}


class ComplaintPresetExporter(models.AbstractModel):
    """Writes a procedure, with all that belongs to it, as the zip that the loader reads."""

    _name = 'complaint.preset.exporter'
    _description = "Exporter of Complaint Presets"

    # === SEAMS === #

    @api.model
    def _get_domain(self, model, procedure):
        """Return the domain of the records of a model that belong to a procedure, or None.

        Addons above answer for models that have no `procedure_id` and call super.
        """
        if model == 'complaint.procedure':
            return [('id', '=', procedure.id)]
        if model == 'complaint.stage.gate':
            return [('stage_id.procedure_id', '=', procedure.id)]
        if model == 'complaint.inform.rule':
            # A rule that tells nobody but certain people stays with them.
            told = ['|', ('role', '!=', False), ('group_ids', '!=', False)]
            return [('procedure_id', '=', procedure.id), *told]
        if 'procedure_id' in self.env[model]._fields:
            return [('procedure_id', '=', procedure.id)]
        return None

    @api.model
    def _get_foreign_models(self):
        """Return the models outside presets whose records are named by their external ids.

        People and departments belong to the company and are left out.
        """
        return ('ir.model.fields', 'res.groups', 'res.currency')

    @api.model
    def _get_own_fields(self, model):
        """Return the names of the fields of a model that hold good in this database alone."""
        # A form stands at its address once, and where it stands somebody opened it.
        return {'complaint.team': {'is_public', 'public_slug'}}.get(model, set())

    # === EXPORT === #

    @api.model
    def _export(self, procedure):
        """Return the bytes of the zip of a procedure.

        :raise UserError: a rule names a record that the zip cannot carry
        """
        procedure.ensure_one()
        # Translations are written beside the source text, which is English.
        procedure = procedure.with_context(lang='en_US', active_test=False)
        records = self.with_context(lang='en_US', active_test=False)._collect(procedure)
        ids = self._get_ids(procedure, records)
        texts = {}
        for model, found in records.items():
            headers, rows = self._get_rows(found, ids)
            if rows:
                path = f'{self._get_addon(found)}/presets/{procedure.code}/{model}.csv'
                texts[path] = preset_files.write_csv(headers, rows)
        return preset_files.write_zip(texts)

    @api.model
    def _get_addon(self, found):
        """Return the addon whose folder holds the file of a model."""
        is_borrowed = found._name in self.env['complaint.preset.loader']._get_borrowed_models()
        owner = self.env['complaint.procedure'] if is_borrowed else found
        return owner._original_module

    def _collect(self, procedure):
        """Return {model: records} of what belongs to the procedure or is named by it."""
        records = {}
        for model in self.env['complaint.preset.loader']._get_models():
            domain = self._get_domain(model, procedure)
            records[model] = self.env[model].search(domain) if domain else self.env[model]
        for record in self._get_installed(procedure).values():
            records[record._name] |= record
        pending = list(records.values())
        while pending:
            found = pending.pop()
            for name in self._get_columns(found):
                model = found._fields[name].comodel_name
                if model in records:
                    named = found.mapped(name) - records[model]
                    if own := self._get_takeable(procedure, named):
                        records[model] |= own
                        pending.append(own)
        return records

    def _get_takeable(self, procedure, named):
        """Return which of the records that a procedure names the zip takes along.

        Neither what addons bring everywhere nor what belongs to another procedure.
        """
        if not named or named._name == 'complaint.procedure':
            return named.browse()
        own = named.browse(set(named.ids) - {r.id for r in self._get_shared_ids(named)})
        if 'procedure_id' not in own:
            return own
        return own.filtered(lambda record: record.procedure_id <= procedure)

    @api.model
    def _get_installed(self, procedure):
        """Return {id of the row: record} of what a preset made together with the procedure."""
        install = self.env['complaint.preset.install'].search(
            [('code', '=', procedure.code), ('company_id', '=', procedure.company_id.id)]
        )
        return self.env['complaint.preset.loader']._get_records(install) if install else {}

    @api.model
    def _get_columns(self, found):
        """Return the names of the fields of a model that a preset carries."""
        if found._name in BORROWED_COLUMNS:
            return list(BORROWED_COLUMNS[found._name])
        loader = self.env['complaint.preset.loader']
        models = loader._get_models()
        # A row names only what is loaded before it, or with it.
        known = {*models[: models.index(found._name) + 1], *self._get_foreign_models()}
        names = []
        for name, field in found._fields.items():
            ours = field.store and not field.related and not field.readonly
            ours = ours and name != 'parent_path'  # follows from the parents
            ours = ours and name not in self._get_own_fields(found._name)
            if not ours or not (field._module or '').startswith('complaint_'):
                continue
            named = field.comodel_name in known or loader._is_later(field)
            if field.type in PLAIN_TYPES or (field.type in ('many2one', 'many2many') and named):
                names.append(name)
        return names

    # === IDS === #

    @api.model
    def _get_shared_ids(self, records):
        """Return {record: external id} of the data among records that an addon itself brings."""
        shared = {}
        for record_id, xmlid in records.get_external_id().items():
            name = xmlid.partition('.')[2]
            if xmlid and not xmlid.startswith('__') and not LOCAL.match(name):
                shared[records.browse(record_id)] = xmlid
        return shared

    def _get_ids(self, procedure, records):
        """Return {record: id of its row}, the same at every export."""
        given = {record: row_id for row_id, record in self._get_installed(procedure).items()}
        ids, used = {}, set(given.values())
        for model, found in records.items():
            xmlids = found.get_external_id()
            kind = model.partition('.')[2].replace('.', '_')
            for number, record in enumerate(found.sorted('id'), 1):
                if record in given:
                    ids[record] = given[record]
                    continue
                name = LOCAL.sub('', xmlids[record.id].partition('.')[2])
                row_id = name or f'{kind}_{number}'
                while row_id in used:
                    row_id += '_'
                used.add(row_id)
                ids[record] = row_id
        return ids

    def _get_reference(self, record, ids):
        """Return how a row names a record: the id of its row, or its shared external id.

        :param dict ids: {record: such a name}; shared ids are added to it
        :raise UserError: the zip does not carry the record, and no addon brings it
        """
        if record not in ids:
            ids.update(self._get_shared_ids(record))
        if record not in ids:
            raise UserError(
                self.env._(
                    "“%(record)s” (%(model)s) cannot be exported with the procedure: it belongs "
                    "to this database alone. Take it out of the rule that names it.",
                    record=record.display_name,
                    model=record._description,
                )
            )
        return ids[record]

    # === ROWS === #

    def _get_rows(self, found, ids):
        """Return (headers, rows) of the records of one model."""
        columns = self._get_columns(found)
        for name in columns:
            if found._fields[name].relational:  # ask for all of them together
                named = found.mapped(name)
                ids.update(self._get_shared_ids(named.filtered(lambda target: target not in ids)))
        languages = [code for code, _name in self.env['res.lang'].get_installed()]
        rows = []
        for record in found.sorted(self._get_rank):
            row = {'id': ids[record]}
            for name in columns:
                row[name] = self._get_cell(record, name, ids)
                if record._fields[name].translate:
                    row.update(self._get_translations(record, name, row[name], languages))
            rows.append({header: cell for header, cell in row.items() if cell})
        filled = {header for row in rows for header in row}
        headers = ['id']
        for name in columns:
            headers += [name] * (name in filled)
            headers += sorted(h for h in filled if h.startswith(f'{name}@'))
        return headers, rows

    @api.model
    def _get_rank(self, record):
        """Order records as they were made, parents of a tree before their children."""
        path = record.parent_path if 'parent_path' in record else ''
        return [int(number) for number in (path or '').split('/') if number] or [record.id]

    def _get_translations(self, record, name, source, languages):
        cells = {}
        for lang in languages:
            text = record.with_context(lang=lang)[name]
            if lang != 'en_US' and text and str(text) != source:
                cells[f'{name}@{lang}'] = str(text)
        return cells

    def _get_cell(self, record, name, ids):
        field = record._fields[name]
        value = record[name]
        if field.type in ('many2one', 'many2many'):
            names = ','.join(self._get_reference(target, ids) for target in value)
            return names or (NOBODY if field.default and field.default(record) else '')
        if name == 'domain':
            return self._get_domain_cell(self.env['complaint.case'], value, ids)
        if field.type == DEFINITION:
            return self._get_definition_cell(value, ids)
        if (name, value) == ('handler_mode', 'fixed'):
            return 'none'  # the person stays behind
        if name == 'partner_to':
            self._check_nobody_numbered(value, ids)
        if field.type == 'boolean':
            if field.compute:  # an empty cell would be computed anew
                return str(value)
            default = field.default(record) if field.default else False
            return '' if value == default else str(value)
        if field.type in ('integer', 'float', 'monetary'):
            # An empty cell leaves the default of the field.
            return str(value) if value or (field.default and field.default(record)) else ''
        return str(value or '')

    def _get_definition_cell(self, definition, ids):
        """Return a list of properties in JSON, in which records are named."""
        for prop in definition:
            if not prop.get('comodel'):
                continue
            model = self.env[prop['comodel']]
            if default := prop.get('default'):
                numbers = default if prop['type'] == 'many2many' else [default]
                names = [f"ref('{self._get_reference(model.browse(n), ids)}')" for n in numbers]
                prop['default'] = names if prop['type'] == 'many2many' else names[0]
            if prop.get('domain'):
                prop['domain'] = self._get_domain_cell(model, prop['domain'], ids)
        return json.dumps(definition, ensure_ascii=False, sort_keys=True) if definition else ''

    def _check_nobody_numbered(self, text, ids):
        """Refuse a mail to people by their number: elsewhere that is somebody else.

        :raise UserError: names one of them
        """
        for part in (text or '').split(','):
            if part.strip().isdecimal():
                self._get_reference(self.env['res.partner'].browse(int(part)), ids)

    def _get_domain_cell(self, target, text, ids):
        """Return a domain on a model in which records are named instead of numbered."""
        if not text or text == '[]':
            return ''
        leaves = [
            self._name_records(target, part, ids) if isinstance(part, (list, tuple)) else part
            for part in literal_eval(text)
        ]
        return PLACEHOLDER.sub(r"ref('\1')", repr(leaves))

    def _name_records(self, model, leaf, ids):
        path, operator, value = leaf
        field, current = None, model
        for name in path.split('.'):
            field = current._fields.get(name)
            if field is None or not field.comodel_name:
                break
            current = self.env[field.comodel_name]
        if field is None or not field.relational:
            return tuple(leaf)

        def name_one(number):
            if not isinstance(number, int) or isinstance(number, bool):
                return number
            return f'<ref:{self._get_reference(current.browse(number), ids)}>'

        named = (
            [name_one(n) for n in value] if isinstance(value, (list, tuple)) else name_one(value)
        )
        return path, operator, named
