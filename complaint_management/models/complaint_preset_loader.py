import re
from itertools import groupby

import psycopg2

from odoo import api, models, tools
from odoo.exceptions import UserError
from odoo.modules.module import get_module_path
from odoo.tools import format_list

from ..tools import preset_files
from ..tools.preset_files import PresetFile, PresetFileError, PresetRow

REF = re.compile(r"""ref\(\s*['"]([\w.]+)['"]\s*\)""")
RELATIONS = ('many2one', 'many2many')

# A cell that names no record, in a field that would name one by default.
NOBODY = '-'


class ComplaintPresetLoader(models.AbstractModel):
    """Turns the CSV files of a preset into records of a company.

    Columns are field names; `name@zh_CN` carries a translation. A relation holds ids of rows, or
    whole external ids, and “-” for none where the field has a default; a domain names records as
    `ref('grade_major')`.
    """

    _name = 'complaint.preset.loader'
    _description = "Loader of Complaint Presets"

    # === SEAMS === #

    @api.model
    def _get_models(self):
        """Return the models a preset may hold, those first to which others refer.

        Addons above add theirs and call super.

        :rtype: list[str]
        """
        return [
            'complaint.milestone',
            'complaint.kind',
            'complaint.document.type',
            'complaint.complainant.kind',
            'complaint.flag',
            'complaint.procedure',
            'complaint.closing.reason',
            'complaint.cause',
            'complaint.grade',
            'complaint.channel',
            'complaint.team',
            'complaint.remedy.rule',
            'complaint.category',
            'complaint.stage',
            'complaint.stage.gate',
            'complaint.grade.rule',
            'complaint.assignment.rule',
            'complaint.approval.criterion',
            'complaint.approval.rule',
            'complaint.inform.rule',
        ]

    # === READING === #

    @api.model
    def _read_folders(self, code):
        """Return the PresetFiles of a preset in all installed addons, in the order of loading.

        :raise UserError: a file is wrong; the sentence names file, line and column
        """
        modules = self.env['ir.module.module'].sudo()  # which addons are here is no secret
        # Demo data install a preset while their own addon is still being installed.
        installing = self.env.context.get('install_module')
        installed = modules.search(
            ['|', ('state', 'in', ('installed', 'to upgrade')), ('name', '=', installing)],
            order='id',
        )
        return self._read_addon_folders(installed.mapped('name'), code)

    @api.model
    def _read_addon_folders(self, addons, code):
        """Return the PresetFiles of a preset in these addons; otherwise as `_read_folders`."""
        files = []
        try:
            for addon in addons:
                if path := get_module_path(addon, display_warning=False):
                    files += preset_files.read_folder(addon, f'{path}/presets/{code}')
            return self._sort(files)
        except PresetFileError as error:
            raise UserError(self._explain(error)) from error

    @api.model
    def _sort(self, files):
        """Return files in the order of loading, after a look at their headers.

        :raise PresetFileError: a model or a column that presets do not know
        """
        order = {model: rank for rank, model in enumerate(self._get_models())}
        for file in files:
            if file.model not in order:
                raise PresetFileError(file.name, 1, None, 'unknown_model')
            for header in file.headers[1:]:
                name, _at, lang = header.partition('@')
                field = self.env[file.model]._fields.get(name)
                if not field or (lang and not field.translate):
                    raise PresetFileError(file.name, 1, header, 'unknown_column')
        return sorted(files, key=lambda file: order[file.model])

    # === LOADING === #

    @api.model
    def _load(self, install, files):
        """Create or update the records of these files for the company of an installation.

        :raise UserError: a row cannot be loaded; the sentence names file, line and column, and
            nothing of the files is kept
        """
        try:
            with self.env.cr.savepoint():
                for file in files:
                    self._load_file(install, file)
        except PresetFileError as error:
            raise UserError(self._explain(error)) from error

    @api.model
    def _load_file(self, install, file):
        def get_names(row):
            return tuple(name for name in row.cells if name != 'id' and '@' not in name)

        # Only neighbours together, so that records are made in the order of the file: where
        # sequences are equal, it decides.
        # pylint: disable-next=bad-builtin-groupby
        for names, rows in groupby(self._adopt_shared(install, file), get_names):
            self._load_rows(install, file, names, list(rows))
        self._load_translations(install, file)

    @api.model
    def _get_shared_models(self):
        """Return the models whose records serve every company: the same code is the same record."""
        return [
            'complaint.milestone',
            'complaint.kind',
            'complaint.document.type',
            'complaint.complainant.kind',
            'complaint.channel',
            'complaint.flag',
            'complaint.approval.criterion',
        ]

    @api.model
    def _adopt_shared(self, install, file):
        """Give rows that are there already, by their code, an external id; return the others."""
        if file.model not in self._get_shared_models():
            return file.rows
        known = self._get_known(install)
        records = self.env[file.model].with_context(active_test=False)
        codes = [row.cells.get('code') for row in file.rows if row.id not in known]
        existing = {record.code: record for record in records.search([('code', 'in', codes)])}
        adopted = [
            row for row in file.rows if row.id not in known and row.cells.get('code') in existing
        ]
        self.env['ir.model.data'].sudo().create(  # external ids are administration
            [
                {
                    'module': file.addon,
                    'name': f'{self._get_prefix(install)}{row.id}',
                    'model': file.model,
                    'res_id': existing[row.cells['code']].id,
                    'noupdate': True,
                }
                for row in adopted
            ]
        )
        return [row for row in file.rows if row not in adopted]

    @api.model
    def _load_rows(self, install, file, names, rows):
        """Let Odoo load rows that fill the same columns."""
        model = (
            self.env[file.model]
            .with_company(install.company_id)
            .with_context(lang='en_US', noupdate=True, active_test=False)
        )
        known = self._get_known(install)
        fields = ['id', *(self._get_import_path(model, name) for name in names)]
        data = [
            [
                self._get_xmlid(known, install, file.addon, row.id),
                *(self._convert(known, install, file, row, name) for name in names),
            ]
            for row in rows
        ]
        if self._takes_company(install, model) and 'company_id' not in names:
            fields.append('company_id/.id')
            for line in data:
                line.append(str(install.company_id.id or ''))
        result = model.load(fields, data)
        for message in result['messages']:
            if message['type'] == 'error':
                row = rows[message.get('record', message.get('rows', {}).get('from', 0))]
                column = message.get('field')
                raise PresetFileError(
                    file.name,
                    row.line,
                    column if isinstance(column, str) else None,
                    message['message'],
                )

    @api.model
    def _get_import_path(self, model, name):
        return f'{name}/id' if model._fields[name].type in RELATIONS else name

    @api.model
    def _takes_company(self, install, model):
        field = model._fields.get('company_id')
        if not field or not field.store or field.related:
            return False
        # What cannot do without a company has that of whoever installs it.
        return bool(install.company_id or not field.required)

    @api.model
    def _convert(self, known, install, file, row, name):
        """Return a cell as Odoo's import wants it: whole external ids, ids inside domains."""
        cell = row.cells[name]
        if self.env[file.model]._fields[name].type in RELATIONS:
            if cell == NOBODY:
                return ''
            return ','.join(
                self._get_xmlid(known, install, file.addon, part.strip())
                for part in cell.split(',')
            )

        def to_id(match):
            record_id = self._find_id(known, match[1])
            if not record_id:
                raise PresetFileError(file.name, row.line, name, 'unknown_reference')
            return str(record_id)

        return REF.sub(to_id, cell)

    @api.model
    def _find_id(self, known, reference):
        """Return the id of the record that a row's id, or a whole external id, names; or None."""
        if '.' in reference:
            return self.env['ir.model.data']._xmlid_to_res_id(reference)
        data = known.get(reference)
        return data and data.res_id

    @api.model
    def _without_lost(self, install, files):
        """Return (files, rows left out): rows that name a record which is no longer there.

        Somebody deleted what a company does not need; what an addon brings later for it is not
        needed either.
        """
        known, kept, lost = set(self._get_records(install)), [], []
        for file in files:
            rows = []
            for row in file.rows:
                if self._get_references(file, row) <= known:
                    rows.append(row)
                    known.add(row.id)
                else:
                    lost.append(row)
            kept.append(self._with_rows(file, rows))
        return kept, lost

    @api.model
    def _get_references(self, file, row):
        """Return the ids of other rows that a row names, as a set."""
        names = set()
        for header, cell in row.cells.items():
            field = self.env[file.model]._fields.get(header)
            if field and field.type in RELATIONS:
                names |= {part.strip() for part in cell.split(',')} - {NOBODY}
            else:
                names |= set(REF.findall(cell))
        return {name for name in names if '.' not in name} - {row.id}

    # === EXTERNAL IDS === #

    @api.model
    def _get_prefix(self, install):
        # What serves every company is named as its file names it: addons refer to it.
        return f'{install.company_id.id}_{install.code}_' if install.company_id else ''

    @api.model
    def _get_xmlid(self, known, install, addon, reference):
        """Return the whole external id of a row, or of what a row refers to.

        A row of a lower addon may be named by an upper one: what exists already wins.

        :param dict known: what `_get_known` answered
        """
        if '.' in reference:
            return reference
        if data := known.get(reference):
            return data.complete_name
        return f'{addon}.{self._get_prefix(install)}{reference}'

    @api.model
    def _get_known(self, install):
        """Return {id of the row: its ir.model.data} of everything that an installation made."""
        prefix = self._get_prefix(install)
        return {data.name.removeprefix(prefix): data for data in self._get_data(install)}

    @api.model
    def _get_data(self, install):
        """Return the ir.model.data of everything that an installation made."""
        prefix = self._get_prefix(install).replace('_', r'\_')
        if prefix:
            ours = [('name', '=like', f'{prefix}%')]
        else:
            ours = [('name', 'in', list(install.baseline or {})), ('module', '=like', 'complaint%')]
        data = self.env['ir.model.data'].sudo()  # external ids are administration
        return data.search([*ours, ('model', 'in', self._get_models())], order='id')

    @api.model
    def _get_records(self, install):
        """Return {id of the row: record} of everything that an installation made."""
        known = self._get_known(install)
        existing = {}
        for model, found in (
            self.env['ir.model.data'].union(*known.values()).grouped('model').items()
        ):
            existing[model] = set(self.env[model].browse(found.mapped('res_id')).exists().ids)
        return {
            row_id: self.env[data.model].browse(data.res_id)
            for row_id, data in known.items()
            if data.res_id in existing[data.model]
        }

    # === TRANSLATIONS === #

    @api.model
    def _load_translations(self, install, file, languages=None):
        """Write the cells of `field@lang` columns.

        :param set languages: codes of the languages to write; None: all that are active
        """
        languages = languages or self._get_active_languages()
        records = self._get_records(install)
        for row in file.rows:
            record = records.get(row.id)
            for header, cell in row.cells.items():
                name, _at, lang = header.partition('@')
                if lang in languages and lang != 'en_US' and record:
                    self._translate(record, name, lang, cell)

    @api.model
    def _get_active_languages(self):
        """Return the codes of the languages that are active; the source text is always there."""
        return {'en_US', *(code for code, _name in self.env['res.lang'].get_installed())}

    @api.model
    def _translate(self, record, name, lang, text):
        field = record._fields[name]
        if not callable(field.translate):
            record.with_context(lang=lang, tracking_disable=True)[name] = text
            return
        # Pages are translated term by term: both languages have the same structure.
        source = field.get_trans_terms(record.with_context(lang='en_US')[name] or '')
        terms = field.get_trans_terms(text)
        record.update_field_translations(
            name, {lang: dict(zip(source, terms, strict=False))}, source_lang='en_US'
        )

    @api.model
    def _load_language(self, lang):
        """Bring the translations of all installed presets into a language that was activated.

        The other languages stay as they are: people may have edited their texts.
        """
        for install in self.env['complaint.preset.install'].search([('code', '!=', False)]):
            for file in self._read_folders(install.code):
                self._load_translations(install, file, {lang})

    # === UPDATES AND REMOVAL === #

    @api.model
    def _snapshot(self, install, files):
        """Return {id of the row: {column: text}} of the records as they are now.

        :param list files: PresetFile objects that say which records and columns
        """
        records, active = self._get_records(install), self._get_active_languages()
        return {
            row.id: {
                header: self._get_text(records[row.id], header)
                for header in row.cells
                if header != 'id' and (header.partition('@')[2] or 'en_US') in active
            }
            for file in files
            for row in file.rows
            if row.id in records
        }

    @api.model
    def _get_text(self, record, header):
        name, _at, lang = header.partition('@')
        value = record.with_context(lang=lang or 'en_US')[name]
        if isinstance(value, models.BaseModel):
            return ','.join(str(number) for number in sorted(value.ids))
        return str(value)

    @api.model
    def _without(self, row, headers):
        """Return a copy of a row without some of its columns."""
        return PresetRow(
            row.line, {name: cell for name, cell in row.cells.items() if name not in headers}
        )

    @api.model
    def _with_rows(self, file, rows):
        return PresetFile(file.addon, file.model, file.headers, rows)

    @api.model
    def _describe_kept(self, install, row_id, headers):
        """Return the sentence that says which local edits of a record stay."""
        record = self._get_records(install)[row_id]
        labels = {
            record._fields[header.partition('@')[0]]._description_string(self.env)
            for header in headers
        }
        return self.env._(
            "Kept as edited here: %(record)s (%(fields)s)",
            record=record.display_name,
            fields=format_list(self.env, sorted(labels)),
        )

    @api.model
    def _remove(self, install):
        """Delete the records of an installation; archive those that are used.

        :return: sentences that name what was archived
        """
        kept = []
        for record in reversed(list(self._get_records(install).values())):
            if not record.exists() or self._release_shared(install, record):
                continue
            try:
                with self.env.cr.savepoint(), tools.mute_logger('odoo.sql_db'):
                    record.unlink()
                    self.env.flush_all()
            except (UserError, psycopg2.IntegrityError):
                self._archive(record)
                kept.append(self.env._("Archived, because it is used: %s", record.display_name))
        return kept

    @api.model
    def _release_shared(self, install, record):
        """Let go of a record that others brought or took over too; say whether it was one."""
        named = (
            self.env['ir.model.data']
            .sudo()
            .search(  # external ids are administration
                [('model', '=', record._name), ('res_id', '=', record.id)]
            )
        )
        own = named.filtered(lambda data: data.name.startswith(self._get_prefix(install)))
        if named == own:
            return False
        own.unlink()
        return True

    @api.model
    def _archive(self, record):
        """Take a record out of use; a stage in which cases stand stays."""
        if 'active' in record._fields:
            try:
                with self.env.cr.savepoint():
                    record.active = False
                    self.env.flush_all()
            except UserError:
                record.invalidate_recordset()

    # === ERRORS === #

    @api.model
    def _explain(self, error):
        """Return the sentence for a PresetFileError, with file, line and column."""
        sentences = {
            'unknown_file': self.env._("This file does not belong into a preset."),
            'unreadable': self.env._("This file cannot be read."),
            'not_one_preset': self.env._("The zip must hold exactly one preset."),
            'bad_header': self.env._("The first column must be “id”, and no column may be twice."),
            'too_many_cells': self.env._("The row has more cells than the header."),
            'bad_id': self.env._("Every row needs an id of its own."),
            'unknown_model': self.env._("Presets do not hold such records."),
            'unknown_column': self.env._("There is no such field, or it is not translated."),
            'unknown_reference': self.env._("The record that ref(…) names does not exist."),
        }
        place = self.env._("%(file)s, line %(line)s", file=error.file, line=error.line)
        if error.column:
            place = self.env._("%(place)s, column %(column)s", place=place, column=error.column)
        return f'{place}: {sentences.get(error.problem, error.problem)}'
