from odoo import api, fields, models

from ..const import CONTACT_MEANS


class ComplaintCaseRejectAnswer(models.TransientModel):
    _name = 'complaint.case.reject.answer'
    _description = "Rejected by the Customer"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    means = fields.Selection(
        selection=CONTACT_MEANS, required=True, compute='_compute_means', store=True, readonly=False
    )
    opinion = fields.Text(string="Customer's opinion", required=True)
    occurred_at = fields.Datetime(string="Happened at", help="Empty: now.")
    late_reason = fields.Char(string="Why recorded later")

    @api.depends('case_id')
    def _compute_means(self):
        for wizard in self:
            wizard.means = wizard.case_id._get_preferred_means()

    def action_confirm(self):
        self.ensure_one()
        told = self.case_id._reject_answer(
            self.opinion,
            means=self.means,
            occurred_at=self.occurred_at,
            late_reason=self.late_reason,
        )
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'info',
                'title': self.env._("Rejected by the customer"),
                'message': '\n'.join(told.values()),
                'next': {'type': 'ir.actions.act_window_close'},
            },
        }
