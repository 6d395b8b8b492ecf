from odoo import models
from odoo.tools import ormcache


class ResUsersContact(models.Model):
    """Who sees the contact data of complainants."""

    _inherit = 'res.users'

    def _sees_complaint_contacts(self):
        """Say whether no contact data is masked: customers, the committee, the auditor.

        Customers see complaints of their own only; the others decide on them or check them.
        """
        self.ensure_one()
        return not self._is_internal() or self._sees_restricted_complaints()

    @ormcache('self.id')
    def _get_complaint_contact_team_ids(self):
        """Return the ids of the teams whose complainants the user talks to: works in or manages.

        Kept in mind: teams clear that cache when they change.
        """
        return tuple((self._get_complaint_teams() | self._get_complaint_managed_teams())._ids)
