from odoo import api, models


class ComplaintContact(models.Model):
    _inherit = 'complaint.contact'

    @api.model_create_multi
    def create(self, vals_list):
        """Let time limits follow: the customer answers, or is told of an extension."""
        contacts = super().create(vals_list)
        for contact in contacts.filtered(lambda c: c.direction == 'in' and c.case_id.sla_on_hold):
            contact.case_id._resume_on_answer(contact.occurred_at)
        told = contacts.filtered(lambda c: c.direction == 'out' and c.purpose == 'extension')
        for contact in told:
            contact.case_id._tell_extensions(contact.occurred_at)
        return contacts
