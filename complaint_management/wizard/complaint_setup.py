from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_list

LEADER_GROUP = 'complaint_management.group_complaint_manager'


class ComplaintSetup(models.TransientModel):
    """The first steps of a company in one dialog: trade, leader, departments, three examples.

    It only calls what administrators can do one by one; Odoo's own rights decide about users,
    departments and the company.
    """

    _name = 'complaint.setup'
    _description = "Set-up of Complaints"

    company_id = fields.Many2one(
        comodel_name='res.company',
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    preset_ids = fields.Many2many(
        comodel_name='complaint.preset',
        string="Your trade",
        default=lambda self: self.env.ref('complaint_management.preset_standard'),
    )
    leader_id = fields.Many2one(
        comodel_name='res.users',
        string="Leader of the team",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Sees all complaints of the team, assigns them, and hears of what is late.",
    )
    leader_gets_role = fields.Boolean(compute='_compute_leader_gets_role')
    department_ids = fields.Many2many(
        comodel_name='hr.department',
        string="Departments that handle complaints",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
    )
    headless_names = fields.Char(compute='_compute_headless_names')
    phone = fields.Char(default=lambda self: self.env.company.phone)
    resource_calendar_id = fields.Many2one(
        comodel_name='resource.calendar',
        string="Office hours",
        default=lambda self: self.env.company.resource_calendar_id,
        help="Time limits in working hours and working days are reckoned by them.",
    )
    has_examples = fields.Boolean(
        string="Put three examples of my trade on the board. One click deletes them.", default=True
    )

    # === COMPUTE METHODS === #

    @api.depends('leader_id')
    def _compute_leader_gets_role(self):
        for setup in self:
            leader = setup.leader_id
            setup.leader_gets_role = bool(leader) and not leader.has_group(LEADER_GROUP)

    @api.depends('department_ids')
    def _compute_headless_names(self):
        for setup in self:
            headless = setup.department_ids.filtered(lambda department: not department.manager_id)
            names = [name for name in headless.mapped('name') if name]
            setup.headless_names = format_list(self.env, names) if names else False

    # === ACTIONS === #

    def action_set_up(self):
        """Install the presets, name the people, make the examples, and open the board.

        :raise AccessError: the user is no administrator of complaints
        :raise UserError: everything that is missing, at once
        """
        self.ensure_one()
        if not self.env['complaint.case']._may_set_up():
            raise AccessError(self.env._("Only an administrator of complaints may set them up."))
        setup = self.with_company(self.company_id)
        if obstacles := setup._get_obstacles():
            raise UserError('\n'.join(obstacles))
        setup._give_role()
        installs = setup._install_presets()
        teams = setup._name_leader(installs.procedure_id)
        setup._write_company()
        if setup.has_examples:
            setup._create_examples(installs[:1], teams)
        action = self.env['complaint.case']._get_board_action(installs[:1].procedure_id)
        return {**action, 'target': 'main'}  # it takes the place of what was empty

    def _get_obstacles(self):
        """Return the sentences that say what is missing."""
        obstacles = []
        if not self.preset_ids:
            obstacles.append(self.env._("Choose your trade, or “Any trade”."))
        leader = self.leader_id
        if not leader:
            obstacles.append(self.env._("Say who leads the team."))
        # Who sets up need not see all the companies of the leader.
        elif leader.share or not leader.active or self.company_id not in leader.sudo().company_ids:
            obstacles.append(
                self.env._(
                    "%(name)s cannot lead the team: choose somebody who works in %(company)s.",
                    name=leader.name,
                    company=self.company_id.name,
                )
            )
        elif self.leader_gets_role and not leader.has_access('write'):
            obstacles.append(
                self.env._(
                    "%(name)s needs the role of a manager of complaints, and you may not give "
                    "roles. Choose somebody who has it, or ask an administrator of the system.",
                    name=leader.name,
                )
            )
        return obstacles

    def _give_role(self):
        """Make the leader a manager of complaints, with the rights of whoever asks for it."""
        if self.leader_gets_role:
            self.leader_id.write({'group_ids': [(4, self.env.ref(LEADER_GROUP).id)]})

    def _install_presets(self):
        """Return the installations of the chosen presets, made where there is none yet."""
        installs = self.env['complaint.preset.install']
        for preset in self.preset_ids.sorted('sequence'):
            installs |= preset.install_id or preset._install(self.company_id)
        return installs

    def _name_leader(self, procedures):
        """Let the leader lead the teams that take complaints in, and return {procedure: team}."""
        teams = {}
        for procedure in procedures:
            team = teams[procedure] = self._get_team(procedure)
            team.write({'leader_id': self.leader_id.id, 'member_ids': [(4, self.leader_id.id)]})
        return teams

    def _get_team(self, procedure):
        """Return the team of the company that takes in the complaints of a procedure."""
        domain = Domain('procedure_id', '=', procedure.id)
        domain &= Domain('company_id', 'in', (self.company_id.id, False))
        found = self.env['complaint.team'].search(domain)
        # Those to which others escalate take nothing in.
        found = (found - found.parent_id)[:1] or found[:1]
        return found or self.env['complaint.team'].create(
            {
                'name': self.env._("Customer Care"),
                'procedure_id': procedure.id,
                'company_id': self.company_id.id,
            }
        )

    def _write_company(self):
        """Keep office hours and phone where they changed, and the user may change them."""
        company = self.company_id
        if not company.has_access('write'):
            return
        if self.resource_calendar_id and self.resource_calendar_id != company.resource_calendar_id:
            company.resource_calendar_id = self.resource_calendar_id
        # Odoo keeps the phone on the company's contact.
        may_phone = company.partner_id.has_access('write')
        if may_phone and self.phone and self.phone != company.phone:
            company.phone = self.phone

    def _create_examples(self, install, teams):
        """Make the examples of a preset; who leads works on those that have been assigned."""
        cases = self.env['complaint.case']
        if cases.search_count([('is_setup_example', '=', True)], limit=1):
            return cases  # once is enough
        procedure = install.procedure_id
        rows = install._read_examples()
        for rank, row in enumerate(rows):
            row['values'] |= {
                'company_id': self.company_id.id,
                'procedure_id': procedure.id,
                'team_id': teams[procedure].id,
                'contact_owner_id': self.env.uid,
            }
            if rank:  # the first one has just come in
                departments = self.department_ids
                department = departments[(rank - 1) % len(departments)] if departments else False
                row['values'] |= {
                    'handler_id': self.leader_id.id,
                    'department_id': department and department.id,
                }
        return cases._create_examples(rows)
