from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import INTERNAL_KEY, INTERNAL_WRITE
from .complaint_solution import OPEN_STATES

# What the form shows of the current solution, and the field of the solution behind it.
SHOWN_FIELDS = {
    'solution_proposal': 'proposal',
    'solution_wording': 'wording',
    'solution_spokesperson_id': 'spokesperson_id',
    'solution_amount': 'amount',
    'solution_department_id': 'department_id',
    'solution_due_at': 'due_at',
    'solution_execution_note': 'execution_note',
}


class ComplaintCaseSolution(models.Model):
    """What is proposed to the customer: the current solution, and earlier versions."""

    _inherit = 'complaint.case'

    solution_ids = fields.One2many(
        comodel_name='complaint.solution', inverse_name='case_id', string="Solutions"
    )
    current_solution_id = fields.Many2one(
        comodel_name='complaint.solution',
        string="Current solution",
        compute='_compute_current_solution_id',
        store=True,
        compute_sudo=True,
        copy=False,
        index='btree_not_null',
        ondelete='set null',
    )
    solution_state = fields.Selection(
        # (In the user's language: what a function returns, nobody translates any more.)
        selection=lambda self: self._get_solution_states(),
        string="State of the solution",
        compute='_compute_current_solution_id',
        store=True,
        compute_sudo=True,
        copy=False,
    )
    approved_wording = fields.Text(
        string="Approved wording",
        compute='_compute_approved_wording',
        help="What those who answer say to the customer.",
    )
    solution_proposal = fields.Text(
        string="Proposed solution", compute='_compute_shown_solution', readonly=False
    )
    solution_wording = fields.Text(
        string="Wording for the answer", compute='_compute_shown_solution', readonly=False
    )
    solution_spokesperson_id = fields.Many2one(
        comodel_name='res.users',
        string="Spokesperson",
        domain=[('share', '=', False)],
        compute='_compute_shown_solution',
        readonly=False,
    )
    solution_amount = fields.Float(
        string="Amount of the solution",
        digits=(16, 2),
        compute='_compute_shown_solution',
        readonly=False,
    )
    solution_department_id = fields.Many2one(
        comodel_name='hr.department',
        string="To be executed by",
        compute='_compute_shown_solution',
        readonly=False,
    )
    solution_due_at = fields.Datetime(
        string="To be executed until", compute='_compute_shown_solution', readonly=False
    )
    solution_execution_note = fields.Text(
        string="How it was executed", compute='_compute_shown_solution', readonly=False
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'current_solution_id', 'solution_state'}

    # === COMPUTE METHODS === #

    @api.model
    def _get_solution_states(self):
        return self.env['complaint.solution']._fields['state']._description_selection(self.env)

    @api.depends('round', 'solution_ids.state', 'solution_ids.round')
    def _compute_current_solution_id(self):
        for case in self:
            versions = case.solution_ids.filtered(
                lambda solution, case=case: (
                    solution.state != 'superseded' and solution.round == case.round
                )
            )
            case.current_solution_id = versions.sorted('version')[-1:]
            case.solution_state = case.current_solution_id.state

    @api.depends('current_solution_id.wording', 'solution_state')
    def _compute_approved_wording(self):
        for case in self:
            approved = case.solution_state in ('approved', 'executed')
            case.approved_wording = approved and case.current_solution_id.wording

    @api.depends(
        'current_solution_id', *(f'current_solution_id.{name}' for name in SHOWN_FIELDS.values())
    )
    def _compute_shown_solution(self):
        for case in self:
            for shown, name in SHOWN_FIELDS.items():
                case[shown] = case.current_solution_id[name]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        words = [self._pop_solution_words(vals) for vals in vals_list]
        cases = super().create(vals_list)
        for case, typed in zip(cases, words, strict=True):
            case._write_solution(typed)
        return cases

    def write(self, vals):
        if SHOWN_FIELDS.keys() & vals.keys():
            vals = dict(vals)
            # First, so that a gate that they open opens in the same save.
            self._write_solution(self._pop_solution_words(vals))
        return super().write(vals) if vals else True

    @api.model
    def _pop_solution_words(self, vals):
        """Take out of `vals` what belongs to the solution, by the names of its fields."""
        return {name: vals.pop(shown) for shown, name in SHOWN_FIELDS.items() if shown in vals}

    def _write_solution(self, words):
        """Write what was typed in the form into the draft; the first words begin one.

        :raise UserError: the current solution was refused or executed
        """
        for case in self if words else ():
            solution = case.current_solution_id
            if solution.state in OPEN_STATES:
                solution.write(words)
            elif not solution and any(words.values()):
                typed = {name: value for name, value in words.items() if name != 'execution_note'}
                solution.create({'case_id': case.id, **typed})
            elif solution:
                raise UserError(
                    self.env._("Begin a new version of the solution before you change it.")
                )

    # === APPROVAL === #

    def _get_approval_amount(self, subject):
        if subject == 'solution':
            # What is at stake does not depend on who asks.
            return self.sudo().current_solution_id.amount
        return super()._get_approval_amount(subject)

    def _get_approval_obstacle(self, subject):
        obstacle = super()._get_approval_obstacle(subject)
        if obstacle and subject == 'solution' and not self._has_proposed_solution():
            return self._get_solution_missing()
        return obstacle

    def _has_proposed_solution(self):
        """Say whether there is something that can be approved."""
        solution = self.sudo().current_solution_id  # a gate does not depend on who asks
        return bool((solution.proposal or '').strip())

    def _get_solution_missing(self):
        return self.env._("Write a solution first.")

    def _after_approval(self, subject, outcome):
        super()._after_approval(subject, outcome)
        if subject == 'solution':
            # Who approves need not be one who may write the case.
            submitted = self.sudo().current_solution_id
            submitted.filtered(lambda s: s.state == 'submitted')._set_decided(outcome)

    def _get_move_obstacles(self, stage):
        obstacles = super()._get_move_obstacles(stage)
        if stage.approval_subject != 'solution':
            return obstacles
        for case in self:
            ready = case._has_proposed_solution() and case.solution_state != 'refused'
            if not ready and self._get_solution_missing() not in obstacles.get(case, []):
                obstacles.setdefault(case, []).append(case._get_solution_missing())
        return obstacles

    def _request_on_entry(self, subject):
        """Submit the drafts; a solution is never put forward in another way."""
        if subject != 'solution':
            return super()._request_on_entry(subject)
        drafts = self.current_solution_id.filtered(lambda solution: solution.state == 'draft')
        return drafts.action_submit() if drafts else None

    def _write_move(self, stage, reopened, moment):
        super()._write_move(stage, reopened, moment)
        if reopened:
            # A new round begins with a new solution; also unseen ones make room for it.
            left = self.sudo().solution_ids.filtered(lambda s: s.state in OPEN_STATES)
            if left:
                left._internal().write({'state': 'superseded'})

    def unlink(self):
        if self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE:
            self.solution_ids.unlink()
        return super().unlink()

    # === ACTIONS === #

    def action_submit_solution(self):
        """Submit the draft for approval."""
        return self._get_solution().action_submit()

    def action_start_execution(self):
        return self._get_solution().action_start_execution()

    def action_execute_solution(self):
        return self._get_solution().action_execute()

    def action_renegotiate_solution(self):
        return self._get_solution().action_renegotiate()

    def action_new_solution_version(self):
        return self._get_solution().action_new_version()

    def _get_solution(self):
        """Return the current solutions.

        :raise UserError: a case has none
        """
        self.check_access('write')
        if not all(case.current_solution_id for case in self):
            raise UserError(self._get_solution_missing())
        return self.current_solution_id
