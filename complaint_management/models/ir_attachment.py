from odoo import api, models


class IrAttachment(models.Model):
    """Files of a complaint: neither a token nor `public` opens them to who is recused."""

    _name = 'ir.attachment'
    _inherit = ['complaint.recusal.door', 'ir.attachment']

    @api.model
    def _get_recusal_lines(self):
        lines = self.env.registry['complaint.case.line']
        return [
            name
            for name, model in self.env.registry.items()
            if model._auto and not model._abstract and issubclass(model, lines)
        ]

    def _can_return_content(self, field_name=None, access_token=None):
        result = super()._can_return_content(field_name, access_token)
        if result and self._filter_closed():
            raise self.env['ir.rule']._make_access_error('read', self)
        return result
