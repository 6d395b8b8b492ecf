from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ComplaintTrace(models.Model):
    """A lot that was traced back: when it was made, and what its records say (8D-2-b)."""

    _name = 'complaint.trace'
    _description = "Trace-back of a Lot"
    _inherit = ['complaint.guarded.line']
    _anonymising = 'mask'
    _order = 'production_date, id'
    _rec_name = 'lot'

    lot = fields.Char(string="Production lot", required=True)
    lot_key = fields.Char(
        string="Production lot as compared",
        compute='_compute_lot_key',
        store=True,
        precompute=True,
        index='btree_not_null',
    )
    product = fields.Char(string="Traced product")
    production_date = fields.Date(string="Produced on")
    production_record = fields.Char(string="Production record")
    quality_record = fields.Char(string="Quality record")
    quantity = fields.Float(string="Quantity produced", digits=(16, 2))
    quantity_affected = fields.Float(string="Quantity affected", digits=(16, 2))
    finding = fields.Char(string="What the records show")

    @api.depends('lot')
    def _compute_lot_key(self):
        get_key = self.env['complaint.document']._get_key
        for trace in self:
            trace.lot_key = get_key(trace.lot)

    @api.constrains('quantity', 'quantity_affected')
    def _check_quantities(self):
        for trace in self:
            if trace.quantity < 0 or trace.quantity_affected < 0:
                raise ValidationError(self.env._("Quantities of a lot cannot be negative."))
            if trace.quantity and trace.quantity_affected > trace.quantity:
                raise ValidationError(
                    self.env._(
                        "Lot %(lot)s: more pieces are affected than were produced.", lot=trace.lot
                    )
                )
