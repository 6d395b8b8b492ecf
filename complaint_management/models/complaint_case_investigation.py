from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

# Before these the procedure may ask what the decision rests on.
DECIDING_PHASES = ('approval', 'execution', 'closed_normal')


class ComplaintCaseInvestigation(models.Model):
    """What was found out, on what a decision rests, and who was asked for an opinion."""

    _inherit = 'complaint.case'

    investigation_ids = fields.One2many(
        comodel_name='complaint.investigation', inverse_name='case_id'
    )
    basis_kind = fields.Selection(
        selection=[
            ('law', "Law"),
            ('contract', "Contract"),
            ('standard', "Standard"),
            ('company_rule', "Company rule"),
            ('decision', "Company decision"),
        ],
        string="Kind of basis",
        tracking=True,
    )
    panel_ids = fields.One2many(comodel_name='complaint.panel', inverse_name='case_id')
    panel_user_ids = fields.Many2many(
        comodel_name='res.users',
        relation='complaint_case_panel_user_rel',
        column1='case_id',
        column2='user_id',
        string="People of panels",
        readonly=True,
        copy=False,
    )
    open_panel_id = fields.Many2one(
        comodel_name='complaint.panel',
        string="Panel whose opinion is awaited",
        compute='_compute_open_panel_id',
    )
    is_investigated = fields.Boolean(compute='_compute_is_investigated')

    @api.model
    def _get_guarded_fields(self):
        # Whoever was called to a panel reaches the case: not for clients to write.
        return super()._get_guarded_fields() | {'panel_user_ids'}

    # === COMPUTE METHODS === #

    @api.depends('event_count', 'round')
    def _compute_is_investigated(self):
        for case in self:
            events = case.event_ids._get_effective(['investigated'])
            case.is_investigated = case.round in events.mapped('round')

    @api.depends('panel_ids.state')
    def _compute_open_panel_id(self):
        for case in self:
            called = case.panel_ids.filtered(lambda panel: panel.state == 'called')
            case.open_panel_id = called[:1]

    # === ACTIONS === #

    def action_investigated(self):
        """Record that the investigation of this round is complete.

        :raise UserError: complete already, or nothing was found
        """
        self.check_access('write')
        obstacles = {}
        for case in self:
            if case.is_investigated:
                obstacles[case] = [
                    self.env._("The investigation of this round is complete already.")
                ]
                continue
            steps = case.investigation_ids.filtered(
                lambda step, case=case: step.round == case.round
            )
            if not steps and not (case.facts or '').strip():
                obstacles[case] = [
                    self.env._("Write down what was found: a line of the investigation, or facts.")
                ]
        if obstacles:
            raise UserError(self._format_obstacles(obstacles))
        self._stamp('investigated')
        self._end_investigation()
        return True

    def action_call_panel(self):
        """Open the dialog that calls people together."""
        self.ensure_one()
        form = self.env.ref('complaint_management.complaint_panel_view_form_call')
        dialog = self._get_dialog('complaint.panel', self.env._("Call a panel"))
        return {**dialog, 'views': [(form.id, 'form')]}

    def action_record_panel_opinion(self):
        """Open the panel whose opinion is awaited, the one called last."""
        dialog = self._get_dialog('complaint.panel', self.env._("Panel"))
        return {**dialog, 'res_id': self.open_panel_id.id}

    # === OBSTACLES === #

    def _get_move_obstacles(self, stage):
        obstacles = super()._get_move_obstacles(stage)
        if stage.phase in DECIDING_PHASES:
            for case in self:
                if sentence := case._get_basis_obstacle():
                    obstacles.setdefault(case, []).append(sentence)
        return obstacles

    def _get_basis_obstacle(self):
        """Return the sentence that says what a decision still lacks, or None (PRIN-3-b)."""
        self.ensure_one()
        if not self.procedure_id.basis_required:
            return None
        missing = [
            self._fields[name]._description_string(self.env)
            for name in ('facts', 'basis', 'basis_kind')
            if not (self[name] or '').strip()
        ]
        if not missing:
            return None
        return self.env._(
            "A decision rests on facts and rules. Fill in: %(fields)s.",
            fields=format_list(self.env, missing),
        )
