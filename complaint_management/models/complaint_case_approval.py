from odoo import api, fields, models
from odoo.tools import format_list

from ..const import INTERNAL_KEY, INTERNAL_WRITE
from .complaint_approval import OPEN_STATES


class ComplaintCaseApproval(models.Model):
    """Which approvals a case needs, has, and waits for."""

    _inherit = 'complaint.case'

    approval_ids = fields.One2many(
        comodel_name='complaint.approval', inverse_name='case_id', string="Approvals"
    )
    approver_user_ids = fields.Many2many(
        comodel_name='res.users',
        relation='complaint_approver_rel',
        column1='case_id',
        column2='user_id',
        string="Approvers",
        readonly=True,
        copy=False,
        help="Who is asked to approve something now, or has decided: they may read the complaint.",
    )
    my_approval_id = fields.Many2one(
        comodel_name='complaint.approval',
        string="Waiting for your approval",
        compute='_compute_my_approval_id',
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'approval_ids', 'approver_user_ids'}

    # === COMPUTE METHODS === #

    @api.depends('approval_ids.state', 'approval_ids.approver_ids', 'approval_ids.delegate_ids')
    @api.depends_context('uid')
    def _compute_my_approval_id(self):
        for case in self:
            pending = case._get_pending_approvals()
            case.my_approval_id = pending.filtered(lambda line: line._get_principal())[:1]

    # === SEAMS === #

    def _request_approval(self, subject, proposal=None, amount=0, solution=None):
        """Ask for the approvals that the rules demand for a subject, in their order.

        A request replaces an earlier one of the same subject.

        :param str subject: one of APPROVAL_SUBJECTS
        :param str proposal: what shall be approved, in words
        :param float amount: what is at stake, in the company's currency
        :param solution: complaint.solution record, when that is what is proposed
        :return: the new complaint.approval records; empty when no rule demands one
        :raise UserError: there is nobody to ask; the sentence says what to configure
        """
        values = {'proposal': proposal, 'amount': amount, 'solution': solution}
        return self._request_approvals(subject, dict.fromkeys(self, values))

    def _request_approvals(self, subject, proposals):
        """Ask for many cases at once, see `_request_approval`.

        :param dict proposals: {case: {'proposal': …, 'amount': …, 'solution': …}}
        """
        cases = self.union(*proposals)
        cases._withdraw_approvals(subject)
        rules = self.env['complaint.approval.rule']
        amounts = {case: values.get('amount') or 0 for case, values in proposals.items()}
        demanded = rules._match_subject(subject, amounts)
        approvals = self.env['complaint.approval']
        vals_list = [
            vals
            for case, rows in demanded.items()
            for vals in case._prepare_approvals(subject, rows, proposals[case])
        ]
        approvals = approvals._internal().create(vals_list)
        approvals = approvals.with_context(**{INTERNAL_KEY: None})
        if subject != 'solution':  # whoever submits a solution says so himself
            self._record_approval_events(
                [
                    (
                        case,
                        'approval_requested',
                        proposals[case].get('proposal'),
                        {'subject': subject, 'amount': amounts[case]},
                    )
                    for case in demanded
                ]
            )
        approvals._open_next()
        return approvals.sudo(self.env.su)

    def _prepare_approvals(self, subject, rows, proposal):
        """Return the create values of all approvals of one request for one case."""
        self.ensure_one()
        solution = (proposal.get('solution') or self.env['complaint.solution']).sudo()
        values = {
            'subject': subject,
            'round': self.round,
            'is_current': True,
            'proposed_by_id': self.env.uid,
            'proposal': proposal.get('proposal'),
            'amount': proposal.get('amount') or 0,
            'solution_id': solution.id,
        }
        # Whoever is recused is hidden from some, and asked by nobody.
        excluded = self.env.user | solution.prepared_by_id | self.sudo().recused_user_ids
        approvals = self.env['complaint.approval']
        return [
            line for row in rows for line in approvals._prepare_lines(self, row, values, excluded)
        ]

    def _get_current_approvals(self, subject):
        """Return the approvals of the last request of a subject in this round."""
        self.ensure_one()
        return self.sudo().approval_ids.filtered(  # a gate does not depend on who asks
            lambda line: line.is_current and line.subject == subject and line.round == self.round
        )

    def _get_pending_approvals(self, subject=None):
        """Return the approvals that somebody is asked to decide now, as the user sees them.

        :param str subject: None: of any subject
        """
        return self.approval_ids.filtered(
            lambda line: line.state == 'pending' and subject in (None, line.subject)
        )

    def _is_approved(self, subject):
        """Say whether every approval that the rules demand for a subject is given."""
        self.ensure_one()
        return self._get_approval_obstacle(subject) is None

    def _get_approval_amount(self, subject):
        """Hook: return the amount that is at stake for a subject now.

        Whoever keeps an amount outside approvals answers with it: an approval of a lower amount
        then counts no more.
        """
        self.ensure_one()
        return max(self._get_current_approvals(subject).mapped('amount'), default=0)

    def _get_approval_obstacle(self, subject):
        """Return the sentence that says which approval of a subject is missing, or None.

        Reckoned from the rules as they are now: what they demand must be approved in this round.
        """
        self.ensure_one()
        amount = self._get_approval_amount(subject)
        rules = self.env['complaint.approval.rule']
        rows = rules._match_subject(subject, {self: amount}).get(self)
        if not rows:
            return None
        lines = self._get_current_approvals(subject)
        nouns = self._get_subject_nouns()
        if refused := lines.filtered(lambda line: line.state == 'refused')[:1]:
            return self.env._(
                "%(what)s was refused by %(name)s: %(note)s",
                what=nouns[subject],
                name=refused.decided_by_id.name,
                note=refused.note,
            )
        missing = []
        for row in rows:
            asked = lines.filtered(lambda line, row=row: line.rule_id.id == row['id'])
            opened = asked.filtered(lambda line: line.state in OPEN_STATES)
            if opened:
                missing += opened.approver_ids.mapped('name')
            elif not asked or any(
                line.state != 'approved' or line.amount < amount for line in asked
            ):
                # Whom a rule asks is no secret.
                missing.append(rules.sudo().browse(row['id'])._get_approver_label())
        if not missing:
            return None
        return self.env._(
            "%(what)s needs the approval of: %(names)s.",
            what=nouns[subject],
            names=format_list(self.env, list(dict.fromkeys(missing))),
        )

    @api.model
    def _get_subject_nouns(self):
        """Return {subject: what it is called inside a sentence}."""
        return {
            'validity': self.env._("The ruling"),
            'opinion': self.env._("The opinion"),
            'solution': self.env._("The solution"),
            'reply': self.env._("The answer"),
            'remedy': self.env._("The remedy"),
            'disposition': self.env._("The disposition"),
            'closing': self.env._("The closing"),
            'extension': self.env._("The extension"),
        }

    def _after_approval(self, subject, outcome):
        """Hook: react to requests that were just decided, once for each batch.

        :param str outcome: 'approved' (by everybody) or 'refused' (by one)
        """

    # === MOVES === #

    def _after_move(self, stage):
        super()._after_move(stage)
        if stage.is_closed:
            if approvals := self.sudo().approval_ids:  # whoever closes need not see them
                approvals._cancel()
        elif stage.approval_subject:
            self._request_on_entry(stage.approval_subject)

    def _request_on_entry(self, subject):
        """Ask for the approval that a stage asks for, unless it is given or being decided."""
        todo = self.filtered(lambda case: case._lacks_request(subject))
        proposals = {
            case: {'amount': case._get_approval_amount(subject), 'proposal': None} for case in todo
        }
        if proposals:
            todo._request_approvals(subject, proposals)

    def _lacks_request(self, subject):
        """Say whether a rule, as the case is now, demands an approval that is neither given nor
        being decided: it was refused, or what it hangs on has changed since."""
        self.ensure_one()
        amount = self._get_approval_amount(subject)
        asked = self._get_current_approvals(subject).filtered(
            lambda line: line.state in ('waiting', 'pending', 'approved') and line.amount >= amount
        )
        rows = self.env['complaint.approval.rule']._match_subject(subject, {self: amount})
        return any(row['id'] not in asked.rule_id.ids for row in rows.get(self, ()))

    def _withdraw_approvals(self, subject):
        """Let the last request of a subject count no more; what is open of it is cancelled."""
        lines = self.sudo().approval_ids.filtered(  # lines of a request stand or fall together
            lambda line: line.is_current and line.subject == subject
        )
        if lines:
            lines._internal().write({'is_current': False})
            lines._cancel()

    # === ACCESS === #

    def _sync_approver_users(self):
        """Let those who are asked, and those who decided, read these cases."""
        groups = {}
        for case in self.sudo():  # access is the software's own
            pending = case.approval_ids.filtered(lambda line: line.state == 'pending')
            users = pending.approver_ids | pending.delegate_ids | case.approval_ids.decided_by_id
            if users != case.approver_user_ids:
                groups[users] = groups.get(users, case.browse()) | case
        for users, cases in groups.items():
            cases.with_context(tracking_disable=True)._write_internal(
                {'approver_user_ids': [fields.Command.set(users.ids)]}
            )

    @api.constrains('recused_user_ids')
    def _hand_on_recused_approvals(self):
        """Ask the next ones, when somebody who was asked is kept away from now on."""
        concerned = self.filtered('recused_user_ids').sudo()  # approvals of other people
        concerned = concerned.filtered(lambda case: case.recused_user_ids & case.approver_user_ids)
        concerned.approval_ids._refresh_approvers()

    def unlink(self):
        if self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE:
            self.approval_ids.unlink()  # with their files, which the database does not know
        return super().unlink()

    # === EVENTS === #

    @api.model
    def _record_approval_events(self, events):
        """Record what happened to approvals.

        :param list events: tuples of case, milestone code, note, payload
        """
        self.env['complaint.event']._record(
            [case._prepare_event(code, payload, note) for case, code, note, payload in events]
        )

    # === ACTIONS === #

    def action_approve_mine(self):
        """Approve what waits for the current user on this case."""
        self.ensure_one()
        return self.my_approval_id.action_approve()

    def action_refuse_mine(self):
        """Refuse what waits for the current user on this case."""
        self.ensure_one()
        return self.my_approval_id.action_refuse()
