import re
from ast import literal_eval

from odoo import api, models
from odoo.exceptions import UserError

from ..tools import preset_files
from .complaint_preset_loader import NOBODY

# What `repr` makes of a placeholder, to be turned into a bare ref('…').
PLACEHOLDER = re.compile(r"'<ref:([\w.]+)>'")
PLAIN_TYPES = (
    *('char', 'text', 'html', 'integer', 'float', 'monetary', 'boolean', 'selection', 'date'),
)


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
        if 'procedure_id' in self.env[model]._fields:
            return [('procedure_id', '=', procedure.id)]
        return None

    @api.model
    def _get_foreign_models(self):
        """Return the models outside presets whose records are named by their external ids.

        People, departments and number sequences belong to the company and are left out.
        """
        return ('ir.model.fields', 'res.groups', 'mail.template', 'res.currency')

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
                path = f'{found._original_module}/presets/{procedure.code}/{model}.csv'
                texts[path] = preset_files.write_csv(headers, rows)
        return preset_files.write_zip(texts)

    def _collect(self, procedure):
        """Return {model: records} of what belongs to the procedure or is named by it."""
        records = {}
        for model in self.env['complaint.preset.loader']._get_models():
            domain = self._get_domain(model, procedure)
            records[model] = self.env[model].search(domain) if domain else self.env[model]
        for record in self._get_installed(procedure).values():
            records[record._name] |= record
        for found in list(records.values()):
            for name in self._get_columns(found):
                field = found._fields[name]
                if field.comodel_name in records:
                    named = found.mapped(name) - records[field.comodel_name]
                    own = named.filtered(lambda record: not self._get_shared_id(record))
                    records[field.comodel_name] |= own
        return records

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
        models = self.env['complaint.preset.loader']._get_models()
        # A row names only what is loaded before it, or with it.
        known = models[: models.index(found._name) + 1]
        names = []
        for name, field in found._fields.items():
            ours = field.store and not field.related and not field.readonly
            ours = ours and name != 'parent_path'  # follows from the parents
            ours = ours and name not in self._get_own_fields(found._name)
            if not ours or not (field._module or '').startswith('complaint_'):
                continue
            named = field.comodel_name in known or field.comodel_name in self._get_foreign_models()
            if field.type in PLAIN_TYPES or (field.type in ('many2one', 'many2many') and named):
                names.append(name)
        return names

    # === IDS === #

    @api.model
    def _get_shared_id(self, record):
        """Return the external id of data that an addon itself brings, or None."""
        xmlid = record.get_external_id().get(record.id)
        if not xmlid or re.match(r'\d+_', xmlid.partition('.')[2]):
            return None
        return None if xmlid.startswith('__') else xmlid

    def _get_ids(self, procedure, records):
        """Return {record: id of its row}, the same at every export."""
        prefix = f'{procedure.company_id.id}_{procedure.code}_'
        given = {record: row_id for row_id, record in self._get_installed(procedure).items()}
        ids, used = {}, set(given.values())
        for model, found in records.items():
            xmlids = found.get_external_id()
            for number, record in enumerate(found.sorted('id'), 1):
                if record in given:
                    ids[record] = given[record]
                    continue
                name = xmlids[record.id].partition('.')[2].removeprefix(prefix)
                row_id = name or f'{model.rpartition(".")[2]}_{number}'
                while row_id in used:
                    row_id += '_'
                used.add(row_id)
                ids[record] = row_id
        return ids

    def _get_reference(self, record, ids):
        """Return how a row names a record: the id of its row, or its shared external id.

        :raise UserError: the zip does not carry the record, and no addon brings it
        """
        if row_id := ids.get(record):
            return row_id
        if xmlid := self._get_shared_id(record):
            return xmlid
        raise UserError(
            self.env._(
                "“%(record)s” (%(model)s) cannot be exported with the procedure: it belongs to "
                "this database alone. Take it out of the rule that names it.",
                record=record.display_name,
                model=record._description,
            )
        )

    # === ROWS === #

    def _get_rows(self, found, ids):
        """Return (headers, rows) of the records of one model."""
        columns = self._get_columns(found)
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
            return self._get_domain_cell(record, value, ids)
        if field.type == 'boolean':
            if field.compute:  # an empty cell would be computed anew
                return str(value)
            default = field.default(record) if field.default else False
            return '' if value == default else str(value)
        if field.type in ('integer', 'float', 'monetary'):
            # An empty cell leaves the default of the field.
            return str(value) if value or (field.default and field.default(record)) else ''
        return str(value or '')

    def _get_domain_cell(self, record, text, ids):
        """Return a domain in which records are named instead of numbered."""
        if not text or text == '[]':
            return ''
        target = self.env['complaint.case']
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
