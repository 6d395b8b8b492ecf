from markupsafe import Markup

from odoo import api, models
from odoo.tools import email_normalize


class MailThread(models.AbstractModel):
    _inherit = 'mail.thread'

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Lead mails that answer to a duplicate to the complaint that it was merged into.

        A new mail of the complainant that names a complaint in its subject answers to that one.
        """
        led, passed = [], {}
        for route in routes or ():
            model, thread_id, *rest = route
            if model == 'complaint.case' and not thread_id:
                thread_id = self.env['complaint.case']._find_by_subject(message_dict)
                route = (model, thread_id, *rest)
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
