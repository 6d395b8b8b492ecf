from odoo import api, models
from odoo.exceptions import UserError

from ..const import INTERNAL_KEY, INTERNAL_WRITE


class ComplaintLogMixin(models.AbstractModel):
    """Rows that only the software adds, and nobody changes or takes out."""

    _name = 'complaint.log.mixin'
    _description = "Log of the Software"

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get(INTERNAL_KEY) is not INTERNAL_WRITE:
            raise UserError(self._get_kept_sentence())
        return super().create(vals_list)

    @api.model
    def _add(self, vals):
        """Add a row, or rows, which only the software may."""
        internal = self.with_context(**{INTERNAL_KEY: INTERNAL_WRITE})
        return internal.create(vals).with_env(self.env)

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self._get_kept_sentence())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        raise UserError(self._get_kept_sentence())

    def _get_kept_sentence(self):
        """Hook: return the sentence that refuses every change by hand; models must override it."""
        raise NotImplementedError
