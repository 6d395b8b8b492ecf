from itertools import groupby

import psycopg2

from odoo import api, models, tools
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..tools.preset_files import PresetFile, PresetRow
from .complaint_preset_loader import DEFINITION


class ComplaintPresetLoaderUpkeep(models.AbstractModel):
    """Updates and removal: what people changed, and what is in use, stays."""

    _inherit = 'complaint.preset.loader'

    # === UPDATES === #

    @api.model
    def _snapshot(self, install, files):
        """Return {id of the row: {column: text}} of the records as they are now.

        Every column that a preset may fill, also those that it leaves alone: a later version may
        fill them, and what people entered there meanwhile stays.

        :param list files: PresetFile objects that say which records
        """
        records = self._get_records(install)
        texts = {}
        for file in files:
            headers = self._get_headers(file)
            for row in file.rows:
                if record := records.get(row.id):
                    texts[row.id] = {header: self._get_text(record, header) for header in headers}
        return texts

    @api.model
    def _get_headers(self, file):
        """Return the columns that a file has or may have, in the languages that are active."""
        active = self._get_active_languages()
        headers = [h for h in file.headers[1:] if (h.partition('@')[2] or 'en_US') in active]
        for name in self.env['complaint.preset.exporter']._get_columns(self.env[file.model]):
            headers.append(name)
            field = self.env[file.model]._fields[name]
            if field.translate or field.type == DEFINITION:
                headers += [f'{name}@{lang}' for lang in active - {'en_US'}]
        return sorted(set(headers))

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

    # === REMOVAL === #

    @api.model
    def _remove(self, install):
        """Delete the records of an installation; archive those that are used.

        :return: sentences that name what was archived
        """
        kept = []
        records = reversed(list(self._get_records(install).values()))
        # Neighbours are of one model, and those that refer come before what they refer to.
        # pylint: disable-next=bad-builtin-groupby
        for model, group in groupby(records, lambda record: record._name):
            own = self._release_shared(install, self.env[model].concat(*group).exists())
            if not own or self._unlink_unused(own):
                continue
            for record in own:
                if record.exists() and not self._unlink_unused(record):
                    self._archive(record)
                    kept.append(self.env._("Archived, because it is used: %s", record.display_name))
        return kept

    @api.model
    def _unlink_unused(self, records):
        """Delete all of these records, or none if one of them is used; say whether it was done."""
        if records._name in self._get_borrowed_models():
            # An administrator of complaints may delete those that came with a procedure.
            records = records.sudo()
        try:
            with self.env.cr.savepoint(), tools.mute_logger('odoo.sql_db'):
                records.unlink()
                self.env.flush_all()
        except (UserError, psycopg2.IntegrityError):
            return False
        return True

    @api.model
    def _release_shared(self, install, records):
        """Let go of records that others brought or took over too; return those left."""
        named = (
            self.env['ir.model.data']
            .sudo()
            .search(  # external ids are administration
                [('model', '=', records._name), ('res_id', 'in', records.ids)]
            )
        )
        prefix = self._get_prefix(install)
        own = named.filtered(lambda data: data.name.startswith(prefix))
        shared = set((named - own).mapped('res_id'))
        own.filtered(lambda data: data.res_id in shared).unlink()
        return records.filtered(lambda record: record.id not in shared)

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
