from odoo import fields, models

from ..const import LETTER_PURPOSES


class MailTemplate(models.Model):
    _inherit = 'mail.template'

    complaint_purpose = fields.Selection(
        selection=LETTER_PURPOSES,
        string="Purpose in complaints",
        index='btree_not_null',
        help="What a customer is told with this mail. Sending it records a contact of this "
        "purpose in the complaint.",
    )
