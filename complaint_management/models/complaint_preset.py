from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..tools.dialogs import get_dialog


class ComplaintPreset(models.Model):
    """The rules of a trade that come with the addons, ready to be installed for a company."""

    _name = 'complaint.preset'
    _description = "Complaint Preset"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Name of the folder that holds the files.")
    summary = fields.Text(translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_shared = fields.Boolean(
        string="Shared by all companies", help="It is installed once, and serves every company."
    )
    install_ids = fields.One2many(comodel_name='complaint.preset.install', inverse_name='preset_id')
    install_id = fields.Many2one(
        comodel_name='complaint.preset.install',
        string="Installation in this company",
        compute='_compute_install_id',
    )
    is_installed = fields.Boolean(compute='_compute_install_id')

    _code_uniq = models.Constraint('unique(code)', "Another preset has the same code.")

    @api.depends('install_ids')
    @api.depends_context('company')
    def _compute_install_id(self):
        installs = self.env['complaint.preset.install'].search(
            [('preset_id', 'in', self.ids), ('company_id', 'in', (self.env.company.id, False))]
        )
        by_preset = {install.preset_id: install for install in installs}
        for preset in self:
            preset.install_id = by_preset.get(preset, False)
            preset.is_installed = bool(preset.install_id)

    # === ACTIONS === #

    def action_preview(self):
        """Show what an installation would make."""
        self.ensure_one()
        return get_dialog(
            'complaint.preset.preview',
            self.env._("Preview: %s", self.name),
            default_preset_id=self.id,
        )

    def action_install(self):
        """Install for the current company and open the procedure that was made."""
        self.ensure_one()
        return self._install(self.env.company)._open_procedure()

    def action_update(self):
        """Bring what the current company installed up to the files; local edits stay."""
        self.ensure_one()
        return self._notify(self.env._("Updated"), self.install_id._update())

    def action_remove(self):
        """Take away what the current company installed; what is used is archived."""
        self.ensure_one()
        return self._notify(self.env._("Removed"), self.install_id._remove())

    def _notify(self, title, sentences):
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'title': title,
                'message': '\n'.join(sentences),
                'sticky': bool(sentences),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    # === BUSINESS METHODS === #

    def _install(self, company):
        """Make the records of this preset for a company.

        :return: complaint.preset.install
        :raise UserError: it is installed there already, or a file is wrong (file, line, column)
        """
        self.ensure_one()
        if self.with_company(company).is_installed:
            raise UserError(
                self.env._(
                    "“%(preset)s” is already installed for %(company)s.",
                    preset=self.name,
                    company=company.name,
                )
            )
        loader = self.env['complaint.preset.loader']
        files = loader._read_folders(self.code)
        install = self._create_install(company)
        if self.is_shared:
            install._take_over(files)
        else:
            install._load(files)
        install._revive(files)
        return install

    def _create_install(self, company):
        """Return an installation without records: for a company, or for all if they share it."""
        self.ensure_one()
        return self.env['complaint.preset.install'].create(
            {
                'preset_id': self.id,
                'code': self.code,
                'company_id': False if self.is_shared else company.id,
            }
        )

    def _is_expected(self, addon, files, is_new):
        """Return whether a shared preset has to be there: its addon is new, or it is in use.

        :param str addon: technical name
        :param list files: PresetFile objects of this addon
        :param bool is_new: whether the addon is being installed
        """
        self.ensure_one()
        rows = [row for file in files if file.model == 'complaint.procedure' for row in file.rows]
        if rows and is_new:
            return True
        found = [self.env.ref(f'{addon}.{row.id}', raise_if_not_found=False) for row in rows]
        return any(record and record.active for record in found)

    def _get_summary_lines(self):
        """Return what an installation makes, a line for each model: “Stage (2): Intake, End”.

        What has no name of its own (a gate that is an approval, a rung of a ladder) is counted.
        """
        self.ensure_one()
        names = {}
        for file in self.env['complaint.preset.loader']._read_folders(self.code):
            names.setdefault(file.model, []).extend(self._get_row_name(row) for row in file.rows)
        models_sudo = self.env['ir.model'].sudo()  # only the names of models
        return [
            self.env._(
                "%(model)s (%(count)s): %(names)s",
                model=models_sudo._get(model).name,
                count=len(found),
                names=format_list(self.env, [name for name in found if name]) or "–",
            )
            for model, found in names.items()
        ]

    def _get_row_name(self, row):
        """Return how a row is called in the user's language, without a full stop; or nothing."""
        lang = self.env.lang or 'en_US'
        name = row.cells.get(f'name@{lang}') or row.cells.get('name') or ''
        return name.rstrip('.。')

    def _get_clashes(self, company):
        """Return sentences on what the company has already that an installation would double."""
        self.ensure_one()
        codes = [
            row.cells['code']
            for file in self.env['complaint.preset.loader']._read_folders(self.code)
            if file.model == 'complaint.procedure'
            for row in file.rows
        ]
        procedures = self.env['complaint.procedure'].with_context(active_test=False)
        same = procedures.search([('code', 'in', codes), ('company_id', '=', company.id)])
        if not same or self.is_shared:  # which takes over what is there
            return []
        return [
            self.env._(
                "There is a procedure with the same code: %(names)s.",
                names=format_list(self.env, same.mapped('name')),
            )
        ]
