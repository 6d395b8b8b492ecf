from odoo import models
from odoo.tools import ormcache


class ResourceCalendarCountable(models.Model):
    """Whether time limits can be counted in working hours, without reading their lines again."""

    _inherit = 'resource.calendar'

    def _is_countable(self):
        self.ensure_one()
        if not self.id:  # what is not saved yet has no token that its lines renew
            return super()._is_countable()
        known = self._get_countable_by_token()
        if not known:
            known.append(super()._is_countable())
        return known[0]

    @ormcache('self.id', 'self.engine_token')
    def _get_countable_by_token(self):
        """Return a list that keeps the answer while the token stays; empty at first."""
        return []
