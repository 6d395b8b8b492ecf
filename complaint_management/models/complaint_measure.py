from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# The discipline of the 8D report to which a measure of a kind belongs, unless somebody says so.
DISCIPLINES = {'containment': 'd3', 'corrective': 'd5', 'preventive': 'd7', 'training': 'd7'}
# Measures whose effect has to be proven (8D-5-a), unless somebody says so.
CHECKED_KINDS = ('corrective', 'preventive')
# What is not changed any more once a measure is at its end.
ENDS = ('effective', 'declined', 'cancelled')
# The effect may be noted, praised and deployed on after that.
LATER_FIELDS = {'deployment_ids', 'reward', 'floor_people'}


class ComplaintMeasure(models.Model):
    """What is done so that a fault does not come back; it outlives the closing of its case.

    Containment (8D-3-a), corrective and preventive measures (8D-4-a, INS-4-b, PROD-4-d, e),
    rectification (PAWN-5.1-a, PAWN-5.3-c), training, suggestions for improvement (PAWN-5.2-c).
    """

    _name = 'complaint.measure'
    _description = "Measure"
    _inherit = [
        'complaint.guarded.line',
        'complaint.masked.mixin',
        'complaint.recusal.thread',
        'mail.thread',
        'mail.activity.mixin',
    ]
    _anonymising = 'mask'
    _order = 'due_date, id'

    name = fields.Char(string="What to do", required=True, tracking=True)
    kind = fields.Selection(
        selection=[
            ('containment', "Containment"),
            ('corrective', "Corrective measure"),
            ('preventive', "Preventive measure"),
            ('rectification', "Rectification"),
            ('training', "Training"),
            ('suggestion', "Suggestion for improvement"),
        ],
        string="Kind of measure",
        required=True,
        default='corrective',
        index=True,
    )
    use_8d = fields.Boolean(related='case_id.procedure_id.use_8d')
    discipline = fields.Selection(
        selection=[
            ('d3', "D3 Containment"),
            ('d4', "D4 Cause"),
            ('d5', "D5 Choice of measures"),
            ('d6', "D6 Measures in force"),
            ('d7', "D7 Prevention"),
            ('d8', "D8 Close"),
        ],
        string="8D discipline",
        compute='_compute_from_kind',
        store=True,
        readonly=False,
        precompute=True,
    )
    state = fields.Selection(
        selection=[
            ('proposed', "To be assessed"),
            ('todo', "To do"),
            ('doing', "In progress"),
            ('done', "Carried out"),
            ('effective', "Effective"),
            ('declined', "Not adopted"),
            ('cancelled', "Cancelled"),
        ],
        string="State of the measure",
        required=True,
        readonly=True,
        default='todo',
        index=True,
        group_expand=True,  # its changes are logged by `_write_course`, all at once
    )
    is_open = fields.Boolean(
        string="Not finished", compute='_compute_is_open', store=True, precompute=True
    )
    owner_id = fields.Many2one(
        comodel_name='res.users',
        string="Measure owner",
        ondelete='restrict',
        index='btree_not_null',
        domain=[('share', '=', False)],
        tracking=True,
    )
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Department in charge",
        ondelete='restrict',
        index='btree_not_null',
    )
    due_date = fields.Date(string="To be done by", index='btree_not_null', tracking=True)
    description = fields.Text(string="How it is to be done")
    result = fields.Text(string="What was done")
    attachment_ids = fields.Many2many(
        comodel_name='ir.attachment',
        relation='complaint_measure_attachment_rel',
        string="Evidence files",
        help="Proof that it was carried out and that it works: test reports, photos, training "
        "records, defect statistics.",
    )
    done_at = fields.Datetime(string="Carried out at", readonly=True)

    # Containment: where the suspect goods are, and how many (8D-3-a).
    place = fields.Selection(
        selection=[
            ('line', "On the line"),
            ('transit', "In transit"),
            ('stock', "In stock"),
            ('customer', "At the customer"),
        ],
        string="Where the goods are",
    )
    quantity_checked = fields.Float(string="Quantity checked", digits=(16, 2))
    quantity_blocked = fields.Float(string="Quantity blocked", digits=(16, 2))

    # Papers and technical conditions that change: ECR, ECN, 4M, BOM … (8D-4-a, c, d).
    document_type_id = fields.Many2one(
        comodel_name='complaint.document.type',
        string="Document to change",
        ondelete='restrict',
        index='btree_not_null',
    )
    document_number = fields.Char(string="Number of the document")

    # Effect (8D-5-a)
    needs_check = fields.Boolean(
        string="Effect is to be proven",
        compute='_compute_from_kind',
        store=True,
        readonly=False,
        precompute=True,
    )
    effect_metric = fields.Char(
        string="What is measured", help="For example: defect rate in production, %."
    )
    effect_goal = fields.Selection(
        selection=[('lower', "Less is better"), ('higher', "More is better")],
        string="Goal of the figure",
        required=True,
        default='lower',
    )
    value_before = fields.Float(string="Figure before", digits=(16, 4), aggregator=False)
    value_after = fields.Float(string="Figure after", digits=(16, 4), aggregator=False)
    effect_note = fields.Text(string="Words on the effect")
    checked_at = fields.Datetime(string="Effect checked at", readonly=True)
    checked_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Effect checked by",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )

    # To other products and to the people on the floor (8D-6-b, c)
    deployment_ids = fields.One2many(
        comodel_name='complaint.measure.deployment',
        inverse_name='measure_id',
        string="Horizontal deployment",
    )
    deployment_open_count = fields.Integer(
        string="Not deployed yet", compute='_compute_deployment_open_count'
    )
    floor_people = fields.Char(
        string="People on the floor", help="Who carries it out every day and confirmed to know it."
    )
    floor_confirmed_at = fields.Datetime(string="Confirmed on the floor at", readonly=True)
    floor_confirmed_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Confirmed on the floor by",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )

    _quantities_positive = models.Constraint(
        'CHECK (quantity_checked >= 0 AND quantity_blocked >= 0)',
        "Quantities of a measure cannot be negative.",
    )
    _open_idx = models.Index('(owner_id, due_date) WHERE is_open')

    # As on complaints: Odoo translates its words only for the models of its own addons.
    activity_state = fields.Selection(
        selection=[('overdue', "Overdue"), ('today', "Today"), ('planned', "Planned")]
    )

    # === COMPUTE METHODS === #

    @api.depends('kind')
    def _compute_from_kind(self):
        for measure in self:
            measure.discipline = DISCIPLINES.get(measure.kind)
            measure.needs_check = measure.kind in CHECKED_KINDS

    @api.depends('state', 'needs_check')
    def _compute_is_open(self):
        for measure in self:
            measure.is_open = measure.state in ('proposed', 'todo', 'doing') or (
                measure.state == 'done' and measure.needs_check
            )

    @api.depends('deployment_ids.confirmed_at')
    def _compute_deployment_open_count(self):
        for measure in self:
            waiting = measure.deployment_ids.filtered(lambda line: not line.confirmed_at)
            measure.deployment_open_count = len(waiting)

    # === CONSTRAINTS === #

    @api.constrains('owner_id')
    def _check_owner_may_work(self):
        for measure in self.filtered('owner_id'):
            owner = measure.owner_id
            recused = measure.sudo().case_id.recused_user_ids  # who keeps away must not get it
            if not owner._may_work_on_complaints() or owner in recused:
                raise ValidationError(
                    self.env._(
                        "%(name)s cannot own a measure of this complaint: the person has no role "
                        "in complaints, or must keep away from it. Choose somebody else.",
                        name=owner.name,
                    )
                )

    @api.constrains('quantity_checked', 'quantity_blocked')
    def _check_quantities(self):
        if any(measure.quantity_blocked > measure.quantity_checked for measure in self):
            raise ValidationError(
                self.env._("More goods are blocked than were checked. Correct the quantities.")
            )

    # === ACCESS METHODS === #

    def _filter_for_readers(self, operation):
        """Let the owner work on a measure whose case he can only read, also once it is closed."""
        lines = super()._filter_for_readers(operation)
        if operation == 'write':
            lines |= self.filtered(lambda measure: measure.owner_id.id == self.env.uid)
        return lines

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """A reminder lets nobody follow: its reader only has to act."""
        if self.env.context.get('complaint_quiet_activity'):
            return True
        return super().message_subscribe(partner_ids, subtype_ids)

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('state', 'is_open', 'done_at', 'checked_at', 'checked_by_id'),
            *('floor_confirmed_at', 'floor_confirmed_by_id'),
            *('assessed_at', 'assessed_by_id', 'rewarded_at', 'rewarded_by_id'),
        }

    @api.model
    def _get_guarded_defaults(self):
        defaults = super()._get_guarded_defaults()
        del defaults['is_open']  # reckoned from the rest
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        measures = super().create(vals_list)
        measures._begin_suggestions()
        measures._adopt_attachments()
        measures.case_id._refresh_improvement_people()
        measures._refresh_reminders()
        return measures

    def write(self, vals):
        if self._is_internal():
            return super().write(vals)
        if 'kind' in vals and any(measure.kind != vals['kind'] for measure in self):
            self._check_kind_open(vals['kind'])
        ended = self.filtered(lambda measure: measure.state in ENDS)
        if ended and vals.keys() - LATER_FIELDS - {'message_follower_ids', 'activity_ids'}:
            raise UserError(
                self.env._(
                    "A measure at its end stays as it is: %(names)s. Make a new one.",
                    names=', '.join(ended.mapped('name')),
                )
            )
        result = super().write(vals)
        if 'attachment_ids' in vals:
            self._adopt_attachments()
        if 'owner_id' in vals:
            self.case_id._refresh_improvement_people()
        if {'owner_id', 'due_date', 'name'} & vals.keys():
            self._refresh_reminders()
        return result

    def _check_kind_open(self, kind):
        """A suggestion has a course of its own, so nothing turns into one or back."""
        if kind == 'suggestion' or 'suggestion' in self.mapped('kind'):
            raise UserError(
                self.env._(
                    "A suggestion for improvement stays one. Make another measure beside it."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        if not self._is_internal():
            raise UserError(self.env._("A measure is cancelled, not deleted."))
