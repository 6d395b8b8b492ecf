from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Where goods, repairs and rework are documented, if those apps are there.
STOCK_MODELS = ('stock.picking', 'stock.scrap', 'repair.order', 'mrp.production')


class ComplaintReturn(models.Model):
    """Goods that a customer complains about: on site, or sent back, checked and dealt with.

    One record is the quality complaint form (RET-5.1-a), the sales return form (RET-5.4-a), the
    check on arrival (RET-5.5-a) and the disposition (RET-5.6-b).
    """

    _name = 'complaint.return'
    _description = "Returned Goods"
    _inherit = ['complaint.guarded.line']
    _anonymising = 'mask'
    _order = 'due_date, id'

    name = fields.Char(
        string="Number of the return order", help="As on the sales return form, if there is one."
    )
    state = fields.Selection(
        selection=[
            ('draft', "Not issued"),
            ('issued', "Order issued"),
            ('received', "Goods arrived"),
            ('stored', "In the return zone"),
            ('decided', "Disposition decided"),
            ('done', "Dealt with"),
            ('cancelled', "Given up"),
        ],
        string="State of the goods",
        required=True,
        readonly=True,
        default='draft',
        index=True,
        group_expand=True,
    )
    handling = fields.Selection(
        selection=[
            ('return', "Sent back to us"),
            ('on_site', "At the customer, by our people"),
            ('by_customer', "At the customer, by the customer for us"),
        ],
        string="Way of handling",
        required=True,
        default='return',
    )

    # The goods, as the customer complains about them
    product = fields.Char(string="Model", required=True)
    lot = fields.Char(string="Lot of the goods")
    quantity = fields.Float(string="Quantity to return", digits=(16, 2), required=True)
    quantity_delivered = fields.Float(string="Quantity delivered", digits=(16, 2))
    found_at = fields.Selection(
        selection=[
            ('incoming', "At the customer's incoming inspection"),
            ('line', "On the customer's line"),
            ('field', "At the user"),
        ],
        string="Where it was found",
    )
    defect = fields.Text(string="Fault of the goods")
    due_date = fields.Date(string="Due date of the returned lot", index='btree_not_null')
    attachment_ids = fields.Many2many(
        comodel_name='ir.attachment',
        relation='complaint_return_attachment_rel',
        string="Papers of the customer",
    )
    document_ref = fields.Reference(
        selection='_selection_document_ref',
        string="Document in the system",
        compute='_compute_document_ref',
        readonly=False,  # `create` and `write` turn it into model and id
    )
    res_model = fields.Char(string="Model of the document", readonly=True)
    res_id = fields.Many2oneReference(
        string="Id of the document", model_field='res_model', readonly=True
    )

    # Check on arrival
    customer_note = fields.Char(string="Customer's return note")
    note_product = fields.Char(string="Model on the note")
    note_lot = fields.Char(string="Lot on the note")
    note_quantity = fields.Float(string="Quantity on the note", digits=(16, 2))
    received_product = fields.Char(string="Model that arrived")
    received_lot = fields.Char(string="Lot that arrived")
    received_quantity = fields.Float(string="Quantity that arrived", digits=(16, 2))
    received_at = fields.Datetime(string="Arrived at", readonly=True)
    differences = fields.Text(compute='_compute_differences')
    has_differences = fields.Boolean(
        string="Differs from the papers", compute='_compute_has_differences', store=True
    )
    zone = fields.Char(string="Return zone", help="Where the goods are kept apart, labelled.")
    stored_at = fields.Datetime(string="In the return zone since", readonly=True)

    # Disposition
    disposition = fields.Selection(
        selection=[
            ('rework', "Rework"),
            ('scrap', "Scrap"),
            ('send_back', "Back to the customer"),
            ('accept', "Good: into stock"),
        ],
        string="Disposition of the goods",
    )
    disposition_reason = fields.Text(string="Why this disposition")
    decided_at = fields.Datetime(string="Disposition decided at", readonly=True)
    decided_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Disposition decided by",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )
    rework_order = fields.Char(string="Rework order")
    quantity_good = fields.Float(string="Good after the re-check", digits=(16, 2))
    quantity_rejected = fields.Float(string="Rejected at the re-check", digits=(16, 2))
    scrap_report = fields.Char(string="Entry in the daily scrap report")
    outcome = fields.Text(string="What was done with the goods")
    done_at = fields.Datetime(string="Dealt with at", readonly=True)

    _quantity_positive = models.Constraint(
        'CHECK (quantity > 0)', "Say how many pieces are complained about: more than zero."
    )

    # === COMPUTE METHODS === #

    @api.depends('name', 'product', 'lot')
    def _compute_display_name(self):
        for goods in self:
            goods.display_name = goods.name or ' '.join(filter(None, (goods.product, goods.lot)))

    @api.model
    def _selection_document_ref(self):
        types = self.env['complaint.document.type']._get_referable()
        names = {model: name for model, _id, name in types}
        known = self.env['ir.model'].sudo()  # names of models
        for model in STOCK_MODELS:
            if model in self.env:
                names.setdefault(model, known._get(model).name)
        return list(names.items())

    @api.depends('res_model', 'res_id')
    @api.depends_context('uid')
    def _compute_document_ref(self):
        """Point at the documents that exist and that the user may read."""
        self.document_ref = False
        known = dict(self._selection_document_ref())
        for model, returns in self.filtered('res_id').grouped('res_model').items():
            if model not in known:
                continue  # its app was removed
            records = self.env[model].browse(returns.mapped('res_id')).exists()
            readable = set(records._filtered_access('read').ids)
            for goods in returns:
                if goods.res_id in readable:
                    goods.document_ref = self.env[model].browse(goods.res_id)

    @api.depends(*('product', 'lot', 'quantity', 'note_product', 'note_lot', 'note_quantity'))
    @api.depends('received_product', 'received_lot', 'received_quantity')
    @api.depends_context('lang')
    def _compute_differences(self):
        for goods in self:
            goods.differences = '\n'.join(goods._get_differences()) or False

    @api.depends('product', 'lot', 'quantity', 'note_product', 'note_lot', 'note_quantity')
    @api.depends('received_product', 'received_lot', 'received_quantity')
    def _compute_has_differences(self):
        for goods in self:
            goods.has_differences = bool(goods._get_differences())

    def _get_differences(self):
        """Return sentences on what differs between order, customer's note and goods (RET-5.5-a)."""
        self.ensure_one()
        if not (self.received_product or self.received_quantity):
            return []
        get_key = self.env['complaint.document']._get_key
        labels = {
            '': self.env._("return order"),
            'note_': self.env._("customer's note"),
            'received_': self.env._("goods"),
        }
        sentences = []
        nouns = {
            'product': self.env._("Model"),
            'lot': self.env._("Lot"),
            'quantity': self.env._("Quantity"),
        }
        for name, what in nouns.items():
            values = {label: self[f'{prefix}{name}'] for prefix, label in labels.items()}
            if name == 'lot':  # not everybody writes it down
                values = {label: value for label, value in values.items() if value}
            compared = {
                value if name == 'quantity' else get_key(value) for value in values.values()
            }
            if len(compared) > 1:
                told = ', '.join(
                    f'{label} {f"{value:g}" if name == "quantity" else value or "–"}'
                    for label, value in values.items()
                )
                sentences.append(
                    self.env._("%(what)s differs: %(values)s.", what=what, values=told)
                )
        return sentences

    # === CONSTRAINTS === #

    @api.constrains('quantity_good', 'quantity_rejected', 'received_quantity', 'note_quantity')
    def _check_quantities(self):
        names = ('quantity_good', 'quantity_rejected', 'received_quantity', 'note_quantity')
        if any(goods[name] < 0 for goods in self for name in names):
            raise ValidationError(self.env._("Quantities of returned goods cannot be negative."))

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('state', 'received_at', 'stored_at', 'decided_at', 'decided_by_id', 'done_at')
        }

    @api.model_create_multi
    def create(self, vals_list):
        returns = super().create([self._resolve_document(vals) for vals in vals_list])
        returns._adopt_attachments()
        return returns

    def write(self, vals):
        if self._is_internal():
            return super().write(vals)
        if any(goods.state in ('done', 'cancelled') for goods in self):
            raise UserError(self.env._("Goods that are dealt with stay as they are recorded."))
        # What was issued or decided is in the history.
        fixed = {'product', 'lot', 'quantity', 'handling', 'due_date'}
        if fixed & vals.keys() and any(goods.state != 'draft' for goods in self):
            raise UserError(
                self.env._("The return order is issued: give it up, and issue another one.")
            )
        if {'disposition', 'disposition_reason'} & vals.keys() and any(
            goods.state == 'decided' for goods in self
        ):
            raise UserError(self.env._("The disposition is decided: decide anew to change it."))
        result = super().write(self._resolve_document(vals))
        if 'attachment_ids' in vals:
            self._adopt_attachments()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        if not self._is_internal():
            raise UserError(self.env._("Returned goods are given up, not deleted."))

    def _resolve_document(self, vals):
        """Return values in which the document has become model and id.

        :raise AccessError: nobody learns the name of a record by pointing at it
        """
        if 'document_ref' not in vals:
            return vals
        vals = dict(vals)
        field = self._fields['document_ref']
        record = field.convert_to_record(
            field.convert_to_cache(vals.pop('document_ref'), self), self
        )
        if not record:
            return vals | {'res_model': False, 'res_id': False}
        record.check_access('read')
        return vals | {'res_model': record._name, 'res_id': record.id}
