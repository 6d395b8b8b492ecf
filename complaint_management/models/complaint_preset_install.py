from datetime import timedelta

from odoo import api, fields, models

from ..tools import preset_files


class ComplaintPresetInstall(models.Model):
    """What one company made of one preset, and how it was when it was made."""

    _name = 'complaint.preset.install'
    _description = "Installed Complaint Preset"
    _order = 'id'

    preset_id = fields.Many2one(
        comodel_name='complaint.preset', ondelete='cascade', index='btree_not_null'
    )
    code = fields.Char(required=True)
    company_id = fields.Many2one(
        comodel_name='res.company',
        ondelete='cascade',
        index=True,
        help="Empty: it serves every company.",
    )
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure', compute='_compute_procedure_id'
    )
    # Odoo has one language for the labels of properties: that of whoever installs.
    lang = fields.Char(
        string="Language", required=True, default=lambda self: self.env.lang or 'en_US'
    )
    # {id of the row: {column: text}} as the loader left it; what differs was edited locally.
    baseline = fields.Json(default=dict)

    _preset_company_uniq = models.Constraint(
        'unique(code, company_id)', "This preset is already installed for the company."
    )
    _preset_shared_uniq = models.UniqueIndex(
        '(code) WHERE company_id IS NULL', "This preset is already installed for every company."
    )

    def _compute_procedure_id(self):
        loader = self.env['complaint.preset.loader']
        for install in self:
            records = loader._get_records(install)
            install.procedure_id = next(
                (r for r in records.values() if r._name == 'complaint.procedure'), False
            )

    # === BUSINESS METHODS === #

    def _open_procedure(self):
        """Return the action that opens the procedure that was made."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'complaint.procedure',
            'res_id': self.procedure_id.id,
            'views': [(False, 'form')],
        }

    def _load(self, files):
        """Make the records of these files and remember how they are.

        :param list files: PresetFile objects
        """
        self.ensure_one()
        loader = self.env['complaint.preset.loader']
        self._expect(files)
        loader._load(self, files)
        self.baseline = {**(self.baseline or {}), **loader._snapshot(self, files)}

    def _expect(self, files):
        """Let rows be known as ours by their ids, which name no company when all share them."""
        ids = {row.id: {} for file in files for row in file.rows}
        self.baseline = {**ids, **(self.baseline or {})}

    def _revive(self, files):
        """Take back into use what an earlier removal archived, unless a file says otherwise."""
        self.ensure_one()
        records = self.env['complaint.preset.loader']._get_records(self)
        rows = [row for file in files for row in file.rows if 'active' not in row.cells]
        for record in filter(None, (records.get(row.id) for row in rows)):
            if 'active' in record._fields and not record.active:
                record.active = True

    def _take_over(self, files):
        """Load files of which an earlier version of the addon may have made records already.

        Those stay one, and what was edited on them stays as well.

        :return: sentences that list what was kept
        """
        self.ensure_one()
        loader = self.env['complaint.preset.loader']
        self._expect(files)
        if not loader._snapshot(self, files):
            self._load(files)
            return []
        before = self.baseline
        # How they would be if nobody had edited them, found out and taken back.
        with self.env.cr.savepoint() as savepoint:
            loader._load(self, files)
            baseline = {**before, **loader._snapshot(self, files)}
            savepoint.rollback()
        self.env.registry.clear_cache()
        self.baseline = baseline
        return self._update(files)

    @api.model
    def _bring_shared(self, addon):
        """Make what an addon carries for the presets that serve every company.

        The addon calls it among its data, when it is installed and at every update. What is there
        is left to *Update*; what somebody removed does not come back.

        :param str addon: technical name of the addon, which need not count as installed yet
        """
        loader = self.env['complaint.preset.loader']
        modules = self.env['ir.module.module'].sudo()  # which addons are here is no secret
        is_new = bool(modules.search_count([('name', '=', addon), ('state', '=', 'to install')]))
        for preset in self.env['complaint.preset'].search([('is_shared', '=', True)]):
            files = loader._read_addon_folders([addon], preset.code)
            install = preset.install_ids.filtered(lambda install: not install.company_id)
            if not install and preset._is_expected(addon, files, is_new):
                install = preset._create_install(self.env.company)
            known = install.baseline or {}
            rows = [row for file in files for row in file.rows]
            if install and (is_new or any(row.id not in known for row in rows)):
                install._take_over(loader._without_lost(install, files)[0])

    @api.model
    def _complete(self, addon):
        """Bring the presets that are installed already what an addon carries for them.

        An addon above calls it from its `post_init_hook`. Procedures that came by import are left
        as they are: they carry all the rules of the company that wrote them.

        :param str addon: technical name of the addon, which need not count as installed yet
        """
        loader = self.env['complaint.preset.loader']
        for install in self.search([('preset_id', '!=', False), ('company_id', '!=', False)]):
            files = loader._read_addon_folders([addon], install.code)
            if files:
                install._load(loader._without_lost(install, files)[0])

    def _update(self, files=None):
        """Load what changed in the files since, keep what was edited here.

        :param list files: PresetFile objects; None: all of the preset
        :return: sentences that list what was kept
        """
        self.ensure_one()
        loader = self.env['complaint.preset.loader']
        if files is None:
            files = loader._read_folders(self.code)
        self._expect(files)
        now = loader._snapshot(self, files)
        kept, wanted = [], []
        for file in files:
            rows = []
            for row in file.rows:
                before, current = self.baseline.get(row.id), now.get(row.id)
                if not before or current is None:
                    rows.append(row)
                    continue
                edited = {n for n in current if n in before and current[n] != before[n]}
                if named := {n for n in edited if n in row.cells}:
                    kept.append(loader._describe_kept(self, row.id, named))
                rows.append(loader._without(row, edited))
            wanted.append((file, rows))
        loader._load(self, [loader._with_rows(file, rows) for file, rows in wanted])
        fresh = loader._snapshot(self, files)
        for row_id, values in fresh.items():
            before, current = self.baseline.get(row_id, {}), now.get(row_id, {})
            # An edit stays an edit at the next update.
            values.update({n: before[n] for n in before if current.get(n) != before[n]})
        self.baseline = {**self.baseline, **fresh}
        return kept

    def _remove(self):
        """Delete what this installation made; what is used is archived instead.

        :return: sentences that name what was archived
        """
        self.ensure_one()
        archived = self.env['complaint.preset.loader']._remove(self)
        self.unlink()
        return archived

    def _read_examples(self):
        """Return the examples of this preset's trade, as `complaint.case._create_examples` wants.

        Their words are in the user's language where the file has it.
        """
        self.ensure_one()
        loader = self.env['complaint.preset.loader']
        known = loader._get_known(self)
        now = self.env.cr.now().replace(microsecond=0)
        examples = []
        for row in preset_files.read_examples(self.code):
            names = [header for header in row if header in self.env['complaint.case']._fields]
            values = {name: row.get(f'{name}@{self.env.lang}') or row[name] for name in names}
            for name in names:
                if name.endswith('_id'):
                    values[name] = loader._find_id(known, row[name]) if row[name] else False
            if row['limit_hours']:
                values['limit_date'] = now + timedelta(hours=float(row['limit_hours']))
            age = timedelta(days=float(row['days']))
            examples.append({'values': values, 'age': age, 'is_near': bool(row['is_near'])})
        return examples
