import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import preset_files


class ComplaintPresetImport(models.TransientModel):
    _name = 'complaint.preset.import'
    _description = "Import a Procedure"

    file = fields.Binary(string="Zip of a procedure", required=True, attachment=False)
    filename = fields.Char()
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company
    )

    def action_import(self):
        """Make the procedure that the zip describes, and open it.

        :raise UserError: the zip is wrong (file, line, column), or the procedure is there already
        """
        self.ensure_one()
        loader = self.env['complaint.preset.loader']
        try:
            code, files = preset_files.read_zip(base64.b64decode(self.file))
            files = loader._sort(files)
        except preset_files.PresetFileError as error:
            raise UserError(loader._explain(error)) from error
        installs = self.env['complaint.preset.install']
        if installs.search_count([('code', '=', code), ('company_id', '=', self.company_id.id)]):
            raise UserError(
                self.env._(
                    "A procedure with the code “%(code)s” is already installed for %(company)s.",
                    code=code,
                    company=self.company_id.name,
                )
            )
        install = installs.create({'code': code, 'company_id': self.company_id.id})
        install._load(files)
        return install._open_procedure()
