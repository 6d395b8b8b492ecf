from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

RECUSAL_ACTIVITY = 'complaint_management.activity_type_recusal'
MANAGER = 'complaint_management.group_complaint_manager'


class ComplaintRecusal(models.Model):
    """A request that somebody keeps away from a case, and what became of it (TEL-2.7-b, T16).

    While it is asked nothing changes. The person learns of a request that somebody else made
    neither before nor after the decision: no history names him, and the request stays hidden.
    """

    _name = 'complaint.recusal'
    _description = "Recusal"
    _inherit = [
        'complaint.guarded.line',
        'complaint.recusal.thread',
        'mail.thread',
        'mail.activity.mixin',
    ]
    _order = 'asked_at desc, id desc'
    _rec_name = 'user_id'

    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Who shall keep away",
        required=True,
        ondelete='restrict',
        index=True,
        domain=[('share', '=', False)],
    )
    reason = fields.Text(string="Why", required=True)
    is_by_customer = fields.Boolean(string="Asked by the customer")
    asked_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Recusal asked by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete='restrict',
    )
    asked_at = fields.Datetime(
        string="Asked at", required=True, readonly=True, default=lambda self: self.env.cr.now()
    )
    state = fields.Selection(
        selection=[
            ('asked', "Asked for"),
            ('granted', "Granted"),
            ('refused', "Not granted"),
            ('lifted', "Lifted"),
        ],
        string="State of the recusal",
        required=True,
        readonly=True,
        default='asked',
        index=True,
    )
    decided_by_id = fields.Many2one(
        comodel_name='res.users', string="Recusal decided by", readonly=True, ondelete='restrict'
    )
    decided_at = fields.Datetime(string="Decided at", readonly=True)
    decision_note = fields.Text(string="Reason of the decision", readonly=True)
    lifted_by_id = fields.Many2one(
        comodel_name='res.users', string="Lifted by", readonly=True, ondelete='restrict'
    )
    lifted_at = fields.Datetime(string="Lifted at", readonly=True)
    lift_note = fields.Text(string="Why it was lifted", readonly=True)
    can_decide = fields.Boolean(compute='_compute_can_decide')
    can_lift = fields.Boolean(compute='_compute_can_decide')

    # === COMPUTE METHODS === #

    @api.depends('state')
    @api.depends_context('uid')
    def _compute_can_decide(self):
        is_manager = self.env.user.has_group(MANAGER)
        for recusal in self:
            recusal.can_decide = (
                recusal.state == 'asked' and self.env.user in recusal._get_deciders()
            )
            recusal.can_lift = recusal.state == 'granted' and is_manager

    # === ACCESS METHODS === #

    def _filter_for_readers(self, operation):
        """Whoever reads a case may ask, about himself or about somebody else."""
        lines = super()._filter_for_readers(operation)
        return self if operation == 'create' else lines

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('state', 'asked_by_id', 'asked_at', 'decided_by_id', 'decided_at', 'decision_note'),
            *('lifted_by_id', 'lifted_at', 'lift_note'),
        }

    @api.model_create_multi
    def create(self, vals_list):
        # Nobody follows a request, and what is asked is in its fields.
        quiet = self.with_context(
            mail_create_nosubscribe=True, mail_create_nolog=True, tracking_disable=True
        )
        recusals = super(ComplaintRecusal, quiet).create(vals_list).with_env(self.env)
        recusals._raise_obstacles(recusals._get_asking_obstacles())
        recusals._ask_deciders()
        return recusals

    def write(self, vals):
        if not self._is_internal() and vals.keys() - {'activity_ids', 'message_follower_ids'}:
            raise UserError(
                self.env._("What was asked stays as it is. Decide it, or ask once more.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        if not self._is_internal():
            raise UserError(self.env._("A request for recusal is decided, not deleted."))

    # === OBSTACLES === #

    def _get_asking_obstacles(self):
        """Return {recusal: [sentences]} that say what keeps it from being asked."""
        obstacles = {}
        for recusal in self:
            case, person = recusal.case_id.sudo(), recusal.user_id  # who is recused is hidden
            sentences = []
            if not (recusal.reason or '').strip():
                sentences.append(self.env._("Say why the person shall keep away."))
            if person.share:
                sentences.append(self.env._("Only staff can be recused."))
            others = case.recusal_ids - recusal
            if person in others.filtered(lambda other: other.state == 'asked').user_id:
                sentences.append(self.env._("This is asked for already; wait for the decision."))
            if person in case.recused_user_ids:
                sentences.append(
                    self.env._("%(name)s keeps away from it already.", name=person.name)
                )
            if not recusal._get_deciders():
                sentences.append(
                    self.env._(
                        "Nobody is left who could decide. An administrator names the leader of a "
                        "team above, or people in the complaint handling team (committee)."
                    )
                )
            if sentences:
                obstacles[recusal] = sentences
        return obstacles

    def _get_decision_obstacles(self, note):
        """Return the sentences that say what keeps the current user from deciding."""
        self.ensure_one()
        sentences = []
        if self.state != 'asked':
            sentences.append(self.env._("This request is decided already."))
        elif not self.env.su and self.env.user not in (deciders := self._get_deciders()):
            sentences.append(
                self.env._(
                    "Somebody who is not involved decides. Asked are: %(names)s.",
                    names=format_list(self.env, deciders.sudo().mapped('name')),  # no secret
                )
            )
        if not (note or '').strip():
            sentences.append(self.env._("Give the reason of the decision."))
        return sentences

    def _get_handover_obstacles(self, successor):
        """Return the sentences that say what the person holds and nobody takes over."""
        self.ensure_one()
        case, person = self.case_id.sudo(), self.user_id  # what he holds may be out of reach
        held = case._get_recusal_sentences(person)
        if not held:
            return []
        if not successor:
            return [*held, self.env._("Choose who takes this over.")]
        kept_away = case.recused_user_ids | person
        if successor in kept_away or not successor._may_be_given_complaints(case.company_id.id):
            return [
                self.env._(
                    "%(name)s cannot take it over: the person has no role in complaints, or must "
                    "keep away. Choose somebody else.",
                    name=successor.name,
                )
            ]
        return []

    # === WHO DECIDES === #

    def _get_deciders(self):
        """Return who decides: the leader of the team, or who is next above and not involved.

        Whoever writes down what the customer asks for is not involved by that.
        """
        self.ensure_one()
        involved = self.user_id
        if not self.is_by_customer:
            involved |= self.asked_by_id
        return self.case_id._get_recusal_deciders(involved)

    def _ask_deciders(self):
        """Give who decides something to do, on the request itself: the person may not see it."""
        type_id = self.env['ir.model.data']._xmlid_to_res_id(RECUSAL_ACTIVITY)
        activities = self.env['mail.activity'].sudo()  # for other people
        activities.with_context(
            mail_activity_quick_update=True, complaint_quiet_activity=True
        ).create(
            [
                {
                    'res_model_id': self.env['ir.model']._get_id(self._name),
                    'res_id': recusal.id,
                    'activity_type_id': type_id,
                    'summary': self.env._("Decide on a recusal"),
                    'user_id': user.id,
                    'automated': True,
                }
                for recusal in self
                for user in recusal._get_deciders()
            ]
        )

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """A reminder lets nobody follow: its reader only has to act."""
        if self.env.context.get('complaint_quiet_activity'):
            return True
        return super().message_subscribe(partner_ids, subtype_ids)

    # === DECIDING === #

    def _grant(self, note, successor=None):
        """Let the person keep away; what he holds goes to a successor first.

        :param str note: reason of the decision
        :param successor: res.users record, needed when the person holds anything of the case
        :raise UserError: every reason why this cannot be decided so
        """
        self.check_access('read')
        sentences = self._get_decision_obstacles(note) + self._get_handover_obstacles(successor)
        if sentences:
            raise UserError('\n'.join(sentences))
        # Who decides need not be allowed to change the case.
        self.case_id.sudo()._hand_over_recused(self.user_id, successor)
        self._write_decision('granted', note)
        return True

    def _refuse(self, note):
        """Let everything be as it is.

        :raise UserError: every reason why this cannot be decided so
        """
        self.check_access('read')
        if sentences := self._get_decision_obstacles(note):
            raise UserError('\n'.join(sentences))
        self._write_decision('refused', note)
        return True

    def _lift(self, note):
        """End a recusal; who is complained about himself stays away all the same.

        :raise UserError: not a manager, not granted, or no reason
        """
        self.check_access('read')
        sentences = []
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            sentences.append(self.env._("Only a manager lifts a recusal."))
        if self.state != 'granted':
            sentences.append(self.env._("Only what was granted can be lifted."))
        if not (note or '').strip():
            sentences.append(self.env._("Say why the person need not keep away any more."))
        if sentences:
            raise UserError('\n'.join(sentences))
        self.sudo()._write_internal(  # no right to write the case is needed
            {
                'state': 'lifted',
                'lifted_by_id': self.env.uid,
                'lifted_at': self.env.cr.now().replace(microsecond=0),
                'lift_note': note.strip(),
            }
        )
        self._settle()
        return True

    def _write_decision(self, state, note):
        self.sudo()._write_internal(  # idem
            {
                'state': state,
                'decided_by_id': self.env.uid,
                'decided_at': self.env.cr.now().replace(microsecond=0),
                'decision_note': note.strip(),
            }
        )
        self.sudo().activity_unlink([RECUSAL_ACTIVITY])  # of whoever was asked
        if state == 'granted':
            self._settle()

    def _settle(self):
        """Let it hold from now on, and record it without a name and without a reason.

        The person reads the history again once the recusal is lifted.
        """
        case = self.case_id.sudo()  # the decider may have no right to write it
        case._recompute_recordset(['recused_user_ids'])
        case._stamp('recused', payload={'recusal': self.id, 'state': self.state})

    # === ACTIONS === #

    def action_open_grant(self):
        """Ask for the reason, and for who takes over what the person holds."""
        return self._open_decision('grant', self.env._("Grant the recusal"))

    def action_open_refuse(self):
        """Ask why the person need not keep away."""
        return self._open_decision('refuse', self.env._("Refuse the recusal"))

    def action_open_lift(self):
        """Ask why the recusal ends."""
        return self._open_decision('lift', self.env._("Lift the recusal"))

    def _open_decision(self, decision, title):
        self.ensure_one()
        return self.case_id._get_dialog(
            'complaint.recusal.decide', title, default_recusal_id=self.id, default_decision=decision
        )
