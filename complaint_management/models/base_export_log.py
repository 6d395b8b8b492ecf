from odoo import models


class Base(models.AbstractModel):
    _inherit = 'base'

    def export_data(self, fields_to_export):
        """List every export that takes complaint data along, whichever model it begins with."""
        result = super().export_data(fields_to_export)
        if self._reaches_complaints(fields_to_export):
            self.env['complaint.export.log']._record(self, fields_to_export)
            self._get_exported_complaints(fields_to_export)._log_reading('export')
        return result

    def _reaches_complaints(self, paths):
        """Say whether a column holds data of complaints."""
        if self._name.startswith('complaint.'):
            return True
        return any(
            model.startswith('complaint.')
            for path in paths
            for model, _names in self._follow_export_path(path)
        )

    def _follow_export_path(self, path):
        """Yield (model, names of the fields that lead to it) along the path of a column."""
        model, names = self, []
        for name in path.replace('.', '/').split('/'):
            field = model._fields.get(name)
            if not field or not field.comodel_name:
                return
            names.append(name)
            model = self.env[field.comodel_name]
            yield model._name, tuple(names)

    def _get_exported_complaints(self, paths):
        """Return the complaints whose data an export holds: themselves, of lines, of others."""
        cases = self.env['complaint.case']
        trails = {names for path in paths for _model, names in self._follow_export_path(path)}
        for records in (self, *(self.mapped('.'.join(names)) for names in trails)):
            if records._name == 'complaint.case':
                cases |= records
            elif isinstance(records, self.env.registry['complaint.case.line']):
                # The case of a line is known to whoever reads the line.
                cases |= records.sudo().case_id.sudo(False)
        return cases
