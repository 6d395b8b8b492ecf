import logging

from odoo import fields, models

from ..tools.masked_fields import MaskedChar, MaskedPartners, MaskedText

_logger = logging.getLogger(__name__)


class MailMail(models.Model):
    _name = 'mail.mail'
    _inherit = ['complaint.masked.message', 'complaint.recusal.door', 'mail.mail']
    _recusal_message = 'mail_message_id'

    email_to = MaskedText(mask='addresses')
    email_cc = MaskedChar(mask='addresses')
    recipient_ids = MaskedPartners(mask='people')
    headers = MaskedText(mask='text')
    failure_reason = MaskedText(mask='text')

    complaint_template_id = fields.Many2one(
        comodel_name='mail.template',
        ondelete='set null',
        help="The mail tells a customer something: once it has left, a contact is recorded.",
    )

    def _postprocess_sent_message(self, success_pids, success_emails, *args, **kwargs):
        """Record what customers were told, now that the mails have left."""
        if success_pids or success_emails:
            self.sudo().filtered('complaint_template_id')._record_letters()  # the queue's own
        return super()._postprocess_sent_message(success_pids, success_emails, *args, **kwargs)

    def _record_letters(self):
        for mail in self.filtered(lambda mail: mail.model == 'complaint.case'):
            # Who moved the complaint wrote to the customer; the queue runs as somebody else.
            case = self.env['complaint.case'].with_user(mail.create_uid).sudo()
            try:
                with self.env.cr.savepoint():
                    case.browse(mail.res_id).exists()._record_letter(
                        mail.complaint_template_id, mail.mail_message_id.body
                    )
            except Exception:  # the mail has left: sending it once more would be worse
                _logger.exception("The contact of mail %s could not be recorded", mail.id)
