from odoo import api, fields, models
from odoo.exceptions import UserError

FINDINGS = ('delay', 'error', 'breach')


class ComplaintInspectionLine(models.Model):
    """One complaint checked for one criterion; a finding becomes a rectification measure."""

    _name = 'complaint.inspection.line'
    _description = "Check of an Inspection"
    _inherit = ['complaint.guarded.line']
    _anonymising = 'mask'
    _order = 'case_id, criterion_id, id'
    _rec_name = 'criterion_id'

    inspection_id = fields.Many2one(
        comodel_name='complaint.inspection',
        required=True,
        readonly=True,
        ondelete='cascade',
        index=True,
    )
    criterion_id = fields.Many2one(
        comodel_name='complaint.inspection.criterion',
        string="Checked for",
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    state = fields.Selection(related='inspection_id.state')
    result = fields.Selection(
        selection=[
            ('good', "In order"),
            ('delay', "Delay"),
            ('error', "Error"),
            ('breach', "Breach of rules"),
            ('none', "Does not apply"),
        ],
        string="Result of the check",
        index=True,
    )
    is_finding = fields.Boolean(
        string="Finding", compute='_compute_is_finding', store=True, precompute=True
    )
    note = fields.Text(string="What was found")
    department_id = fields.Many2one(
        comodel_name='hr.department', string="Found at", ondelete='restrict', index='btree_not_null'
    )
    rectification = fields.Char(string="What is to be put right")
    owner_id = fields.Many2one(
        comodel_name='res.users',
        string="Who puts it right",
        ondelete='restrict',
        index='btree_not_null',
        domain=[('share', '=', False)],
    )
    due_date = fields.Date(string="Put right by")
    measure_id = fields.Many2one(
        comodel_name='complaint.measure',
        string="Rectification measure",
        readonly=True,
        ondelete='set null',
        index='btree_not_null',
    )

    _check_uniq = models.Constraint(
        'unique(inspection_id, case_id, criterion_id)',
        "A complaint is checked once for each criterion of an inspection.",
    )

    # === COMPUTE METHODS === #

    @api.depends('result')
    def _compute_is_finding(self):
        for line in self:
            line.is_finding = line.result in FINDINGS

    # === ACCESS METHODS === #

    def _filter_for_readers(self, operation):
        """Whoever may write the inspection notes what is found on cases that can only be read."""
        return self

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('inspection_id', 'criterion_id', 'measure_id', 'is_finding')
        }

    @api.model
    def _get_guarded_defaults(self):
        defaults = super()._get_guarded_defaults()
        del defaults['is_finding']  # reckoned from the result
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_internal():
            raise UserError(self.env._("Checks come with the sample: draw it."))
        # The responsible department of the case is where a finding belongs, unless said otherwise.
        cases = self.env['complaint.case'].browse({vals['case_id'] for vals in vals_list})
        departments = {case.id: case.department_id.id for case in cases}
        return super().create(
            [{'department_id': departments[vals['case_id']], **vals} for vals in vals_list]
        )

    def write(self, vals):
        if not self._is_internal() and self.filtered(lambda line: line.state != 'drawn'):
            raise UserError(self.env._("An inspection that is finished stays as it is."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        if not self._is_internal():
            raise UserError(
                self.env._("A check that was drawn is kept: say that it does not apply.")
            )

    # === BUSINESS METHODS === #

    def _is_described(self):
        """Say whether a finding tells what is wrong and by when it is put right."""
        self.ensure_one()
        return bool((self.note or '').strip() and self.due_date)

    def _may_be_announced_to(self, user):
        """Say whether a user may learn of this finding: not who is recused from the case, nor of
        a restricted case who cannot read it."""
        self.ensure_one()
        case = self.case_id
        if user in case.recused_user_ids:
            return False
        return not case.is_restricted or user in user._can_read_complaint(case)

    def _make_measures(self):
        """Order rectification for every finding that has no measure yet (PAWN-5.1-a)."""
        lines = self.filtered(lambda line: line.is_finding and not line.measure_id)
        # Who supervises may order what has to be done on a case that he only reads.
        measures = self.env['complaint.measure'].sudo()
        measures = measures.create([line._prepare_rectification() for line in lines])
        for line, measure in zip(lines, measures, strict=True):
            line._write_internal({'measure_id': measure.id})

    def _prepare_rectification(self):
        self.ensure_one()
        return self.case_id._prepare_measure_values(
            'rectification',
            self.rectification or self.criterion_id.name,
            description=self.note,
            department_id=self.department_id.id,
            owner_id=self.owner_id.id,
            due_date=self.due_date,
        )
