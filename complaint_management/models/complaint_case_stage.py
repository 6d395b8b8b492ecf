import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command
from odoo.http import request
from odoo.tools import format_list

from ..const import AUTOMATIC_HEADERS, PHASE_MILESTONES, PHASES, UNDO_MINUTES

PHASE_ORDER = {phase: rank for rank, (phase, _label) in enumerate(PHASES)}


class ComplaintCaseStage(models.Model):
    """How a case changes stage: one way in, all obstacles told at once, and a way back."""

    _inherit = 'complaint.case'

    # What a client writes along with a stage: how much of the history its user has seen.
    seen_event_count = fields.Integer(store=False, copy=False)

    def write(self, vals):
        if 'seen_event_count' in vals:
            vals = dict(vals)
            seen = vals.pop('seen_event_count')
            if vals.get('stage_id'):
                self._check_nothing_new(seen)
        return super().write(vals)

    # === THE ONE WAY IN === #

    def _move_to(self, stage, reason=None, occurred_at=None, new_round=False):
        """Bring cases into a stage: ask, write, stamp, and tell the hooks once per batch.

        Forms, the board, imports and RPC all end here.

        :param stage: complaint.stage record
        :param str reason: kept in the history; needed when `occurred_at` lies back
        :param datetime occurred_at: UTC, when it really happened; default now
        :param bool new_round: begin the next round, also of cases that stand in the stage already
            (an open stage: what is closed begins none)
        :return: the cases that moved
        :raise UserError: every reason why any of the cases may not enter the stage
        """
        stage.ensure_one()
        self.check_access('write')
        new_round = new_round and not stage.is_closed
        cases = self.filtered(lambda case: new_round or case.stage_id != stage)
        if not cases:
            return cases
        stage = stage.with_prefetch((stage | cases.stage_id).ids)
        cases._raise_obstacles(cases._get_move_obstacles(stage))
        if unregistered := cases.filtered(lambda case: not case.registered_at):
            unregistered.action_register()
        self._check_business_time(occurred_at, reason)
        moment = occurred_at or self.env.cr.now()
        for (_left, reopened), group in cases._group_by_origin(stage, new_round).items():
            payloads = group._prepare_move_payloads(stage, reopened)
            group._write_move(stage, reopened, moment)
            group._stamp_move(stage, payloads, reopened, reason, moment)
        cases._after_move(stage)
        return cases

    def _after_move(self, stage):
        """Hook: react to cases that just entered `stage`, once for each batch.

        Addons above override it and call super. The events of the move are already recorded.
        """
        if stage.mail_template_id:
            self._send_stage_mail(stage.mail_template_id)

    def action_solve_on_the_spot(self):
        """Register, if that is still to be done, and ask how it was solved at once.

        One dialog for the desk while the customer stands there (PROPERTY-5.1.2, TEL, PRIN); the
        gates of closing hold here too.
        """
        self.ensure_one()
        if not self.registered_at:
            self.action_register()
        return self._get_dialog(
            'complaint.case.close', self.env._("Solved on the spot"), complaint_on_the_spot=True
        )

    def _check_nothing_new(self, seen):
        """Tell who is about to move a case what somebody else did meanwhile.

        Two people look at the same board; the second must know and decide (peers, fault F2).

        :param int seen: number of events that the client showed; None when it does not say
        :raise UserError: names each newer event
        """
        if seen is None or len(self) != 1 or (self.event_count or 0) <= seen:
            return
        newer = self.event_ids.filtered(lambda event: event.sequence > seen).sorted('sequence')
        raise UserError(
            self.env._(
                "Somebody else was faster. Meanwhile on this complaint:\n%(events)s\n"
                "Look at it again and decide.",
                events='\n'.join(event._describe() for event in newer),
            )
        )

    def _group_by_origin(self, stage, new_round):
        """Return {(stage left, does a round begin): cases} for a move to `stage`."""
        return self.grouped(
            lambda case: (
                case.stage_id,
                new_round or (case.stage_id.is_closed and not stage.is_closed),
            )
        )

    def _write_move(self, stage, reopened, moment):
        values = self._prepare_move_values(stage, reopened, moment)
        if not reopened:
            self._write_internal(values)
            return
        for current_round, cases in self.grouped('round').items():
            begin = cases._prepare_new_round_values()
            cases._write_internal({**values, **begin, 'round': current_round + 1})

    def _prepare_new_round_values(self):
        """Return what the next round of these cases begins with, besides its number."""
        return {}

    def _prepare_move_values(self, stage, reopened, moment):
        """Return what is written on cases that enter `stage`; addons above may add to it."""
        values = {'stage_id': stage.id}
        if stage.is_closed:
            values['closed_at'] = fields.Datetime.to_datetime(moment).replace(microsecond=0)
        elif reopened:
            values |= {'closed_at': False, 'closing_reason_id': False, 'closing_note': False}
        return values

    def _prepare_move_payloads(self, stage, reopened):
        """Return {case: what the history keeps about its move to `stage`}, before the move."""
        payloads = {}
        for case in self:
            payloads[case] = payload = {
                'from_stage': case.stage_id.id,
                'to_stage': stage.id,
                'from_name': case.stage_id.name,
                'to_name': stage.name,
            }
            if reopened:
                # Taking the reopening back restores them.
                payload['closing_reason'] = case.closing_reason_id.id
                payload['closing_note'] = case.closing_note
        return payloads

    def _stamp_move(self, stage, payloads, reopened, reason, moment):
        codes = ['reopened'] if reopened else []
        codes.append(stage.milestone_id._get_code() or 'moved')
        if (closing := self._get_phase_milestone(stage.phase)) and closing not in codes:
            codes.append(closing)
        self.env['complaint.event']._record(
            [
                case._prepare_event(code, payloads[case], reason, moment)
                for case in self
                for code in codes
            ]
        )

    @api.model
    def _get_phase_milestone(self, phase):
        """Return the code of the milestone that entering a phase always means, or None."""
        return PHASE_MILESTONES.get(phase)

    # === OBSTACLES === #

    def _get_move_obstacles(self, stage):
        """Say what keeps each case out of `stage`.

        Buttons, errors and imports use the same answer. Addons above add sentences of their own.

        :return: {case: [sentence, …]}, only cases with obstacles
        """
        obstacles = {}
        barred = self._get_group_obstacle(stage)
        for case in self:
            sentences = [barred] if barred else []
            if not stage.active:
                sentences.append(
                    self.env._("The stage “%(stage)s” is no longer in use.", stage=stage.name)
                )
            if stage.procedure_id != case.procedure_id:
                sentences.append(
                    self.env._(
                        "The stage “%(stage)s” belongs to another procedure.", stage=stage.name
                    )
                )
            if not case.registered_at:
                sentences += case._get_registration_obstacles()
            sentences += case._get_closing_obstacles(stage)
            sentences += filter(None, (gate._get_obstacle(case) for gate in stage.gate_ids))
            if sentences:
                obstacles[case] = sentences
        return obstacles

    def _get_group_obstacle(self, stage):
        groups = stage.sudo().group_ids  # users may not read groups
        if self.env.su or not groups or groups & self.env.user.all_group_ids:
            return None
        return self.env._(
            "Only these people may move a complaint to “%(stage)s”: %(groups)s.",
            stage=stage.name,
            groups=format_list(self.env, groups.mapped('name')),
        )

    def _get_closing_obstacles(self, stage):
        self.ensure_one()
        reason = self.closing_reason_id
        if stage.phase in ('refused', 'withdrawn') and not (self.closing_note or '').strip():
            return [self.env._("Write the closing explanation.")]
        if stage.phase not in ('closed_normal', 'closed_abnormal'):
            return []
        kind = 'normal' if stage.phase == 'closed_normal' else 'abnormal'
        kinds = dict(reason._fields['kind']._description_selection(self.env))
        if reason.kind != kind:
            return [self.env._("Choose a closing reason of the kind “%(kind)s”.", kind=kinds[kind])]
        if reason._needs_explanation() and not (self.closing_note or '').strip():
            return [
                self.env._(
                    "Write the closing explanation: the reason “%(reason)s” needs it.",
                    reason=reason.name,
                )
            ]
        return []

    def _raise_obstacles(self, obstacles):
        """Raise all sentences at once; for a single case with a button to its form."""
        if not obstacles:
            return
        message = self._format_obstacles(obstacles)
        # A program that calls JSON-2 has no use for a button, and would be told of a crash.
        is_program = request and request.dispatcher.routing_type == 'json2'
        if len(self) > 1 or is_program or self.env.context.get('import_file'):
            raise UserError(message)
        action = {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': self.id,
            'views': [(False, 'form')],
        }
        warning = RedirectWarning(message, action, self.env._("Open the complaint"))
        warning.loglevel = logging.INFO  # daily business, no fault for the server's log
        raise warning

    def _format_obstacles(self, obstacles):
        """Return one text for {case: [sentence, …]}; of several cases it names the wrong ones."""
        if len(self) == 1:
            return '\n'.join(next(iter(obstacles.values())))
        return '\n'.join(
            f'{case.display_name}: {" ".join(sentences)}' for case, sentences in obstacles.items()
        )

    # === THE WAY BACK === #

    @api.depends('event_count', 'stage_id')
    @api.depends_context('uid')
    def _compute_can_undo(self):
        moves = self._get_current_moves()
        for case in self:
            case.can_undo = any(
                event._is_undoable() for event in moves.filtered(lambda e, c=case: e.case_id == c)
            )

    def _get_current_moves(self):
        """Return the events by which these cases came into the stage where they are now."""
        moves = self.env['complaint.event']
        effective = self.event_ids._get_effective()
        for case, events in effective.grouped('case_id').items():
            last = events.filtered(lambda e: 'to_stage' in (e.payload or {})).sorted('sequence')[
                -1:
            ]
            if last and last.payload['to_stage'] == case.stage_id.id:
                moves |= last._get_same_move() - last.filtered('is_revoked')
        return moves

    def action_undo(self):
        """Take back the change of stage that the user just made (within ten minutes)."""
        self.ensure_one()
        move = self._get_current_moves().filtered(lambda event: event._is_undoable())
        if not move:
            raise UserError(
                self.env._(
                    "There is nothing to undo: only your own last change of stage can be taken "
                    "back, within %(minutes)s minutes.",
                    minutes=UNDO_MINUTES,
                )
            )
        return move[:1]._revoke(self.env._("Undone"))

    def _step_back(self, move):
        """Return to the stage that `move` (one event of a change of stage) had left."""
        self.ensure_one()
        left = self.env['complaint.stage'].browse(move.payload['from_stage']).exists()
        if not left or left.procedure_id != self.procedure_id:
            return
        values = {'stage_id': left.id, 'closed_at': self._get_last_closing_time(left)}
        if 'closing_reason' in move.payload:  # it began a round
            values |= {
                'round': max(self.round - 1, 1),
                'closing_reason_id': move.payload.get('closing_reason'),
                'closing_note': move.payload.get('closing_note'),
            }
        self._write_internal(values)
        self._cancel_waiting_mails(move.recorded_at)

    def _get_last_closing_time(self, stage):
        if not stage.is_closed:
            return False
        closings = self.event_ids._get_effective(['closed', 'refused', 'withdrawn'])
        return closings.sorted('sequence')[-1:].occurred_at

    # === MAILS OF A STAGE === #

    def _send_stage_mail(self, template):
        """Queue the mail of a stage; it leaves after the company's delay, Undo cancels it."""
        reachable = self.filtered(lambda case: case.complainant_email or case.partner_id.email)
        reachable._queue_mail(template)

    def _queue_mail(self, template, recipients=None, values=None):
        """Queue a mail about each case, to leave after the company's delay.

        :param recipients: res.partner records; None: those whom the template names
        :param dict values: more of mail.mail
        :return: the mails, as superuser
        """
        # Nobody wrote it: a machine that gets it shall not answer.
        others = {'headers': repr(AUTOMATIC_HEADERS), **(values or {})}
        queued = self.env['mail.mail'].sudo()  # the queue belongs to the system
        if recipients is not None:
            told = [Command.set(recipients.ids)]
            others |= {'recipient_ids': told, 'partner_ids': told, 'email_to': '', 'email_cc': ''}
        for company, cases in self.grouped('company_id').items():
            leaves_at = self.env.cr.now() + timedelta(minutes=company.complaint_mail_delay)
            # Handlers may not read templates that belong to administrators.
            mails = template.sudo().send_mail_batch(
                cases.ids,
                email_values={'scheduled_date': fields.Datetime.to_string(leaves_at), **others},
            )
            to_nobody = mails.filtered(lambda mail: not (mail.email_to or mail.recipient_ids))
            queued |= mails - to_nobody
            to_nobody.mail_message_id.unlink()
            self.env.ref('mail.ir_cron_mail_scheduler_action').sudo()._trigger(leaves_at)  # idem
        return queued

    def _cancel_waiting_mails(self, since):
        """Delete mails of this case that were queued since a moment and have not left."""
        waiting = (
            self.env['mail.mail']
            .sudo()
            .search(
                [  # the queue belongs to the system
                    ('model', '=', self._name),
                    ('res_id', 'in', self.ids),
                    ('state', '=', 'outgoing'),
                    ('create_date', '>=', since),
                    ('scheduled_date', '>', fields.Datetime.to_string(self.env.cr.now())),
                ]
            )
        )
        waiting.mail_message_id.unlink()

    # === CHANGE OF PROCEDURE === #

    def _change_procedure(self, procedure):
        """Hand cases to another procedure; each keeps its phase, dropped properties are kept
        in the history."""
        cases = self.filtered(lambda case: case.procedure_id != procedure)
        if not cases:
            return
        rows = []
        milestone = self.env['complaint.milestone']._get_by_code('procedure_changed')
        for case in cases:
            rows.append(
                {
                    'case_id': case.id,
                    'milestone_id': milestone.id,
                    'occurred_at': self.env.cr.now(),
                    'payload': {
                        'from_procedure': case.procedure_id.name,
                        'to_procedure': procedure.name,
                        'dropped_properties': case._get_property_values(),
                    },
                }
            )
            stage = case._get_stage_in_procedure(procedure)
            case._write_internal({'procedure_id': procedure.id, 'stage_id': stage.id})
        self.env['complaint.event']._record(rows)

    def _get_stage_in_procedure(self, procedure):
        """Return the stage of `procedure` that fits where the case is now.

        The first stage of the same phase; else, for an open case, the last open one of an
        earlier phase, or the first open one; for a closed case the first closed one.

        :raise UserError: the procedure has no such stage
        """
        stages = procedure.stage_ids.filtered(lambda stage: stage.is_closed == self.is_closed)
        stages = stages.sorted(lambda stage: (stage.sequence, stage.id))
        if not stages:
            raise UserError(
                self.env._(
                    "The procedure “%(procedure)s” has no stage for this complaint yet: one where "
                    "it begins, and one where it ends.",
                    procedure=procedure.name,
                )
            )
        same = stages.filtered(lambda stage: stage.phase == self.phase)
        if self.is_closed:
            return same[:1] or stages[:1]
        rank = PHASE_ORDER.get(self.phase, 0)
        earlier = stages.filtered(lambda stage: PHASE_ORDER[stage.phase] < rank)
        return same[:1] or earlier[-1:] or stages[:1]

    @api.onchange('procedure_id')
    def _onchange_procedure_properties(self):
        """Show the special fields of another procedure; Odoo sends them only with a value."""
        self.case_properties = {
            prop['name']: prop.get('default', False)
            for prop in self.procedure_id.case_properties_definition
        }

    def _get_property_values(self):
        """Return {label: value} of the properties that are filled in, as texts."""
        return {
            prop.get('string') or prop['name']: str(prop['value'])
            for prop in self.read(['case_properties'])[0]['case_properties']
            if prop.get('value')
        }

    # === BOARD === #

    @api.model
    def _read_group_stage_id(self, stages, domain):
        """Show every stage of the one procedure that the board is about."""
        procedures = self.env['complaint.procedure'].browse(
            self.env.context.get('default_procedure_id') or []
        )
        procedures = procedures or stages.procedure_id
        if len(procedures) != 1:
            return stages
        # One search, so that the columns stand in the order of the stages.
        return stages.search(['|', ('id', 'in', stages.ids), ('procedure_id', '=', procedures.id)])

    @api.model
    def action_open_board(self):
        """Open the board of the procedure that the user worked with last."""
        procedures = self.env['complaint.procedure']
        procedure = self.env.user.complaint_procedure_id
        if not procedure._filtered_access('read').active:
            team = self.env.user._get_complaint_teams()[:1]
            procedure = team.procedure_id or procedures._get_default_procedure(self.env.company)
        return self._get_board_action(procedure)

    @api.model
    def _get_board_action(self, procedure):
        """Return the action of the board with one procedure's stages, and remember the choice."""
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_case_action'
        )
        user = self.env.user
        if procedure and user.complaint_procedure_id != procedure:
            user.sudo().complaint_procedure_id = procedure  # users may not write themselves
        context = {'search_default_open': 1}
        if procedure:
            context |= {
                'default_procedure_id': procedure.id,
                'search_default_procedure_id': procedure.id,
            }
        return {**action, 'context': context}
