from odoo import api, fields, models


class ComplaintCaseRuleValidity(models.TransientModel):
    _name = 'complaint.case.rule.validity'
    _description = "Rule on the Validity"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    ruling_state = fields.Selection(related='case_id.ruling_state')
    ruling_opinion = fields.Text(related='case_id.ruling_opinion')
    ruling_proposed = fields.Selection(related='case_id.ruling_proposed')
    ruling_requested_by_id = fields.Many2one(related='case_id.ruling_requested_by_id')
    validity = fields.Selection(
        selection=lambda self: self._get_rulings(),
        string="Ruling",
        required=True,
        compute='_compute_ruling',
        store=True,
        readonly=False,
    )
    validity_note = fields.Text(
        string="Explanation of the ruling", compute='_compute_ruling', store=True, readonly=False
    )
    referred_to_id = fields.Many2one(
        comodel_name='res.partner',
        string="Referred to",
        compute='_compute_ruling',
        store=True,
        readonly=False,
    )
    referred_to = fields.Char(
        string="Referred to (in words)", compute='_compute_ruling', store=True, readonly=False
    )

    @api.model
    def _get_rulings(self):
        """Return the rulings of a case, in the user's language."""
        rulings = self.env['complaint.case']._fields['validity']._description_selection(self.env)
        return [(value, label) for value, label in rulings if value != 'undetermined']

    @api.depends('case_id')
    def _compute_ruling(self):
        for wizard in self:
            case = wizard.case_id
            ruled = case.validity if case.validity != 'undetermined' else False
            wizard.validity = ruled or case.ruling_proposed
            wizard.validity_note = case.validity_note
            wizard.referred_to_id = case.referred_to_id
            wizard.referred_to = case.referred_to

    def action_confirm(self):
        self.ensure_one()
        self.case_id.write(
            {
                'validity': self.validity,
                'validity_note': self.validity_note,
                'referred_to_id': self.referred_to_id.id,
                'referred_to': self.referred_to,
            }
        )
        return {'type': 'ir.actions.act_window_close'}
