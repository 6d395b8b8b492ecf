from odoo import models


class ResUsersConduct(models.Model):
    """Whom a manager has below him, for the rules about rewards and penalties."""

    _inherit = 'res.users'

    def _get_complaint_subordinates(self):
        """Return the employees below the user, also those who have left, without the user.

        Below is who has the user as manager, or a manager below him, or works in a department
        that he heads. The result lives in the cache of the rules, which employees clear.
        """
        self.ensure_one()
        employees = self.env['hr.employee'].sudo()  # a rule cannot ask the rules
        employees = employees.with_context(active_test=False)
        own = employees.search([('user_id', '=', self.id)])
        departments = self._get_complaint_managed_departments()
        below = employees.search(
            ['|', ('id', 'child_of', own.ids), ('department_id', 'in', departments.ids)]
        )
        return below - own
