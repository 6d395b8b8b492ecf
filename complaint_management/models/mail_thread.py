import logging

from markupsafe import Markup

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import email_normalize

from .complaint_case_mail import MAIL_KEY

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """Odoo's gateway, with our reader and our rules for mails to complaints; no other mail differs.

    A mail that is for complaints is read before Odoo reads it and goes along in the context.
    """

    _inherit = 'mail.thread'

    def _get_complaint_gateway(self):
        return self.env['complaint.case'].sudo()  # a gateway has no rights of its own

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Take in a mail; one for complaints is never lost and never stops those after it."""
        raw = _get_bytes(message)
        cases = self._get_complaint_gateway()
        mail = cases._read_own_mail(raw, model)
        if mail is None:
            return super().message_process(
                model, message, custom_values, save_original, strip_attachments, thread_id
            )
        mail.drop_reason = cases._get_drop_reason(mail)
        if mail.drop_reason is None and cases._is_known_mail(mail):
            mail.drop_reason = 'duplicate'
            cases._drop_mail(mail, mail.drop_reason)
            return False
        thread = self.with_context(**{MAIL_KEY: mail})
        # Odoo looks into a delivery report for the mail that came back; of others it needs only
        # the headers, written as they should be.
        source = raw if mail.drop_reason == 'bounce' else mail.get_head()
        try:
            with self.env.cr.savepoint():
                return super(MailThread, thread).message_process(
                    model, source, custom_values, save_original, strip_attachments, thread_id
                )
        except Exception as error:
            again = isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
            if again and not self.env.context.get('default_fetchmail_server_id'):
                raise  # whoever handed the mail over is asked once more
            level = logging.INFO if mail.drop_reason else logging.WARNING
            _logger.log(level, "Could not take in mail %s", mail.message_id, exc_info=True)
            return cases._keep_raw_mail(mail, custom_values)

    @api.model
    def message_parse(self, message, save_original=False):
        """Put in what our reader read."""
        message_dict = super().message_parse(message, save_original=save_original)
        cases = self._get_complaint_gateway()
        if mail := cases._get_mail_in_hand():
            message_dict['subject'] = mail.subject
            message_dict['email_from'] = message_dict['email_from'] or mail.sender_name
            message_dict['date'] = cases._get_mail_date(message_dict)
        return message_dict

    def _message_parse_extract_payload(self, message, message_dict, save_original=False):
        cases = self._get_complaint_gateway()
        mail = cases._get_mail_in_hand()
        if not mail:
            return super()._message_parse_extract_payload(message, message_dict, save_original)
        payload = cases._get_mail_payload(mail, save_original)
        try:
            return self._message_parse_extract_payload_postprocess(message, payload)
        except ValueError:  # no page at all in the eyes of lxml
            return payload

    @api.model
    def _detect_loop_headers(self, msg_dict):
        """Count what answers to our own answer to a loop."""
        is_loop = super()._detect_loop_headers(msg_dict)
        cases = self._get_complaint_gateway()
        if is_loop and (mail := cases._get_mail_in_hand()):
            cases._drop_mail(mail, 'loop')
        return is_loop

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        """Leave out our routes: they are checked already, and no machine gets an answer."""
        others = [route for route in routes or [] if route[0] != 'complaint.case']
        return super()._detect_loop_sender(message, message_dict, others)

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """Let machines pass the check that would answer them; they are dropped afterwards."""
        mail = self._get_complaint_gateway()._get_mail_in_hand()
        if mail and mail.drop_reason and route[0] == 'complaint.case':
            return route
        return super()._routing_check_route(message, message_dict, route, raise_exception)

    @api.model
    def _routing_create_bounce_email(self, email_from, body_html, message, **mail_values):
        """Tell a sender once a day at most that the address is not open to them."""
        cases = self._get_complaint_gateway()
        mail = cases._get_mail_in_hand()
        if mail and (mail.drop_reason or cases._was_refused_lately(mail)):
            return None
        return super()._routing_create_bounce_email(email_from, body_html, message, **mail_values)

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Count a report about a mail of ours that came to Odoo's address for them."""
        super()._routing_handle_bounce(email_message, message_dict)
        cases = self._get_complaint_gateway()
        bounced = message_dict.get('bounced_message')
        if not cases._get_mail_in_hand() and bounced and bounced.model == cases._name:
            cases._count_bounce(email_message, message_dict)

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Settle where a mail for complaints goes by our rules."""
        routes = super().message_route(message, message_dict, model, thread_id, custom_values)
        cases = self._get_complaint_gateway()
        if mail := cases._get_mail_in_hand():
            return cases._choose_mail_routes(mail, message_dict, routes)
        return routes

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Lead mails that answer to a duplicate to the complaint that it was merged into."""
        led, passed = [], {}
        for route in routes or ():
            model, thread_id, *rest = route
            if model == 'complaint.case' and thread_id:
                # A gateway has no rights of its own: the mail reaches whoever works on it.
                duplicate = self.env['complaint.case'].sudo().browse(thread_id).exists()
                survivor = duplicate and duplicate._get_survivor()
                if survivor and survivor != duplicate:
                    passed[duplicate] = survivor
                    route = (model, survivor.id, *rest)
            led.append(route)
        subject = message_dict.get('subject')
        led = self._drop_recused_routes(message, message_dict, led)
        thread_id = super()._message_route_process(message, message_dict, led)
        for duplicate, survivor in passed.items():
            duplicate._message_log(
                body=Markup('%s %s')
                % (
                    self.env._("A mail was put on the complaint that stays:"),
                    survivor._get_html_link(title=survivor._get_reference()),
                ),
                subject=subject,
            )
        return thread_id

    @api.model
    def _drop_recused_routes(self, message, message_dict, routes):
        """Return the routes without complaints from which the sender is recused (T16).

        His mail goes back to him, in words that do not tell why.
        """
        threads = self.env.registry['complaint.recusal.thread']
        sender = email_normalize(message_dict.get('email_from'))
        kept = []
        for route in routes:
            model, thread_id = route[:2]
            if thread_id and isinstance(self.env[model], threads):
                # A gateway has no rights of its own.
                record = self.env[model].sudo().browse(thread_id).exists()
                partner_ids, emails = record._get_recused_addresses()
                if message_dict.get('author_id') in partner_ids or sender in emails:
                    continue
            kept.append(route)
        if len(kept) < len(routes) and message.get('Auto-Submitted', 'no') == 'no':
            self._routing_create_bounce_email(
                message_dict['email_from'],
                Markup('<p>%s</p>')
                % self.env._("Your message could not be delivered. Ask your team leader."),
                message,
                references=message_dict.get('message_id'),
            )
        return kept


def _get_bytes(message):
    """Return a mail as bytes, whether it comes by XML-RPC, as text or as they are."""
    message = getattr(message, 'data', message)
    return (
        message.encode('utf-8', 'surrogateescape') if isinstance(message, str) else bytes(message)
    )
