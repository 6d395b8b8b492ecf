from odoo import api, fields, models
from odoo.exceptions import ValidationError

DELEGATE_FIELDS = ['complaint_delegate_id', 'complaint_delegate_from', 'complaint_delegate_to']


class ResUsersDelegate(models.Model):
    """Who decides approvals in place of somebody who is away."""

    _inherit = 'res.users'

    complaint_delegate_id = fields.Many2one(
        comodel_name='res.users',
        string="Approves complaints in my place",
        ondelete='set null',
        index='btree_not_null',
        domain=[('share', '=', False)],
        help="While you are away, this person is asked for your approvals too.",
    )
    complaint_delegate_from = fields.Date(string="Away from")
    complaint_delegate_to = fields.Date(string="Away until")

    # === DELEGATES === #

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + DELEGATE_FIELDS

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + DELEGATE_FIELDS

    @api.constrains(*DELEGATE_FIELDS)
    def _check_complaint_delegate(self):
        role = 'complaint_management.group_complaint_user'
        for user in self.filtered('complaint_delegate_id'):
            delegate = user.complaint_delegate_id
            if delegate == user or not delegate.sudo().has_group(role):  # groups are no secret here
                raise ValidationError(
                    self.env._(
                        "%(name)s cannot approve complaints in your place: choose another person "
                        "who has a role in complaints.",
                        name=delegate.name,
                    )
                )
            begin, end = user.complaint_delegate_from, user.complaint_delegate_to
            if begin and end and begin > end:
                raise ValidationError(self.env._("You cannot be back before you leave."))

    def write(self, vals):
        result = super().write(vals)
        if set(DELEGATE_FIELDS) & vals.keys():
            # Approvals in which these users are asked, of whatever complaints.
            approvals = self.env['complaint.approval'].sudo()
            approvals.search(
                [('state', '=', 'pending'), ('approver_ids', 'in', self.ids)]
            )._refresh_approvers()
        return result

    def _get_complaint_delegate(self):
        """Return who decides approvals in this user's place today, or an empty record.

        An empty date is an open end; without a delegate nobody does.
        """
        self.ensure_one()
        user = self.sudo()  # preferences of other people
        # His own today, whoever asks.
        tz = user.tz or user.company_id.resource_calendar_id.tz or 'UTC'
        today = fields.Date.context_today(user.with_context(tz=tz), self.env.cr.now())
        begin, end = user.complaint_delegate_from, user.complaint_delegate_to
        if (begin and today < begin) or (end and today > end):
            return self.browse()
        return user.complaint_delegate_id.filtered('active').sudo(self.env.su)
