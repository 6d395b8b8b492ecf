from odoo import api, fields, models


class ComplaintCaseReturn(models.Model):
    """The goods of a case: what is on hold here, and what comes back (1.9)."""

    _inherit = 'complaint.case'

    use_returns = fields.Boolean(related='procedure_id.use_returns')
    hold_ids = fields.One2many(
        comodel_name='complaint.hold', inverse_name='case_id', string="Goods on hold"
    )
    return_ids = fields.One2many(
        comodel_name='complaint.return', inverse_name='case_id', string="Goods complained about"
    )
    has_held_goods = fields.Boolean(compute='_compute_has_held_goods')

    @api.depends('hold_ids.state')
    def _compute_has_held_goods(self):
        for case in self:
            case.has_held_goods = 'held' in case.hold_ids.mapped('state')

    def action_print_hold_labels(self):
        """Print the labels of all goods of this case that are still on hold."""
        self.ensure_one()
        return self.hold_ids.filtered(lambda hold: hold.state == 'held').action_print_labels()

    def _get_defect_keys(self):
        get_key = self.env['complaint.document']._get_key
        goods = self.return_ids
        keys = {('product', get_key(product)) for product in goods.mapped('product')}
        keys |= {('lot', get_key(lot)) for lot in goods.mapped('lot')}
        return super()._get_defect_keys() | {key for key in keys if key[1]}
