from odoo import api, fields, models

from .complaint_report_recipient import RECIPIENT_ROLES


class ComplaintReportDelivery(models.Model):
    """To whom a report was sent, and when that person read it."""

    _name = 'complaint.report.delivery'
    _description = "Delivery of the Report of a Period"
    _inherit = ['complaint.guarded.record']
    _order = 'run_id, role desc, id'

    run_id = fields.Many2one(
        comodel_name='complaint.report.run',
        required=True,
        readonly=True,
        ondelete='cascade',
        index=True,
    )
    role = fields.Selection(selection=RECIPIENT_ROLES, required=True, readonly=True)
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Person",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )
    partner_id = fields.Many2one(
        comodel_name='res.partner',
        string="Outside recipient",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )
    sent_at = fields.Datetime(
        string="Sent at", readonly=True, help="Empty: there is no e-mail address to send it to."
    )
    read_at = fields.Datetime(string="Read at", readonly=True)

    @api.model
    def _get_guarded_fields(self):
        return {'run_id', 'role', 'user_id', 'partner_id', 'sent_at', 'read_at'}
