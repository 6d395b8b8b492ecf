"""Fields whose value some readers get masked: on the way out, never in the code that works.

A masked field stays what it is for the software: rules, look-ups and mails need the real value.
Only where a value leaves the server (read, export, forms) or where a search would tell it, the
field asks its model, which inherits `complaint.masked.mixin`.
"""

from operator import attrgetter

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from .contact_mask import MASKS

# What goes with who complains; the others go with the contact data.
NAME_MASKS = ('name', 'people')


class MaskedField:
    """What the kinds of masked fields share."""

    mask = None  # key of MASKS, or 'people'
    _related_mask = property(attrgetter('mask'))  # that of mails is the one of their messages

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


class MaskedBinary(MaskedField, fields.Binary):
    """A picture or a file that some readers do not get."""

    def _get_shown(self, value):
        return False


class MaskedImage(MaskedBinary, fields.Image):
    """A picture that is kept in a size, and that some readers do not get."""


class MaskedFiles(MaskedField, fields.Many2many):
    """Files of which some readers get those alone that they brought themselves.

    The files themselves are closed by `ir.attachment`.
    """

    def _get_shown(self, value):
        own = value.sudo().filtered(lambda file: file.create_uid == value.env.user)
        return own.with_env(value.env)


class MaskedPartners(MaskedField, fields.Many2many):
    """Partners of whom some readers get the staff, and themselves, alone."""

    def _get_shown(self, value):
        # That somebody belongs to the staff is no secret.
        shown = value.sudo().filtered_domain(self._get_open_domain(value.env))
        return shown.with_env(value.env)

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        """Let a search find whom the reader is shown; of all others no condition ever holds."""
        known = super().condition_to_sql(field_expr, operator, value, model, alias, query)
        shown = model._get_shown_sql(self.mask, alias, query)
        if shown is None or operator.startswith('not'):
            return known
        domain = value if isinstance(value, Domain) else Domain('id', 'in', value)
        domain &= self._get_open_domain(model.env)
        operator = 'any' if operator == 'any' else 'any!'
        # Not this class: it would hide these, too.
        condition = super(MaskedField, self).condition_to_sql(
            field_expr, operator, domain, model, alias, query
        )
        return SQL("(%s OR %s)", known, condition)

    def _get_open_domain(self, env):
        """Return the domain of the partners that no mask hides."""
        return Domain('partner_share', '=', False) | Domain('id', '=', env.user.partner_id.id)
