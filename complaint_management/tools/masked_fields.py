"""Fields whose value some readers get masked: on the way out, never in the code that works.

A masked field stays what it is for the software: rules, look-ups and mails need the real value.
Only where a value leaves the server (read, export, forms) or where a search would tell it, the
field asks its model, which inherits `complaint.masked.mixin`.
"""

from odoo import fields
from odoo.tools import SQL

from .contact_mask import MASKS


class MaskedField:
    """What the kinds of masked fields share."""

    mask = None  # key of MASKS

    def _is_hidden(self, record):
        return not record.env.su and bool(record) and record._hides(self.mask)

    def _get_shown(self, value):
        """Return what a reader sees of a value that he may not see."""
        return MASKS[self.mask](value) if value else value

    def convert_to_read(self, value, record, use_display_name=True):
        if value and self._is_hidden(record):
            value = self._get_shown(value)
        return super().convert_to_read(value, record, use_display_name)

    def convert_to_export(self, value, record):
        if value and self._is_hidden(record):
            value = self._get_shown(value)
        return super().convert_to_export(value, record)

    def convert_to_display_name(self, value, record):
        if value and self._is_hidden(record):
            value = self._get_shown(value)
        return super().convert_to_display_name(value, record)

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        """Let no search tell what a reader does not see: for him such a condition never holds."""
        raw = model._with_raw_field(self)
        condition = super().condition_to_sql(field_expr, operator, value, raw, alias, query)
        shown = model._get_shown_sql(self.mask, alias, query)
        return SQL("(%s AND %s)", condition, shown) if shown else condition


class MaskedChar(MaskedField, fields.Char):
    """A line of text that some readers get masked."""


class MaskedText(MaskedField, fields.Text):
    """A text in which some readers get the contact data masked."""


class MaskedMany2one(MaskedField, fields.Many2one):
    """A record that some readers do not get at all."""

    def _get_shown(self, value):
        return value.browse()
