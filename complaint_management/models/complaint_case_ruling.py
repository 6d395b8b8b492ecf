from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..const import INTERNAL_KEY, INTERNAL_WRITE

# Four different ideas (T14); each is explained to the customer.
REFUSALS = ('invalid', 'unreasonable', 'out_of_scope', 'not_liable')
RULED_PHASES = ('refused', 'closed_normal', 'closed_abnormal')
RULING_ACTIVITY = 'complaint_management.activity_type_ruling'


class ComplaintCaseRuling(models.Model):
    """Whether a complaint is valid: who asks, who rules, and what the customer is told."""

    _inherit = 'complaint.case'

    validity = fields.Selection(copy=False)
    ruling_state = fields.Selection(
        selection=[('none', "Not asked for"), ('requested', "To be ruled"), ('ruled', "Ruled")],
        string="State of the ruling",
        default='none',
        readonly=True,
        copy=False,
        tracking=True,
    )
    ruling_opinion = fields.Text(string="Opinion of who asks", readonly=True, copy=False)
    ruling_proposed = fields.Selection(
        selection=lambda self: self._fields['validity']._description_selection(self.env),
        string="Proposed ruling",
        readonly=True,
        copy=False,
    )
    ruling_requested_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Ruling requested by",
        readonly=True,
        copy=False,
        ondelete='restrict',
        index='btree_not_null',
    )
    can_rule = fields.Boolean(compute='_compute_can_rule')
    validity_note = fields.Text(
        string="Explanation of the ruling",
        copy=False,
        help="The customer reads it in the letter of refusal.",
    )
    referred_to_id = fields.Many2one(
        comodel_name='res.partner',
        string="Referred to",
        ondelete='restrict',
        index='btree_not_null',
        copy=False,
        help="Where the customer can turn to with what is out of our scope.",
    )
    referred_to = fields.Char(string="Referred to (in words)", copy=False)

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            'ruling_state',
            'ruling_opinion',
            'ruling_proposed',
            'ruling_requested_by_id',
        }

    # === COMPUTE METHODS === #

    @api.depends('ruling_requested_by_id', 'team_id', 'department_id')
    @api.depends_context('uid')
    def _compute_can_rule(self):
        for case in self:
            case.can_rule = not case._get_ruling_bar()

    # === CRUD METHODS === #

    def write(self, vals):
        internal = self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE
        if internal or 'validity' not in vals or self._is_history_import():
            return super().write(vals)
        validity = vals['validity']
        before = {case: case.validity for case in self if case.validity != validity}
        changed = self.browse(case.id for case in before)
        changed._check_may_rule()
        result = super().write(vals)
        # The same write may have taken the case out of reach; its ruling is recorded all the same.
        changed.sudo()._after_ruling({case.id: old for case, old in before.items()})
        return result

    def _prepare_registration_rows(self):
        return super()._prepare_registration_rows() + [
            case._prepare_event('ruled', case._get_ruling_payload('undetermined'))
            for case in self.sudo()  # one of its flags may have closed the case
            if case.validity != 'undetermined'
        ]

    # === WHO MAY RULE === #

    def _check_may_rule(self):
        """Refuse a ruling by who may not give it.

        :raise UserError: names each case and why
        """
        if obstacles := {case: [bar] for case in self if (bar := case._get_ruling_bar())}:
            raise UserError(self._format_obstacles(obstacles))

    def _get_ruling_bar(self):
        """Return the sentence why the current user may not rule on this case, or None.

        Without a request everybody who works on the case rules. What was put to the superiors is
        ruled on by them, and never by who asked (DEVP-4.1.1-a, -b).
        """
        self.ensure_one()
        asked_by = self.ruling_requested_by_id
        if not asked_by or self.env.su:
            return None
        if asked_by == self.env.user:
            return self.env._(
                "You have asked for this ruling: somebody else gives it, a manager of the "
                "complaint or the handling team."
            )
        if self._is_managed_by_user() or self.env.user.has_group(
            'complaint_management.group_complaint_committee'
        ):
            return None
        return self.env._(
            "A ruling was requested: only a manager of the complaint or the handling team gives it."
        )

    def _is_managed_by_user(self):
        """Say whether the current user leads the team or the department of this case, or one
        above it."""
        self.ensure_one()
        user = self.env.user
        if not user.has_group('complaint_management.group_complaint_manager'):
            return False
        return (
            self.team_id in user._get_complaint_managed_teams()
            or self.department_id in user._get_complaint_managed_departments()
        )

    # === REQUEST === #

    def action_request_ruling(self):
        """Ask for the opinion of who cannot decide."""
        return self._get_dialog('complaint.case.request.ruling', self.env._("Request a ruling"))

    def action_rule(self):
        """Ask for the ruling and its explanation."""
        return self._get_dialog('complaint.case.rule.validity', self.env._("Rule"))

    def _request_ruling(self, opinion, proposed):
        """Put the question to the superiors, with one's own opinion (DEVP-4.1.1-a).

        :param str opinion: what who asks thinks, and why
        :param str proposed: the ruling that follows from it, a value of `validity`
        :raise UserError: everything that is missing
        """
        self.ensure_one()
        self.check_access('write')
        rulers = self._get_rulers()
        if sentences := self._get_request_obstacles(opinion, proposed, rulers):
            raise UserError('\n'.join(sentences))
        self._write_internal(
            {
                'ruling_state': 'requested',
                'ruling_opinion': opinion,
                'ruling_proposed': proposed,
                'ruling_requested_by_id': self.env.uid,
            }
        )
        self._stamp(
            'ruling_requested',
            payload={'subject': 'validity', 'opinion': opinion, 'proposed': proposed},
        )
        self._ask_rulers(rulers, opinion)

    def _get_request_obstacles(self, opinion, proposed, rulers):
        sentences = []
        if not self.registered_at or self.is_closed:
            sentences.append(
                self.env._("A ruling is requested on a complaint that is registered and open.")
            )
        if self.ruling_state == 'requested':
            sentences.append(self.env._("A ruling is requested already."))
        if not (opinion or '').strip():
            sentences.append(self.env._("Write your own opinion: whoever rules starts from it."))
        rulings = dict(self._fields['validity']._description_selection(self.env))
        if proposed not in rulings or proposed == 'undetermined':
            sentences.append(self.env._("Propose a ruling."))
        if not rulers:
            sentences.append(
                self.env._(
                    "There is nobody to rule. An administrator names a leader for the team, or "
                    "for the team it escalates to."
                )
            )
        return sentences

    def _get_rulers(self):
        """Return who is asked to rule: the team's leader, else the next team's above, else the
        committee; never who asks, never a recused person."""
        self.ensure_one()
        barred = self.sudo().recused_user_ids | self.env.user
        team = self.sudo().team_id  # who leads a team is no secret
        while team:
            if leader := (team.leader_id - barred).filtered('active'):
                return leader.sudo(False)
            team = team.parent_id
        return self._get_committee() - self.env.user

    def _ask_rulers(self, rulers, opinion):
        summary = self.env._("Rule on this complaint")
        self._create_activities(
            [
                self._prepare_activity(RULING_ACTIVITY, user.id, summary, note=opinion)
                for user in rulers
            ]
        )

    # === RULING === #

    def _get_ruling_payload(self, old):
        return {'subject': 'validity', 'from': old, 'to': self.validity}

    def _after_ruling(self, before):
        """Record rulings and take back what was asked of the rulers.

        :param dict before: {id of the case: its validity before}
        """
        for ruled, cases in self.grouped(lambda case: case.validity != 'undetermined').items():
            cases._write_internal({'ruling_state': 'ruled' if ruled else 'none'})
        self.env['complaint.event']._record(
            [
                case._prepare_event(
                    'ruled', case._get_ruling_payload(before[case.id]), case.validity_note
                )
                for case in self.filtered('registered_at')  # else recorded with that
            ]
        )
        self.filtered('ruling_requested_by_id')._withdraw_ruling_activities()

    def _take_back_validity(self, before, after):
        """The ruling was revoked in the history: what held before it holds again.

        A later ruling stays as it is.

        :param str before: value of `validity` before the revoked ruling
        :param str after: what it ruled
        """
        self.ensure_one()
        if self.validity != after:
            return
        validity = before or 'undetermined'
        is_open = validity == 'undetermined'
        state = 'ruled'
        if is_open:
            state = 'requested' if self.ruling_requested_by_id else 'none'
        self._write_internal({'validity': validity, 'ruling_state': state})
        if state == 'requested' and not self.is_closed:
            self._ask_rulers(self._get_rulers(), self.ruling_opinion)

    def _withdraw_ruling_activities(self):
        if self:
            self.activity_unlink([RULING_ACTIVITY])

    def _after_move(self, stage):
        super()._after_move(stage)
        if stage.is_closed:
            self.filtered('ruling_requested_by_id')._withdraw_ruling_activities()

    # === REFUSALS ARE EXPLAINED === #

    def _get_ruling_explanation(self):
        """Return the words that explain a refusal, wherever they were written; '' if nowhere."""
        self.ensure_one()
        return (self.validity_note or '').strip() or (self.closing_note or '').strip()

    def _get_referral(self):
        """Return where the customer was referred to, in words; '' if nowhere."""
        self.ensure_one()
        names = [self.referred_to_id.display_name, self.referred_to]
        return format_list(self.env, [name for name in names if name])

    def _get_closing_obstacles(self, stage):
        if stage.phase == 'refused' and self.validity in REFUSALS and self.validity_note:
            return []
        return super()._get_closing_obstacles(stage)

    def _get_move_obstacles(self, stage):
        obstacles = super()._get_move_obstacles(stage)
        if stage.phase not in RULED_PHASES:
            return obstacles
        for case in self.filtered(lambda case: case.validity in REFUSALS):
            if sentences := case._get_refusal_obstacles(stage):
                obstacles[case] = obstacles.get(case, []) + sentences
        return obstacles

    def _get_refusal_obstacles(self, stage):
        """Return what a refusal lacks: its explanation, and where else the customer can go."""
        self.ensure_one()
        sentences = []
        # (A stage of refusals asks for the closing explanation anyway, which will do.)
        if stage.phase != 'refused' and not self._get_ruling_explanation():
            rulings = dict(self._fields['validity']._description_selection(self.env))
            sentences.append(
                self.env._(
                    "Explain the ruling “%(ruling)s” to the customer.",
                    ruling=rulings[self.validity],
                )
            )
        if self.validity == 'out_of_scope' and not self._get_referral():
            sentences.append(self.env._("Say where the customer was referred to."))
        return sentences
