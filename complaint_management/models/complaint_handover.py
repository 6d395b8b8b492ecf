from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..const import INTERNAL_KEY, INTERNAL_WRITE

STATE_FIELDS = {'state', 'handed_over_at', 'accepted_at'}


class ComplaintHandover(models.Model):
    """One person hands open cases to another at the end of a shift (TEL-1.6, TEL-1.7)."""

    _name = 'complaint.handover'
    _description = "Shift Handover"
    _order = 'id desc'
    _check_company_auto = True

    from_user_id = fields.Many2one(
        comodel_name='res.users',
        string="Handed over by",
        required=True,
        ondelete='restrict',
        index=True,
        default=lambda self: self.env.user,
    )
    to_user_id = fields.Many2one(
        comodel_name='res.users',
        string="Taken over by",
        ondelete='restrict',
        index=True,
        domain=[('share', '=', False)],
    )
    team_id = fields.Many2one(
        comodel_name='complaint.team', ondelete='restrict', index=True, check_company=True
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company
    )
    line_ids = fields.One2many(comodel_name='complaint.handover.line', inverse_name='handover_id')
    note = fields.Text()
    state = fields.Selection(
        selection=[
            ('draft', "Being prepared"),
            ('handed_over', "Handed over"),
            ('accepted', "Taken over"),
        ],
        default='draft',
        required=True,
        readonly=True,
        index=True,
    )
    handed_over_at = fields.Datetime(string="Handed over at", readonly=True)
    accepted_at = fields.Datetime(string="Taken over at", readonly=True)
    is_receiver = fields.Boolean(compute='_compute_is_receiver')
    contents = fields.Text(
        string="What is handed over",
        compute='_compute_contents',
        compute_sudo=True,  # who shall take them over opens the complaints only afterwards
        help="Number of each complaint, where it stands, and what follows.",
    )

    # === COMPUTE METHODS === #

    @api.depends('from_user_id', 'to_user_id', 'handed_over_at')
    def _compute_display_name(self):
        for handover in self:
            names = [handover.from_user_id.name, handover.to_user_id.name or "…"]
            handover.display_name = ' → '.join(filter(None, names))

    @api.depends('to_user_id')
    @api.depends_context('uid')
    def _compute_is_receiver(self):
        for handover in self:
            handover.is_receiver = handover.to_user_id == self.env.user

    @api.depends('line_ids.note', 'line_ids.next_step', 'line_ids.case_id.number')
    @api.depends_context('uid')
    def _compute_contents(self):
        # Not `line_ids`: whoever reads that field first sees, and keeps in mind, only the lines
        # of complaints that are in reach.
        lines_sudo = self.env['complaint.handover.line'].search([('handover_id', 'in', self.ids)])
        lines = lines_sudo.grouped('handover_id')
        for handover in self:
            handover.contents = '\n'.join(
                ' – '.join(filter(None, [line.case_id.number, line.note, line.next_step]))
                for line in lines.get(handover._origin, ())
                if self.env.user not in line.case_id.recused_user_ids
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_values(vals)
        return super().create(vals_list)

    def write(self, vals):
        if self.env.context.get(INTERNAL_KEY) is not INTERNAL_WRITE:
            self._check_values(vals)
            if self.filtered(lambda handover: handover.state != 'draft'):
                raise UserError(self.env._("A handover cannot be changed once it is handed over."))
        return super().write(vals)

    @api.model
    def _check_values(self, vals):
        """Let nobody write what the buttons write, or hand over in somebody else's name."""
        manager = 'complaint_management.group_complaint_manager'
        if self.env.su:
            return
        if any(vals.get(name) for name in STATE_FIELDS - {'state'}) or vals.get('state') not in (
            None,
            'draft',
        ):
            raise UserError(
                self.env._("A handover is handed over and taken over with its buttons.")
            )
        if vals.get('from_user_id', self.env.uid) != self.env.uid and not self.env.user.has_group(
            manager
        ):
            raise UserError(self.env._("Only a manager hands over for somebody else."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if self.filtered(lambda handover: handover.state != 'draft'):
            raise UserError(self.env._("A handover that took place is kept."))

    # === ACTIONS === #

    @api.model
    def action_prepare(self):
        """Open a handover with all open cases that the user handles.

        One that was begun and left is taken up again: its notes stay, its list is brought up to
        date.
        """
        mine = [('company_id', '=', self.env.company.id)]
        cases = self.env['complaint.case'].search(
            [*mine, ('handler_id', '=', self.env.uid), ('is_closed', '=', False)]
        )
        handover = self.search(
            [*mine, ('from_user_id', '=', self.env.uid), ('state', '=', 'draft')], limit=1
        )
        if not handover:
            companies = self.env.company, self.env['res.company']
            teams = self.env.user._get_complaint_teams()
            teams = teams.filtered(lambda team: team.company_id in companies)
            handover = self.create({'team_id': teams[:1].id})
        lines_sudo = handover.sudo().line_ids  # also those of complaints that left the user's reach
        lines_sudo.filtered(lambda line: line.case_id not in cases).unlink()
        handover.line_ids = [
            Command.create({'case_id': case.id}) for case in cases - lines_sudo.exists().case_id
        ]
        return {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': handover.id,
            'views': [(False, 'form')],
        }

    def action_hand_over(self):
        """Hand the cases over; the receiver has to take them."""
        self.ensure_one()
        self.check_access('write')
        if self.state != 'draft':
            raise UserError(self.env._("This handover is already handed over."))
        self._check_from_user()
        if obstacles := self._get_obstacles():
            raise UserError('\n'.join(obstacles))
        self._write_state('handed_over', 'handed_over_at')
        self.env['complaint.case']._schedule_quietly(
            {self.sudo().line_ids.case_id[:1]: self.to_user_id.id},  # one for all cases
            'complaint_management.activity_type_handover',
            self.env._("Take over %(count)s complaints", count=len(self.line_ids)),
            self.note,
        )
        return True

    def action_accept(self):
        """Take the cases over: the handler changes, the first-contact owner does not."""
        self.ensure_one()
        self.check_access('read')
        if self.state != 'handed_over' or self.to_user_id != self.env.user:
            raise UserError(self.env._("Only who shall take the complaints over can do so, once."))
        if obstacles := self._get_obstacles():
            raise UserError('\n'.join(obstacles))
        self._write_state('accepted', 'accepted_at')
        # Who takes over may see the cases only from now on; who hands over could give them.
        lines = self.sudo().line_ids
        cases = lines.case_id
        payload = {'from': self.from_user_id.name, 'to': self.to_user_id.name}
        rows = [
            line.case_id._prepare_event('handed_over', payload, line._get_words()) for line in lines
        ]
        cases.write({'handler_id': self.to_user_id.id})
        self.env['complaint.event']._record(rows)
        cases._withdraw_activities('complaint_management.activity_type_handover')
        return True

    # === BUSINESS METHODS === #

    def _check_from_user(self):
        manager = 'complaint_management.group_complaint_manager'
        if self.from_user_id != self.env.user and not (
            self.env.su or self.env.user.has_group(manager)
        ):
            raise UserError(self.env._("Only a manager hands over for somebody else."))

    def _get_obstacles(self):
        """Return the sentences that say what keeps this handover from taking place."""
        self.ensure_one()
        receiver, lines = self.to_user_id, self.sudo().line_ids  # the receiver sees them later
        sentences = []
        if not receiver:
            sentences.append(self.env._("Choose who takes the complaints over."))
        elif receiver == self.from_user_id:
            sentences.append(self.env._("Nobody hands over to the same person."))
        elif not receiver._may_be_given_complaints(self.company_id.id):
            sentences.append(self.env._("%(name)s has no role in complaints.", name=receiver.name))
        if not lines:
            sentences.append(self.env._("Add the complaints to hand over."))
        cases = lines.case_id
        if recused := cases.filtered(lambda case: receiver in case.recused_user_ids):
            sentences.append(
                self.env._(
                    "%(name)s must keep away from: %(cases)s.",
                    name=receiver.name,
                    cases=format_list(self.env, recused.mapped('number')),
                )
            )
        gone = cases.filtered(lambda case: case.is_closed or case.handler_id != self.from_user_id)
        if gone:
            sentences.append(
                self.env._(
                    "%(name)s does not handle these open complaints: %(cases)s. Take them off "
                    "the list.",
                    name=self.from_user_id.name,
                    cases=format_list(self.env, [case.number or case.name for case in gone]),
                )
            )
        return sentences

    def _write_state(self, state, moment):
        self.sudo().with_context(**{INTERNAL_KEY: INTERNAL_WRITE}).write(  # the software's own
            {'state': state, moment: self.env.cr.now().replace(microsecond=0)}
        )
