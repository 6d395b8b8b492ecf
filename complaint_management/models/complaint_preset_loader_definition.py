import json
import re

from odoo import api, models

from ..tools.preset_files import PresetFileError
from .complaint_preset_loader import DEFINITION

# A record that a definition names in the place of a value.
QUOTED_REF = re.compile(r"""\"(ref\('[\w.]+'\))\"""")


class ComplaintPresetLoaderDefinition(models.AbstractModel):
    """Special fields of a trade: the properties that its complaints have.

    A cell holds the list of properties in JSON, as Odoo keeps it. Odoo has one language for their
    labels, so the one in which the preset was installed decides between the columns.
    """

    _inherit = 'complaint.preset.loader'

    @api.model
    def _load_definitions(self, install, file):
        """Write the cells that define properties.

        :raise PresetFileError: a cell is no list of properties, or Odoo refuses one of them
        """
        fields = self.env[file.model]._fields
        names = [h for h in file.headers[1:] if '@' not in h and fields[h].type == DEFINITION]
        if not names:
            return
        known, records = self._get_known(install), self._get_records(install)
        for row in file.rows:
            for name in row.cells.keys() & names:
                translated = f'{name}@{install.lang}'
                header = translated if translated in row.cells else name
                definition = self._read_definition(known, file, row, header)
                try:
                    records[row.id][name] = definition
                except (TypeError, ValueError) as error:
                    raise PresetFileError(file.name, row.line, header, str(error)) from error

    @api.model
    def _read_definition(self, known, file, row, header):
        """Return the list of properties in a cell, with the numbers of the records it names."""
        text = QUOTED_REF.sub(r'\1', row.cells[header])
        text = self._number_records(known, file, row, header, text)
        try:
            definition = json.loads(text)
        except ValueError as error:
            raise PresetFileError(file.name, row.line, header, 'bad_definition') from error
        if not isinstance(definition, list) or not all(isinstance(p, dict) for p in definition):
            raise PresetFileError(file.name, row.line, header, 'bad_definition')
        return definition
