from odoo import models

from .complaint_case_answer import ACTIVITY_REJECTED
from .complaint_panel import PANEL_ACTIVITY


class ComplaintCaseRound(models.Model):
    """The customer accepts the answer, or rejects it and the next round begins (T5)."""

    _inherit = 'complaint.case'

    # === OBSTACLES === #

    def _get_decision_obstacles(self):
        """Say for which of these cases the customer cannot decide on an answer now.

        :return: {case: [sentence, …]}, only cases with obstacles
        """
        obstacles = {}
        for case in self:
            sentences = case._get_open_obstacles()
            if case.answer_state == 'none':
                sentences.append(self.env._("Answer the customer first."))
            elif case.answer_state != 'answered':
                sentences.append(
                    self.env._("The customer has decided on this answer already: answer again.")
                )
            if sentences:
                obstacles[case] = sentences
        return obstacles

    # === ACCEPTED === #

    def action_customer_accepted(self):
        """Record that the customers accept the result (PAWN-4.2-c)."""
        self._accept_answer()
        return True

    def _accept_answer(self, satisfaction='satisfied', note=None):
        """Record that the customers accept the result.

        :param str satisfaction: a value of `customer_satisfied`
        :param str note: what the customer said
        """
        self.check_access('write')
        self._raise_obstacles(self._get_decision_obstacles())
        self._note_satisfaction(satisfaction)
        return self._stamp('customer_accepted', note=note)

    # === REJECTED === #

    def action_customer_rejected(self):
        """Ask for the customer's opinion in detail."""
        return self._get_dialog(
            'complaint.case.reject.answer', self.env._("Rejected by the customer")
        )

    def _reject_answer(self, opinion, means='phone', **values):
        """Record that the customers reject the answer and begin what the procedure says next.

        The opinion goes to department and handler, and the next round begins (PAWN-3.5-c); after
        the last round the procedure decides (T5).

        :param str opinion: the customer's words in detail
        :param str means: how the customer told it, a value of complaint.contact
        :param values: more of the contact: `occurred_at`, `late_reason`, `counterpart`
        :return: {case: sentence that says what happened}
        :raise UserError: not answered, no opinion, or the stage cannot be entered
        """
        self.check_access('write')
        obstacles = self._get_decision_obstacles()
        if not (opinion or '').strip():
            for case in self:
                obstacles.setdefault(case, []).append(
                    self.env._("Write down the customer's opinion in detail.")
                )
        self._raise_obstacles(obstacles)
        contacts = self._record_contact(
            {**values, 'means': means, 'direction': 'in', 'purpose': 'opinion', 'content': opinion}
        )
        moments = {contact.case_id: contact.occurred_at for contact in contacts}
        told = {}
        for (step, stage), cases in self.grouped(
            lambda case: (case._get_rejection_step(), case._get_rework_stage())
        ).items():
            cases._record_rejection(step, stage, opinion, moments)
            told |= cases._get_step_method(step)(stage, opinion, moments[cases[0]])
        return told

    def _get_rejection_step(self):
        """Return what follows a rejection now: a value of `after_max_rounds`."""
        self.ensure_one()
        procedure = self.procedure_id
        if not procedure.max_rounds or self.round < procedure.max_rounds:
            return 'again'
        return procedure.after_max_rounds

    def _get_rework_stage(self):
        """Return the stage in which this case is handled again."""
        self.ensure_one()
        return self.procedure_id._get_rework_stage() or self.stage_id

    def _record_rejection(self, step, stage, opinion, moments):
        """Record the rejection in the round that it ends; undoing the move takes it back too."""
        payloads = {case: {} for case in self}
        if step == 'again':
            payloads = self._prepare_move_payloads(stage, reopened=True)
        elif step == 'level_up':
            payloads |= self.filtered(lambda case: case.stage_id != stage)._prepare_move_payloads(
                stage, reopened=False
            )
        codes = ['customer_rejected'] + (['escalated'] if step == 'level_up' else [])
        rows = []
        for case in self:
            payload = {**payloads[case], 'satisfaction': case.customer_satisfied}
            if step == 'level_up':
                payload['from_team'] = case.team_id.id
            rows += [case._prepare_event(code, payload, opinion, moments[case]) for code in codes]
        self._note_satisfaction('dissatisfied')
        self.env['complaint.event']._record(rows)

    # === WHAT FOLLOWS === #

    def _get_step_method(self, step):
        return {
            'again': self._handle_again,
            'level_up': self._hand_one_level_up,
            'abnormal': self._allow_abnormal_closing,
            'panel': self._ask_committee,
        }[step]

    def _handle_again(self, stage, opinion, moment):
        """Begin the next round where the department works (PAWN-3.5-c)."""
        self.action_leave_mass_complaint()  # what was done for all does not satisfy this one
        self._move_to(stage, reason=opinion, occurred_at=moment, new_round=True)
        self._tell_handling_people(opinion)
        return {
            case: self.env._(
                "Round %(round)s begins in “%(stage)s”; department and handler have the opinion.",
                round=case.round,
                stage=stage.name,
            )
            for case in self
        }

    def _hand_one_level_up(self, stage, opinion, moment):
        """Let the parent team take over; the limits run on (INS-3.1-f)."""
        self.action_leave_mass_complaint()
        self._move_to(stage, reason=opinion, occurred_at=moment)
        told, receivers = {}, {}
        for case in self:
            parent = case.sudo().team_id.parent_id  # a team above may be out of sight
            role = 'parent_leader' if parent else 'team_leader'
            receivers[case] = case._get_recipients(role)
            told[case] = (
                self.env._("One level up: “%(team)s” takes over.", team=parent.name)
                if parent
                else self.env._("No team stands above this one: its leader has the opinion.")
            )
        self._plan_line_activities(ACTIVITY_REJECTED, receivers, note=opinion)
        for parent, cases in self.grouped(lambda case: case.sudo().team_id.parent_id).items():
            if parent:
                # Last, and by the software: the case may leave the sight of who hands it up.
                cases.sudo()._write_internal({'team_id': parent.id})
        return told

    def _allow_abnormal_closing(self, stage, opinion, moment):
        """No further round: those who decide may close it abnormally (DEVG, PRIN)."""
        self._tell_handling_people(opinion, roles=('handler', 'team_leader'))
        return {
            case: self.env._(
                "Round %(round)s was the last one: the complaint may now be closed abnormally.",
                round=case.round,
            )
            for case in self
        }

    def _ask_committee(self, stage, opinion, moment):
        """No further round: the committee decides."""
        receivers = {case: case._get_committee() for case in self}
        self._plan_line_activities(PANEL_ACTIVITY, receivers, note=opinion)
        return {
            case: self.env._(
                "Round %(round)s was the last one: the committee decides.", round=case.round
            )
            for case in self
        }

    def _tell_handling_people(self, opinion, roles=('department_head', 'handler')):
        """Give those who work on it the customer's opinion as something to do."""
        receivers = {}
        for case in self:
            receivers[case] = self.env['res.users'].union(*map(case._get_recipients, roles))
        self._plan_line_activities(ACTIVITY_REJECTED, receivers, note=opinion)

    # === ROUNDS === #

    def _prepare_new_round_values(self):
        """Return what the next round of these cases begins with, besides its number."""
        return {
            **super()._prepare_new_round_values(),
            'answer_state': 'none',
            'rounds_used_up': False,
            'department_answered_at': False,
        }

    def _step_back(self, move):
        super()._step_back(move)
        rejection = move._get_same_move().filtered(lambda e: 'satisfaction' in (e.payload or {}))
        if rejection:
            payload = rejection[0].payload
            values = {'customer_satisfied': payload['satisfaction']}
            if 'from_team' in payload:
                values['team_id'] = payload['from_team']
            self._write_internal(values)
        self._update_answer_state()
