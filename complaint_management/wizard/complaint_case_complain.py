from odoo import fields, models


class ComplaintCaseComplain(models.TransientModel):
    _name = 'complaint.case.complain'
    _description = "Complain About the Handling"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    handler_id = fields.Many2one(related='case_id.handler_id')
    contact_owner_id = fields.Many2one(related='case_id.contact_owner_id')
    description = fields.Text(string="What happened", required=True)
    is_about_handler = fields.Boolean(string="About the handler")
    is_about_contact_owner = fields.Boolean(string="About the first-contact owner")
    accused_employee_ids = fields.Many2many(
        comodel_name='hr.employee.public',
        relation='complaint_case_complain_employee_rel',
        string="About others",
    )
    channel_id = fields.Many2one(comodel_name='complaint.channel')

    def _get_accused(self):
        """Return the employees whom the customer names."""
        self.ensure_one()
        users = self.env['res.users']
        if self.is_about_handler:
            users |= self.handler_id
        if self.is_about_contact_owner:
            users |= self.contact_owner_id
        employees = self.env['hr.employee.public']
        return self.accused_employee_ids | employees.search([('user_id', 'in', users.ids)])

    def action_confirm(self):
        self.ensure_one()
        case = self.case_id._complain_about_handling(
            self.description, self._get_accused(), channel_id=self.channel_id.id
        )
        if case.has_access('read'):
            return {
                'type': 'ir.actions.act_window',
                'res_model': 'complaint.case',
                'res_id': case.id,
                'views': [(False, 'form')],
            }
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'title': self.env._("Registered"),
                'message': case.sudo().number,  # all that who took it in still learns
                'next': {'type': 'ir.actions.act_window_close'},
            },
        }
