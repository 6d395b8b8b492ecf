from odoo import fields, models


class ResPartner(models.Model):
    _inherit = 'res.partner'

    complaint_count = fields.Integer(
        string="Complaints",
        compute='_compute_complaint_count',
        groups='complaint_management.group_complaint_user',
    )
    complaint_do_not_call = fields.Boolean(
        string="No more callbacks",
        tracking=True,
        help="The customer does not want to be called back about complaints, now and later.",
    )

    def _compute_complaint_count(self):
        """Count the complaints of each partner and of the contacts below it."""
        self.complaint_count = 0
        if not self.ids:
            return
        family = self.with_context(active_test=False).search_fetch(
            [('id', 'child_of', self.ids)], ['parent_id']
        )
        counts = self.env['complaint.case']._read_group(
            [('partner_id', 'in', family.ids)], ['partner_id'], ['__count']
        )
        for partner, count in counts:
            while partner:
                if partner in self:
                    partner.complaint_count += count
                partner = partner.parent_id

    def action_view_complaints(self):
        """Open the complaints of this partner and of the contacts below it."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_case_action_all'
        )
        return {
            **action,
            'domain': [('partner_id', 'child_of', self.ids)],
            'context': {'default_partner_id': self.id},
        }
