from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..const import INTAKE_KEY, INTERNAL_WRITE
from .complaint_case import ROUTING_FIELDS, SUBJECT_LENGTH

REGISTER_ACTIVITY = 'complaint_management.activity_type_register'


class ComplaintCaseIntake(models.Model):
    """How a case comes in: values, numbers, registration."""

    _inherit = 'complaint.case'

    # === VALUES OF A NEW CASE === #

    @api.model
    def _complete_routing(self, vals_list):
        """Fill in where each new case goes; equal rows are reckoned once."""
        defaults = self._get_routing_defaults()
        routing = {}
        for vals in vals_list:
            given = {name: vals[name] for name in ROUTING_FIELDS if name in vals}
            key = tuple(given.items())
            if key not in routing:
                routing[key] = self._get_routing_values({**defaults, **given})
            vals.update(routing[key])

    @api.model
    def _get_routing_defaults(self):
        """Return what the context says about where new cases go."""
        return {
            name: self.env.context[f'default_{name}']
            for name in ROUTING_FIELDS
            if self.env.context.get(f'default_{name}')
        }

    @api.model
    def _get_routing_values(self, values):
        """Return team, procedure, company and first stage for a new case.

        :param dict values: what is known already; it wins
        :return: dict of all four field values
        """
        teams, procedures = self.env['complaint.team'], self.env['complaint.procedure']
        team = teams.browse(values.get('team_id'))
        if 'team_id' not in values:
            team = self._get_default_team(values.get('company_id'))
        company = self.env['res.company'].browse(values.get('company_id'))
        company = company or team.company_id or self.env.company
        procedure = procedures.browse(values.get('procedure_id')) or team.procedure_id
        procedure = procedure or procedures._get_default_procedure(company)
        routing = {
            'company_id': company.id,
            'team_id': team.id,
            'procedure_id': procedure.id,
            'stage_id': procedure._get_first_stage().id if procedure else False,
        }
        return {**routing, **values}

    @api.model
    def _get_default_team(self, company_id=False):
        """Return the team that takes in what the current user registers."""
        company_id = company_id or self.env.company.id
        domain = [('company_id', 'in', (company_id, False))]
        mine = self.env.user._get_complaint_teams().filtered_domain(domain)[:1]
        return mine or self.env['complaint.team'].search(domain, limit=1)

    @api.model
    def _complete_values(self, vals, history):
        """Fill in `vals` what a person at the desk need not type."""
        if not vals.get('procedure_id'):
            raise UserError(
                self.env._(
                    "There is no procedure for this company yet. An administrator adds one under "
                    "Complaints > Configuration > Procedures."
                )
            )
        if not (vals.get('name') or '').strip():
            first_line = next(iter((vals.get('description') or '').strip().splitlines()), '')
            vals['name'] = first_line[:SUBJECT_LENGTH].strip() or self.env._("No subject")
        now = self.env.cr.now().replace(microsecond=0)
        received_at = fields.Datetime.to_datetime(vals.get('received_at')) or now
        received_at = received_at.replace(microsecond=0)
        if received_at > now:
            received_at = self._check_not_future(received_at, now)
        vals['received_at'] = received_at
        # What core reckons for it anyway: without it every new case is written once more.
        vals['rating_last_value'] = 0
        if history:
            self._complete_history_values(vals)
            return
        if vals.get('registered_at', True):
            vals['registered_at'] = now
        if self.env.user._is_internal() and not self.env.su:
            vals['contact_owner_id'] = vals.get('contact_owner_id') or self.env.uid

    @api.model
    def _check_not_future(self, moment, now):
        """Return `now` for a moment a little ahead of it (clocks differ by seconds).

        :raise UserError: the moment is more than five minutes in the future
        """
        if (moment - now).total_seconds() > 300:
            raise UserError(self.env._("A complaint cannot be received in the future."))
        return now

    @api.model
    def _pop_target_stage(self, vals, history):
        """Leave the first stage of the procedure in `vals`; return the stage asked for, if any."""
        procedure = self.env['complaint.procedure'].browse(vals['procedure_id'])
        first = procedure._get_first_stage()
        if not first:
            raise UserError(
                self.env._(
                    "The procedure “%(procedure)s” has no stages yet. An administrator adds them "
                    "under Complaints > Configuration > Procedures.",
                    procedure=procedure.name,
                )
            )
        stage_id = vals.get('stage_id') or first.id
        if history:
            vals['stage_id'] = stage_id
            return False
        vals['stage_id'] = first.id
        return stage_id if stage_id != first.id else False

    # === NUMBERS === #

    @api.model
    def _assign_numbers(self, vals_list):
        """Give a number to every new case that is registered and has none.

        One query for each sequence, however many cases there are. Numbers that an import brought
        move the sequence on, and may not be those of an erased complaint.
        """
        to_number, imported = {}, {}
        for vals in vals_list:
            if vals.get('number'):
                imported.setdefault(vals['company_id'], []).append(vals['number'])
            elif vals.get('registered_at'):
                to_number.setdefault(self._get_number_sequence(vals), []).append(vals)
        for company_id, numbers in imported.items():
            self._reserve_numbers(self.env['res.company'].browse(company_id), numbers)
        for sequence, batch in to_number.items():
            for vals, number in zip(batch, sequence._next_batch(len(batch)), strict=True):
                vals['number'] = number

    @api.model
    def _get_number_sequence(self, vals):
        procedure = self.env['complaint.procedure'].browse(vals['procedure_id'])
        # Sequences are the administrator's, everybody at the desk takes numbers from them.
        own = procedure.sudo().number_sequence_id
        company = self.env['res.company'].sudo().browse(vals['company_id'])
        if not own and not company.complaint_sequence_id:
            company._create_complaint_sequences()
        return own or company.complaint_sequence_id

    # === REGISTRATION === #

    def _after_create(self, target_stage_ids, history):
        """Record how the new cases came in and bring them where they belong."""
        if history:
            self._subscribe_people()
            return self._stamp_history()
        registered = self.filtered('registered_at')
        registered.with_context(**{INTAKE_KEY: INTERNAL_WRITE})._apply_rules()
        self._subscribe_people()
        registered._check_registration()
        self._record_intake()
        self._notify_new_handlers()
        (self - registered)._ask_for_registration()
        registered._after_registration()
        for stage_id, cases in self._group_by_target(target_stage_ids).items():
            cases._move_to(self.env['complaint.stage'].browse(stage_id))
        return None

    def _subscribe_people(self):
        """Let whoever takes cases in and their handlers follow them: at once, not one by one."""
        user = self.env.user
        follows = user.active and not (
            user.share or self.env.context.get('mail_create_nosubscribe')
        )
        people = user.partner_id if follows else self.env['res.partner']
        for handler, cases in self.grouped('handler_id').items():
            # Staff may not read every colleague.
            partners = people | handler.sudo().filtered('active').partner_id
            if partners:
                self.env['mail.followers']._insert_followers(
                    self._name, cases.ids, partners.ids, customer_ids=[], check_existing=False
                )

    def _record_intake(self):
        """Record that new cases were received and, where they have a number, registered."""
        received = self.env['complaint.milestone']._get_by_code('received')
        rows = [
            {
                'case_id': case.id,
                'milestone_id': received.id,
                'occurred_at': case.received_at,
                'payload': case._get_receipt_payload(),
            }
            for case in self
        ]
        rows += self.filtered('registered_at')._prepare_registration_rows()
        self.env['complaint.event']._record(rows)

    def _prepare_registration_rows(self):
        """Hook: return the events that registering these cases means, as `_record` takes them.

        What is true from the same moment on (a department has the case, …) is added here: one
        batch of events costs less than several.
        """
        return [case._prepare_event('registered') for case in self]

    def _ask_for_registration(self):
        """Tell the leader of the team of what came in by itself: nobody else has seen it yet."""
        waiting = self.filtered(lambda case: case.team_id.sudo().leader_id)
        self._schedule_quietly(
            {case: leader.id for case in waiting for leader in case._get_recipients('team_leader')},
            REGISTER_ACTIVITY,
            self.env._("Register this complaint"),
        )

    def _group_by_target(self, target_stage_ids):
        groups = {}
        for case, stage_id in zip(self, target_stage_ids, strict=True):
            if stage_id:
                groups[stage_id] = groups.get(stage_id, self.browse()) | case
        return groups

    def _apply_rules(self):
        """Hook: let the rules of the procedure fill in what nobody has typed.

        Called once for a batch of cases that are being registered, before anything is recorded;
        the first to answer are the overrides that are loaded first, so that later ones can build
        on them.
        """

    def _after_registration(self):
        """Hook: react to cases that just got their numbers, once for each batch."""

    def _get_receipt_payload(self):
        """Return what the history keeps about how this case was received."""
        self.ensure_one()
        return {'channel': self.channel_id.code} if self.channel_id.code else None

    def _check_registration(self):
        """Refuse to register what lacks something that the procedure or the channel demands.

        :raise UserError: all that is missing, for every case
        """
        obstacles = {
            case: sentences for case in self if (sentences := case._get_registration_obstacles())
        }
        if obstacles:
            raise UserError(self._format_obstacles(obstacles))

    def _get_registration_obstacles(self):
        """Return the sentences that say what keeps this case from being registered."""
        self.ensure_one()
        sentences = []
        reachable = (
            self.partner_id
            or self.complainant_phone
            or self.complainant_email
            or self.complainant_name
        )
        if not self.procedure_id.allow_anonymous and not reachable:
            sentences.append(
                self.env._("Say who complains: this procedure takes no anonymous complaints.")
            )
        if self.needs_referring_body and not self.source_partner_id:
            sentences.append(
                self.env._(
                    "Name the referring body: the channel “%(channel)s” needs it.",
                    channel=self.channel_id.name,
                )
            )
        if missing := self._get_unfilled_fields():
            sentences.append(
                self.env._(
                    "Fill in before registration: %(fields)s.",
                    fields=format_list(
                        self.env, [field._description_string(self.env) for field in missing]
                    ),
                )
            )
        return sentences

    def _get_unfilled_fields(self):
        """Return the fields that the procedure wants before registration and that are empty."""
        is_filled = self.env['complaint.stage.gate']._is_filled
        case = self.sudo()  # what is demanded does not depend on who registers
        return [
            field
            for name in self.procedure_id._get_required_field_names()
            if (field := self._fields[name]).type != 'boolean' and not is_filled(case[name])
        ]

    def action_register(self):
        """Give the cases their numbers, record that they are registered, and tell the number."""
        self.check_access('write')  # before a number is taken
        todo = self.filtered(lambda case: not case.registered_at)
        todo._apply_rules()
        todo._check_registration()
        now = self.env.cr.now().replace(microsecond=0)
        vals_list = [
            {
                'procedure_id': case.procedure_id.id,
                'company_id': case.company_id.id,
                'registered_at': now,
            }
            for case in todo
        ]
        self._assign_numbers(vals_list)
        for case, vals in zip(todo, vals_list, strict=True):
            case._write_internal(
                {
                    'number': vals['number'],
                    'registered_at': now,
                    'contact_owner_id': case.contact_owner_id.id or self.env.uid,
                }
            )
        self.env['complaint.event']._record(todo._prepare_registration_rows())
        todo.sudo()._withdraw_activities(REGISTER_ACTIVITY)  # the leader's, whoever registers
        todo._after_registration()
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'message': self.env._(
                    "Registered: %(numbers)s", numbers=format_list(self.env, self.mapped('number'))
                ),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    # === THREAD === #

    def _creation_message(self):
        """Say it in our own words: core would look up the name of the model each time."""
        return self.env._("Complaint created")

    # === CORRECTIONS === #

    def _correct_received_at(self, received_at):
        """Correct when the complaint was received, in the case and in its history.

        :raise UserError: the user may not revoke the event that holds the old time
        """
        changed = self.filtered(lambda case: case.received_at != received_at)
        now = self.env.cr.now().replace(microsecond=0)
        if received_at > now:
            received_at = self._check_not_future(received_at, now)
        for event in changed.event_ids._get_effective(['received']):
            if obstacle := event._get_revoke_obstacle():
                raise UserError(obstacle)
        changed._write_internal({'received_at': received_at})
        changed._correct_event_date('received', 'received_at')

    def _correct_event_date(self, milestone_code, field_name):
        """Revoke the event of a milestone and record it at the date that the case now holds."""
        if not self:
            return
        events = self.event_ids._get_effective([milestone_code])
        payloads = {event.case_id: event.payload for event in events}
        events._record_revocation(self.env._("Date corrected"))
        self._stamp_at(milestone_code, field_name, payload_of=payloads.get)
