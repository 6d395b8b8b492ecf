import unicodedata

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ComplaintDocument(models.Model):
    """A document or a lot that a complaint is about: order, delivery note, return, repair …

    It points at a record of the database where there is one, and keeps its number in words: who
    may not read that record, or comes after it was deleted, still knows which it was
    (FORMS-2-d, 8D-2-b).
    """

    _name = 'complaint.document'
    _description = "Document of a Complaint"
    _inherit = ['complaint.case.line']
    _order = 'id'
    _rec_name = 'number'

    type_id = fields.Many2one(
        comodel_name='complaint.document.type', string="Document", ondelete='restrict', index=True
    )
    # Not a stored Reference: that could not be read once its model or its record is gone.
    reference = fields.Reference(
        selection='_selection_reference',
        string="In the system",
        compute='_compute_reference',
        readonly=False,  # `create` and `write` turn it into model and id
    )
    res_model = fields.Char(string="Model of the record", readonly=True)
    res_id = fields.Many2oneReference(
        string="Id of the record", model_field='res_model', readonly=True
    )
    number = fields.Char(string="Document number")
    lot = fields.Char(string="Lot or serial number")
    product = fields.Char()
    date = fields.Date(string="Dated")

    # One way of writing each, so that a plain index finds them.
    number_key = fields.Char(
        string="Document number as compared",
        compute='_compute_keys',
        store=True,
        precompute=True,
        index='btree_not_null',
    )
    lot_key = fields.Char(
        string="Lot as compared",
        compute='_compute_keys',
        store=True,
        precompute=True,
        index='btree_not_null',
    )

    _record_idx = models.Index('(res_model, res_id) WHERE res_id IS NOT NULL')

    # === COMPUTE METHODS === #

    @api.model
    def _selection_reference(self):
        return [(model, name) for model, _id, name in self._get_referable()]

    @api.model
    def _get_referable(self):
        return self.env['complaint.document.type']._get_referable()

    @api.depends('res_model', 'res_id')
    @api.depends_context('uid')
    def _compute_reference(self):
        """Point at the records that exist and that the user may read."""
        self.reference = False
        models_known = {model for model, _id, _name in self._get_referable()}
        for model, documents in self.filtered('res_id').grouped('res_model').items():
            if model not in models_known:
                continue
            records = self.env[model].browse(documents.mapped('res_id')).exists()
            readable = set(records._filtered_access('read').ids)
            for document in documents:
                if document.res_id in readable:
                    document.reference = self.env[model].browse(document.res_id)

    @api.depends('number', 'lot')
    def _compute_keys(self):
        for document in self:
            document.number_key = self._get_key(document.number)
            document.lot_key = self._get_key(document.lot)

    @api.model
    def _get_key(self, text):
        """Return the form by which numbers are compared: letters and digits, False for none."""
        text = unicodedata.normalize('NFKC', text or '').casefold()
        return ''.join(char for char in text if char.isalnum()) or False

    # === ONCHANGE AND CONSTRAINT METHODS === #

    @api.onchange('reference')
    def _onchange_reference(self):
        """Show at once what saving would fill in; another record brings another number."""
        if not self.reference:
            return
        types = {model: type_id for model, type_id, _name in self._get_referable()}
        self.number = self.reference.display_name
        self.type_id = types.get(self.reference._name)

    @api.constrains('case_id', 'number', 'lot', 'product', 'res_id')
    def _check_says_something(self):
        for document in self:
            if not (document.res_id or document.number_key or document.lot_key or document.product):
                raise ValidationError(
                    self.env._("Say which document it is: its number, a lot, or a product.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._resolve_reference(vals) for vals in vals_list])

    def write(self, vals):
        if 'reference' not in vals:
            return super().write(vals)
        for document in self:
            super(ComplaintDocument, document).write(document._resolve_reference(vals))
        return True

    def _resolve_reference(self, vals):
        """Return values in which a reference has become model and id, with number and kind.

        :raise AccessError: nobody learns the name of a record by pointing at it
        """
        if 'reference' not in vals:
            return vals
        vals = dict(vals)
        field = self._fields['reference']
        value = field.convert_to_cache(vals.pop('reference'), self)
        record = field.convert_to_record(value, self)
        if not record:
            return vals | {'res_model': False, 'res_id': False}
        record.check_access('read')
        types = {model: type_id for model, type_id, _name in self._get_referable()}
        vals['number'] = vals.get('number') or self.number or record.display_name
        vals['type_id'] = vals.get('type_id') or self.type_id.id or types[record._name]
        return vals | {'res_model': record._name, 'res_id': record.id}
