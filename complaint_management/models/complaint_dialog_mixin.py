from odoo import api, models


class ComplaintDialogMixin(models.AbstractModel):
    """A dialog about complaints, or about what hangs on them: only for who may read those."""

    _name = 'complaint.dialog.mixin'
    _description = "Dialog About Complaints"
    _inherit = ['complaint.link.guard']

    @api.model_create_multi
    def create(self, vals_list):
        dialogs = super().create(vals_list)
        dialogs._check_links()
        return dialogs

    def write(self, vals):
        result = super().write(vals)
        self._check_links()
        return result

    def _check_links(self):
        """Ask for the right to read all that the dialogs are about.

        :raise AccessError: as if it were read
        """
        for name in () if self.env.su else self._get_link_names():
            self[name].check_access('read')
