from odoo import api, fields, models
from odoo.tools import format_list


class ComplaintCaseAssistance(models.Model):
    """Other departments help with a case; it is lent to them meanwhile."""

    _inherit = 'complaint.case'

    assistance_ids = fields.One2many(comodel_name='complaint.assistance', inverse_name='case_id')
    assisting_department_ids = fields.Many2many(
        comodel_name='hr.department',
        relation='complaint_case_assisting_department_rel',
        column1='case_id',
        column2='department_id',
        string="Assisting departments",
        readonly=True,
        copy=False,
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'assisting_department_ids'}

    def _get_move_obstacles(self, stage):
        obstacles = super()._get_move_obstacles(stage)
        if stage.phase == 'closed_normal':
            for case, names in self._get_open_assistance().items():
                obstacles.setdefault(case, []).append(
                    self.env._(
                        "Wait for the assistance of %(names)s, or cancel the request.",
                        names=format_list(self.env, names),
                    )
                )
        return obstacles

    def _get_open_assistance(self):
        """Return {case: names of those whose joint handling or transfer is still open}.

        A transfer that was accepted is done: the department is the responsible one.
        """
        domain = [
            ('case_id', 'in', self.ids),
            '|',
            '&',
            ('mode', '=', 'joint'),
            ('state', 'in', ('requested', 'accepted')),
            '&',
            ('mode', '=', 'transfer'),
            ('state', '=', 'requested'),
        ]
        lines = self.env['complaint.assistance'].sudo().search(domain)  # holds for everybody
        found = {}
        for line in lines:
            found.setdefault(line.case_id.sudo(self.env.su), []).append(line._get_name())
        return found

    def _take_over(self, department, user):
        """Make a department that accepted a transfer the responsible one; as superuser."""
        vals = {'department_id': department.id}
        if user:
            vals['handler_id'] = user.id
        self._write_assignment(vals)
        pending = self.filtered(lambda case: case.department_state == 'pending')
        self.env['complaint.event']._record(pending._prepare_acceptance())
