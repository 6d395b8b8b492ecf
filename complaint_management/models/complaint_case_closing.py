from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import INTERNAL_KEY, INTERNAL_WRITE

CLOSING_FIELDS = (
    *('closing_ruling', 'closing_requested_at', 'closing_requested_by_id'),
    *('closing_ruled_at', 'closing_ruled_by_id', 'closing_ruling_note'),
)

# Where a case is worked on: there it goes when closing it is denied while it waits.
HANDLING_PHASES = ('investigation', 'solution', 'execution')
WAITING_PHASES = ('approval', 'feedback', 'callback')

CLOSING_ACTIVITY = 'complaint_management.mail_activity_type_closing'


class ComplaintCaseClosing(models.Model):
    """How a case ends: applied for, ruled on, withdrawn, and what is learnt."""

    _inherit = 'complaint.case'

    closing_ruling = fields.Selection(
        selection=[
            ('none', "Not applied for"),
            ('requested', "Applied for"),
            ('granted', "Granted"),
            ('denied', "Denied"),
        ],
        string="Ruling on closing",
        default='none',
        readonly=True,
        copy=False,
    )
    is_closing_applied_for = fields.Boolean(
        string="Closing is applied for", compute='_compute_is_closing_applied_for'
    )
    is_closing_next = fields.Boolean(
        string="Closing comes next", compute='_compute_is_closing_next'
    )
    closing_requested_at = fields.Datetime(
        string="Closing applied for at", readonly=True, copy=False
    )
    closing_requested_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Closing applied for by",
        readonly=True,
        copy=False,
        ondelete='restrict',
    )
    closing_ruled_at = fields.Datetime(string="Ruled at", readonly=True, copy=False)
    closing_ruled_by_id = fields.Many2one(
        comodel_name='res.users', string="Ruled by", readonly=True, copy=False, ondelete='restrict'
    )
    closing_ruling_note = fields.Text(string="Reason of the ruling", readonly=True, copy=False)
    lessons = fields.Text(
        string="Lessons learnt",
        copy=False,
        help="What we do better from now on; read in analyses and training.",
    )
    withdrawn_by = fields.Selection(
        selection=[('self', "The complainant"), ('representative', "A representative")],
        string="Withdrawn by",
        copy=False,
    )
    withdrawal_means = fields.Selection(
        selection=[
            ('phone', "By phone"),
            ('writing', "In writing"),
            ('message', "By message"),
            ('visit', "In person"),
            ('portal', "Customer portal"),
        ],
        string="Means of withdrawal",
        copy=False,
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | set(CLOSING_FIELDS)

    # === COMPUTE METHODS === #

    @api.depends('procedure_id')
    def _compute_is_closing_applied_for(self):
        """Where no reason ever needs a ruling, nobody is offered to apply for one."""
        ruled_ids = self.env['complaint.closing.reason']._get_ruled_procedure_ids()
        for case in self:
            case.is_closing_applied_for = not ruled_ids.isdisjoint((False, case.procedure_id.id))

    @api.depends(
        *('stage_id', 'phase', 'answer_state', 'callback_mode', 'is_callback_settled'),
        *('closing_ruling', 'is_closing_applied_for'),
    )
    def _compute_is_closing_next(self):
        """Say when nothing but closing is left; where it is applied for, once that is granted."""
        for case in self:
            if case.phase == 'callback':
                is_done = case.is_callback_settled
            else:
                is_done = case._is_accepted_in_last_stage()
            case.is_closing_next = case.closing_ruling == 'granted' or (
                is_done and not case.is_closing_applied_for
            )

    def _is_accepted_in_last_stage(self):
        """Say whether the customer accepts the answer and only closed stages follow."""
        self.ensure_one()
        if self.phase != 'feedback' or self.answer_state != 'accepted':
            return False
        later = self.procedure_id.stage_ids.filtered(
            lambda stage: stage.sequence > self.stage_id.sequence
        )
        return self.callback_mode != 'gate' and all(later.mapped('is_closed'))

    # === CRUD METHODS === #

    def write(self, vals):
        internal = self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE
        if 'closing_reason_id' in vals and not internal:
            # Before anything is written: the same call may move the case, too.
            reason = self.env['complaint.closing.reason'].browse(vals['closing_reason_id'] or [])
            self.filtered(lambda case: case.closing_reason_id != reason)._forget_ruling()
            if reason.to_court:
                self._show_to_legal()
        return super().write(vals)

    # === ACTIONS === #

    def action_apply_for_closing(self):
        """Ask for reason and explanation of the application."""
        return self._get_close_dialog(self.env._("Apply for closing"), complaint_apply=True)

    def action_withdraw(self):
        """Ask who withdraws the complaint, and how."""
        return self._get_close_dialog(self.env._("Withdraw"), complaint_withdraw=True)

    def _get_close_dialog(self, title, **context):
        return self._get_dialog('complaint.case.close', title, **context)

    def action_rule_closing(self):
        """Ask for the ruling on closing."""
        return self._get_dialog('complaint.case.rule.closing', self.env._("Rule on closing"))

    # === APPLYING === #

    def _apply_for_closing(self, reason, note):
        """Apply for closing with a reason and its explanation (DEVG-1.2-a, DEVG-1.2-c).

        Where the reason needs a ruling, the case cannot be closed before somebody else has
        granted it. Where the procedure has a stage for applications, an application without
        ruling brings the case there.

        :param reason: complaint.closing.reason record
        :param str note: the explanation
        :raise UserError: all that stands against it
        """
        self.ensure_one()
        self.check_access('write')
        sentences = self._get_application_obstacles(reason, note)
        self._raise_obstacles({self: sentences} if sentences else {})
        self.write({'closing_reason_id': reason.id, 'closing_note': note})
        stage = self.env['complaint.stage']
        if not reason.needs_ruling:
            stage = self._get_stages_of_milestone('closing_requested').filtered(
                lambda stage: stage.phase != 'approval'
            )[:1]
        if stage and stage != self.stage_id:
            self._move_to(stage, reason=note)
            return
        self._stamp('closing_requested', note=note, payload={'reason': reason.name})
        self._note_application()

    def _get_application_obstacles(self, reason, note):
        self.ensure_one()
        sentences = []
        if not self.registered_at:
            sentences.append(self.env._("Register the complaint first."))
        if self.is_closed:
            sentences.append(self.env._("The complaint is closed already."))
        if self.closing_ruling == 'requested':
            sentences.append(
                self.env._("Closing was applied for already; the ruling is still to come.")
            )
        if not reason.active or reason.procedure_id not in (
            self.env['complaint.procedure'],
            self.procedure_id,
        ):
            sentences.append(self.env._("Choose a closing reason of this procedure."))
        elif reason._needs_explanation() and not (note or '').strip():
            sentences.append(self._get_missing_explanation(reason))
        return sentences

    def _get_stages_of_milestone(self, code):
        """Return the open stages of the procedure that stamp a milestone, in their order."""
        self.ensure_one()
        return self.procedure_id.stage_ids.filtered(
            lambda stage: not stage.is_closed and stage.milestone_id._get_code() == code
        ).sorted(lambda stage: (stage.sequence, stage.id))

    def _write_move(self, stage, reopened, moment):
        if reopened:  # what was applied for in the round before is settled by the new one
            self.filtered(lambda case: case.closing_ruling == 'requested')._forget_ruling()
        super()._write_move(stage, reopened, moment)

    def _after_move(self, stage):
        super()._after_move(stage)
        if stage.is_closed:
            self._withdraw_closing_activities()
        elif stage.milestone_id._get_code() == 'closing_requested':
            self._note_application()

    def _note_application(self):
        """Keep who applied, and ask for what comes next."""
        now = self.env.cr.now().replace(microsecond=0)
        for needs_ruling, cases in self.grouped(
            lambda case: case.closing_reason_id.needs_ruling and case.closing_ruling != 'granted'
        ).items():
            values = {'closing_requested_at': now, 'closing_requested_by_id': self.env.uid}
            if needs_ruling:
                values['closing_ruling'] = 'requested'
            cases._write_internal(values)
            roles = (
                ('team_leader', 'parent_leader') if needs_ruling else ('follow_up', 'team_leader')
            )
            text = self.env._("Closing was applied for: check it, call back or close.")
            if needs_ruling:
                text = self.env._("Rule on closing")
            cases._ask_somebody(roles, text)

    def _ask_somebody(self, roles, summary):
        """Give the first holder of one of these roles who did not act himself something to do."""
        rows = []
        for case in self:
            found = (case._get_recipients(role) - self.env.user for role in roles)
            if user := next(filter(None, found), None):
                rows.append(case._prepare_activity(CLOSING_ACTIVITY, user.id, summary))
        self._create_activities(rows)

    def _withdraw_closing_activities(self):
        if self:
            self.activity_unlink([CLOSING_ACTIVITY])

    # === RULING === #

    def _rule_closing(self, granted, reason):
        """Grant or deny that the case is closed as it was applied for (DEVG-1.2-c).

        :param bool granted: whether it may be closed so
        :param str reason: by which contract clause or decision
        :raise UserError: all that stands against it
        """
        self.ensure_one()
        self.check_access('write')
        if sentences := self._get_ruler_obstacles(reason):
            raise UserError('\n'.join(sentences))
        applicant = self.closing_requested_by_id
        self._write_internal(
            {
                'closing_ruling': 'granted' if granted else 'denied',
                'closing_ruled_at': self.env.cr.now().replace(microsecond=0),
                'closing_ruled_by_id': self.env.uid,
                'closing_ruling_note': reason,
            }
        )
        payload = {'subject': 'closing', 'granted': granted, 'reason': self.closing_reason_id.name}
        self._stamp('ruled', note=reason, payload=payload)
        self._withdraw_closing_activities()
        if not granted:
            self._go_back_to_work(reason)
        if applicant.active and applicant not in self.recused_user_ids:
            text = (
                self.env._("Closing was granted: close the complaint")
                if granted
                else self.env._("Closing was denied: go on handling")
            )
            row = self._prepare_activity(CLOSING_ACTIVITY, applicant.id, text)
            self._create_activities([row])

    def _get_ruler_obstacles(self, reason):
        """Return the sentences that say why the current user may not rule so."""
        self.ensure_one()
        sentences = []
        if self.closing_ruling != 'requested':
            sentences.append(self.env._("Nobody has applied for a ruling on closing."))
        elif self.closing_requested_by_id == self.env.user:
            sentences.append(
                self.env._("You applied for it yourself: somebody else must rule on closing.")
            )
        if not self._may_rule_on_closing():
            sentences.append(
                self.env._(
                    "Only the leader of the team, the leaders above and the committee rule on "
                    "closing."
                )
            )
        if not (reason or '').strip():
            sentences.append(self.env._("Say on what the ruling rests."))
        return sentences

    def _may_rule_on_closing(self):
        self.ensure_one()
        user = self.env.user
        if user in self.recused_user_ids:
            return False
        if user.has_group('complaint_management.group_complaint_committee'):
            return True
        return (
            user.has_group('complaint_management.group_complaint_manager')
            and self.team_id in user._get_complaint_managed_teams()
        )

    def _go_back_to_work(self, reason):
        """Bring a case whose closing was denied back to where it was last worked on."""
        self.ensure_one()
        if self.phase not in WAITING_PHASES:
            return
        stages = self.procedure_id.stage_ids.filtered(lambda s: s.phase in HANDLING_PHASES)
        visited = [
            (event.payload or {}).get('to_stage')
            for event in self.event_ids._get_effective().sorted('sequence', reverse=True)
        ]
        last = next((stage_id for stage_id in visited if stage_id in stages.ids), None)
        stage = stages.browse(last) if last else stages.sorted(lambda s: (s.sequence, s.id))[:1]
        # The ruling stands, even where a gate or a group keeps the case where it is.
        if stage and not self._get_move_obstacles(stage):
            self._move_to(stage, reason=reason)

    def _forget_ruling(self):
        """What was asked or ruled about another closing reason counts no longer."""
        ruled = self.filtered(lambda case: case.closing_ruling not in (False, 'none'))
        if ruled:
            ruled._write_internal(
                {**dict.fromkeys(CLOSING_FIELDS, False), 'closing_ruling': 'none'}
            )
            ruled._withdraw_closing_activities()

    def _take_back_application(self):
        """The application itself was revoked in the history."""
        asked = self.filtered(lambda case: case.closing_ruling in (False, 'none', 'requested'))
        asked._write_internal({**dict.fromkeys(CLOSING_FIELDS, False), 'closing_ruling': 'none'})
        asked._withdraw_closing_activities()

    def _take_back_ruling(self):
        """The ruling was revoked in the history: it is to be given anew."""
        ruled = self.filtered(lambda case: case.closing_ruling in ('granted', 'denied'))
        ruled._write_internal(
            {
                'closing_ruling': 'requested',
                **dict.fromkeys(('closing_ruled_at', 'closing_ruled_by_id'), False),
                'closing_ruling_note': False,
            }
        )

    # === OBSTACLES === #

    def _get_missing_explanation(self, reason):
        return self.env._(
            "Write the closing explanation: the reason “%(reason)s” needs it.", reason=reason.name
        )

    def _get_closing_obstacles(self, stage):
        sentences = super()._get_closing_obstacles(stage)
        if stage.phase in ('closed_normal', 'closed_abnormal'):
            sentences += self._get_ruling_obstacles()
            if self.closing_reason_id.to_court and not self.needs_legal_opinion:
                sentences.append(
                    self.env._(
                        "Set a flag that requires a legal opinion: legal staff must see a "
                        "complaint that goes to court."
                    )
                )
        return sentences

    def _get_ruling_obstacles(self):
        self.ensure_one()
        reason = self.closing_reason_id
        if not reason.needs_ruling or self.closing_ruling == 'granted':
            return []
        if self.closing_ruling == 'requested':
            return [
                self.env._(
                    "The ruling on closing for the reason “%(reason)s” is still to come.",
                    reason=reason.name,
                )
            ]
        if self.closing_ruling == 'denied':
            return [
                self.env._(
                    "Closing for the reason “%(reason)s” was denied: %(why)s Go on handling, or "
                    "apply again.",
                    reason=reason.name,
                    why=self.closing_ruling_note,
                )
            ]
        return [
            self.env._(
                "Apply for closing first: for the reason “%(reason)s” somebody else must rule on "
                "it.",
                reason=reason.name,
            )
        ]

    # === MOVES === #

    def _prepare_move_values(self, stage, reopened, moment):
        values = super()._prepare_move_values(stage, reopened, moment)
        if reopened:
            values |= dict.fromkeys(CLOSING_FIELDS, False)
            values |= {'closing_ruling': 'none', 'withdrawn_by': False, 'withdrawal_means': False}
        return values

    def _prepare_move_payloads(self, stage, reopened):
        payloads = super()._prepare_move_payloads(stage, reopened)
        for case, payload in payloads.items():
            if stage.phase == 'withdrawn' and case.withdrawn_by:
                payload['withdrawn_by'] = case.withdrawn_by
                payload['withdrawal_means'] = case.withdrawal_means
            if reopened:
                # Taking the reopening back restores them.
                payload['closing'] = case._get_closing_state()
        return payloads

    def _get_closing_state(self):
        self.ensure_one()
        return {
            'closing_ruling': self.closing_ruling or 'none',
            'closing_requested_at': fields.Datetime.to_string(self.closing_requested_at),
            'closing_requested_by_id': self.closing_requested_by_id.id,
            'closing_ruled_at': fields.Datetime.to_string(self.closing_ruled_at),
            'closing_ruled_by_id': self.closing_ruled_by_id.id,
            'closing_ruling_note': self.closing_ruling_note,
            'withdrawn_by': self.withdrawn_by,
            'withdrawal_means': self.withdrawal_means,
        }

    def _step_back(self, move):
        super()._step_back(move)
        if state := move.payload.get('closing'):
            self._write_internal(state)

    # === LEGAL === #

    def _show_to_legal(self):
        """Set the flag by which legal staff see a case that goes to court (INS-6-h)."""
        unseen = self.filtered(lambda case: not case.needs_legal_opinion)
        if not unseen:
            return
        flag = self.env.ref('complaint_management.flag_legal', raise_if_not_found=False)
        if not (flag and flag.active and flag.requires_legal_opinion):
            flag = self.env['complaint.flag'].search(
                [('requires_legal_opinion', '=', True)], limit=1
            )
        if flag:
            unseen.write({'flag_ids': [Command.link(flag.id)]})

    # === WITHDRAWING === #

    def _withdraw(self, withdrawn_by, means, note):
        """Close cases because the customer withdraws them, himself or through somebody.

        :param str withdrawn_by: value of the field `withdrawn_by`
        :param str means: value of the field `withdrawal_means`
        :param str note: what was said
        :raise UserError: all that stands against it
        """
        self.ensure_one()
        self.check_access('write')
        stages = self.procedure_id.stage_ids.filtered(lambda stage: stage.phase == 'withdrawn')
        sentences = []
        if self.is_closed:
            sentences.append(self.env._("The complaint is closed already."))
        if not stages:
            sentences.append(
                self.env._(
                    "The procedure “%(procedure)s” has no stage for withdrawn complaints.",
                    procedure=self.procedure_id.name,
                )
            )
        if not withdrawn_by or not means:
            sentences.append(self.env._("Say who withdraws the complaint, and how."))
        if sentences:
            raise UserError('\n'.join(sentences))
        self.write(
            {
                'closing_reason_id': False,
                'closing_note': note,
                'withdrawn_by': withdrawn_by,
                'withdrawal_means': means,
            }
        )
        self._move_to(stages.sorted(lambda s: (s.sequence, s.id))[:1], reason=note)
