from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import plaintext2html

from .complaint_callback import OPEN_STATES, SATISFACTION
from .complaint_callback_attempt import FAILED_OUTCOMES

CALLBACK_ACTIVITY = 'complaint_management.activity_type_callback'
HANDLING_PHASES = ('investigation', 'solution', 'execution', 'assignment', 'assessment', 'intake')


class ComplaintCaseCallback(models.Model):
    """Asking the customer how it went: whom, when, and what it means for closing (T4)."""

    _inherit = 'complaint.case'

    callback_ids = fields.One2many(comodel_name='complaint.callback', inverse_name='case_id')
    callback_mode = fields.Selection(related='procedure_id.callback_mode')
    customer_satisfied = fields.Selection(
        selection=SATISFACTION, string="Satisfaction", copy=False, tracking=True
    )
    is_callback_settled = fields.Boolean(
        string="Callback is settled",
        compute='_compute_is_callback_settled',
        help="The customer agreed in this round, refused to be asked, or need not be asked.",
    )

    # === COMPUTE METHODS === #

    @api.depends('round', 'callback_ids.round', 'callback_ids.state', 'callback_ids.is_negative')
    def _compute_is_callback_settled(self):
        for case in self:
            states = set(case._get_callbacks_of_round().mapped('state'))
            is_settled = not states.issubset(OPEN_STATES)
            case.is_callback_settled = is_settled and not case._is_last_callback_negative()

    # === ACTIONS === #

    def action_callback(self):
        """Open the callback of this round, or a new one, in a dialog."""
        self.ensure_one()
        callbacks = self._get_callbacks_of_round()
        waiting = callbacks.filtered(lambda callback: callback.state in OPEN_STATES)[:1]
        dialog = self._get_dialog('complaint.callback', self.env._("Callback"))
        return {**dialog, 'res_id': waiting.id}

    # === OBSTACLES === #

    def _get_move_obstacles(self, stage):
        obstacles = super()._get_move_obstacles(stage)
        if stage.phase in ('closed_normal', 'closed_abnormal'):
            for case in self:
                if sentence := case._get_callback_obstacle(stage.phase):
                    obstacles.setdefault(case, []).append(sentence)
        return obstacles

    def _get_callback_obstacle(self, phase):
        """Return the sentence why this case may not close before the customer is asked, or None.

        A gate holds back a normal end till the customer agrees or is exempt (DEVG-1.2-a, T4). An
        end because the customer cannot be reached needs the attempts to prove it (DEVG-1.2-d).
        """
        self.ensure_one()
        mode = self.procedure_id.callback_mode
        if mode == 'none':
            return None
        if phase == 'closed_abnormal':
            return self._get_unreachable_obstacle()
        if mode != 'gate':
            return None
        callbacks = self._get_callbacks_of_round()
        if 'done' in callbacks.mapped('state'):
            return self._get_negative_sentence() if self._is_last_callback_negative() else None
        if {'exempt', 'refused'} & set(callbacks.mapped('state')):
            return None
        if self._get_callback_exemptions():
            return None
        if self._is_solved_on_the_spot():
            return self.env._(
                "Record that the customer is satisfied: only then a complaint that was solved on "
                "the spot needs no callback."
            )
        return self.env._(
            "Call the customer back first (button “Callback”): this procedure closes a complaint "
            "when the customer agrees, or when it is recorded why no callback is needed."
        )

    def _get_unreachable_obstacle(self):
        self.ensure_one()
        if not self.closing_reason_id.needs_failed_callbacks:
            return None
        needed = self._get_callback_max_attempts()
        missing = needed - self._count_failed_attempts()[self]
        if missing <= 0:
            return None
        return self.env._(
            "“%(reason)s” needs %(needed)s failed callbacks within %(days)s days: %(missing)s more "
            "are missing.",
            reason=self.closing_reason_id.name,
            needed=needed,
            days=self.procedure_id.callback_window_days,
            missing=missing,
        )

    def _get_negative_sentence(self):
        return self.env._(
            "At the callback the customer was not satisfied or did not agree to close. Take the "
            "complaint back to handling, or call back again once the customer agrees."
        )

    # === CALLBACKS OF A ROUND === #

    def _get_callbacks_of_round(self):
        """Return the callbacks of the rounds in which these cases are now.

        A rating by mail is none: nobody talked, and a click agrees to nothing.
        """
        return self.callback_ids.filtered(
            lambda callback: callback.round == callback.case_id.round and not callback.rating_id
        )

    def _is_last_callback_negative(self):
        """Say whether the last talk of this round left the customer unhappy or against closing."""
        self.ensure_one()
        done = self._get_callbacks_of_round().filtered(lambda callback: callback.state == 'done')
        return done.sorted(lambda callback: (callback.done_at, callback.id))[-1:].is_negative

    def _get_callback_max_attempts(self):
        self.ensure_one()
        return max(self.procedure_id.callback_max_attempts, 1)

    def _count_failed_attempts(self):
        """Return {case: failed attempts in a row that lie within the window of the procedure}.

        In a row: since the customer was last reached, in this round. The window reaches from the
        first to the last of them (DEVG-1.2-d, U10).
        """
        counts = {}
        for case in self:
            callbacks = case._get_callbacks_of_round()
            done = callbacks.filtered(lambda callback: callback.state == 'done')
            reached_at = max(done.mapped('done_at'), default=None)
            times = []
            for attempt in callbacks.attempt_ids.sorted(lambda a: (a.attempted_at, a.id)):
                if attempt.outcome not in FAILED_OUTCOMES:
                    times = []
                elif not reached_at or attempt.attempted_at > reached_at:
                    times.append(attempt.attempted_at)
            span = timedelta(days=case.procedure_id.callback_window_days)
            counts[case] = max(
                (sum(first <= time <= first + span for time in times) for first in times), default=0
            )
        return counts

    # === SATISFACTION === #

    def _note_satisfaction(self, satisfaction):
        """Keep how satisfied the customers are: what they said last, wherever they said it.

        :param str satisfaction: a value of `customer_satisfied`
        """
        self.write({'customer_satisfied': satisfaction})

    def _get_analysts(self):
        """Return who finds out why this customer is not content, by the procedure."""
        self.ensure_one()
        analysts = self._get_recipients(self.procedure_id.low_score_role)
        return (
            analysts or self._get_recipients('team_leader') or self._get_recipients('parent_leader')
        )

    # === EXEMPTIONS === #

    def _get_callback_exemptions(self):
        """Return the reasons, proven by facts, why this customer need not be called (PRIN-5).

        :rtype: list of values of complaint.callback.exemption, the strongest first
        """
        self.ensure_one()
        exemptions = []
        if self._get_callback_refusal():
            exemptions.append('do_not_call')
        if not (self.complainant_phone or self.complainant_email or self.partner_id.street):
            is_named = self.partner_id or self.complainant_name
            exemptions.append('no_contact' if is_named else 'anonymous')
        satisfied = self.customer_satisfied in ('satisfied', 'basically_satisfied')
        if self._is_solved_on_the_spot() and satisfied:
            exemptions.append('on_the_spot_satisfied')
        return exemptions

    def _is_solved_on_the_spot(self):
        self.ensure_one()
        xmlid = 'complaint_management.closing_reason_on_the_spot'
        reason_id = self.env['ir.model.data']._xmlid_to_res_id(xmlid)
        return bool(reason_id) and self.closing_reason_id.id == reason_id

    def _get_callback_refusal(self):
        """Return the sentence why this customer must never be called back, or None (PRIN-5-g)."""
        self.ensure_one()
        return

    def _keep_callback_refusal(self):
        """Keep for later complaints too that these customers want no callbacks (PRIN-5-g)."""

    # === PLANNING === #

    def _after_move(self, stage):
        super()._after_move(stage)
        if stage.is_closed:
            self._settle_callbacks(stage)
        if stage.phase in ('callback', 'closed_normal'):
            self._plan_callbacks()

    def _prepare_move_values(self, stage, reopened, moment):
        if reopened:
            waiting = self._get_callbacks_of_round().filtered(
                lambda callback: callback.state in OPEN_STATES
            )
            waiting._exempt(exemption='other', exemption_note=self.env._("Reopened"))
        return super()._prepare_move_values(stage, reopened, moment)

    def _plan_callbacks(self):
        """Plan the callback of this round for each case whose procedure wants one.

        Where no callback is needed, that is recorded with its reason instead.
        """
        cases = self.filtered(
            lambda case: (
                case.procedure_id.callback_mode != 'none' and not case._get_callbacks_of_round()
            )
        )
        rows, callers = [], {}
        for case in cases:
            row = {'case_id': case.id, 'planned_at': self.env.cr.now()}
            if exemptions := case._get_callback_exemptions():
                row |= {
                    'state': 'exempt',
                    'exemption': exemptions[0],
                    'done_at': self.env.cr.now(),
                    'user_id': False,
                }
            else:
                callers[case] = case._get_caller()
                row['user_id'] = callers[case].id
            rows.append(row)
        if rows:
            self.env['complaint.callback']._create_internal(rows)
            self._plan_line_activities(CALLBACK_ACTIVITY, callers)

    def _get_caller(self):
        """Return who calls back: the follow-up owner, else who took the complaint in."""
        self.ensure_one()
        caller = self._get_recipients('follow_up') or self._get_recipients('owner')
        return caller or self._get_recipients('team_leader')

    def _settle_callbacks(self, stage):
        """End what is still planned for cases that closed: nobody calls for nothing."""
        waiting = self._get_callbacks_of_round().filtered(
            lambda callback: callback.state in OPEN_STATES
        )
        if stage.phase == 'closed_normal':
            for callback in waiting:
                if exemptions := callback.case_id._get_callback_exemptions():
                    callback._exempt(exemption=exemptions[0])
            return
        planned = waiting.filtered(lambda callback: callback.state == 'planned')
        planned._exempt(exemption='other', exemption_note=stage.name)
        (waiting - planned).case_id._withdraw_callback_activities()

    def _return_to_handling(self, opinion):
        """Bring a case back to those who handle it, with what the customer said as the reason.

        Where an answer waits for the customer's word, this is its rejection, and what the
        procedure says about rounds follows (T5).

        :raise UserError: what keeps the case from going there
        """
        self.ensure_one()
        if not self._get_decision_obstacles():
            self._reject_answer(opinion)
            return self
        stages = self.procedure_id.stage_ids
        stage = self.procedure_id._get_rework_stage()
        for phase in () if stage else HANDLING_PHASES:
            if stage := stages.filtered(lambda stage, phase=phase: stage.phase == phase)[:1]:
                break
        return self._move_to(stage, reason=opinion) if stage else self.browse()

    # === ACTIVITIES === #

    def _plan_line_activities(self, type_xmlid, users, note=None):
        """Give people something to do about cases; no mail inside the request.

        :param str type_xmlid: external id of the type of activity
        :param dict users: {case: res.users}; the recused are left out
        :param str note: words to read with it
        """
        type_id = self.env['ir.model.data']._xmlid_to_res_id(type_xmlid)
        # Types of activities are readable by every employee; the name is in the reader's language.
        summary = self.env['mail.activity.type'].browse(type_id).name
        note = plaintext2html(note) if note else False
        self._create_activities(
            [
                case._prepare_activity(type_xmlid, user.id, summary, note=note)
                for case, assigned in users.items()
                for user in assigned - case.recused_user_ids
            ]
        )

    def _withdraw_callback_activities(self):
        if self:
            self.activity_unlink([CALLBACK_ACTIVITY])
