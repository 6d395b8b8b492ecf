from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..const import INTERNAL_KEY, INTERNAL_WRITE
from .complaint_case_stage import PHASE_ORDER

# A change of these is told to people and recorded; the category may bring a department.
ASSIGNMENT_FIELDS = (
    *('department_id', 'handler_id', 'team_id', 'investigator_id', 'contact_owner_id'),
    *('followup_user_id', 'category_id'),
)

ACCEPT_ACTIVITY = 'complaint_management.activity_type_accept'
INVESTIGATE_ACTIVITY = 'complaint_management.activity_type_investigate'


class ComplaintCaseAssignment(models.Model):
    """The responsible department gets a case, and accepts it or sends it back.

    Requirements PAWN-2.2-c, PAWN-3.2-a, TEL-2.1-b (transfer needs acceptance, returns counted).
    """

    _inherit = 'complaint.case'

    department_state = fields.Selection(
        selection=[
            ('none', "Not assigned"),
            ('pending', "Waiting for acceptance"),
            ('accepted', "Taken on"),
            ('returned', "Sent back"),
        ],
        string="Acceptance by the department",
        default='none',
        readonly=True,
        copy=False,
    )
    department_assigned_at = fields.Datetime(
        string="Assigned to the department at", readonly=True, copy=False
    )
    department_accepted_at = fields.Datetime(
        string="Accepted by the department at", readonly=True, copy=False
    )
    department_return_count = fields.Integer(string="Times sent back", readonly=True, copy=False)
    is_acceptance_overdue = fields.Boolean(
        string="Not accepted in time",
        compute='_compute_is_acceptance_overdue',
        search='_search_is_acceptance_overdue',
    )
    can_accept_department = fields.Boolean(compute='_compute_can_accept_department')

    _waiting_idx = models.Index("(department_assigned_at) WHERE department_state = 'pending'")

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            'department_state',
            'department_assigned_at',
            'department_accepted_at',
            'department_return_count',
        }

    # === COMPUTE METHODS === #

    @api.depends('department_state', 'department_assigned_at', 'is_closed', 'company_id')
    def _compute_is_acceptance_overdue(self):
        now = self.env.cr.now()
        for case in self:
            hours = case.company_id._get_complaint_acceptance_hours()
            case.is_acceptance_overdue = (
                case.department_state == 'pending'
                and not case.is_closed
                and bool(case.department_assigned_at)
                and case.department_assigned_at <= now - timedelta(hours=hours)
            )

    @api.model
    def _search_is_acceptance_overdue(self, operator, value):
        if operator != 'in':
            return NotImplemented
        now = self.env.cr.now().replace(microsecond=0)
        overdue = Domain('department_state', '=', 'pending') & Domain('is_closed', '=', False)
        overdue &= Domain.OR(
            Domain('company_id', '=', company.id)
            & Domain(
                'department_assigned_at',
                '<=',
                now - timedelta(hours=company._get_complaint_acceptance_hours()),
            )
            for company in self.env['res.company'].sudo().search([])  # rules narrow the cases
        )
        wanted = Domain.FALSE
        if True in value:
            wanted |= overdue
        if False in value:
            wanted |= ~overdue
        return wanted

    @api.depends('department_state', 'department_id', 'is_closed')
    @api.depends_context('uid')
    def _compute_can_accept_department(self):
        for case in self:
            case.can_accept_department = (
                case.department_state == 'pending'
                and not case.is_closed
                and case._is_of_department(case.department_id)
            )

    # === CRUD METHODS === #

    def write(self, vals):  # pylint: disable=method-required-super
        return self._write_assignment(vals)

    def _write_assignment(self, vals, note=None):
        """Write values; record and tell what they change about who works on the cases.

        :param str note: words of the person who assigns, kept in the history
        """
        internal = self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE
        watched = self._get_routing_inputs().union(ASSIGNMENT_FIELDS)
        triggers = watched | self._get_grading_inputs()  # a rule may ask for the grade
        if internal or not vals.keys() & triggers or self._is_history_import():
            # pylint: disable-next=super-method-mismatch
            return super().write(vals)
        self._check_new_contact_owner(vals)
        # Whoever sends a case on may lose sight of it; what follows belongs to the same act.
        cases = self.sudo()
        before = {case: {name: case[name] for name in watched} for case in cases}
        # pylint: disable-next=super-method-mismatch
        result = super().write(vals)
        if 'followup_user_id' in vals:
            cases._write_internal({'is_followup_by_hand': bool(vals['followup_user_id'])})
        by_rule = cases._assign_when_more_is_known(before, vals)
        cases._after_assignment(before, note)
        by_rule._notify_new_handlers()
        return result

    def _after_assignment(self, before, note):
        """Record what changed since `before` ({case: {field name: record}}), as superuser."""
        working = self.filtered(lambda case: case.registered_at and not case.is_closed)

        def get_changed(*names):
            return working.filtered(
                lambda case: any(case[name] != before[case][name] for name in names)
            )

        moved = get_changed('department_id')
        rows = moved._hand_to_department(
            {case: before[case]['department_id'] for case in moved}, note
        )
        rows += (get_changed('handler_id') - moved)._accept_by_handler()
        named = get_changed('investigator_id')
        for case in named.filtered('investigator_id'):
            payload = {'to': case.investigator_id.name}
            rows.append(case._prepare_event('investigator_named', payload, note))
        for case in get_changed('contact_owner_id'):
            payload = {
                'from': before[case]['contact_owner_id'].name,
                'to': case.contact_owner_id.name,
            }
            rows.append(case._prepare_event('handed_over', payload, note))
        self.env['complaint.event']._record(rows)
        working._sync_followup_owner()
        moved._withdraw_activities(ACCEPT_ACTIVITY)
        moved._ask_departments(note)
        named._tell_investigators(note)

    # === HANDING TO A DEPARTMENT === #

    def _prepare_registration_rows(self):
        rows = super()._prepare_registration_rows()
        cases = self.filtered('department_id').sudo()  # the names of departments, and their people
        rows += cases._hand_to_department(dict.fromkeys(cases, self.env['hr.department']))
        return rows

    def _record_intake(self):
        super()._record_intake()
        self.sudo()._ask_departments()  # the head's account is out of the desk's reach

    def action_register(self):
        todo = self.filtered(lambda case: not case.registered_at)
        handlers = {case: case.handler_id for case in todo}
        result = super().action_register()
        todo.sudo()._ask_departments()  # idem
        todo.filtered(lambda case: case.handler_id != handlers[case])._notify_new_handlers()
        return result

    def _hand_to_department(self, left, note=None):
        """Let the departments of these cases accept them; return the events that this means.

        :param dict left: {case: the department that had it before, possibly none}
        """
        now = self.env.cr.now().replace(microsecond=0)
        rows, states = [], {}
        for case in self:
            first = not (left[case] or case.department_assigned_at)
            places = {'from': left[case], 'to': case.department_id}
            payload = {
                key: place._get_complaint_facts()[0] for key, place in places.items() if place
            }
            rows.append(case._prepare_event('assigned' if first else 'transferred', payload, note))
            state, by_handler = case._get_state_at_department()
            if by_handler:
                rows.append(case._prepare_event('department_accepted', {'to': payload['to']}))
            states[state] = states.get(state, self.browse()) | case
        for state, cases in states.items():
            values = {
                'department_state': state,
                'department_accepted_at': now if state == 'accepted' else False,
            }
            if state != 'none':
                values['department_assigned_at'] = now
            cases.with_context(tracking_disable=True)._write_internal(values)
        return rows

    def _get_state_at_department(self):
        """Return (state, whether its handler accepts) for a department that just got this case."""
        self.ensure_one()
        if not self.department_id:
            return 'none', False
        _head_id, user_ids = self.department_id._get_complaint_people()
        possible = set(user_ids) - set(self.recused_user_ids.ids)
        if not possible or self.answer_state in ('answered', 'accepted'):
            # Nobody there could accept, or has to: the customer is answered, and the department
            # only answers for the cause. Waiting for it would make the case look neglected.
            return 'accepted', False
        return ('accepted', True) if self.handler_id.id in possible else ('pending', False)

    def _accept_by_handler(self):
        """A person of the department who is made handler has taken the case: return the events."""
        taken = self.filtered(
            lambda case: (
                case.department_state == 'pending'
                and case.handler_id.id in case.department_id._get_complaint_people()[1]
            )
        )
        return taken._prepare_acceptance()

    def _prepare_acceptance(self):
        """Note that the departments have accepted; return the events of it."""
        if self:
            now = self.env.cr.now().replace(microsecond=0)
            values = {'department_state': 'accepted', 'department_accepted_at': now}
            self.with_context(tracking_disable=True)._write_internal(values)
            self._withdraw_activities(ACCEPT_ACTIVITY)
        return [
            case._prepare_event('department_accepted', {'to': case.department_id.name})
            for case in self
        ]

    def _ask_departments(self, note=None):
        """Ask the heads of the departments to accept what waits for it."""
        recipients = {}
        for case in self.filtered(lambda case: case.department_state == 'pending'):
            head_id, _user_ids = case.department_id._get_complaint_people()
            if head_id and head_id not in case.recused_user_ids.ids:
                recipients[case] = head_id
        summary = self.env._("Accept this complaint or send it back")
        self._schedule_quietly(recipients, ACCEPT_ACTIVITY, summary, note)

    # === ACCEPTING AND SENDING BACK === #

    def _is_of_department(self, department):
        """Say whether the current user belongs to a department, or heads it or one above."""
        user = self.env.user
        return bool(department) and (
            self.env.su
            or department in user._get_complaint_departments()
            or department in user._get_complaint_managed_departments()
        )

    def _check_may_accept(self):
        """Refuse who has nothing to accept or may not; tell every reason.

        :raise UserError: names the departments
        """
        self.check_access('write')
        obstacles = {}
        for case in self:
            department = case.department_id.sudo()  # its name is in the case
            if case.department_state != 'pending' or case.is_closed:
                obstacles[case] = [self.env._("No department has to accept this complaint now.")]
            elif not case._is_of_department(case.department_id):
                obstacles[case] = [
                    self.env._(
                        "Only people of “%(department)s” may accept this complaint or send it "
                        "back.",
                        department=department.name,
                    )
                ]
        if obstacles:
            raise UserError(self._format_obstacles(obstacles))

    def action_accept_department(self):
        """Accept for the department to which the cases were assigned (PAWN-3.3-a, TEL-2.1-b)."""
        self._check_may_accept()
        rows = self.sudo()._prepare_acceptance()  # the department's name
        self.env['complaint.event']._record(rows)
        return True

    def action_open_send_back(self):
        """Ask why the department does not take the cases."""
        self._check_may_accept()
        return self._get_dialog(
            'complaint.case.send.back', self.env._("Send back"), default_case_ids=self.ids
        )

    def _send_back(self, reason):
        """Give the cases back to those who follow them: this department does not take them.

        :param str reason: kept in the history
        :raise UserError: no reason, nothing to send back, or not a person of the department
        """
        if not (reason or '').strip():
            raise UserError(self.env._("Say why the department does not take the complaint."))
        self._check_may_accept()
        cases = self.sudo()  # whoever sends a case back loses sight of it
        rows = []
        for case in cases:
            payload = {'returned': True, 'from': case.department_id.name}
            rows.append(case._prepare_event('transferred', payload, reason))
        for count, group in cases.grouped('department_return_count').items():
            group._write_internal(
                {
                    'department_id': False,
                    'handler_id': False,
                    'department_state': 'returned',
                    'department_accepted_at': False,
                    'department_return_count': count + 1,
                }
            )
        self.env['complaint.event']._record(rows)
        cases._withdraw_handling_activities()
        cases._withdraw_activities(ACCEPT_ACTIVITY)
        cases._sync_followup_owner()
        recipients = {}
        for case in cases:
            users = case._get_recipients('follow_up') or case._get_recipients('owner')
            users = users or case._get_recipients('team_leader')
            recipients[case] = users[:1].id
        summary = self.env._("The department sent this complaint back: assign it anew")
        self._schedule_quietly(recipients, ACCEPT_ACTIVITY, summary, reason)
        return True

    # === MOVING ON === #

    def _after_move(self, stage):
        """Whoever of the department moves a case on has accepted it; the rest waits no longer."""
        super()._after_move(stage)
        if PHASE_ORDER[stage.phase] > PHASE_ORDER['investigation']:
            self.filtered('investigator_id')._end_investigation()
        pending = self.filtered(lambda case: case.department_state == 'pending')
        if not pending or self.env.su:
            return
        if stage.is_closed:
            pending.sudo()._withdraw_activities(ACCEPT_ACTIVITY)  # of whoever has them
        elif PHASE_ORDER[stage.phase] > PHASE_ORDER['assignment']:
            mine = pending.filtered(lambda case: case._is_of_department(case.department_id))
            rows = mine.sudo()._prepare_acceptance()  # the department's name
            self.env['complaint.event']._record(rows)

    # === THE DIALOG === #

    def action_open_assign(self):
        """Ask for department and people in one dialog."""
        self.check_access('write')
        return self._get_dialog('complaint.case.assign', self.env._("Assign"))

    def _assign(self, vals, note=None):
        """Assign cases as the dialog says; the words are kept in the history.

        :param dict vals: values of assignment fields and `limit_date`
        :raise UserError: a limit date that is not the user's to set
        """
        self.check_access('write')
        if 'limit_date' in vals and not (
            self.env.su or self.env.user.has_group('complaint_management.group_complaint_manager')
        ):
            raise UserError(self.env._("Only a manager sets the limit date."))
        return self._write_assignment(vals, note)

    # === ACTIVITIES === #

    def _end_investigation(self):
        """Nobody is asked any more to investigate what is investigated."""
        self.sudo()._withdraw_activities(INVESTIGATE_ACTIVITY)  # the investigator's, whoever moves

    def _tell_investigators(self, note=None):
        self._withdraw_activities(INVESTIGATE_ACTIVITY)
        user_ids = {case: case.investigator_id.id for case in self}
        self._schedule_quietly(
            user_ids, INVESTIGATE_ACTIVITY, self.env._("Investigate this complaint"), note
        )
