from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
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
        rows.write({'is_digest_due': False})
        groups = rows.filtered('user_id.active').sorted('due_at').grouped('user_id')
        self._send_isolated(list(groups.items()))
        if groups:
            self.env['complaint.inform.rule']._wake_mail_queue()
        return len(rows)

    @api.model
    def _send_isolated(self, groups):
        """Queue mails; one that cannot be written keeps none of the others back.

        :param list groups: (user, rows) for each mail
        """
        if not groups:
            return
        try:
            with self.env.cr.savepoint():
                mails = self.env['mail.mail'].create(
                    [rows._prepare_digest(user) for user, rows in groups]
                )
                for mail, (_user, rows) in zip(mails, groups, strict=True):
                    rows.write({'mail_id': mail.id, 'error': False})
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # a company may have rewritten the mail
            if len(groups) > 1:
                for group in groups:
                    self._send_isolated([group])
                return
            text = str(error) or type(error).__name__
            self._note_lost_mails(dict.fromkeys(groups[0][1], text))

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
