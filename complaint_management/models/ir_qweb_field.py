from odoo import api, models

from ..tools.masked_fields import MaskedField


class IrQwebField(models.AbstractModel):
    _inherit = 'ir.qweb.field'

    @api.model
    def record_to_html(self, record, field_name, options):
        """Print masked what the reader of a complaint gets masked on the screen."""
        field = record._fields[field_name] if record else None
        if not isinstance(field, MaskedField) or not field._is_hidden(record):
            return super().record_to_html(record, field_name, options)
        value = field._get_shown(record[field_name])
        return self.value_to_html(value, options=options) if value else False
