from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..const import APPROVAL_SUBJECTS, CLOSED_PHASES, PHASES


class ComplaintStage(models.Model):
    _name = 'complaint.stage'
    _description = "Complaint Stage"
    _order = 'procedure_id, sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure', required=True, ondelete='cascade', index=True
    )
    company_id = fields.Many2one(related='procedure_id.company_id', store=True, index=True)
    phase = fields.Selection(
        selection=PHASES,
        required=True,
        default='investigation',
        help="What the stage means to the software, whatever its name is.",
    )
    is_closed = fields.Boolean(compute='_compute_is_closed', store=True)
    fold = fields.Boolean(string="Folded on the board")
    milestone_id = fields.Many2one(
        comodel_name='complaint.milestone',
        ondelete='restrict',
        help="Recorded in the history of a case whenever it enters this stage.",
    )
    gate_ids = fields.One2many(
        comodel_name='complaint.stage.gate', inverse_name='stage_id', copy=True
    )
    approval_subject = fields.Selection(
        selection=APPROVAL_SUBJECTS,
        string="Ask for approval on entry",
        help="Whoever moves a case in asks for this approval by it, if a rule demands one.",
    )
    group_ids = fields.Many2many(
        comodel_name='res.groups',
        string="Who may move a case in",
        help="Empty: everyone who may work on the case.",
    )
    mail_template_id = fields.Many2one(
        comodel_name='mail.template',
        string="Mail to the customer",
        domain=[('model', '=', 'complaint.case')],
        help="Leaves a short while after a case enters the stage, so that a mistake can be undone.",
    )
    mail_review = fields.Boolean(
        string="Look the mail over first",
        help="The mail does not leave by itself: whoever answers the customer finds it among the "
        "activities, reads it over and sends it.",
    )
    portal_label = fields.Char(
        string="Label for the customer",
        translate=True,
        help="What the customer reads. Empty: the name of the phase.",
    )
    is_rework = fields.Boolean(
        string="Rejected answers come back here",
        help="Of one stage of the procedure: where the next round begins when a customer rejects "
        "the answer.",
    )
    guidance = fields.Html(
        translate=True, help="Shown to staff on the form while a case is in this stage."
    )

    @api.depends('phase')
    def _compute_is_closed(self):
        for stage in self:
            stage.is_closed = stage.phase in CLOSED_PHASES

    @api.depends('name', 'procedure_id.name')
    @api.depends_context('complaint_stage_with_procedure')
    def _compute_display_name(self):
        super()._compute_display_name()
        if not self.env.context.get('complaint_stage_with_procedure'):
            return
        for stage in self:
            stage.display_name = f'{stage.procedure_id.name} / {stage.name}'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        stages = super().create(vals_list)
        self.env.registry.clear_cache()  # a procedure keeps in mind which stage is its first
        return stages

    def write(self, vals):
        if vals.get('active') is False:
            self._check_not_in_use()
        if 'procedure_id' in vals:
            self.filtered(lambda s: s.procedure_id.id != vals['procedure_id'])._check_not_in_use()
        if 'phase' in vals:
            # Cases would open or close without a word in their histories.
            closes = vals['phase'] in CLOSED_PHASES
            self.filtered(lambda s: s.is_closed != closes)._check_not_in_use()
        result = super().write(vals)
        if {'sequence', 'active', 'procedure_id'} & vals.keys():
            self.env.registry.clear_cache()  # idem
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()  # idem
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        self._check_not_in_use()

    def _check_not_in_use(self):
        """Refuse to take a stage away from under its cases.

        :raise UserError: names each stage and how many cases stand in it
        """
        counts = (
            self.env['complaint.case']
            .sudo()
            ._read_group(  # also cases the user cannot see
                [('stage_id', 'in', self.ids)], ['stage_id'], ['__count']
            )
        )
        if counts:
            raise UserError(
                self.env._(
                    "Complaints still stand in these stages, move them first: %(stages)s",
                    stages=format_list(
                        self.env, [f'{stage.display_name} ({count})' for stage, count in counts]
                    ),
                )
            )

    # === BUSINESS METHODS === #

    def _get_portal_label(self):
        """Return what the customer may read about this stage."""
        self.ensure_one()
        phases = dict(self._fields['phase']._description_selection(self.env))
        return self.portal_label or phases[self.phase]
