from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_list


class MailActivity(models.Model):
    _name = 'mail.activity'
    _inherit = ['complaint.recusal.door', 'mail.activity']

    complaint_approval_id = fields.Many2one(
        comodel_name='complaint.approval',
        string="Complaint approval",
        ondelete='cascade',
        index='btree_not_null',
        readonly=True,
    )
    complaint_can_decide = fields.Boolean(compute='_compute_complaint_can_decide')

    @api.constrains('user_id', 'res_model_id', 'res_id')
    def _check_nobody_recused_assigned(self):
        """Give nobody anything to do on a complaint from which he is recused (T16)."""
        threads = self.env.registry['complaint.recusal.thread']
        for model, activities in self.sudo().filtered('user_id').grouped('res_model').items():
            if not model or not isinstance(self.env[model], threads):
                continue
            records = self.env[model].sudo().browse(activities.mapped('res_id'))  # hidden from some
            recused = {
                record.id: record._get_recusal_cases().recused_user_ids for record in records
            }
            wrong = activities.filtered(lambda a, recused=recused: a.user_id in recused[a.res_id])
            if not wrong:
                continue
            open_to_user = records.browse(wrong.mapped('res_id')).sudo(False)
            if self.env.user._is_superuser() or open_to_user.has_access('read'):
                raise ValidationError(
                    self.env._(
                        "%(names)s must keep away from this complaint. Give the activity to "
                        "somebody else.",
                        names=format_list(self.env, wrong.user_id.mapped('name')),
                    )
                )
            raise self.env['ir.rule']._make_access_error('write', wrong)

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
