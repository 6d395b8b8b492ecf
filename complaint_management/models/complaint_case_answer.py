from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..const import INTERNAL_KEY, INTERNAL_WRITE

ACTIVITY_ANSWER = 'complaint_management.activity_type_answer'
ACTIVITY_REJECTED = 'complaint_management.activity_type_rejected'

# {who answers by the procedure: role of `_get_recipients`}
RECIPIENT_ROLES = {
    'contact_owner': 'owner',
    'followup_owner': 'follow_up',
    'handler': 'handler',
    'department_head': 'department_head',
    'team_leader': 'team_leader',
}

DECISIONS = {
    'answered': 'answered',
    'customer_accepted': 'accepted',
    'customer_rejected': 'rejected',
}


class ComplaintCaseAnswer(models.Model):
    """The department's answer, the answer to the customer, and the reply to who referred it."""

    _inherit = 'complaint.case'

    # All of them are reckoned from the events, see `_update_answer_state`.
    answer_state = fields.Selection(
        selection=[
            ('none', "Not answered"),
            ('answered', "Answered"),
            ('accepted', "Accepted by the customer"),
            ('rejected', "Rejected by the customer"),
        ],
        string="Answer of this round",
        readonly=True,
        copy=False,
        default='none',
    )
    answered_at = fields.Datetime(string="Answered at", readonly=True, copy=False)
    answered_round = fields.Integer(
        string="Answered in round", readonly=True, copy=False, aggregator=False
    )
    accepted_at = fields.Datetime(
        string="Accepted by the customer at",
        readonly=True,
        copy=False,
        help="When the customer accepted the result; empty once it was rejected again.",
    )
    rounds_used_up = fields.Boolean(string="Rounds used up", readonly=True, copy=False)
    department_answered_at = fields.Datetime(
        string="Department answered at",
        readonly=True,
        copy=False,
        help="When the responsible department answered in this round.",
    )
    source_replied_at = fields.Datetime(
        string="Referring body answered at", readonly=True, copy=False
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('answer_state', 'answered_at', 'answered_round', 'accepted_at', 'rounds_used_up'),
            *('department_answered_at', 'source_replied_at'),
        }

    # === STATE === #

    def _update_answer_state(self):
        """Reckon anew how the answers of these cases stand, from the events that count."""
        if not self:
            return
        codes = self.env['complaint.event']._get_answer_milestones()
        # Whoever records an event may see what it means for the case.
        events_sudo = self.env['complaint.event'].sudo()
        events = events_sudo.search(
            [
                ('case_id', 'in', self.ids),
                ('milestone_id', 'in', list(codes)),
                ('revokes_id', '=', False),
                ('revoked_by_ids', '=', False),
            ],
            order='case_id, sequence',
        )
        by_case = events.grouped('case_id')
        for case in self.sudo():  # idem
            values = case._prepare_answer_state(by_case.get(case, events.browse()), codes)
            case._write_internal(values)

    def _prepare_answer_state(self, events, codes):
        """Return the values that follow from the answer's events of this case.

        :param events: complaint.event records of this case that count, oldest first
        :param dict codes: {milestone id: code}
        """
        self.ensure_one()
        last, last_in_round = {}, {}
        for event in events:
            code = codes[event.milestone_id.id]
            last[code] = event
            if event.round == self.round:
                last_in_round.pop(code, None)  # so that the newest stands last
                last_in_round[code] = event
        decided = [code for code in last_in_round if code in DECISIONS]
        accepted, rejected = last.get('customer_accepted'), last.get('customer_rejected')
        if accepted and rejected and rejected.sequence > accepted.sequence:
            accepted = None
        limit = self.procedure_id.max_rounds
        answered, replied = last.get('answered'), last.get('source_replied')
        by_department = last_in_round.get('department_answered')
        return {
            'answer_state': DECISIONS[decided[-1]] if decided else 'none',
            'answered_at': answered.occurred_at if answered else False,
            'answered_round': answered.round if answered else 0,
            'accepted_at': accepted.occurred_at if accepted else False,
            'rounds_used_up': 0 < limit <= self.round and 'customer_rejected' in last_in_round,
            'department_answered_at': by_department.occurred_at if by_department else False,
            'source_replied_at': replied.occurred_at if replied else False,
        }

    # === OBSTACLES === #

    def _get_move_obstacles(self, stage):
        obstacles = super()._get_move_obstacles(stage)
        # Entering such a stage tells the customer as well as the button does.
        answers = stage.milestone_id._get_code() == 'answered'
        if not answers and stage.phase != 'closed_normal':
            return obstacles
        for case in self:
            sentences = []
            if answers and case.answered_round != case.round:
                sentences += case._get_answerer_obstacles() + case._get_channel_obstacles()
            if stage.phase == 'closed_normal':
                sentences += case._get_source_obstacles()
            if sentences:
                obstacles.setdefault(case, []).extend(sentences)
        return obstacles

    def _get_source_obstacles(self):
        self.ensure_one()
        if not self.procedure_id.reply_to_source_required or self.source_replied_at:
            return []
        if not self.channel_id.needs_referring_body:
            return []
        return [
            self.env._("Reply to the referring body first: this procedure closes nothing before.")
        ]

    def _get_answer_obstacles(self):
        """Say why the current user may not answer these customers now.

        :return: {case: [sentence, …]}, only cases with obstacles
        """
        obstacles = {}
        for case in self:
            sentences = case._get_open_obstacles() + case._get_answerer_obstacles()
            sentences += case._get_channel_obstacles() + case._get_answer_gate_obstacles()
            if missing := case._get_approval_obstacle('reply'):  # PROD-4-a
                sentences.append(missing)
            if sentences:
                obstacles[case] = sentences
        return obstacles

    def _get_answer_gate_obstacles(self):
        """Return what the gates before the answer still ask for.

        Who answers from an earlier stage tells the customer as much as who enters the stage that
        stands for the answer.
        """
        self.ensure_one()
        stages = self.procedure_id.stage_ids.filtered(
            lambda stage: stage.milestone_id._get_code() == 'answered'
        )
        stage = stages.sorted(lambda stage: (stage.sequence, stage.id))[:1]
        if stage.sequence <= self.stage_id.sequence:
            return []
        return [sentence for gate in stage.gate_ids if (sentence := gate._get_obstacle(self))]

    def _get_open_obstacles(self):
        self.ensure_one()
        if not self.registered_at:
            return [self.env._("Register the complaint first.")]
        if self.is_closed:
            return [self.env._("The complaint is closed. Reopen it first.")]
        return []

    def _get_answerer_obstacles(self):
        """Return the sentences why the current user may not answer this customer (T2)."""
        self.ensure_one()
        answer_by = self.procedure_id.answer_by
        spokesperson = self._get_spokesperson()
        if self.env.su or not (spokesperson or answer_by in RECIPIENT_ROLES):
            return []
        users = self._get_answerers()
        if self.env.user in users:
            return []
        if spokesperson:
            return [
                self.env._(
                    "The approved solution names who speaks to the customer: %(name)s.",
                    name=spokesperson.name,
                )
            ]
        roles = dict(
            self.env['complaint.procedure']._fields['answer_by']._description_selection(self.env)
        )
        if not users:
            return [
                self.env._(
                    "By this procedure the customer is answered by this role, and nobody holds it "
                    "for this complaint yet: %(role)s.",
                    role=roles[answer_by],
                )
            ]
        return [
            self.env._(
                "By this procedure the customer is answered by: %(role)s (%(names)s).",
                role=roles[answer_by],
                names=format_list(self.env, users.mapped('name')),
            )
        ]

    def _get_channel_obstacles(self):
        """Return the sentences why the user may not answer on this channel (DEVP-4.1.3-a)."""
        self.ensure_one()
        groups = self.channel_id.sudo().answer_group_ids  # users may not read groups
        if self.env.su or not groups or groups & self.env.user.all_group_ids:
            return []
        return [
            self.env._(
                "Complaints of the channel “%(channel)s” are answered only by: %(groups)s.",
                channel=self.channel_id.name,
                groups=format_list(self.env, groups.mapped('name')),
            )
        ]

    def _get_answerers(self):
        """Return who answers this customer by the procedure; for anyone, who took it in."""
        self.ensure_one()
        if spokesperson := self._get_spokesperson():
            return spokesperson
        role = RECIPIENT_ROLES.get(self.procedure_id.answer_by)
        if role:
            return self._get_recipients(role)
        return self._get_recipients('owner') or self._get_recipients('handler')

    def _get_spokesperson(self):
        """Return who alone speaks to this customer by the approved solution (PRIN-3-g), if any."""
        self.ensure_one()
        if self.solution_state not in ('approved', 'executed'):
            return self.env['res.users']
        case = self.sudo()  # who may answer does not depend on who asks
        return (case.current_solution_id.spokesperson_id - case.recused_user_ids).sudo(False)

    # === THE DEPARTMENT'S ANSWER === #

    def action_answer_department(self):
        """Ask for the parts of the department's answer."""
        return self._get_dialog(
            'complaint.case.answer.department', self.env._("Department's answer")
        )

    def _answer_department(self, parts, **values):
        """Record what the responsible department answers to who talks with the customer.

        :param dict parts: {heading: text}, a text for every heading of the procedure
            (PAWN-3.5-a: matter, course, solution, result)
        :param values: more of the contact: `occurred_at`, `late_reason`
        :raise UserError: names each heading without a text
        """
        self.ensure_one()
        self.check_access('write')
        sentences = self._get_open_obstacles()
        headings = self.procedure_id._get_feedback_headings(self.grade_id)
        texts = {heading: (parts.get(heading) or '').strip() for heading in headings}
        if missing := [heading for heading, text in texts.items() if not text]:
            sentences.append(
                self.env._(
                    "Fill in every part of the answer: %(parts)s.",
                    parts=format_list(self.env, missing),
                )
            )
        self._raise_obstacles({self: sentences} if sentences else {})
        contact = self._create_answer_contacts(
            {
                **values,
                'purpose': 'department_answer',
                'direction': 'internal',
                'means': 'internal',
                'content': '\n\n'.join(f'{heading}\n{text}' for heading, text in texts.items()),
                'parts': [{'heading': h, 'text': text} for h, text in texts.items()],
            }
        )
        self.activity_unlink([ACTIVITY_ANSWER])
        self._plan_line_activities(
            ACTIVITY_ANSWER, {self: self._get_answerers() - self.env.user}, note=contact.content
        )
        return contact

    # === THE ANSWER TO THE CUSTOMER === #

    def action_answer(self):
        """Ask what the customer is told, and how."""
        return self._get_dialog('complaint.case.answer', self.env._("Answer the customer"))

    def _get_answer_targets(self):
        """Hook: return the cases whose customers get the answer that is given on this one."""
        self.ensure_one()
        return self

    def _answer(self, content, means='phone', send_mail=False, **values):
        """Give the customers their answer (PAWN-2.2-d, PAWN-3.5-b, FORMS-1-a).

        :param str content: what they are told
        :param str means: how, a value of complaint.contact
        :param bool send_mail: also send the content through the thread
        :param values: more of the contact: `occurred_at`, `late_reason`, `counterpart`, `promise`,
            `promise_date`
        :return: the contacts, one for each case answered
        :raise UserError: everything that keeps the user from answering (T2, DEVP-4.1.3-a)
        """
        self.check_access('write')
        self._raise_obstacles(self._get_answer_obstacles())
        if not (content or '').strip():
            raise UserError(self.env._("Write what the customer is told."))
        # The user may answer these cases; whose customers hear the same may be out of sight.
        targets = self.union(*(case._get_answer_targets() for case in self)).sudo()
        contacts = targets._create_answer_contacts(
            {**values, 'purpose': 'answer', 'direction': 'out', 'means': means, 'content': content}
        )
        if send_mail:
            targets._mail_to_customer(content)
        targets.activity_unlink([ACTIVITY_ANSWER, ACTIVITY_REJECTED])
        return contacts.sudo(self.env.su)

    def _get_answer_draft(self):
        """Return the words with which the dialog of the answer begins, or False."""
        self.ensure_one()
        return self.approved_wording

    def _create_answer_contacts(self, values):
        """Record contacts of a purpose for which the caller has asked who may do so."""
        contacts = self.env['complaint.contact'].with_context(**{INTERNAL_KEY: INTERNAL_WRITE})
        contacts = contacts.create([{**values, 'case_id': case.id} for case in self])
        return contacts.with_context(**{INTERNAL_KEY: None})

    def _after_move(self, stage):
        super()._after_move(stage)
        if stage.is_closed:
            self.activity_unlink([ACTIVITY_ANSWER, ACTIVITY_REJECTED])

    # === THE REPLY TO THE REFERRING BODY === #

    def action_reply_to_source(self):
        """Ask what the referring body is told."""
        return self._open_contact_dialog('source', self.env._("Reply to the referring body"))

    def _get_source_reply(self):
        """Return a draft of what the referring body is told: result and satisfaction (INS-5-i)."""
        self.ensure_one()
        answers = self.contact_ids.filtered(lambda contact: contact.purpose == 'answer')
        satisfaction = self._fields['customer_satisfied']._description_selection(self.env)
        return self.env._(
            "Complaint %(number)s, your reference %(reference)s\n"
            "Result: %(result)s\n"
            "Satisfaction of the customer: %(satisfaction)s",
            number=self.number or self.name,
            reference=self.source_reference or '–',
            result=answers[:1].content or self.closing_note or '–',
            satisfaction=dict(satisfaction).get(self.customer_satisfied, '–'),
        )

    def _reply_to_source(self, values):
        """Tell the referring body result and satisfaction (INS-5-i).

        :param dict values: of complaint.contact: `means`, `content`, `occurred_at` …
        """
        if not (values.get('content') or '').strip():
            raise UserError(self.env._("Write what the referring body is told."))
        return self._record_contact({**values, 'direction': 'out', 'purpose': 'referral'})
