from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache


class ComplaintTeam(models.Model):
    _name = 'complaint.team'
    _description = "Complaint Team"
    _inherit = ['mail.alias.mixin', 'mail.thread']
    _parent_store = True
    _order = 'sequence, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        comodel_name='res.company', default=lambda self: self.env.company, index=True
    )
    parent_id = fields.Many2one(
        comodel_name='complaint.team',
        string="Escalates to",
        ondelete='restrict',
        index=True,
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(comodel_name='complaint.team', inverse_name='parent_id')
    leader_id = fields.Many2one(
        comodel_name='res.users', domain=[('share', '=', False)], tracking=True, index=True
    )
    member_ids = fields.Many2many(
        comodel_name='res.users', string="Members", domain=[('share', '=', False)]
    )
    department_id = fields.Many2one(comodel_name='hr.department', check_company=True)
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure', ondelete='restrict', check_company=True, index=True
    )
    alias_id = fields.Many2one(help="A mail to this address becomes a complaint of the team.")
    open_count = fields.Integer(string="Open complaints", compute='_compute_case_counts')
    unassigned_count = fields.Integer(string="Without handler", compute='_compute_case_counts')

    # === COMPUTE METHODS === #

    @api.depends_context('uid')
    def _compute_case_counts(self):
        groups = self.env['complaint.case']._read_group(
            [('team_id', 'in', self.ids), ('is_closed', '=', False)],
            ['team_id', 'handler_id'],
            ['__count'],
        )
        opened, unassigned = {}, {}
        for team, handler, count in groups:
            opened[team.id] = opened.get(team.id, 0) + count
            if not handler:
                unassigned[team.id] = count
        for team in self:
            team.open_count = opened.get(team.id, 0)
            team.unassigned_count = unassigned.get(team.id, 0)

    # === CONSTRAINTS === #

    @api.constrains('parent_id')
    def _check_no_cycle(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A team cannot escalate to itself."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        self.env.registry.clear_cache()  # record rules hold the ids of a user's teams
        return teams

    def write(self, vals):
        result = super().write(vals)
        if {'leader_id', 'member_ids', 'parent_id', 'active'} & vals.keys():
            self.env.registry.clear_cache()  # record rules hold the ids of a user's teams
        return result

    # === MAIL METHODS === #

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values['alias_model_id'] = self.env['ir.model']._get_id('complaint.case')
        if self.id:
            values['alias_defaults'] = defaults = literal_eval(self.alias_defaults or '{}')
            defaults['team_id'] = self.id
        return values

    # === BUSINESS METHODS === #

    @ormcache('self.id')
    def _get_working_user_ids(self):
        """Return the ids of the active members who have a role in complaints, kept in mind."""
        members = self.sudo().member_ids  # who is in a team does not depend on who asks
        return tuple(
            members.filtered(lambda user: user.active and user._may_work_on_complaints()).ids
        )

    def _get_teams_above(self):
        """Return the teams to which this one escalates, the nearest first."""
        path = (self.parent_path or '').split('/')[:-2]
        return self.browse(int(team_id) for team_id in reversed(path))

    def _get_top_team(self):
        """Return the team at the top of the tree, possibly this one."""
        return (self | self._get_teams_above())[-1:]

    # === ACTIONS === #

    def action_open_cases(self):
        """Open the board of the team's procedure with only the team's cases."""
        self.ensure_one()
        action = self.env['complaint.case']._get_board_action(self.procedure_id)
        action['context'] = {
            **action['context'],
            'default_team_id': self.id,
            'search_default_team_id': self.id,
        }
        return action

    def action_view_open_cases(self):
        """List what `open_count` counts."""
        return self._get_cases_action(self.env._("Open complaints"), [('is_closed', '=', False)])

    def action_view_unassigned_cases(self):
        """List what `unassigned_count` counts."""
        return self._get_cases_action(
            self.env._("Without handler"), [('is_closed', '=', False), ('handler_id', '=', False)]
        )

    def _get_cases_action(self, name, domain):
        """Return the action that lists complaints of this team, and only those of a domain.

        :param str name: what the user reads above the list
        """
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_case_action_all'
        )
        title = self.env._("%(team)s: %(figure)s", team=self.display_name, figure=name)
        return {
            **action,
            'name': title,
            'display_name': title,
            'domain': [('team_id', '=', self.id), *domain],
            'context': {'default_team_id': self.id},
        }
