from odoo import api, fields, models
from odoo.tools import format_list


class ComplaintReturnScrap(models.Model):
    """Who let returned goods be scrapped (RET-5.6-c)."""

    _inherit = 'complaint.return'

    scrap_approved_by = fields.Char(
        compute='_compute_scrap_approved_by',
        compute_sudo=True,  # whoever carries the scrapping out need not see the approvals
    )

    @api.depends('disposition', 'case_id.approval_ids.state')
    @api.depends_context('lang')
    def _compute_scrap_approved_by(self):
        for goods in self:
            approvals = goods._get_scrap_approvals().filtered(lambda a: a.state == 'approved')
            names = approvals.decided_by_id.mapped('name')
            goods.scrap_approved_by = format_list(self.env, names) if names else False

    def _get_scrap_approvals(self):
        """Return the requests to let these goods be scrapped that hold now, as they were asked."""
        self.ensure_one()
        if self.disposition != 'scrap':
            return self.env['complaint.approval']
        return self.case_id.approval_ids.filtered(
            lambda approval: approval.subject == 'disposition' and approval.is_current
        ).sorted(lambda approval: (approval.sequence, approval.step, approval.id))
