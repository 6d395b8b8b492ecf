from odoo import api, fields, models


class MailActivity(models.Model):
    _inherit = 'mail.activity'

    complaint_approval_id = fields.Many2one(
        comodel_name='complaint.approval',
        string="Complaint approval",
        ondelete='cascade',
        index='btree_not_null',
        readonly=True,
    )
    complaint_can_decide = fields.Boolean(compute='_compute_complaint_can_decide')

    @api.depends('complaint_approval_id', 'user_id')
    @api.depends_context('uid')
    def _compute_complaint_can_decide(self):
        """Offer Approve and Refuse on an activity to whom it belongs."""
        for activity in self:
            # Whether the user may decide does not depend on what else he sees.
            approval = activity.sudo().complaint_approval_id
            activity.complaint_can_decide = bool(
                approval and activity.user_id == self.env.user and approval._get_principal()
            )

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), 'complaint_can_decide']

    def action_complaint_approve(self):
        """Approve what this activity asks for."""
        self.ensure_one()
        return self._get_complaint_approval().action_approve()

    def action_complaint_refuse(self):
        """Refuse what this activity asks for."""
        self.ensure_one()
        return self._get_complaint_approval().action_refuse()

    def _get_complaint_approval(self):
        self.check_access('read')
        return self.complaint_approval_id
