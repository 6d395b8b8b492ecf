from odoo import fields, models


class ComplaintCaseCustody(models.Model):
    """Who holds the papers of a case."""

    _inherit = 'complaint.case'

    custody_ids = fields.One2many(
        comodel_name='complaint.form.custody', inverse_name='case_id', string="Holders of papers"
    )

    def _after_move(self, stage):
        super()._after_move(stage)
        if ids := self.env['complaint.form']._get_custody_form_ids().get(stage.id):
            # The configuration says who holds the papers, whoever moves the case.
            cases = self.sudo()
            cases.env['complaint.form.custody']._open(
                cases.env['complaint.form'].browse(ids), cases
            )

    def action_view_custodies(self):
        """Open who holds and held the papers of this case, to hand them on."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_reports.complaint_form_custody_action'
        )
        return {
            **action,
            'domain': [('case_id', '=', self.id)],
            'context': {'default_case_id': self.id, 'complaint_one_case': True},
        }
