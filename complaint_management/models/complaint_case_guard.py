from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_list, ormcache

HISTORY_FIELDS = {'number', 'registered_at', 'closed_at'}  # an import of history brings them


class ComplaintCaseGuard(models.AbstractModel):
    """What of a case only the software may write, so that no road around it is open."""

    _name = 'complaint.case.guard'
    _description = "Guard of What the Software Writes"

    @api.model
    def _get_guarded_fields(self):
        """Return the names of the fields that only the software writes; parts add theirs."""
        return {
            *('number', 'registered_at', 'closed_at', 'round', 'event_ids', 'event_count'),
            *('event_head', 'phase', 'is_closed', 'is_restricted', 'needs_legal_opinion'),
            *('recused_user_ids', 'is_example', 'rating_last_value'),
        }

    @api.model
    def _get_intake_fields(self):
        """Return those of the guarded fields that the software sets when it makes a case."""
        return {'is_example'}

    @api.model
    @ormcache()
    def _get_guarded_names(self):
        return frozenset(self._get_guarded_fields())  # asked at every write

    def _check_protected_values(self, vals, history):
        """Refuse values that only the software may write.

        :raise UserError: names the fields
        """
        protected = self._get_guarded_names() - (HISTORY_FIELDS if history else set())
        if self.env.su:
            protected = protected - self._get_intake_fields()
        # A new case has none of them anyway; an empty value takes away what an old one has.
        if found := [name for name in vals if name in protected and (self or vals[name])]:
            raise UserError(
                self.env._(
                    "The software sets these fields itself: %(fields)s. Leave them out; finished "
                    "complaints of the past are loaded by an administrator as history.",
                    fields=format_list(
                        self.env,
                        [self._fields[name]._description_string(self.env) for name in found],
                    ),
                )
            )
