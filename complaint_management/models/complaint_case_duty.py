from odoo import api, fields, models


class ComplaintCaseDuty(models.Model):
    """What the duty log says about a case (PROPERTY-5.1.2-C1)."""

    _inherit = 'complaint.case'

    duty_line_ids = fields.One2many(
        comodel_name='complaint.duty.line', inverse_name='case_id', string="Duty log"
    )
    duty_line_count = fields.Integer(
        string="Entries in the duty log", compute='_compute_duty_line_count'
    )

    @api.depends('duty_line_ids')
    @api.depends_context('uid')
    def _compute_duty_line_count(self):
        counts = dict(
            self.env['complaint.duty.line']._read_group(
                [('case_id', 'in', self.ids)], ['case_id'], ['__count']
            )
        )
        for case in self:
            case.duty_line_count = counts.get(case._origin, 0)

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

    def action_view_duty_lines(self):
        """Open the entries of the duty log about this case."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_duty_line_action'
        )
        return {**action, 'domain': [('case_id', '=', self.id)], 'context': {'create': False}}
