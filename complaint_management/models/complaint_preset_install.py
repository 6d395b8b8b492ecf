from odoo import api, fields, models


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
        comodel_name='res.company', required=True, ondelete='cascade', index=True
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
        loader._load(self, files)
        self.baseline = {**(self.baseline or {}), **loader._snapshot(self, files)}

    def _revive(self, files):
        """Take back into use what an earlier removal archived, unless a file says otherwise."""
        self.ensure_one()
        records = self.env['complaint.preset.loader']._get_records(self)
        rows = [row for file in files for row in file.rows if 'active' not in row.cells]
        for record in filter(None, (records.get(row.id) for row in rows)):
            if 'active' in record._fields and not record.active:
                record.active = True

    @api.model
    def _complete(self, addon):
        """Bring the presets that are installed already what an addon carries for them.

        An addon above calls it from its `post_init_hook`. Procedures that came by import are left
        as they are: they carry all the rules of the company that wrote them.

        :param str addon: technical name of the addon, which need not count as installed yet
        """
        loader = self.env['complaint.preset.loader']
        for install in self.search([('preset_id', '!=', False)]):
            files = loader._read_addon_folders([addon], install.code)
            if files:
                install._load(loader._without_lost(install, files)[0])

    def _update(self):
        """Load what changed in the files since, keep what was edited here.

        :return: sentences that list what was kept
        """
        self.ensure_one()
        loader = self.env['complaint.preset.loader']
        files = loader._read_folders(self.code)
        now = loader._snapshot(self, files)
        kept, wanted = [], []
        for file in files:
            rows = []
            for row in file.rows:
                before, current = (self.baseline or {}).get(row.id), now.get(row.id)
                if before is None or current is None:
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
            before, current = (self.baseline or {}).get(row_id, {}), now.get(row_id, {})
            # An edit stays an edit at the next update.
            values.update({n: before[n] for n in before if current.get(n) != before[n]})
        self.baseline = fresh
        return kept

    def _remove(self):
        """Delete what this installation made; what is used is archived instead.

        :return: sentences that name what was archived
        """
        self.ensure_one()
        archived = self.env['complaint.preset.loader']._remove(self)
        self.unlink()
        return archived
