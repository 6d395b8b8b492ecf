from odoo import api, fields, models

from ..const import CONTACT_MEANS


class ComplaintCaseAnswer(models.TransientModel):
    _name = 'complaint.case.answer'
    _description = "Answer the Customer"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    means = fields.Selection(
        selection=CONTACT_MEANS, required=True, compute='_compute_draft', store=True, readonly=False
    )
    counterpart = fields.Char(
        string="Spoke with", compute='_compute_draft', store=True, readonly=False
    )
    content = fields.Text(compute='_compute_draft', store=True, readonly=False)
    occurred_at = fields.Datetime(string="Happened at", help="Empty: now.")
    late_reason = fields.Char(string="Why recorded later")
    promise = fields.Text()
    promise_date = fields.Datetime(string="Promised for")
    can_mail = fields.Boolean(compute='_compute_can_mail')
    send_mail = fields.Boolean(string="Send by e-mail")
    obstacles = fields.Text(compute='_compute_obstacles')

    @api.depends('case_id')
    def _compute_draft(self):
        for wizard in self:
            wizard.means = wizard.case_id._get_preferred_means()
            wizard.counterpart = wizard.case_id._get_shown_name()
            wizard.content = wizard.case_id._get_answer_draft()

    @api.depends('means', 'case_id')
    def _compute_can_mail(self):
        for wizard in self:
            by_mail = wizard.means == 'email'
            wizard.can_mail = bool(by_mail and wizard.case_id._get_customer_email())

    @api.depends('case_id')
    def _compute_obstacles(self):
        for wizard in self:
            obstacles = wizard.case_id._get_answer_obstacles()
            wizard.obstacles = '\n'.join(obstacles.get(wizard.case_id, ()))

    def action_confirm(self):
        self.ensure_one()
        self.case_id._answer(
            self.content,
            means=self.means,
            send_mail=self.send_mail and self.can_mail,
            counterpart=self.counterpart,
            occurred_at=self.occurred_at,
            late_reason=self.late_reason,
            promise=self.promise,
            promise_date=self.promise_date,
        )
        return {'type': 'ir.actions.act_window_close'}
