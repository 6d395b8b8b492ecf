from odoo import api, models
from odoo.tools import ormcache


class HrDepartment(models.Model):
    _inherit = 'hr.department'

    # Record rules hold the ids of a user's departments in a cache.

    @api.model_create_multi
    def create(self, vals_list):
        departments = super().create(vals_list)
        self.env.registry.clear_cache()
        return departments

    def write(self, vals):
        result = super().write(vals)
        if {'manager_id', 'parent_id', 'active', 'name', 'company_id'} & vals.keys():
            self.env.registry.clear_cache()
        return result

    # === PEOPLE === #

    @ormcache('self.id')
    def _get_complaint_people(self):
        """Return (user id of the head, ids of all users) of this department, of those only who
        have a role in complaints.

        Asked for every case that a department gets, so it is kept until people change.

        :rtype: tuple[int | bool, tuple[int, ...]]
        """
        department = self.sudo()  # who belongs to a department is no secret, but the file is
        head = department.manager_id.user_id
        members = department.env['hr.employee'].search([('department_id', '=', self.id)])
        users = (head | members.user_id).filtered(
            lambda user: user.active and user._may_work_on_complaints()
        )
        return (head & users).id, tuple(users.ids)

    @ormcache('self.id', 'self.env.lang')
    def _get_complaint_facts(self):
        """Return (name, company id or False) of this department, kept in mind like the people."""
        department = self.sudo()  # where a case goes is no secret
        return department.name, department.company_id.id
