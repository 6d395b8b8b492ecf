from odoo import models
from odoo.exceptions import UserError

from ..const import BULLETIN_KEY, INTERNAL_WRITE


class ComplaintInspectionBulletin(models.Model):
    """The bulletin of an inspection: delays, errors and breaches are announced (INS-8-a, RE-30)."""

    _inherit = 'complaint.inspection'

    def action_send_bulletin(self):
        """Send the findings to the chosen people; nobody learns of a case that is kept from him."""
        self.ensure_one()
        self.check_access('write')
        if self.state != 'done':
            raise UserError(self.env._("Finish the inspection before its findings are announced."))
        if not self.bulletin_user_ids:
            raise UserError(self.env._("Choose who gets the bulletin."))
        lines = self.sudo().line_ids.filtered('is_finding')  # whoever sends it may see fewer
        groups = {}
        for user in self.bulletin_user_ids:
            seen = lines.filtered(lambda line, user=user: line._may_be_announced_to(user))
            groups[seen] = groups.get(seen, self.env['res.users']) | user
        for seen, users in groups.items():
            for lang, people in users.grouped('lang').items():
                self.with_context(lang=lang)._send_bulletin(seen, people)
        self._write_internal({'bulletin_sent_at': self.env.cr.now().replace(microsecond=0)})
        return True

    def _send_bulletin(self, lines, users):
        """Notify people of findings, in the language of the context."""
        body = self._render_bulletin(lines)
        self.with_context(**{BULLETIN_KEY: INTERNAL_WRITE}).message_notify(
            partner_ids=users.partner_id.ids,
            subject=self.env._("Bulletin: %(name)s", name=self.name),
            body=body,
        )

    def _get_pointing_recused(self):
        """A bulletin is written for its readers: what they are recused from is left out."""
        if self.env.context.get(BULLETIN_KEY) is INTERNAL_WRITE:
            return set(), set()
        return super()._get_pointing_recused()

    def _render_bulletin(self, lines):
        """Return the text of the bulletin about some findings, by kind; Markup."""
        self.ensure_one()
        lines = lines.with_context(lang=self.env.lang)
        kinds = dict(lines._fields['result']._description_selection(self.env))
        grouped = lines.grouped('result')
        return self.env['ir.qweb']._render(
            'complaint_management.complaint_inspection_bulletin',
            {
                'inspection': self,
                'groups': [(kinds[kind], grouped[kind]) for kind in kinds if kind in grouped],
            },
        )
