from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import INTERNAL_KEY, INTERNAL_WRITE
from ..tools.dialogs import get_dialog

OPEN_STATES = ('draft', 'submitted', 'approved')
# What people write; the rest is the software's own.
WORDS = {'proposal', 'wording', 'spokesperson_id', 'amount', 'department_id', 'due_at'}


class ComplaintSolution(models.Model):
    """A version of what is proposed to the customer, from draft to execution (PAWN-3.4)."""

    _name = 'complaint.solution'
    _description = "Solution of a Complaint"
    _inherit = ['complaint.case.line']
    _order = 'id desc'
    _rec_name = 'version'

    round = fields.Integer(required=True, readonly=True, default=1, aggregator=False)
    version = fields.Integer(required=True, readonly=True, default=1, aggregator=False)
    state = fields.Selection(
        selection=[
            ('draft', "Draft"),
            ('submitted', "Submitted for approval"),
            ('approved', "Approved"),
            ('refused', "Not approved"),
            ('executed', "Executed"),
            ('superseded', "Replaced"),
        ],
        required=True,
        readonly=True,
        default='draft',
    )
    proposal = fields.Text()
    wording = fields.Text(
        string="Wording for the answer",
        help="What everybody says to the customer, and nothing else.",
    )
    spokesperson_id = fields.Many2one(
        comodel_name='res.users',
        domain=[('share', '=', False)],
        help="Who speaks to the customer. Empty: whoever the procedure lets answer.",
    )
    amount = fields.Float(digits=(16, 2), help="What it costs, in the company's currency.")
    prepared_by_id = fields.Many2one(
        comodel_name='res.users', string="Prepared by", required=True, readonly=True
    )
    department_id = fields.Many2one(comodel_name='hr.department', string="To be executed by")
    due_at = fields.Datetime(string="To be executed until")
    submitted_at = fields.Datetime(string="Submitted at", readonly=True)
    started_at = fields.Datetime(string="Execution started at", readonly=True)
    executed_at = fields.Datetime(string="Executed at", readonly=True)
    execution_note = fields.Text(string="How it was executed")
    obstacle_note = fields.Text(string="Why it cannot be executed", readonly=True)

    _one_open_idx = models.UniqueIndex(
        "(case_id) WHERE state IN ('draft', 'submitted', 'approved')",
        "This complaint has a solution already that is not finished. Work on that one, or "
        "renegotiate it.",
    )

    # === COMPUTE METHODS === #

    @api.depends('version')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for solution in self:
            solution.display_name = self.env._("Solution %(version)s", version=solution.version)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rows = [{'prepared_by_id': self.env.uid, **vals} for vals in vals_list]
        cases = self.env['complaint.case'].browse({vals['case_id'] for vals in rows})
        for vals in vals_list:
            self._check_words_only(vals, {'case_id'})
        self.check_access('create')
        cases.check_access('write')
        latest = {}
        for case in cases.sudo():  # versions count, seen or not
            latest[case.id] = case.solution_ids.sorted('version')[-1:]
            if latest[case.id].state in OPEN_STATES:
                raise UserError(
                    self.env._(
                        "%(case)s has a solution already that is not finished (version "
                        "%(version)s). Work on that one, or renegotiate it.",
                        case=case.display_name,
                        version=latest[case.id].version,
                    )
                )
        for vals in rows:
            vals['version'] = latest[vals['case_id']].version + 1
            vals['round'] = cases.browse(vals['case_id']).round
        self.flush_model(['state'])  # the database counts the open ones
        solutions = super(ComplaintSolution, self._internal()).create(rows)
        return solutions.with_context(**{INTERNAL_KEY: None}).sudo(self.env.su)

    def write(self, vals):
        if self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE:
            return super().write(vals)
        self._check_words_only(vals, {'execution_note'})
        if WORDS & vals.keys():
            if any(solution.state != 'draft' for solution in self):
                raise UserError(
                    self.env._(
                        "A solution that was submitted is not changed any more. Renegotiate it, "
                        "or write a new version."
                    )
                )
            # Nobody approves what he wrote himself.
            self.check_access('write')
            self._internal().write({'prepared_by_id': self.env.uid})
        elif any(solution.state not in OPEN_STATES for solution in self):
            raise UserError(self.env._("A finished solution is not changed any more."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        if self.env.context.get(INTERNAL_KEY) is not INTERNAL_WRITE:
            raise UserError(
                self.env._("Solutions stay in the file of the complaint. Write a new version.")
            )

    @api.model
    def _check_words_only(self, vals, others):
        """Refuse values that only the methods of this model write.

        :raise UserError: there are such values
        """
        if vals.keys() - WORDS - others:
            raise UserError(
                self.env._(
                    "Version, state and dates of a solution follow from what you do: submit it, "
                    "execute it, or renegotiate it."
                )
            )

    def _internal(self):
        """Return self as only the methods of this model may use it."""
        # An approver who may not write the case decides what becomes of its solution.
        return self.sudo().with_context(**{INTERNAL_KEY: INTERNAL_WRITE})

    # === ACTIONS === #

    def action_submit(self):
        """Ask for the approvals that the rules demand; without any the solution is approved.

        :raise UserError: it is no draft, or nothing is written
        """
        self.check_access('write')
        self._check_state(('draft',), self.env._("Only a draft can be submitted."))
        if not all((solution.proposal or '').strip() for solution in self):
            raise UserError(self.env._("Write a solution first."))
        self._internal().write({'state': 'submitted', 'submitted_at': self._now()})
        cases = self.case_id
        cases._record_approval_events(
            [(s.case_id, 'solution_proposed', s.proposal, s._get_payload()) for s in self]
        )
        proposals = {
            s.case_id: {'proposal': s.proposal, 'amount': s.amount, 'solution': s} for s in self
        }
        asked = cases._request_approvals('solution', proposals).sudo().case_id
        free = self.filtered(lambda solution: solution.case_id not in asked)
        free._set_decided('approved')
        cases._record_approval_events(
            [(s.case_id, 'solution_approved', None, s._get_payload()) for s in free]
        )
        return True

    def action_start_execution(self):
        """Record that the execution of an approved solution began."""
        self.check_access('write')
        self._check_state(('approved',), self.env._("Only an approved solution is executed."))
        todo = self.filtered(lambda solution: not solution.started_at)
        todo._internal().write({'started_at': self._now()})
        todo._record('execution_started')
        return True

    def action_execute(self):
        """Record that an approved solution was executed."""
        self.check_access('write')
        self._check_state(('approved',), self.env._("Only an approved solution is executed."))
        self._internal().write({'state': 'executed', 'executed_at': self._now()})
        self._record('executed', 'execution_note')
        return True

    def action_renegotiate(self):
        """Ask for the obstacle, and begin a new version."""
        self.ensure_one()
        self.check_access('write')
        self._check_renegotiable()
        return get_dialog(
            'complaint.solution.renegotiate', self.env._("Renegotiate"), default_solution_id=self.id
        )

    def action_new_version(self):
        """Begin a new version of a solution that was refused, or executed without success."""
        self.ensure_one()
        self.check_access('write')
        self._check_state(
            ('refused', 'executed'),
            self.env._("Renegotiate a solution that is still open; a new version follows."),
        )
        self._create_next_version()
        return True

    # === BUSINESS METHODS === #

    def _renegotiate(self, reason):
        """Replace a solution that cannot be executed as agreed (PAWN-3.4-f).

        :param str reason: the obstacle, in words
        :return: the new version, a draft
        :raise UserError: no reason, or the solution is neither submitted nor approved
        """
        self.ensure_one()
        self.check_access('write')
        self._check_renegotiable()
        if not (reason or '').strip():
            raise UserError(self.env._("Say what stands in the way of the solution."))
        self._internal().write({'state': 'superseded', 'obstacle_note': reason.strip()})
        self.case_id._withdraw_approvals('solution')
        self._record('obstacle', 'obstacle_note')
        return self._create_next_version()

    def _check_renegotiable(self):
        self._check_state(
            ('submitted', 'approved'),
            self.env._("Only a submitted or approved solution is renegotiated."),
        )

    def _create_next_version(self):
        self.ensure_one()
        words = self.copy_data()[0]
        kept = {name: words[name] for name in WORDS - {'due_at'} if name in words}
        return self.create({**kept, 'case_id': self.case_id.id})

    def _set_decided(self, outcome):
        """Take over how the approvals of these solutions ended."""
        if self:
            self._internal().write({'state': outcome})

    def _check_state(self, states, sentence):
        if any(solution.state not in states for solution in self):
            raise UserError(sentence)

    def _record(self, milestone_code, note_field=None):
        self.case_id._record_approval_events(
            [
                (s.case_id, milestone_code, s[note_field] if note_field else None, s._get_payload())
                for s in self
            ]
        )

    def _get_payload(self):
        self.ensure_one()
        return {'subject': 'solution', 'version': self.version, 'amount': self.amount}

    @api.model
    def _now(self):
        return self.env.cr.now().replace(microsecond=0)
