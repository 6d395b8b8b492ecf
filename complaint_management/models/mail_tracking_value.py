from odoo import models

from ..tools.masked_fields import MaskedField


class MailTrackingValue(models.Model):
    _name = 'mail.tracking.value'
    _inherit = ['complaint.recusal.door', 'mail.tracking.value']
    _recusal_message = 'mail_message_id'

    def _filter_has_field_access(self, env):
        """Leave out of the chatter what changed in fields that are masked for the reader."""
        values = super()._filter_has_field_access(env)
        fields = env['complaint.case']._fields
        names = [name for name, field in fields.items() if isinstance(field, MaskedField)]
        # Only customers' names are tracked; who reads none of them reads no change of them.
        return values.filtered(
            lambda value: (
                value.mail_message_id.model != 'complaint.case'
                or value.field_id.name not in names
                or not env['complaint.case']
                .browse(value.mail_message_id.res_id)
                ._hides(fields[value.field_id.name].mask)
            )
        )
