from odoo import api, models
from odoo.tools import SQL

# Rows whose people are told together; a person reads the first lines of them.
DIGEST_ROWS = 20000
DIGEST_LINES = 50


class ComplaintSlaReminderDigest(models.Model):
    """One mail for each person and tick that sums up what the person has to know."""

    _inherit = 'complaint.sla.reminder'

    @api.model
    def _send_digests(self):
        """Queue the mails about rows that were done; return how many rows they are about."""
        rows = self._claim(
            SQL(
                "SELECT id FROM complaint_sla_reminder WHERE is_digest_due "
                "ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
                DIGEST_ROWS,
            )
        )
        if not rows:
            return 0
        groups = rows.filtered('user_id.active').sorted('due_at').grouped('user_id')
        mails = self.env['mail.mail'].create(
            [told._prepare_digest(user) for user, told in groups.items()]
        )
        rows.write({'is_digest_due': False})
        for mail, told in zip(mails, groups.values(), strict=True):
            told.write({'mail_id': mail.id})
        if mails:
            self.env['complaint.inform.rule']._wake_mail_queue()
        return len(rows)

    def _prepare_digest(self, user):
        """Return the values of the mail to one person about these rows."""
        rows = self.with_context(lang=user.lang or self.env.lang)
        env = rows.env
        company = user.company_id
        lines = [row._with_reader(user)._prepare_digest_line() for row in rows[:DIGEST_LINES]]
        body = env['ir.qweb']._render(
            'complaint_sla.reminder_digest',
            {'user': user, 'lines': lines, 'left': len(rows) - len(lines), 'company': company},
            lang=env.context['lang'],
        )
        return {
            'subject': env._("Time limits of complaints: %(count)s to look at", count=len(rows)),
            'body_html': body,
            'email_from': company.email_formatted or self.env.user.email_formatted,
            'recipient_ids': [(4, user.partner_id.id)],
            'auto_delete': True,
            # No absent person's reply shall answer it.
            'headers': "{'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All'}",
        }

    def _prepare_digest_line(self):
        case = self.case_id
        return {
            'case': case.display_name,
            'url': f'{case.get_base_url()}/mail/view?model={case._name}&res_id={case.id}',
            'headline': self._get_headline(),
            'sentence': self._get_sentence(),
        }
