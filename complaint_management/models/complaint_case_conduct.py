from odoo import fields, models


class ComplaintCaseConduct(models.Model):
    """From a case managers propose a reward or a penalty."""

    _inherit = 'complaint.case'

    use_conduct = fields.Boolean(related='procedure_id.use_conduct')

    def action_propose_conduct(self):
        """Open a new proposal that rests on this case, about whom it complains."""
        self.ensure_one()
        person = self.accused_employee_ids[:1]
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Reward or penalty"),
            'res_model': 'complaint.conduct',
            'views': [(False, 'form')],
            'target': 'current',
            'context': {
                'default_case_ids': self.ids,
                'default_subject': 'person' if person or not self.department_id else 'department',
                'default_employee_id': person.id,
                'default_department_id': self.department_id.id,
                'default_company_id': self.company_id.id,
            },
        }
