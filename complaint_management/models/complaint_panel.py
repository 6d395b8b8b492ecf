from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

PANEL_ACTIVITY = 'complaint_management.activity_type_panel'


class ComplaintPanel(models.Model):
    """People who deliberate on a case and give an opinion.

    Joint opinion (INS-5-d), meeting on knotty cases (PAWN-2.1-c), legal opinion (PAWN-2.4-a),
    experts (DEVP-4.1.2-a), urgent meeting (RET-5.2-b).
    """

    _name = 'complaint.panel'
    _description = "Panel"
    _inherit = ['complaint.guarded.line']
    _order = 'called_at desc, id desc'
    _rec_name = 'kind'

    kind = fields.Selection(
        selection=[
            ('joint', "Joint opinion"),
            ('team', "Handling team"),
            ('legal', "Legal opinion"),
            ('expert', "Expert opinion"),
            ('superior', "Opinion of a superior"),
            ('urgent', "Urgent meeting"),
        ],
        string="Kind of panel",
        required=True,
        default='joint',
    )
    state = fields.Selection(
        selection=[('called', "Called"), ('decided', "Decided"), ('cancelled', "Cancelled")],
        required=True,
        readonly=True,
        default='called',
    )
    called_at = fields.Datetime(
        string="Called at", required=True, readonly=True, default=lambda self: self.env.cr.now()
    )
    called_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Called by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete='restrict',
    )
    meeting_at = fields.Datetime(string="Meets at")
    place = fields.Char()
    attendee_ids = fields.Many2many(
        comodel_name='res.users',
        relation='complaint_panel_attendee_rel',
        column1='panel_id',
        column2='user_id',
        string="Attendees",
        domain=[('share', '=', False)],
    )
    outside_attendees = fields.Char(string="From outside", help="People without a log-in.")
    obligatory_roles = fields.Text(
        string="Who must attend", help="Functions that the rules of the company ask for."
    )
    minutes = fields.Text()
    opinion = fields.Text()
    limit_date = fields.Datetime(
        string="Limit given", help="Becomes the limit date of the complaint with the opinion."
    )
    decided_at = fields.Datetime(string="Decided at", readonly=True)
    decided_by_id = fields.Many2one(
        comodel_name='res.users', string="Recorded by", readonly=True, ondelete='restrict'
    )
    attachment_ids = fields.Many2many(comodel_name='ir.attachment', string="Files")

    # === CONSTRAINTS === #

    @api.constrains('attendee_ids', 'case_id')
    def _check_attendees(self):
        """The person complained about deliberates on nothing (T16); who attends must see it."""
        role = 'complaint_management.group_complaint_user'
        for panel in self:
            if recused := panel.attendee_ids & panel.case_id.recused_user_ids:
                raise ValidationError(
                    self.env._(
                        "%(names)s must not attend: the person complained about stays out. Choose "
                        "somebody else.",
                        names=format_list(self.env, recused.mapped('name')),
                    )
                )
            if strangers := panel.attendee_ids.filtered(lambda user: not user.has_group(role)):
                raise ValidationError(
                    self.env._(
                        "%(names)s: no role in complaints, so the case could not be opened. "
                        "Choose somebody else, name them under “From outside”, or let an "
                        "administrator give them a role.",
                        names=format_list(self.env, strangers.mapped('name')),
                    )
                )

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('state', 'called_at', 'called_by_id', 'decided_at', 'decided_by_id')
        }

    @api.model_create_multi
    def create(self, vals_list):
        panels = super().create(vals_list)
        panels._adopt_attachments()
        panels._refresh_readers()
        panels._stamp_panels('panel_called')
        panels._invite({panel: panel.attendee_ids for panel in panels})
        return panels

    def write(self, vals):
        if self._is_internal():
            return super().write(vals)
        if self.filtered(lambda panel: panel.state != 'called'):
            raise UserError(self.env._("A panel that has ended stays as it is. Call another one."))
        before = {panel: panel.attendee_ids for panel in self}
        result = super().write(vals)
        if 'attachment_ids' in vals:
            self._adopt_attachments()
        if 'attendee_ids' in vals:
            self._refresh_readers()
            self._invite({panel: panel.attendee_ids - before[panel] for panel in self})
            self._disinvite({panel: before[panel] - panel.attendee_ids for panel in self})
        return result

    # === ACTIONS === #

    def action_decide(self):
        """Record the opinion; it needs its minutes, and a legal one a lawyer (PAWN-2.4-a)."""
        self.check_access('write')
        self._raise_obstacles(self._get_opinion_obstacles())
        self._write_internal(
            {'state': 'decided', 'decided_at': self.env.cr.now(), 'decided_by_id': self.env.uid}
        )
        self._stamp_panels('panel_decided')
        for panel in self.filtered('limit_date'):
            panel.case_id.write({'limit_date': panel.limit_date})
        self._disinvite({panel: panel.attendee_ids for panel in self})
        return {'type': 'ir.actions.act_window_close'}

    def action_cancel(self):
        """Call a panel off: its people have nothing to do or to see any more."""
        self.check_access('write')
        self._raise_obstacles(self._get_ended_obstacles())
        self._write_internal({'state': 'cancelled'})
        self._refresh_readers()
        self._disinvite({panel: panel.attendee_ids for panel in self})
        return {'type': 'ir.actions.act_window_close'}

    # === OBSTACLES === #

    def _get_ended_obstacles(self):
        ended = self.filtered(lambda panel: panel.state != 'called')
        return {
            panel: [self.env._("A panel that has ended stays as it is. Call another one.")]
            for panel in ended
        }

    def _get_opinion_obstacles(self):
        """Return {panel: [sentences]} that say what keeps its opinion from being recorded."""
        obstacles = self._get_ended_obstacles()
        legal = 'complaint_management.group_complaint_legal'
        may_legal = self.env.su or self.env.user.has_group(legal)
        for panel in self:
            missing = [
                self._fields[name]._description_string(self.env)
                for name in ('minutes', 'opinion')
                if not (panel[name] or '').strip()
            ]
            if missing:
                obstacles.setdefault(panel, []).append(
                    self.env._("Fill in: %(fields)s.", fields=format_list(self.env, missing))
                )
            if panel.kind == 'legal' and not may_legal:
                obstacles.setdefault(panel, []).append(
                    self.env._("Only the legal department records a legal opinion.")
                )
        return obstacles

    # === WHAT FOLLOWS === #

    def _stamp_panels(self, code):
        self.env['complaint.event']._record(
            [
                panel.case_id._prepare_event(code, {'kind': panel.kind, 'panel_id': panel.id})
                for panel in self
            ]
        )

    def _refresh_readers(self):
        """Let the people of panels reach their cases, restricted ones too."""
        # Whoever calls a panel need not see the other panels of the case.
        for case in self.sudo().case_id:
            panels = case.panel_ids.filtered(lambda panel: panel.state != 'cancelled')
            case._write_internal({'panel_user_ids': [Command.set(panels.attendee_ids.ids)]})

    def _invite(self, users):
        """Give people something to do.

        :param dict users: {panel: res.users}
        """
        invited = {}
        for panel, people in users.items():
            known = invited.get(panel.case_id, self.env['res.users'])
            invited[panel.case_id] = known | (people - self.env.user)
        if any(invited.values()):
            self.case_id._plan_line_activities(PANEL_ACTIVITY, invited)

    def _disinvite(self, users):
        """Take back what people were to do, unless another panel of the case waits for them."""
        for panel, people in users.items():
            # Whoever ends a panel need not see the other panels of the case.
            others = panel.case_id.sudo().panel_ids.filtered(lambda p: p.state == 'called')
            for user in people - others.attendee_ids:
                panel.case_id.activity_unlink([PANEL_ACTIVITY], user_id=user.id)
