from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

# Dialogs of Odoo that hold words, or whole files, of complaints.
KEPT_DIALOGS = ('base_import.import', 'mail.activity.schedule')


class IrRule(models.Model):
    _inherit = 'ir.rule'

    @api.model
    def _compute_domain(self, model_name, mode='read'):
        """Keep dialogs to who opened them: they hold names, reasons and words not yet told.

        Odoo gives a dialog to all who may open one like it.
        """
        domain = super()._compute_domain(model_name, mode)
        is_ours = model_name.startswith('complaint.') and self.env.registry[model_name]._transient
        if self.env.su or not (is_ours or model_name in KEPT_DIALOGS):
            return domain
        return domain & Domain('create_uid', '=', self.env.uid)

    def _make_access_error(self, operation, records):
        """Tell who is recused from something neither what he missed nor which rule it was.

        In developer mode Odoo names both.
        """
        if self._is_about_complaints(records) and self.env.user._get_recused_case_ids():
            return AccessError(
                self.env._(
                    "You have no access to this: %(what)s (operation: %(operation)s).",
                    what=records._description,
                    operation=operation,
                )
            )
        return super()._make_access_error(operation, records)

    def _is_about_complaints(self, records):
        names = ('complaint.recusal.thread', 'complaint.case.line', 'complaint.recusal.door')
        return any(isinstance(records, self.env.registry[name]) for name in names)
