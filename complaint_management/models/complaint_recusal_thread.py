from odoo import api, models
from odoo.tools import email_normalize


class ComplaintRecusalThread(models.AbstractModel):
    """A thread about a complaint that reaches nobody who is recused from it (requirement T16)."""

    _name = 'complaint.recusal.thread'
    _description = "Thread Without the Recused"

    def _get_recusal_cases(self):
        """Return the cases to which these records belong; lines answer with theirs."""
        return self.case_id

    def _get_recused_addresses(self):
        """Return (ids of partners, e-mail addresses) to which nothing about these records goes.

        An accused employee without a user, or one who writes from his private partner, counts.
        """
        cases = self.sudo()._get_recusal_cases()  # who is recused is hidden from some
        partners = cases.recused_user_ids.partner_id
        emails = partners.mapped('email_normalized')
        if employees := cases.accused_employee_ids.employee_id:
            partners |= employees.work_contact_id
            emails += [email_normalize(email) for email in employees.mapped('work_email')]
            emails += employees.work_contact_id.mapped('email_normalized')
        return set(partners.ids), set(filter(None, emails))

    def _is_closed_to_user(self):
        """Say whether the current user is recused from one of these, whatever token he holds."""
        closed = set(self.env.user._get_recused_case_ids())
        return bool(closed and closed & set(self.sudo()._get_recusal_cases().ids))

    # === NOTIFYING === #

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not (self and recipients):
            return recipients
        partner_ids, emails = self._get_recused_addresses()
        return [
            data
            for data in recipients
            if data['id'] not in partner_ids and data.get('email_normalized') not in emails
        ]

    def _message_create(self, values_list):
        """Leave out of a message whoever must not read it, be he mentioned or in copy."""
        if self and any(values.get('partner_ids') for values in values_list):
            partner_ids, _emails = self._get_recused_addresses()
            values_list = [
                {
                    **values,
                    'partner_ids': [
                        partner_id
                        for partner_id in values.get('partner_ids') or ()
                        if partner_id not in partner_ids
                    ],
                }
                for values in values_list
            ]
        return super()._message_create(values_list)

    # === TOKENS === #

    @api.model
    def _get_thread_with_access(self, thread_id, **kwargs):
        thread = super()._get_thread_with_access(thread_id, **kwargs)
        return self.browse() if thread and thread._is_closed_to_user() else thread
