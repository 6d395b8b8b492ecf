from dataclasses import replace

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

    def _mask_beside(self, identities):
        """Rewards and penalties keep whom they are about and who decided; not who complained."""
        super()._mask_beside(identities)
        complainants = {}
        for case in self:
            staff = case.handler_id | case.investigator_id | case.contact_owner_id
            names = {*(staff | case.followup_user_id).mapped('name')}
            names.update(case.accused_employee_ids.mapped('name'))
            identity = identities[case.id]
            complainants[case.id] = replace(identity, people=identity.people - names)
        conducts = self.env['complaint.conduct'].sudo()  # also those out of sight of who asks
        conducts = conducts.search([('case_ids', 'in', self.ids)])
        self._mask_records(
            {conduct: (conduct.case_ids & self).ids for conduct in conducts},
            ('reason', 'consequence', 'decision_note'),
            complainants,
        )
