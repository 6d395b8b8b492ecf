from odoo import fields, models


class ComplaintCaseDuty(models.Model):
    """What the duty log says about a case (PROPERTY-5.1.2-C1)."""

    _inherit = 'complaint.case'

    duty_line_ids = fields.One2many(
        comodel_name='complaint.duty.line', inverse_name='case_id', string="Duty log"
    )

    def action_note_in_duty_log(self):
        """Note these cases on the sheet of whoever is on duty, and open it to write on.

        The customer is not named: who may see the name opens the complaint.
        """
        self.check_access('read')
        sheet = self.env['complaint.duty']._get_own_sheet()
        self.env['complaint.duty.line'].create(
            [
                {'duty_id': sheet.id, 'case_id': case.id, 'content': case.name or case.number}
                for case in self
            ]
        )
        return sheet._get_form()
