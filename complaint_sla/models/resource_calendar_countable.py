from odoo import models
from odoo.tools import ormcache


class ResourceCalendarCountable(models.Model):
    """Whether time limits can be counted in working hours, without reading their lines again."""

    _inherit = 'resource.calendar'

    def _is_countable(self):
        self.ensure_one()
        # What is not saved yet has no token that its lines renew.
        return self._is_countable_by_token() if self.id else super()._is_countable()

    @ormcache('self.id', 'self.engine_token')
    def _is_countable_by_token(self):
        return super()._is_countable()
