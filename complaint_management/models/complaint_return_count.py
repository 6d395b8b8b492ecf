from odoo import api, fields, models
from odoo.exceptions import UserError

# Goods that are in the house.
IN_HOUSE = ('received', 'stored', 'decided')


class ComplaintReturnCount(models.Model):
    """Returned goods counted on one day, against what ought to be there (RET-5.5-b, PRIN-4.1-f).

    The software makes a line for all goods in the house; a person enters what was counted, on the
    day itself.
    """

    _name = 'complaint.return.count'
    _description = "Stock-take of Returned Goods"
    _inherit = ['complaint.case.line', 'complaint.guarded.mixin']
    _anonymising = 'mask'
    _order = 'date desc, id'
    _rec_name = 'return_id'

    return_id = fields.Many2one(
        comodel_name='complaint.return',
        string="Returned goods",
        required=True,
        readonly=True,
        ondelete='cascade',
        index=True,
    )
    case_id = fields.Many2one(related='return_id.case_id', store=True, precompute=True, index=True)
    date = fields.Date(string="Day of the stock-take", required=True, readonly=True, index=True)
    product = fields.Char(related='return_id.received_product', string="Model")
    lot = fields.Char(related='return_id.received_lot', string="Lot")
    zone = fields.Char(related='return_id.zone', string="Place of the goods")
    expected = fields.Float(string="Expected quantity", digits=(16, 2), readonly=True)
    counted = fields.Float(digits=(16, 2))
    difference = fields.Float(
        string="Deviation", digits=(16, 2), compute='_compute_difference', store=True
    )
    note = fields.Char(string="Why it differs")
    counted_at = fields.Datetime(string="Counted at", readonly=True)
    counted_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Stock-take by",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )

    _return_date_uniq = models.UniqueIndex(
        '(return_id, date)', "These goods are in the stock-take of that day already."
    )
    _counted_positive = models.Constraint(
        'CHECK (counted >= 0)', "The quantity counted cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends('expected', 'counted', 'counted_at')
    def _compute_difference(self):
        for count in self:
            count.difference = count.counted - count.expected if count.counted_at else 0

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('return_id', 'case_id', 'company_id', 'date', 'expected', 'difference'),
            *('counted_at', 'counted_by_id'),
        }

    def write(self, vals):
        if self._is_internal():
            return super().write(vals)
        for count in self:
            count._check_guarded_values(vals, {name: count[name] for name in vals})
        today = fields.Date.context_today(self)
        if any(count.date != today for count in self):
            raise UserError(
                self.env._("Goods are counted on the day of the stock-take; it stays as it was.")
            )
        if 'counted' in vals:
            return self._write_internal(
                {
                    **vals,
                    'counted_at': self.env.cr.now().replace(microsecond=0),
                    'counted_by_id': self.env.uid,
                }
            )
        return super().write(vals)

    # === ACCESS METHODS === #

    def _filter_for_readers(self, operation):
        # Who counts the goods need not work on the complaint.
        return self if operation in ('read', 'write') else super()._filter_for_readers(operation)

    # === ACTIONS === #

    @api.model
    def action_count(self):
        """Open the stock-take of today, with a line for all returned goods that are here."""
        self._prepare_day(fields.Date.context_today(self))
        return self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_return_count_action'
        )

    def action_count_matches(self):
        """Note that all that ought to be there was counted."""
        for count in self:
            count.counted = count.expected
        return True

    def action_count_none(self):
        """Note that nothing was found of these goods."""
        self.write({'counted': 0})
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _prepare_day(self, day):
        """Make the lines of a day that are missing, for the goods that the user may see.

        :param date day: local day of the user
        """
        self.check_access('write')
        goods = self.env['complaint.return'].search(
            [
                ('state', 'in', IN_HOUSE),
                ('handling', '=', 'return'),
                ('company_id', '=', self.env.company.id),
            ]
        )
        # Lines that others made are the lines of the day for everybody.
        counts_sudo = self.sudo()
        known = counts_sudo.search([('date', '=', day), ('return_id', 'in', goods.ids)]).return_id
        counts_sudo.create(
            [
                {'return_id': one.id, 'date': day, 'expected': one.received_quantity}
                for one in goods - known.sudo(False)
            ]
        )
