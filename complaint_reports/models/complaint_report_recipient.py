from odoo import api, fields, models
from odoo.exceptions import ValidationError

RECIPIENT_ROLES = [('reader', "Reader"), ('copy', "Copy")]


class ComplaintReportRecipient(models.Model):
    """Who gets the reports of a schedule: to read them, or for information."""

    _name = 'complaint.report.recipient'
    _description = "Recipient of a Period Report"
    _inherit = ['complaint.report.schedule.line']
    _order = 'schedule_id, sequence, id'

    schedule_id = fields.Many2one(
        comodel_name='complaint.report.schedule', required=True, ondelete='cascade', index=True
    )
    sequence = fields.Integer(default=10)
    role = fields.Selection(selection=RECIPIENT_ROLES, required=True, default='reader')
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Person",
        ondelete='cascade',
        index='btree_not_null',
        domain=[('share', '=', False)],
    )
    group_id = fields.Many2one(
        comodel_name='res.groups', ondelete='cascade', index='btree_not_null'
    )
    partner_id = fields.Many2one(
        comodel_name='res.partner',
        string="Outside recipient",
        ondelete='cascade',
        index='btree_not_null',
        help="Gets the report by e-mail, as a PDF and a table, with all that the schedule may see.",
    )

    # === CONSTRAINTS === #

    @api.constrains('user_id', 'group_id', 'partner_id')
    def _check_one_recipient(self):
        for recipient in self:
            if (
                len([r for r in (recipient.user_id, recipient.group_id, recipient.partner_id) if r])
                != 1
            ):
                raise ValidationError(
                    self.env._("Name one recipient a line: a person, a group or somebody outside.")
                )

    # === BUSINESS METHODS === #

    def _prepare_deliveries(self, company):
        """Return create values of deliveries, each person once; readers go before copies.

        :param company: res.company of the report; members of a group who do not work there are
            left out
        """
        found = {}
        for recipient in self.sorted(lambda r: (r.role != 'reader', r.sequence, r.id)):
            if recipient.partner_id and not recipient.partner_id.user_ids.filtered(
                lambda user: not user.share
            ):
                key = ('partner_id', recipient.partner_id.id)
                found.setdefault(
                    key, {'partner_id': recipient.partner_id.id, 'role': recipient.role}
                )
                continue
            for user in recipient._get_users(company):
                found.setdefault(('user_id', user.id), {'user_id': user.id, 'role': recipient.role})
        return list(found.values())

    def _get_users(self, company):
        self.ensure_one()
        # Who is in a group is no secret, but people may not read groups.
        users = self.user_id | self.sudo().group_id.all_user_ids | self.partner_id.user_ids
        return users.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )
