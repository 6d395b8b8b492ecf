from odoo import api, models


class MailThreadRecusal(models.AbstractModel):
    """Nobody is invited to, or told of, what points at a complaint from which he is recused (T16).

    Of a meeting, its mails would name it to whom its rules close it. No other thread is asked for
    anything.
    """

    _inherit = 'mail.thread'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        threads = super().create(vals_list)
        threads._disinvite_recused()
        return threads

    def write(self, vals):
        result = super().write(vals)
        rules = self.env['ir.rule']
        if self._name in rules._get_recusal_models():
            link, _activity_fields, _parents = rules._get_recusal_fields(self._name)
            if vals.keys() & {*(link or ()), *rules._get_guest_fields(self._name)}:
                self._disinvite_recused()
        return result

    # === RECUSAL === #

    def _get_pointing_recused(self):
        """Return (ids of partners, e-mail addresses) that learn nothing of these records."""
        rules = self.env['ir.rule']
        if not self or self._name not in rules._get_recusal_models():
            return set(), set()
        return rules._get_pointed_cases(self)._get_recused_addresses()

    def _disinvite_recused(self):
        """Take out again, without a word, whoever is invited and recused.

        A sentence would tell that somebody is complained about.
        """
        for thread in self:
            partner_ids, _emails = thread._get_pointing_recused()
            if partner_ids:
                self.env['ir.rule']._take_out_of_pointing(thread.sudo(), partner_ids)  # others'

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        partner_ids, emails = self._get_pointing_recused() if recipients else (set(), set())
        return [
            data
            for data in recipients
            if data['id'] not in partner_ids and data.get('email_normalized') not in emails
        ]
