from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

REPORT_FIELDS = {
    *('inspection_number', 'inspection_method', 'inspected_quantity', 'defective_quantity'),
    *('inspection_finding', 'inspection_result'),
}


class ComplaintReturnInspection(models.Model):
    """What the quality department finds on returned goods: its inspection report (RET-4.2-a)."""

    _inherit = 'complaint.return'

    inspection_number = fields.Char(string="Number of the inspection report")
    inspection_method = fields.Selection(
        selection=[('full', "Every piece"), ('sample', "A sample")], string="How it was inspected"
    )
    inspected_quantity = fields.Float(string="Pieces inspected", digits=(16, 2))
    defective_quantity = fields.Float(string="Pieces with the fault", digits=(16, 2))
    inspection_finding = fields.Text(string="What the inspection found")
    inspection_result = fields.Selection(
        selection=[
            ('confirmed', "Fault confirmed"),
            ('partly', "Fault confirmed in part"),
            ('not_confirmed', "Fault not confirmed"),
        ],
        string="Result of the inspection",
    )
    inspected_at = fields.Datetime(
        string="Inspection report issued at", readonly=True, index='btree_not_null'
    )
    inspected_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Inspected by",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )

    # === CONSTRAINTS === #

    @api.constrains('inspected_quantity', 'defective_quantity', 'received_quantity')
    def _check_inspected_quantities(self):
        for goods in self:
            inspected, defective = goods.inspected_quantity, goods.defective_quantity
            if not 0 <= defective <= inspected:
                raise ValidationError(
                    self.env._("Pieces with the fault are among the pieces that were inspected.")
                )
            if inspected > goods.received_quantity:
                raise ValidationError(
                    self.env._("No more pieces can be inspected than have arrived.")
                )

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'inspected_at', 'inspected_by_id'}

    def write(self, vals):
        if (
            not self._is_internal()
            and REPORT_FIELDS & vals.keys()
            and any(self.mapped('inspected_at'))
        ):
            raise UserError(
                self.env._("The inspection report is issued: inspect anew to change it.")
            )
        return super().write(vals)

    # === ACTIONS === #

    def action_inspect(self):
        """Issue the inspection report; from then on it stays as it is, and the history has it.

        :raise UserError: the goods are not here, or the report says too little
        """
        self._check_course(
            ('received', 'stored', 'decided'),
            self.env._("Goods are inspected after they arrived and before they are dealt with."),
        )
        if any(self.mapped('inspected_at')):
            raise UserError(self.env._("The inspection report is issued already."))
        self._raise_obstacles(
            {goods: found for goods in self if (found := goods._get_inspection_obstacles())}
        )
        self._write_internal({'inspected_at': self._now(), 'inspected_by_id': self.env.uid})
        labels = dict(self._fields['inspection_result']._description_selection(self.env))
        self._record(
            'goods_inspected',
            lambda goods: {
                'result': goods.inspection_result,
                'inspected': goods.inspected_quantity,
                'defective': goods.defective_quantity,
            },
            lambda goods: f'{labels[goods.inspection_result]}: {goods.inspection_finding}',
        )
        return True

    def action_inspect_anew(self):
        """Take the report back, to inspect once more; the history keeps what it said."""
        self._check_course(
            ('received', 'stored', 'decided'),
            self.env._("Goods are inspected after they arrived and before they are dealt with."),
        )
        self._write_internal({'inspected_at': False, 'inspected_by_id': False})
        return True

    # === OBSTACLES === #

    def _get_inspection_obstacles(self):
        """Return what the inspection report of these goods lacks, in sentences."""
        self.ensure_one()
        sentences = []
        if not self.inspection_method:
            sentences.append(self.env._("Say whether every piece was inspected, or a sample."))
        if self.inspected_quantity <= 0:
            sentences.append(self.env._("Enter how many pieces were inspected."))
        if not self.inspection_result:
            sentences.append(self.env._("Say whether the fault is confirmed."))
        if not (self.inspection_finding or '').strip():
            sentences.append(self.env._("Write down what the inspection found."))
        return sentences
