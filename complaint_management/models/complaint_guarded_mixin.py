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

    # === FILES AND OBSTACLES === #

    def _get_whole(self):
        """Return the record to which the files belong and that sentences name.

        Hook: a record that is part of another one answers with that one.
        """
        return self

    def _adopt_attachments(self):
        """Let files that the user just uploaded belong to the whole: who reads it, reads them.

        Files of other records, or of other people, stay where they are.
        """
        for record in self:
            files = record.sudo().attachment_ids  # just uploaded, they are the uploader's alone
            own = files.filtered(
                lambda file: (
                    not file.res_id and not file.res_field and file.create_uid == self.env.user
                )
            )
            if own:
                whole = record._get_whole()
                own.write({'res_model': whole._name, 'res_id': whole.id})

    def _raise_obstacles(self, obstacles):
        """Raise all sentences at once; of several records they name each.

        :param dict obstacles: {record: [sentence, …]}
        """
        if not obstacles:
            return
        if len(self) == 1:
            raise UserError('\n'.join(next(iter(obstacles.values()))))
        raise UserError(
            '\n'.join(
                f'{record._get_whole().display_name}: {" ".join(sentences)}'
                for record, sentences in obstacles.items()
            )
        )
