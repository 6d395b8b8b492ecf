from odoo import models
from odoo.exceptions import AccessError


class IrRule(models.Model):
    _inherit = 'ir.rule'

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
