from odoo import api, models

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
