from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..const import CLOSED_PHASES, INTERNAL_KEY, INTERNAL_WRITE
from .complaint_case_stage import PHASE_ORDER

# Where the lead works for all of its members.
LEAD_PHASES = ('investigation', 'solution', 'approval', 'execution')
# Where the members go along.
SHARED_PHASES = ('feedback', 'callback', *CLOSED_PHASES)

# What a member takes over from its lead where it has nothing of its own.
SHARED_FIELDS = (
    *('facts', 'basis', 'cause_id', 'validity', 'validity_note'),
    *('closing_reason_id', 'closing_note'),
)
CANDIDATE_LIMIT = 80


class ComplaintCaseMass(models.Model):
    """Many complaints about one matter: handled once, answered each (PRIN-3-a)."""

    _inherit = 'complaint.case'

    lead_case_id = fields.Many2one(
        comodel_name='complaint.case',
        string="Handled with",
        index='btree_not_null',
        ondelete='set null',
        check_company=True,
        copy=False,
        help="The lead of a mass complaint: investigation, solution and approval happen there.",
    )
    member_ids = fields.One2many(
        comodel_name='complaint.case', inverse_name='lead_case_id', string="Joined complaints"
    )
    member_count = fields.Integer(string="Number of members", readonly=True, copy=False)

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'member_count'}

    # === CONSTRAINTS === #

    @api.constrains('lead_case_id', 'procedure_id')
    def _check_lead_case(self):
        """One level only, and one procedure, so that the stages of the lead are theirs."""
        members = self.filtered('lead_case_id')
        for lead, cases in members.grouped('lead_case_id').items():
            if obstacles := cases._get_gather_obstacles(lead):
                raise ValidationError(cases._format_obstacles(obstacles))
        followers_sudo = self.filtered('member_count')._get_members_sudo()
        if any(
            member.procedure_id != member.lead_case_id.procedure_id for member in followers_sudo
        ):
            raise ValidationError(
                self.env._(
                    "The members of a mass complaint keep the procedure of their lead: take them "
                    "out first."
                )
            )

    def _get_gather_obstacles(self, lead):
        """Return {case: [sentence, …]} of what cannot be a member of `lead`."""
        lead_sudo = lead.sudo()  # whoever gathers is asked for rights elsewhere
        common = []
        if lead_sudo.lead_case_id:
            common.append(
                self.env._(
                    "%(lead)s is a member of a mass complaint itself: choose its lead.",
                    lead=lead_sudo._get_reference(),
                )
            )
        if lead_sudo.duplicate_of_id:
            common.append(self.env._("%(lead)s is a duplicate.", lead=lead_sudo._get_reference()))
        obstacles = {}
        for case in self:
            if sentences := common + case._get_membership_obstacles(lead_sudo):
                obstacles[case] = sentences
        return obstacles

    def _get_membership_obstacles(self, lead_sudo):
        self.ensure_one()
        sentences = []
        if self.id == lead_sudo.id:
            sentences.append(self.env._("A complaint cannot refer to itself."))
        if self.member_count:
            sentences.append(self.env._("It leads a mass complaint itself."))
        if self.procedure_id != lead_sudo.procedure_id:
            sentences.append(
                self.env._(
                    "Lead and members follow the same procedure, here “%(procedure)s”.",
                    procedure=lead_sudo.procedure_id.name,
                )
            )
        if lead_sudo.handler_id & self.sudo().recused_user_ids:  # whoever gathers may not see it
            sentences.append(
                self.env._(
                    "Who handles the mass complaint is complained about here: %(name)s.",
                    name=lead_sudo.handler_id.name,
                )
            )
        return sentences

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        cases = super().create(vals_list)
        leads = cases.lead_case_id
        if leads and not self._is_history_import():
            cases.filtered('lead_case_id')._stamp_membership('gathered')
        leads._update_member_count()
        return cases

    def write(self, vals):
        if 'lead_case_id' not in vals:
            return super().write(vals)
        before = {case: case.lead_case_id for case in self}
        result = super().write(vals)
        changed = self.filtered(lambda case: case.lead_case_id != before[case])
        changed._check_still_open()
        left = self.browse().union(*before.values())
        changed.filtered('lead_case_id')._stamp_membership('gathered')
        for lead, cases in changed.grouped(before.get).items():
            if lead:
                cases.filtered(lambda case: not case.lead_case_id)._stamp_membership(
                    'taken_out', lead
                )
        (left | self.lead_case_id)._update_member_count()
        return result

    def _check_still_open(self):
        """Refuse people who change the membership of what is finished.

        :raise UserError: names it
        """
        internal = self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE
        closed = self.filtered('is_closed')
        if closed and not internal and not self._is_history_import():
            sentence = self.env._("It is closed already.")
            raise UserError(closed._format_obstacles(dict.fromkeys(closed, [sentence])))

    def _stamp_membership(self, milestone_code, lead=None):
        for case in self:
            number = (lead or case.lead_case_id).sudo()._get_reference()  # a number, no more
            case._stamp(milestone_code, note=number, payload={'lead': number})

    def _update_member_count(self):
        """Count the members of these leads anew, and mark who has become a lead: one place."""
        leads = self.sudo()  # who registers a member need not be able to change its lead
        if not leads:
            return
        counts = dict(
            self.env['complaint.case']
            .sudo()
            ._read_group([('lead_case_id', 'in', leads.ids)], ['lead_case_id'], ['__count'])
        )
        flag = self.env.ref('complaint_management.flag_mass', raise_if_not_found=False)
        for lead in leads:
            values = {'member_count': counts.get(lead, 0)}
            if flag and values['member_count'] and flag not in lead.flag_ids:
                values['flag_ids'] = [fields.Command.link(flag.id)]
            lead._write_internal(values)

    def _erase(self, reason):
        leads = self.sudo().lead_case_id - self.sudo()  # their counts, whoever sees them
        result = super()._erase(reason)
        leads._update_member_count()
        return result

    # === GATHERING === #

    def _gather(self, members):
        """Make these open complaints members of this one, the lead.

        :raise AccessError: lead or members may not be changed
        :raise UserError: no members, or every reason why one of them cannot be a member
        """
        self.ensure_one()
        (self | members).check_access('write')
        if not members:
            raise UserError(self.env._("Choose the complaints that join it."))
        members = members.filtered(lambda case: case.lead_case_id != self) - self
        obstacles = members._get_gather_obstacles(self)
        for case in members:
            if case.is_closed:
                obstacles.setdefault(case, []).append(self.env._("It is closed already."))
        if self.is_closed:
            raise UserError(self.env._("The lead of a mass complaint is an open complaint."))
        if obstacles:
            raise UserError(members._format_obstacles(obstacles))
        members.write({'lead_case_id': self.id})

    def _find_gather_candidates(self):
        """Return open complaints of the same category with a similar subject, as suggestions."""
        self.ensure_one()
        since = self._get_lookup_start(self.company_id)
        domain = self._get_gather_domain() & Domain('received_at', '>=', since)
        texts = self._search_similar_texts(self.name, self.category_id.id, domain)
        return self.browse(texts)[:CANDIDATE_LIMIT]

    def _get_gather_domain(self):
        """Return what may become a member of this complaint."""
        self.ensure_one()
        return (
            Domain('is_closed', '=', False)
            & Domain('procedure_id', '=', self.procedure_id.id)
            & Domain('company_id', '=', self.company_id.id)
            & Domain('lead_case_id', '=', False)
            & Domain('member_count', '=', 0)
            & Domain('id', '!=', self.id)
        )

    def action_leave_mass_complaint(self):
        """Take these complaints out of their mass complaint; each is handled alone again."""
        self.check_access('write')
        self.filtered('lead_case_id').write({'lead_case_id': False})

    def action_view_members(self):
        """Open the members of this lead."""
        self.ensure_one()
        return self._get_list_action(
            self.env._("Joined complaints"), Domain('lead_case_id', '=', self.id)
        )

    # === GOING ALONG === #

    def _get_members_sudo(self):
        """Return the members of these leads, as superuser.

        The lead answers for its members, whoever may see them. What the cache holds of
        `member_ids` may be what a user may see, so the database is asked.
        """
        if not self:
            return self.sudo()
        return self.sudo().search([('lead_case_id', 'in', self.ids)], order='id')

    def _get_open_members_sudo(self):
        return self._get_members_sudo().filtered(lambda case: not case.is_closed)

    def _get_answer_targets(self):
        """Return who gets the answer that is given on this case: itself and its open members.

        Whatever answers the customer (letters, mails, recorded answers) asks here and does the
        same on each, so that each member has the answer in its own thread and history. Members
        may be out of the user's reach: work on them as superuser.
        """
        self.ensure_one()
        return self | self._get_open_members_sudo().sudo(self.env.su)

    def _get_move_obstacles(self, stage):
        obstacles = super()._get_move_obstacles(stage)
        if stage.phase not in LEAD_PHASES:
            return obstacles
        for case in self.filtered('lead_case_id'):
            obstacles.setdefault(case, []).append(
                self.env._(
                    "This complaint is handled with %(lead)s: investigation, solution and approval "
                    "happen there. Take it out of the mass complaint to handle it alone.",
                    lead=case.lead_case_id.sudo()._get_reference(),  # a number, no more
                )
            )
        return obstacles

    def _after_move(self, stage):
        super()._after_move(stage)
        if stage.phase in SHARED_PHASES:
            for lead in self.filtered('member_count'):
                lead._take_members_along(stage)

    def _take_members_along(self, stage):
        """Bring the open members to the stage that their lead has reached."""
        self.ensure_one()
        members = self._get_open_members_sudo().filtered(
            lambda case: PHASE_ORDER[case.phase] <= PHASE_ORDER[stage.phase]
        )
        if not members:
            return
        groups = {}
        for member in members:
            groups.setdefault(tuple(self._get_missing_fields(member)), []).append(member.id)
        for names, member_ids in groups.items():
            values = {
                name: value.id
                if isinstance(value := self.sudo()[name], models.BaseModel)
                else value
                for name in names  # the lead's, as it stands
            }
            if values:
                members.browse(member_ids)._write_internal(values)
        note = self.env._("Together with %(lead)s", lead=self._get_reference())
        members._move_past_gates(stage, note)

    @api.model
    def _get_missing_fields(self, member):
        """Return the names of what a member has not found out itself."""
        return [
            name
            for name in SHARED_FIELDS
            if name in self._fields
            and (not member[name] or (name == 'validity' and member.validity == 'undetermined'))
        ]

    def _step_back(self, move):
        """Let the members go back too, when the lead's step was a mistake."""
        stage_id = self.stage_id.id
        super()._step_back(move)
        if not self.member_count:
            return
        moves = (
            self._get_members_sudo()
            ._get_current_moves()
            .filtered(
                lambda event: (
                    event.recorded_at == move.recorded_at and event.payload['to_stage'] == stage_id
                )
            )
        )
        moves._record_revocation(self.env._("Together with %(lead)s", lead=self._get_reference()))
        for member, events in moves.grouped('case_id').items():
            member._step_back(events[:1])
