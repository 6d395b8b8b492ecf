import re
from itertools import groupby

from odoo import api, models
from odoo.exceptions import UserError
from odoo.modules.module import get_module_path

from ..tools import preset_files
from ..tools.preset_files import PresetFileError

REF = re.compile(r"""ref\(\s*['"]([\w.]+)['"]\s*\)""")
RELATIONS = ('many2one', 'many2many')
DEFINITION = 'properties_definition'

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
            *self._get_borrowed_models(),
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

    @api.model
    def _get_borrowed_models(self):
        """Return the models of Odoo itself of which a procedure may use records of its own."""
        return ['ir.sequence', 'mail.template']

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
                if not field or (lang and not (field.translate or field.type == DEFINITION)):
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
                for file in files:
                    self._load_later(install, file)
        except PresetFileError as error:
            raise UserError(self._explain(error)) from error

    @api.model
    def _load_file(self, install, file):
        wanted, known = self._adopt_shared(install, file), self._get_known(install)
        # Only neighbours together, so that records are made in the order of the file: where
        # sequences are equal, it decides.
        # pylint: disable-next=bad-builtin-groupby
        for names, rows in groupby(wanted, lambda row: self._get_names(file, known, row)):
            self._load_rows(install, file, known, names, list(rows))
        self._load_translations(install, file)
        self._load_definitions(install, file)

    @api.model
    def _get_names(self, file, known, row):
        """Return the columns in which a row is loaded, as a tuple.

        An empty cell leaves a record as it is, and a new one with the default of the field. New
        records of fields without a default are loaded together, whatever cells are empty.
        """
        fields = self.env[file.model]._fields
        is_new = row.id not in known
        return tuple(
            name
            for name in file.headers[1:]
            if '@' not in name
            and fields[name].type != DEFINITION
            and not self._is_later(fields[name])
            and (name in row.cells or (is_new and self._is_empty_at_first(fields[name])))
        )

    @api.model
    def _is_later(self, field):
        """Return whether a field names records that are loaded after those that name them."""
        ranks = {model: rank for rank, model in enumerate(self._get_models())}
        return (
            field.type in RELATIONS
            and field.model_name not in self._get_shared_models()
            and ranks.get(field.comodel_name, -1) > ranks[field.model_name]
        )

    @api.model
    def _load_later(self, install, file):
        """Load the cells that name records of files further down."""
        fields = self.env[file.model]._fields
        for name in file.headers[1:]:
            if '@' not in name and self._is_later(fields[name]):
                rows = [row for row in file.rows if name in row.cells]
                self._load_rows(install, file, self._get_known(install), (name,), rows)

    @api.model
    def _is_empty_at_first(self, field):
        return not (field.default or field.compute or field.type in ('boolean', 'selection'))

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
        if existing:
            # What people made keeps an external id of its own when the preset goes.
            records.concat(*existing.values())._export_rows([['id']])
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
    def _load_rows(self, install, file, known, names, rows):
        """Let Odoo load rows that fill the same columns.

        :param dict known: what `_get_known` answered before the file
        """
        model = (
            self.env[file.model]
            .with_company(install.company_id)
            .with_context(lang='en_US', noupdate=True, active_test=False)
        )
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
        cell = row.cells.get(name, '')
        if cell and self.env[file.model]._fields[name].type in RELATIONS:
            if cell == NOBODY:
                return ''
            return ','.join(
                self._get_xmlid(known, install, file.addon, part.strip())
                for part in cell.split(',')
            )

        # Only conditions name records by ref(…); in other texts it is what somebody wrote.
        return self._number_records(known, file, row, name, cell) if name == 'domain' else cell

    @api.model
    def _number_records(self, known, file, row, header, text):
        """Return a text in which numbers stand for every `ref('…')`.

        :raise PresetFileError: there is no such record
        """

        def to_id(match):
            record_id = self._find_id(known, match[1])
            if not record_id:
                raise PresetFileError(file.name, row.line, header, 'unknown_reference')
            return str(record_id)

        return REF.sub(to_id, text)

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
            if field and self._is_later(field):
                continue
            if field and field.type in RELATIONS:
                names |= {part.strip() for part in cell.split(',')} - {NOBODY}
            else:
                names |= set(REF.findall(cell))
        return {name for name in names if '.' not in name} - {row.id}

    # === EXTERNAL IDS === #

    @api.model
    def _get_prefix(self, install):
        # What serves every company is named as its file names it: addons refer to it.
        if not install.company_id:
            return ''
        # No code is the beginning of another one then: “shop” is not that of “shop_online”.
        return f'{install.company_id.id}_{install.code.replace("_", "-")}_'

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
        all_data = self.env['ir.model.data'].union(*known.values())
        # Those of one model are read together.
        existing = {
            (model, record.id): record
            for model, found in all_data.grouped('model').items()
            for record in self.env[model].browse(found.mapped('res_id')).exists()
        }
        return {
            row_id: existing[data.model, data.res_id]
            for row_id, data in known.items()
            if (data.model, data.res_id) in existing
        }

    # === TRANSLATIONS === #

    @api.model
    def _load_translations(self, install, file, languages=None):
        """Write the cells of `field@lang` columns.

        :param set languages: codes of the languages to write; None: all that are active
        """
        languages = (languages or self._get_active_languages()) - {'en_US'}
        records = self._get_records(install)
        for row in file.rows:
            texts = {}
            for header, cell in row.cells.items():
                name, _at, lang = header.partition('@')
                if lang in languages and self.env[file.model]._fields[name].translate:
                    texts.setdefault(lang, {})[name] = cell
            if row.id in records:
                for lang, found in texts.items():
                    self._translate(records[row.id], lang, found)

    @api.model
    def _get_active_languages(self):
        """Return the codes of the languages that are active; the source text is always there."""
        return {'en_US', *(code for code, _name in self.env['res.lang'].get_installed())}

    @api.model
    def _translate(self, record, lang, texts):
        """Write the texts of a record in a language.

        :param dict texts: {name of the field: text}
        """
        fields = record._fields
        plain = {name: text for name, text in texts.items() if not callable(fields[name].translate)}
        if plain:
            record.with_context(lang=lang, tracking_disable=True).write(plain)
        for name in texts.keys() - plain:
            # Pages are translated term by term: both languages have the same structure.
            get_terms = fields[name].get_trans_terms
            source = get_terms(record.with_context(lang='en_US')[name] or '')
            terms = dict(zip(source, get_terms(texts[name]), strict=False))
            record.update_field_translations(name, {lang: terms}, source_lang='en_US')

    @api.model
    def _load_language(self, lang):
        """Bring the translations of all installed presets into a language that was activated.

        The other languages stay as they are: people may have edited their texts.
        """
        for install in self.env['complaint.preset.install'].search([('code', '!=', False)]):
            files = self._read_folders(install.code)
            for file in files:
                self._load_translations(install, file, {lang})
            baseline = install.baseline or {}
            for row_id, texts in self._snapshot(install, files).items():
                fresh = {header: texts[header] for header in texts if header.endswith(f'@{lang}')}
                baseline[row_id] = {**baseline.get(row_id, {}), **fresh}
            install.baseline = baseline

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
            'bad_definition': self.env._("This is no list of properties in JSON."),
        }
        place = self.env._("%(file)s, line %(line)s", file=error.file, line=error.line)
        if error.column:
            place = self.env._("%(place)s, column %(column)s", place=place, column=error.column)
        return f'{place}: {sentences.get(error.problem, error.problem)}'
