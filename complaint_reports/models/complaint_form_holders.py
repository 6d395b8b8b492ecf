from odoo import api, fields, models
from odoo.tools import ormcache

from .complaint_form_custody import HOLDERS


class ComplaintFormHolders(models.Model):
    """With whom the original and the copy of a form begin (PROPERTY-5.1.2-A2, PROPERTY-5.2-c)."""

    _inherit = 'complaint.form'

    original_holder = fields.Selection(selection=HOLDERS, string="Original goes to")
    copy_holder = fields.Selection(selection=HOLDERS, string="Photocopy goes to")
    custody_stage_ids = fields.Many2many(
        comodel_name='complaint.stage',
        relation='complaint_form_custody_stage_rel',
        string="Filled in from the stage",
        help="When a complaint that the form fits enters one of these stages, who holds the "
        "original and who the photocopy is noted on it.",
    )

    # === BUSINESS METHODS === #

    @api.model
    @ormcache()
    def _get_custody_form_ids(self):
        """Return {stage id: ids of the forms whose papers begin there}, whoever asks."""
        found = {}
        for form in self.sudo().search([('custody_stage_ids', '!=', False)]):
            for stage in form.custody_stage_ids:
                found.setdefault(stage.id, []).append(form.id)
        return found

    def _get_copies_for(self, case):
        """Return what the form of a case says of its copies: who holds them, else who shall."""
        if case and self:
            held = self.env['complaint.form.custody'].search(
                [('case_id', '=', case.id), ('form_id', '=', self.id), ('until', '=', False)],
                order='kind desc, since, id',
            )
            if held:
                return [custody._get_words() for custody in held]
        return self._get_copies()
