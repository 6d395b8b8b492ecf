from odoo import api, fields, models


class ComplaintPresetPreview(models.TransientModel):
    _name = 'complaint.preset.preview'
    _description = "Preview of a Complaint Preset"

    preset_id = fields.Many2one(comodel_name='complaint.preset', required=True, ondelete='cascade')
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company
    )
    contents = fields.Text(string="What will be made", compute='_compute_preview')
    clashes = fields.Text(string="What is there already", compute='_compute_preview')

    @api.depends('preset_id', 'company_id')
    def _compute_preview(self):
        for preview in self:
            preview.contents = '\n'.join(preview.preset_id._get_summary_lines())
            preview.clashes = '\n'.join(preview.preset_id._get_clashes(preview.company_id))

    def action_install(self):
        """Install for the company of the preview and open the procedure."""
        self.ensure_one()
        return self.preset_id.with_company(self.company_id).action_install()
