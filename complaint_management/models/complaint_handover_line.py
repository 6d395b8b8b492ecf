from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintHandoverLine(models.Model):
    _name = 'complaint.handover.line'
    _description = "Complaint of a Handover"
    _inherit = ['complaint.case.line']

    handover_id = fields.Many2one(
        comodel_name='complaint.handover', required=True, ondelete='cascade', index=True
    )
    note = fields.Text(string="Where it stands")
    next_step = fields.Text(string="What follows")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        self._check_draft()
        result = super().write(vals)
        self._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        self._check_draft()

    # === BUSINESS METHODS === #

    def _check_draft(self):
        """Only who prepares a handover writes its lines, as long as it is prepared."""
        self.handover_id.check_access('write')
        if self.handover_id.filtered(lambda handover: handover.state != 'draft'):
            raise UserError(self.env._("A handover cannot be changed once it is handed over."))

    def _get_words(self):
        """Return what the history keeps of this line, or None."""
        self.ensure_one()
        return '\n'.join(filter(None, (self.note, self.next_step))) or None
