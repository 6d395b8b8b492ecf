from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintMeasureDeployment(models.Model):
    """Where else a measure is brought to: a department, a product, a line (8D-6-b, 横向展开)."""

    _name = 'complaint.measure.deployment'
    _description = "Horizontal Deployment"
    _inherit = ['complaint.guarded.line']
    _anonymising = 'mask'
    _order = 'id'
    _rec_name = 'target'

    measure_id = fields.Many2one(
        comodel_name='complaint.measure', required=True, ondelete='cascade', index=True
    )
    kind = fields.Selection(
        selection=[
            ('product', "Product or model"),
            ('line', "Production line"),
            ('department', "Department"),
            ('supplier', "Supplier"),
        ],
        string="Deployed to",
        required=True,
        default='product',
    )
    target = fields.Char(string="Which one", required=True)
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Department in charge",
        ondelete='restrict',
        index='btree_not_null',
    )
    due_date = fields.Date(string="To be deployed by")
    note = fields.Char(string="How it was verified there")
    confirmed_at = fields.Datetime(string="Deployment confirmed at", readonly=True)
    confirmed_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Deployment confirmed by",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )

    # === ACCESS METHODS === #

    def _filter_for_readers(self, operation):
        lines = super()._filter_for_readers(operation)
        return lines | self.filtered(lambda line: line.measure_id.owner_id.id == self.env.uid)

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'confirmed_at', 'confirmed_by_id'}

    @api.model_create_multi
    def create(self, vals_list):
        measures = self.env['complaint.measure']
        default = self.env.context.get('default_measure_id')
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            measure = measures.browse(vals.get('measure_id') or default)
            vals['case_id'] = measure.sudo().case_id.id  # checked with the line itself
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_internal():
            if 'measure_id' in vals:
                raise UserError(self.env._("A deployment stays with its measure."))
            self._check_unconfirmed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        if not self._is_internal():
            self._check_unconfirmed()

    def _check_unconfirmed(self):
        if any(line.confirmed_at for line in self):
            raise UserError(self.env._("A confirmed deployment stays as it is."))

    # === ACTIONS === #

    def action_confirm(self):
        """Record that the measure is in force there, and verified.

        :raise UserError: it was not carried out yet, is confirmed already, or nothing is said
        """
        self.check_access('write')
        self._check_unconfirmed()
        if any(line.measure_id.state not in ('done', 'effective') for line in self):
            raise UserError(
                self.env._("Carry the measure out here before it is deployed to others.")
            )
        if not all((line.note or '').strip() for line in self):
            raise UserError(self.env._("Write down how the measure was verified there."))
        now = self.env.cr.now().replace(microsecond=0)
        # The owner of the measure may only read the case.
        self.sudo()._write_internal({'confirmed_at': now, 'confirmed_by_id': self.env.uid})
        self._stamp_deployed()
        return True

    def _stamp_deployed(self):
        """Stamp cases of which every deployment is confirmed, once in a round."""
        rows = []
        for case in self.sudo().case_id:  # all deployments count, whoever confirms the last
            lines = case.measure_ids.deployment_ids
            stamped = case.event_ids._get_effective(['deployed'])
            if all(line.confirmed_at for line in lines) and case.round not in stamped.mapped(
                'round'
            ):
                targets = lines.mapped('target')
                rows.append(case._prepare_event('deployed', {'targets': targets}))
        self.env['complaint.event']._record(rows)
