from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..const import INTERNAL_KEY, INTERNAL_WRITE


class ComplaintGuardedMixin(models.AbstractModel):
    """Tells what the software writes from what a client sends."""

    _name = 'complaint.guarded.mixin'
    _description = "Guarded Fields"

    @api.model
    def _get_guarded_fields(self):
        """Return the names of the fields that only the software writes."""
        return set()

    def _is_internal(self):
        """Say whether the software itself is writing; no client can send that object."""
        return self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE

    def _write_internal(self, vals):
        """Write values that only the software may write."""
        return self.with_context(**{INTERNAL_KEY: INTERNAL_WRITE}).write(vals)

    @api.model
    def _create_internal(self, vals_list):
        """Create records with values that only the software may write."""
        return self.with_context(**{INTERNAL_KEY: INTERNAL_WRITE}).create(vals_list)

    @api.model
    def _get_guarded_defaults(self):
        """Return what a new record has in the guarded fields, whatever a client's context says."""
        defaults = {name: self._fields[name].default for name in self._get_guarded_fields()}
        return {
            name: self._get_plain(default(self)) if default else False
            for name, default in defaults.items()
        }

    @api.model
    def _check_guarded_values(self, vals, current):
        """Refuse values of guarded fields that differ from what is there.

        :raise UserError: names the fields
        """
        found = [
            name
            for name in vals
            if name in self._get_guarded_fields()
            and name != 'round'
            and (vals[name] or False) != (self._get_plain(current.get(name)) or False)
        ]
        if found:
            raise UserError(
                self.env._(
                    "The software sets these fields itself: %(fields)s. Use the buttons.",
                    fields=format_list(
                        self.env,
                        [self._fields[name]._description_string(self.env) for name in found],
                    ),
                )
            )

    @api.model
    def _get_plain(self, value):
        return value.id if isinstance(value, models.BaseModel) else value
