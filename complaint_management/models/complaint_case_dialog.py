from odoo import models

from ..tools.dialogs import get_dialog


class ComplaintCaseDialog(models.Model):
    """How a button of a case opens a dialog."""

    _inherit = 'complaint.case'

    def _get_dialog(self, model, title, **context):
        """Return the action that opens a dialog about this case, or about all of these.

        :param str model: model of the dialog; it has `case_id`, or `case_ids` when the context
            carries `default_case_ids`
        :param context: more of what the dialog begins with
        """
        if 'default_case_ids' not in context:
            self.ensure_one()
            context['default_case_id'] = self.id
        return get_dialog(model, title, **context)
