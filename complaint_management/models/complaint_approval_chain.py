from odoo import api, fields, models
from odoo.exceptions import UserError

from .complaint_approval import OPEN_STATES

ACTIVITY_TYPE = 'complaint_management.mail_activity_type_approval'


class ComplaintApprovalChain(models.Model):
    """How the approvals of one request follow each other, and who is asked when."""

    _inherit = 'complaint.approval'

    # === CHAIN === #

    def _get_chain(self):
        """Return all approvals of the requests to which those in self belong."""
        cases = self.sudo().case_id  # lines of one request stand or fall together
        keys = {(approval.case_id, approval.subject, approval.round) for approval in self.sudo()}
        return cases.approval_ids.filtered(
            lambda other: other.is_current and (other.case_id, other.subject, other.round) in keys
        )

    def _is_before(self, other):
        """Say whether this approval is asked before `other` of the same request."""
        if self.rule_id == other.rule_id:
            return self.step < other.step
        return self.sequence < other.sequence

    def _open_next(self):
        """Ask those whose turn it is: nothing that comes earlier in their request is open."""
        chain = self._get_chain()
        groups = chain.grouped(lambda approval: (approval.case_id, approval.subject))
        due = chain.filtered(
            lambda approval: (
                approval.state == 'waiting'
                and all(
                    other.state == 'approved'
                    for other in groups[approval.case_id, approval.subject]
                    if other._is_before(approval)
                )
            )
        )
        if not due:
            return
        due._internal().write({'state': 'pending'})
        due._refresh_approvers()
        climbing = due.filtered('step')
        self.env['complaint.case']._record_approval_events(
            [
                (approval.case_id, 'escalated', None, approval._get_payload())
                for approval in climbing
            ]
        )

    def _after_decision(self):
        """Record what was decided, ask the next ones, or tell the case how it ended."""
        chain = self._get_chain()
        groups = chain.grouped(lambda approval: (approval.case_id, approval.subject))
        outcomes = {key: lines._get_outcome() for key, lines in groups.items()}
        events = []
        for key, lines in self.sudo().grouped(lambda line: (line.case_id, line.subject)).items():
            for approval in lines:
                final = outcomes[key] if approval == lines[-1] else None
                events.append(
                    (
                        approval.case_id,
                        approval._get_decision_milestone(final),
                        approval.note,
                        {**approval._get_payload(), 'final': bool(final)},
                    )
                )
        ended = chain.filtered(lambda line: outcomes[line.case_id, line.subject] == 'refused')
        ended.filtered(lambda line: line.state in OPEN_STATES)._internal().write(
            {'state': 'cancelled'}
        )
        chain._sync_asked()
        self.env['complaint.case']._record_approval_events(events)
        self._open_next()
        for outcome in ('approved', 'refused'):
            for subject in {subject for _case, subject in outcomes}:
                cases = self.env['complaint.case'].union(
                    *(c for c, s in outcomes if s == subject and outcomes[c, s] == outcome)
                )
                if cases:
                    cases.sudo(False)._after_approval(subject, outcome)

    def _get_outcome(self):
        """Return 'approved' or 'refused' for the lines of one request, None while it is open."""
        if any(approval.state == 'refused' for approval in self):
            return 'refused'
        if all(approval.state == 'approved' for approval in self):
            return 'approved'
        return None

    def _get_decision_milestone(self, final):
        solution = self.subject == 'solution'
        if self.state == 'refused':
            return 'solution_refused' if solution else 'approval_refused'
        return 'solution_approved' if solution and final else 'approved'

    def _get_payload(self):
        """Return what the history keeps about this approval."""
        self.ensure_one()
        payload = {'subject': self.subject, 'rule': self.rule_id.name}
        if self.solution_id:
            payload['version'] = self.solution_id.version
        if self.state in ('approved', 'refused'):
            payload |= {
                'on_behalf_of': self.on_behalf_of_id.name or None,
                'criteria': self.met_criterion_ids.mapped('name'),
            }
        elif self.step:
            payload['level'] = self.level_team_id.name
        return payload

    def _cancel(self):
        """Take back what is still open of these approvals."""
        opened = self.sudo().filtered(lambda approval: approval.state in OPEN_STATES)
        if opened:
            opened._internal().write({'state': 'cancelled'})
            opened._sync_asked()

    # === WHO IS ASKED === #

    @api.model
    def _prepare_lines(self, case, row, values, excluded):
        """Return the create values of the approvals that one rule asks for on a case.

        :param dict row: the rule, as `_get_rows` has it
        :param dict values: what all approvals of the request have in common
        :param excluded: res.users who must not decide
        :raise UserError: there is nobody whom the rule could ask
        """
        # Rules are configuration, and asked on behalf of whoever proposes.
        rule = self.env['complaint.approval.rule'].sudo().browse(row['id'])
        lines, asked_before = [], None
        for level in rule._get_levels(case):
            approvers = rule._find_approvers(case, level, excluded)
            if not approvers:
                raise UserError(
                    self.env._(
                        "Nobody can approve “%(rule)s” for %(case)s. An administrator names a "
                        "head of the department, a leader of the team or of a team above, or "
                        "people in the complaint handling team (committee).",
                        rule=rule.with_env(self.env).sudo().name,  # idem
                        case=case.display_name,
                    )
                )
            if approvers == asked_before:  # the same people stand for the level below
                continue
            asked_before = approvers
            lines.append(
                {
                    **values,
                    'case_id': case.id,
                    'rule_id': rule.id,
                    'sequence': row['sequence'],
                    'step': len(lines),
                    'level_team_id': level.id,
                    'approver_ids': [fields.Command.set(approvers.ids)],
                }
            )
        return lines

    def _refresh_approvers(self):
        """Reckon anew who is asked: somebody was recused, is away, or leads now.

        Whoever is newly asked gets an activity. When nobody is left, nobody is asked until an
        administrator names somebody; the case waits.
        """
        opened = self.sudo().filtered(lambda approval: approval.state in OPEN_STATES)
        for approval in opened:
            excluded = approval._get_excluded_users()
            approvers = approval.rule_id._find_approvers(
                approval.case_id, approval.level_team_id, excluded
            )
            delegates = self.env['res.users'].union(
                *(approver._get_complaint_delegate() for approver in approvers)
            )
            delegates = approval.rule_id._filter_eligible(
                delegates, approval.case_id, excluded | approvers
            )
            if approvers != approval.approver_ids or delegates != approval.delegate_ids:
                approval._internal().write(
                    {
                        'approver_ids': [fields.Command.set(approvers.ids)],
                        'delegate_ids': [fields.Command.set(delegates.ids)],
                    }
                )
        opened._sync_asked()

    def _sync_asked(self):
        """Bring access to the cases and activities in line with who is asked now."""
        approvals = self.sudo()  # activities and access of other people
        approvals.case_id._sync_approver_users()
        activities = self.env['mail.activity'].sudo()  # idem
        existing = activities.search([('complaint_approval_id', 'in', approvals.ids)])
        asked = {
            (approval, user)
            for approval in approvals
            if approval.state == 'pending'
            for user in approval.approver_ids | approval.delegate_ids
        }
        kept = existing.filtered(lambda a: (a.complaint_approval_id, a.user_id) in asked)
        (existing - kept).unlink()
        asked -= {(activity.complaint_approval_id, activity.user_id) for activity in kept}
        approvals.case_id._create_activities(
            [
                approval.case_id._prepare_activity(
                    ACTIVITY_TYPE,
                    user.id,
                    approval.with_context(lang=user.lang).display_name,
                    complaint_approval_id=approval.id,
                )
                for approval, user in sorted(asked, key=lambda pair: (pair[0].id, pair[1].id))
            ]
        )

    @api.model
    def _cron_refresh_approvers(self):
        """Once a day: delegates whose time begins or ends, leaders who changed."""
        self.sudo().search([('state', '=', 'pending')])._refresh_approvers()  # every company's
