from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import APPROVAL_SUBJECTS

ROLE = 'complaint_management.group_complaint_user'


class ComplaintApprovalRule(models.Model):
    """Whose approval a subject needs, for which complaints and amounts (requirements 2.9, 2.13)."""

    _name = 'complaint.approval.rule'
    _description = "Approval Rule"
    _inherit = ['complaint.rule.mixin']

    sequence = fields.Integer(
        help="The order in which approvals are asked. Equal numbers are asked together."
    )
    subject = fields.Selection(
        selection=APPROVAL_SUBJECTS, string="What is approved", required=True, default='solution'
    )
    amount_from = fields.Float(
        string="Amount above",
        digits=(16, 2),
        help="The rule holds for more than this amount, in the company's currency. 0: any.",
    )
    amount_to = fields.Float(
        string="Amount up to",
        digits=(16, 2),
        help="The rule holds up to this amount, in the company's currency. 0: any.",
    )
    approver = fields.Selection(
        selection=[
            ('department_head', "Head of the responsible department"),
            ('team_leader', "Leader of the team"),
            ('parent_leader', "Leader of the team above"),
            ('top_leader', "Leader of the topmost team"),
            ('ancestor_leaders', "Leaders of all teams above, one after the other"),
            ('group', "Anybody of a group"),
            ('user', "One person"),
        ],
        required=True,
        default='department_head',
    )
    group_id = fields.Many2one(
        comodel_name='res.groups', string="Approving group", ondelete='restrict'
    )
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Approving person",
        ondelete='restrict',
        domain=[('share', '=', False)],
        help="Empty, away for good, or concerned: the leader of the team is asked.",
    )
    criterion_ids = fields.Many2many(
        comodel_name='complaint.approval.criterion',
        string="Criteria to tick",
        help="Whoever approves confirms every one of them.",
    )

    # === CONSTRAINTS === #

    @api.constrains('approver', 'group_id')
    def _check_group(self):
        for rule in self:
            if rule.approver == 'group' and not rule.group_id:
                raise ValidationError(self.env._("Choose the group that may approve."))

    @api.constrains('approver', 'user_id')
    def _check_user_role(self):
        for rule in self:
            if rule.approver == 'user' and rule.user_id and not rule.user_id.has_group(ROLE):
                raise ValidationError(
                    self.env._(
                        "%(name)s has no role in complaints and could not open one. Choose "
                        "somebody else, or give the person a role.",
                        name=rule.user_id.name,
                    )
                )

    @api.constrains('amount_from', 'amount_to')
    def _check_amounts(self):
        for rule in self:
            if rule.amount_from < 0 or rule.amount_to < 0:
                raise ValidationError(self.env._("Amounts cannot be negative."))
            if rule.amount_to and rule.amount_to <= rule.amount_from:
                raise ValidationError(self.env._("The upper amount must exceed the lower one."))

    # === WHICH RULES HOLD === #

    @api.model
    def _match_subject(self, subject, amounts):
        """Return {case: rows of the rules whose approval a subject needs}; without a query.

        :param str subject: one of APPROVAL_SUBJECTS
        :param dict amounts: {complaint.case record: amount that is at stake}
        """
        found = {}
        cases = self.env['complaint.case'].union(*amounts)
        for procedure, group in cases.grouped('procedure_id').items():
            for row in self._get_rows(procedure.id):
                if row['subject'] != subject:
                    continue
                concerned = group.filtered(
                    lambda case, row=row: self._covers_amount(row, amounts[case])
                )
                for case in self._filter_row(row, concerned):
                    found.setdefault(case, []).append(row)
        return found

    @api.model
    def _covers_amount(self, row, amount):
        return (not row['amount_from'] or amount > row['amount_from']) and (
            not row['amount_to'] or amount <= row['amount_to']
        )

    # === WHO IS ASKED === #

    def _get_levels(self, case):
        """Return the teams whose leaders this rule asks in turn, lowest first.

        A rule that asks once answers with one empty team. No level is skipped (TEL-2.3-a).
        """
        self.ensure_one()
        nothing = self.env['complaint.team'].sudo()  # teams above may be out of reach
        if self.approver != 'ancestor_leaders':
            return [nothing]
        return list(case.sudo().team_id._get_teams_above()) or [nothing]  # idem

    def _find_approvers(self, case, level, excluded):
        """Return who is asked for an approval by this rule.

        Whoever proposed or is recused is not asked. When nobody is left, the leader of the next
        team up the tree is; above the last team, the committee.

        :param level: the team of `_get_levels`
        :param excluded: res.users who must not decide
        :rtype: res.users recordset, possibly empty
        """
        self.ensure_one()
        case = case.sudo()  # who heads what is no secret, but may be out of the proposer's reach
        found = self._filter_eligible(self._get_named_approvers(case, level), case, excluded)
        for team in self._get_next_teams(case, level) if not found else ():
            found = self._filter_eligible(team.leader_id, case, excluded)
            if found:
                break
        if not found:
            committee_sudo = case._get_committee().sudo()  # idem
            found = self._filter_eligible(committee_sudo, case, excluded)
        return found

    def _get_named_approvers(self, case, level):
        return {
            'department_head': lambda: case.department_id.manager_id.user_id,
            'team_leader': lambda: case.team_id.leader_id,
            'parent_leader': lambda: case.team_id.parent_id.leader_id,
            'top_leader': lambda: case.team_id._get_top_team().leader_id,
            'ancestor_leaders': lambda: level.leader_id,
            'group': lambda: self.group_id.all_user_ids,
            'user': lambda: self.user_id,
        }[self.approver]()

    def _get_next_teams(self, case, level):
        """Return the teams whose leaders stand in, the nearest first."""
        own = case.team_id
        return {
            'team_leader': lambda: own._get_teams_above(),
            'parent_leader': lambda: own.parent_id._get_teams_above(),
            'top_leader': lambda: own.browse(),
            'ancestor_leaders': lambda: level._get_teams_above(),
        }.get(self.approver, lambda: own | own._get_teams_above())()

    @api.model
    def _filter_eligible(self, users, case, excluded):
        """Return those of `users` who can open the case and are not excluded."""
        return (users - excluded).filtered(
            lambda user: (
                user.active and user.has_group(ROLE) and case.company_id in user.company_ids
            )
        )

    def _get_approver_label(self):
        """Return whom the rule asks, in words."""
        self.ensure_one()
        if self.approver in ('group', 'user'):
            named = self.group_id if self.approver == 'group' else self.user_id
            if named:
                return named.name
        return dict(self._fields['approver']._description_selection(self.env))[self.approver]
