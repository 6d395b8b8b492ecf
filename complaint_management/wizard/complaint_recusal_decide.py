from odoo import api, fields, models


class ComplaintRecusalDecide(models.TransientModel):
    _name = 'complaint.recusal.decide'
    _description = "Decide on a Recusal"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    recusal_id = fields.Many2one(
        comodel_name='complaint.recusal', required=True, ondelete='cascade'
    )
    user_id = fields.Many2one(related='recusal_id.user_id')
    reason = fields.Text(related='recusal_id.reason')
    decision = fields.Selection(
        selection=[('grant', "Grant"), ('refuse', "Refuse"), ('lift', "Lift")], required=True
    )
    note = fields.Text(string="Your reason", required=True)
    holdings = fields.Text(string="Held by the person", compute='_compute_holdings')
    successor_id = fields.Many2one(
        comodel_name='res.users', string="Who takes it over", domain=[('share', '=', False)]
    )

    @api.depends('recusal_id', 'decision')
    def _compute_holdings(self):
        for wizard in self:
            recusal = wizard.recusal_id
            case = recusal.case_id.sudo()  # what the person holds may be out of reach
            sentences = (
                case._get_recusal_sentences(recusal.user_id) if wizard.decision == 'grant' else []
            )
            wizard.holdings = '\n'.join(sentences)

    def action_confirm(self):
        self.ensure_one()
        if self.decision == 'grant':
            self.recusal_id._grant(self.note, self.successor_id)
        elif self.decision == 'refuse':
            self.recusal_id._refuse(self.note)
        else:
            self.recusal_id._lift(self.note)
        return {'type': 'ir.actions.act_window_close'}
