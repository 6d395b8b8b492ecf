from odoo import api, models
from odoo.exceptions import UserError

from ..const import INTERNAL_KEY


class ComplaintGuardedRecord(models.AbstractModel):
    """A record beside the cases that has a course of its own: only its buttons lead it on.

    What `_get_guarded_fields` names is written by the software; whatever road a value comes on
    (form, import, RPC, a context of a client), it is refused.
    """

    _name = 'complaint.guarded.record'
    _description = "Guarded Record"
    _inherit = ['complaint.guarded.mixin']

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_internal():
            defaults = self._get_guarded_defaults()
            for vals in vals_list:
                self._check_guarded_values(vals, defaults)
            vals_list = [{**vals, **defaults} for vals in vals_list]
        return super(ComplaintGuardedRecord, self.with_context(**{INTERNAL_KEY: None})).create(
            vals_list
        )

    def write(self, vals):
        if not self._is_internal():
            for record in self:
                record._check_guarded_values(vals, {name: record[name] for name in vals})
        return super().write(vals)

    # === FILES AND OBSTACLES === #

    def _adopt_attachments(self):
        """Let files that the user just uploaded belong to the record: who reads it, reads them.

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
                own.write({'res_model': self._name, 'res_id': record.id})

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
                f'{record.display_name}: {" ".join(sentences)}'
                for record, sentences in obstacles.items()
            )
        )
