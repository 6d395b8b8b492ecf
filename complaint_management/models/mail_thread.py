from markupsafe import Markup

from odoo import api, models


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
