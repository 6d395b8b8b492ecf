from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintHold(models.Model):
    """Goods that must neither be shipped nor used: with a label until released (RET-5.3-a)."""

    _name = 'complaint.hold'
    _description = "Goods on Hold"
    _inherit = ['complaint.guarded.line']
    _anonymising = 'mask'
    _order = 'id desc'
    _rec_name = 'lot'

    kind = fields.Selection(
        selection=[('shipment', "Shipment on hold"), ('production', "Production on hold")],
        string="Label",
        required=True,
        default='shipment',
    )
    product = fields.Char(string="Product on hold", required=True)
    lot = fields.Char(string="Lot on hold")
    place = fields.Char(string="Place of the goods", help="Warehouse, shelf, line or tote.")
    quantity = fields.Float(string="Quantity on hold", digits=(16, 2))
    label_count = fields.Integer(string="Labels", default=1, help="One for each box or tote.")
    state = fields.Selection(
        selection=[('held', "On hold"), ('released', "Released")],
        string="State of the hold",
        required=True,
        readonly=True,
        default='held',
        index=True,
    )
    held_at = fields.Datetime(
        string="On hold since", required=True, readonly=True, default=lambda self: self._now()
    )
    held_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Put on hold by",
        required=True,
        readonly=True,
        ondelete='restrict',
        default=lambda self: self.env.user,
    )
    released_at = fields.Datetime(string="Released at", readonly=True)
    released_by_id = fields.Many2one(
        comodel_name='res.users', string="Released by", readonly=True, ondelete='restrict'
    )
    release_note = fields.Char(string="Why it is released", help="What the check by quality found.")

    _label_count_positive = models.Constraint(
        'CHECK (label_count BETWEEN 1 AND 500)', "Print between 1 and 500 labels."
    )
    _quantity_positive = models.Constraint(
        'CHECK (quantity >= 0)', "The quantity on hold cannot be negative."
    )

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('state', 'held_at', 'held_by_id', 'released_at', 'released_by_id')
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        if not self._is_internal():
            raise UserError(self.env._("Goods on hold are released, not deleted."))

    # === ACTIONS === #

    def action_release(self):
        """Release goods after quality has checked them.

        :raise UserError: released already, or no word on the check
        """
        self.check_access('write')
        if any(hold.state != 'held' for hold in self):
            raise UserError(self.env._("These goods are released already."))
        if not all((hold.release_note or '').strip() for hold in self):
            raise UserError(self.env._("Write what the check by quality found, then release."))
        self._write_internal(
            {'state': 'released', 'released_at': self._now(), 'released_by_id': self.env.uid}
        )
        return True

    def action_print_labels(self):
        """Print the labels of these goods."""
        report = self.env.ref('complaint_management.complaint_hold_action_report')
        return report.report_action(self)

    @api.model
    def _now(self):
        return self.env.cr.now().replace(microsecond=0)
