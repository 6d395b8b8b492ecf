from odoo import api, fields, models
from odoo.exceptions import ValidationError

ANSWER_ROLES = [
    ('anyone', "Everybody who works on the complaint"),
    ('contact_owner', "First-contact owner"),
    ('followup_owner', "Follow-up owner"),
    ('handler', "Handler"),
    ('department_head', "Head of the responsible department"),
    ('team_leader', "Leader of the team"),
]


class ComplaintProcedureAnswer(models.Model):
    """Switches of a procedure about answers and rounds (T2, T5)."""

    _inherit = 'complaint.procedure'

    answer_by = fields.Selection(
        selection=ANSWER_ROLES, string="Who answers the customer", required=True, default='anyone'
    )
    feedback_parts = fields.Text(
        string="Parts of a department's answer",
        translate=True,
        help="One heading on each line. Empty: matter, course, solution, result.",
    )
    rework_stage_id = fields.Many2one(
        comodel_name='complaint.stage',
        string="A rejected answer goes back to",
        compute='_compute_rework_stage_id',
        inverse='_inverse_rework_stage_id',
        domain="[('procedure_id', '=', id), ('is_closed', '=', False)]",
        help="Empty: the first stage of investigation, else of assignment.",
    )
    max_rounds = fields.Integer(
        string="Rounds",
        help="How often the customer's rejection leads to another handling. 0: without end.",
    )
    after_max_rounds = fields.Selection(
        selection=[
            ('again', "Handle again"),
            ('level_up', "One level up: the parent team takes over"),
            ('abnormal', "It may be closed abnormally"),
            ('panel', "The committee decides"),
        ],
        string="After the last round",
        required=True,
        default='again',
    )
    reply_to_source_required = fields.Boolean(
        string="Referring body is answered before closing",
        help="A complaint that a body referred to us closes normally only after that body got "
        "its reply.",
    )

    _max_rounds_positive = models.Constraint(
        'CHECK (max_rounds >= 0)', "The number of rounds cannot be negative."
    )

    # === COMPUTE METHODS === #

    # Stages belong to the procedure, so one of them carries the mark: a preset loads it with them.
    @api.depends('stage_ids.is_rework')
    def _compute_rework_stage_id(self):
        for procedure in self:
            procedure.rework_stage_id = procedure.stage_ids.filtered('is_rework')[:1]

    def _inverse_rework_stage_id(self):
        for procedure in self:
            stage = procedure.rework_stage_id
            if stage and stage.procedure_id != procedure:
                raise ValidationError(
                    self.env._(
                        "The stage “%(stage)s” belongs to another procedure.", stage=stage.name
                    )
                )
            (procedure.stage_ids.filtered('is_rework') - stage).is_rework = False
            stage.is_rework = True

    # === BUSINESS METHODS === #

    def _get_feedback_headings(self, grade=None):
        """Return the headings of a department's answer (PAWN-3.5-a; DEVG-1.1-a has others).

        :param grade: complaint.grade of the case: it may ask for parts of its own (DEVG-2.1-a)
        """
        self.ensure_one()
        parts = (grade and grade.feedback_parts) or self.feedback_parts or ''
        lines = [line.strip() for line in parts.splitlines()]
        return [line for line in lines if line] or [
            self.env._("Matter"),
            self.env._("Course of handling"),
            self.env._("Solution"),
            self.env._("Result"),
        ]

    def _get_rework_stage(self):
        """Return the stage to which a rejected answer goes back, possibly none."""
        self.ensure_one()
        stages = self.stage_ids.sorted(lambda stage: (stage.sequence, stage.id))
        for phase in ('investigation', 'assignment'):
            if self.rework_stage_id:
                break
            if found := stages.filtered(lambda stage, phase=phase: stage.phase == phase):
                return found[0]
        return self.rework_stage_id
