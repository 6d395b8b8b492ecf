import base64

from odoo import api, fields, models

from ..tools.dialogs import get_record_dialog


class ComplaintDataExport(models.TransientModel):
    """Holds the file with a customer's data until it is downloaded; the vacuum takes it away."""

    _name = 'complaint.data.export'
    _description = "Data of a Customer"
    _transient_max_hours = 1.0

    partner_id = fields.Many2one(comodel_name='res.partner', string="Customer", required=True)
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Make the file, whatever a client sends along."""
        dialogs = super().create([{'partner_id': vals.get('partner_id')} for vals in vals_list])
        for dialog in dialogs:
            dialog.partner_id.check_access('read')
            name, content = dialog.partner_id._take_complaints()
            # pylint: disable-next=super-method-mismatch
            super(ComplaintDataExport, dialog).write(
                {'file': base64.b64encode(content), 'file_name': name}
            )
        return dialogs

    def _open(self):
        self.ensure_one()
        return get_record_dialog(self, self.env._("Data of the customer"))
