from odoo import api, fields, models
from odoo.tools import ormcache


class ResUsers(models.Model):
    _inherit = 'res.users'

    complaint_procedure_id = fields.Many2one(
        comodel_name='complaint.procedure', string="Last complaint board", ondelete='set null'
    )
    # For nobody to read: they would tell people that somebody complained about them.
    recused_case_ids = fields.Many2many(
        comodel_name='complaint.case',
        relation='complaint_case_recused_user_rel',
        column1='user_id',
        column2='case_id',
        string="Complaints recused from",
        copy=False,
        groups=fields.NO_ACCESS,
    )
    is_recused = fields.Boolean(
        string="Recused from a complaint",
        compute='_compute_is_recused',
        compute_sudo=True,
        store=True,
        precompute=True,
        groups=fields.NO_ACCESS,
    )

    @api.depends('recused_case_ids')
    def _compute_is_recused(self):
        for user in self:
            user.is_recused = bool(user.recused_case_ids)

    def _get_recused_case_ids(self):
        """Return the ids of the cases from which this user is recused.

        Asked wherever Odoo shows what hangs on records: whoever is recused from nothing, as the
        user's own row says that is read anyway, pays no query.

        :rtype: tuple
        """
        if not self:
            return ()
        self.ensure_one()
        # What is still to be reckoned counts already.
        self.env['complaint.case']._recompute_model(['recused_user_ids'])
        user = self.sudo()  # hidden from himself
        return user.recused_case_ids._ids if user.is_recused else ()

    def _may_work_on_complaints(self):
        """Say whether the user has a role in complaints and could open one."""
        return self.has_group('complaint_management.group_complaint_user')

    @ormcache('self.id', 'company_id')
    def _may_be_given_complaints(self, company_id):
        """Say whether the software may name the user itself: active, with a role, of the company.

        Kept in mind: Odoo clears the cache when any of this changes.
        """
        user = self.sudo()  # which companies are a user's does not depend on who asks
        return user.active and user._may_work_on_complaints() and company_id in user.company_ids.ids

    def write(self, vals):
        leaving = self.filtered('active') if 'active' in vals and not vals['active'] else None
        result = super().write(vals)
        if leaving:
            self.env['complaint.case']._tell_leaders_of_leavers(leaving)
        return result

    # The methods below feed record rules. Their result lives in the cache of the rules;
    # teams, departments and employees clear that cache when they change.

    def _get_complaint_teams(self):
        """Return the teams in which the user works: member or leader."""
        self.ensure_one()
        return (
            self.env['complaint.team']
            .sudo()
            .search(
                [  # a rule cannot ask the rules
                    '|',
                    ('member_ids', 'in', self.ids),
                    ('leader_id', '=', self.id),
                ]
            )
        )

    def _get_complaint_managed_teams(self):
        """Return the teams that the user leads, with all teams below them."""
        self.ensure_one()
        teams = self.env['complaint.team'].sudo()  # a rule cannot ask the rules
        led = teams.search([('leader_id', '=', self.id)])
        return teams.search([('id', 'child_of', led.ids)])

    def _get_complaint_departments(self):
        """Return the departments to which the user belongs."""
        self.ensure_one()
        employees = self.sudo().employee_ids  # staff may not read hr.employee
        return employees.department_id

    def _get_complaint_managed_departments(self):
        """Return the departments that the user heads, with all departments below them."""
        self.ensure_one()
        departments = self.env['hr.department'].sudo()  # a rule cannot ask the rules
        headed = departments.search([('manager_id.user_id', '=', self.id)])
        return departments.search([('id', 'child_of', headed.ids)])

    @ormcache('self.id')
    def _get_complaint_department_ids(self):
        """Return the ids of `_get_complaint_departments`, kept as long as the record rules."""
        return self._get_complaint_departments()._ids

    @ormcache('self.id')
    def _get_complaint_managed_department_ids(self):
        """Return the ids of `_get_complaint_managed_departments`, kept like the record rules."""
        return self._get_complaint_managed_departments()._ids

    def _get_complaint_led_teams(self):
        """Return the teams that the user leads himself."""
        self.ensure_one()
        return (
            self.env['complaint.team']
            .sudo()
            .search(
                [  # a rule cannot ask the rules
                    ('leader_id', '=', self.id)
                ]
            )
        )

    def _sees_restricted_complaints(self):
        """Say whether restricted flags are no bar: the committee and the auditor (logged)."""
        self.ensure_one()
        return any(
            self.has_group(f'complaint_management.group_complaint_{role}')
            for role in ('committee', 'auditor')
        )

    def _can_read_complaint(self, case):
        """Return those of these users who may read a case."""
        return self.filtered(
            lambda user: (
                user.active
                and case.with_user(user)
                .with_context(allowed_company_ids=list(user._get_company_ids()))
                .has_access('read')
            )
        )
