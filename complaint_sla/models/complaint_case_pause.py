from odoo import api, fields, models
from odoo.tools import email_normalize, format_list


class ComplaintCasePause(models.Model):
    """When the time limits of a case stand still: by hand, by a stage, until an answer comes."""

    _inherit = 'complaint.case'

    sla_pause_ids = fields.One2many(
        comodel_name='complaint.sla.pause', inverse_name='case_id', string="Pauses"
    )
    sla_on_hold = fields.Boolean(
        string="Paused", readonly=True, copy=False, help="The complaint waits for something."
    )
    sla_pause_reason = fields.Char(
        string="Paused because of", compute='_compute_sla_pause_reason', compute_sudo=True
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'sla_pause_ids', 'sla_on_hold'}

    # === COMPUTE METHODS === #

    @api.depends('sla_on_hold', 'sla_pause_ids.resumed_at', 'sla_pause_ids.is_revoked')
    def _compute_sla_pause_reason(self):
        held = self.filtered('sla_on_hold')
        (self - held).sla_pause_reason = False
        for case in held:
            names = case._get_open_pauses().reason_id.mapped('name')
            case.sla_pause_reason = format_list(self.env, names) if names else False

    def _get_open_pauses(self):
        return self.sla_pause_ids.filtered(lambda pause: pause._is_open())

    def _get_holds(self):
        """Return {case id: [Hold]}, see `complaint.sla.pause._get_holds`."""
        return self.env['complaint.sla.pause']._get_holds(self)

    # === PAUSING AND RESUMING === #

    def _pause_limits(self, reason, note=None, paused_at=None):
        """Let the time limits of these cases stand still that take this reason.

        :param reason: complaint.sla.pause.reason record
        :param str note: words of a person; needed when `paused_at` lies back
        :param datetime paused_at: UTC, default now
        :return: the new pauses, as superuser
        :raise UserError: every reason why one of the cases cannot be paused
        """
        self.check_access('write')
        self._check_business_time(paused_at, note)
        self._raise_obstacles(self._get_pause_obstacles(reason, paused_at))
        return self._begin_pauses(reason, paused_at or self.env.cr.now(), note=note)

    def _get_pause_obstacles(self, reason, paused_at):
        """Return {case: [sentence, …]} of the cases that cannot be paused."""
        obstacles = {}
        for case in self:
            sentences = []
            if not case.registered_at:
                sentences.append(self.env._("Register the complaint first."))
            if case.is_closed:
                sentences.append(self.env._("The complaint is closed: none of its limits runs."))
            if reason in case.sudo()._get_open_pauses().reason_id:  # of cases that are read anyhow
                sentences.append(
                    self.env._(
                        "It is paused for this reason already: %(reason)s", reason=reason.name
                    )
                )
            if paused_at and paused_at < case.received_at:
                sentences.append(self.env._("Nothing can be paused before the complaint came in."))
            if sentences:
                obstacles[case] = sentences
        return obstacles

    def _begin_pauses(self, reason, moment, note=None, stage=None, payloads=None):
        """Record a pause on each of these cases, without asking."""
        return self.env['complaint.sla.pause']._begin(
            [
                {
                    'case_id': case.id,
                    'reason_id': reason.id,
                    'paused_at': moment.replace(microsecond=0),
                    'user_id': self.env.uid,
                    'note': note,
                    'stage_id': stage.id if stage else False,
                }
                for case in self
            ],
            payloads or {},
        )

    def _resume_limits(self, note=None, resumed_at=None):
        """Let the time limits of these cases run on, whatever interrupts them.

        :param str note: words of a person; needed when `resumed_at` lies back
        :param datetime resumed_at: UTC, default now
        :raise UserError: one of them is not paused, or was paused later than that
        """
        self.check_access('write')
        self._check_business_time(resumed_at, note)
        obstacles = {}
        pauses = self.sudo()._get_open_pauses()  # rows of cases that are read anyhow
        for case in self:
            own = pauses.filtered(lambda pause, case=case: pause.case_id == case)
            if not own:
                obstacles[case] = [self.env._("Its time limits are not paused.")]
            elif resumed_at and any(resumed_at < pause.paused_at for pause in own):
                obstacles[case] = [self.env._("It was paused later than that.")]
        self._raise_obstacles(obstacles)
        pauses._end(resumed_at or self.env.cr.now(), note)
        return True

    # === WITH THE MEMBERS OF A MASS COMPLAINT === #

    def _pause_members(self, reason, note=None, paused_at=None):
        """Pause the joined complaints too that can be; a lead waits for all of them."""
        members_sudo = self._get_open_members_sudo()
        obstacles = members_sudo._get_pause_obstacles(reason, paused_at)
        free = members_sudo.filtered(lambda case: case not in obstacles)
        free._begin_pauses(reason, paused_at or self.env.cr.now(), note=note)

    def _resume_members(self, reasons, note=None, resumed_at=None):
        """End what the joined complaints waited for together with their lead.

        :param reasons: what the lead waited for; a member goes on waiting for anything else
        """
        moment = resumed_at or self.env.cr.now()
        self._get_open_members_sudo()._get_open_pauses().filtered(
            lambda pause: pause.reason_id in reasons and pause.paused_at <= moment
        )._end(moment, note)

    # === BY A STAGE === #

    def _stamp_move(self, stage, payloads, reopened, reason, moment):
        super()._stamp_move(stage, payloads, reopened, reason, moment)
        self._follow_stage(stage, payloads, moment)

    def _follow_stage(self, stage, payloads, moment):
        """End the pauses of the stages that these cases left; begin that of the one entered.

        The events belong to the move: undoing it takes them back too.
        """
        own = {case.id: payload for case, payload in payloads.items()}
        if held := self.filtered('sla_on_hold'):
            pauses = held.sudo()._get_open_pauses()  # whoever moves a case may do so
            if not stage.is_closed:
                pauses = pauses.filtered('stage_id')
            pauses._end(moment, payloads=own)
        if stage.pause_reason_id and not stage.is_closed:
            self._begin_pauses(stage.pause_reason_id, moment, stage=stage, payloads=own)

    # === UNTIL THE CUSTOMER ANSWERS === #

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        waiting = self.sudo().filtered('sla_on_hold')  # a customer may not read it
        if waiting and waiting._is_from_customer(message.sudo()):  # idem
            waiting._resume_on_answer(self.env.cr.now())
        return result

    def _is_from_customer(self, message):
        """Say whether a message comes from the complainant or who acts for him."""
        self.ensure_one()
        if message.message_type not in ('email', 'comment') or message.is_internal:
            return False
        author = message.author_id
        if author and not author.partner_share:
            return False
        if author and author.commercial_partner_id == self.partner_id.commercial_partner_id:
            return True
        known = email_normalize(self._get_customer_email() or '')
        return not known or email_normalize(message.email_from or '') == known

    def _resume_on_answer(self, moment):
        """End the pauses that waited for an answer of the customer and began before it."""
        pauses = self.sudo()._get_open_pauses()  # whoever records the answer, or sends it
        pauses.filtered(
            lambda pause: pause.reason_id.ends_on_answer and pause.paused_at <= moment
        )._end(moment)

    # === ACTIONS === #

    def action_pause_limits(self):
        """Ask why and since when the time limits stand still."""
        return self._get_dialog(
            'complaint.case.pause', self.env._("Pause time limits"), default_kind='pause'
        )

    def action_resume_limits(self):
        """Ask since when the time limits run on."""
        return self._get_dialog(
            'complaint.case.pause', self.env._("Resume time limits"), default_kind='resume'
        )
