from odoo import api, fields, models


class ComplaintCaseConfirm(models.TransientModel):
    _name = 'complaint.case.confirm'
    _description = "Customer's Confirmation"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    means = fields.Selection(
        selection=lambda self: self._get_means_selection(),
        string="How",
        required=True,
        default='signature',
    )
    name = fields.Char(
        string="Confirmed by", required=True, compute='_compute_name', store=True, readonly=False
    )
    signature = fields.Image(max_width=1024, max_height=1024)
    attachment_ids = fields.Many2many(comodel_name='ir.attachment', string="Files")
    confirmed_at = fields.Datetime(
        string="Confirmed at", required=True, default=fields.Datetime.now
    )
    note = fields.Text()

    @api.model
    def _get_means_selection(self):
        """Return what staff can take; over the portal only the customer confirms."""
        field = self.env['complaint.case']._fields['confirmation_means']
        return [
            (value, label)
            for value, label in field._description_selection(self.env)
            if value != 'portal'
        ]

    @api.depends('case_id')
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard.case_id._get_shown_name()

    def action_confirm(self):
        self.ensure_one()
        self.case_id._confirm_by_customer(
            self.means,
            self.name,
            note=self.note,
            occurred_at=self.confirmed_at,
            proof={
                'signature': self.signature if self.means == 'signature' else False,
                'attachments': self.attachment_ids,
            },
        )
        return {'type': 'ir.actions.act_window_close'}
