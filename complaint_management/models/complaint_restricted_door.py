from odoo import api, models
from odoo.fields import Domain


class ComplaintRestrictedDoor(models.AbstractModel):
    """A record beside the complaints that is narrowed with the restricted ones among them.

    Design 6: what is written about a restricted complaint is for its handler, its first-contact
    owner, its team's leader, the committee and the auditor. Not a record rule: rules look through
    lists of records as superuser, and what they find there stays in memory for the user.
    """

    _name = 'complaint.restricted.door'
    _description = "Restriction of What Is Beside a Complaint"
    _inherit = ['complaint.recusal.door', 'complaint.link.guard']

    # The fields that lead to the complaints.
    _recusal_path = 'case_id'

    @api.model
    def _get_closed_domain(self):
        user = self.env.user
        if user._sees_restricted_complaints():
            return None
        domain = (
            Domain('is_restricted', '=', True)
            & Domain('handler_id', '!=', user.id)
            & Domain('contact_owner_id', '!=', user.id)
            & Domain('team_id', 'not any!', Domain('leader_id', '=', user.id))
        )
        for name in reversed(self._recusal_path.split('.')):
            domain = Domain(name, 'any!', domain)
        model = self.sudo().with_context(active_test=False)  # fields and records closed to the user
        return Domain('id', 'in', model._search(domain & self._get_narrowed_domain()))

    def _filter_closed(self):
        # What no restriction narrows costs no query.
        rows = self.sudo().filtered_domain(self._get_narrowed_domain())
        return super(ComplaintRestrictedDoor, self.browse(rows.ids))._filter_closed()

    @api.model
    def _get_narrowed_domain(self):
        """Hook: return the domain of the records that a restriction narrows; all, by default."""
        return Domain.TRUE
