from odoo import api, fields, models

from ..tools.mail_automatic import REASONS

SUBJECT_LENGTH = 200


class ComplaintMailDropped(models.Model):
    """A mail that came to us and opened no complaint: why, from whom. Its text is not kept."""

    _name = 'complaint.mail.dropped'
    _description = "Mail Not Taken In"
    _inherit = ['complaint.log.mixin']
    _order = 'id desc'
    _rec_name = 'subject'

    reason = fields.Selection(selection=REASONS, required=True, readonly=True, index=True)
    sender = fields.Char(readonly=True, index='btree_not_null')
    subject = fields.Char(readonly=True)
    message_id = fields.Char(string="Message-Id", readonly=True)
    dropped_at = fields.Datetime(string="Came at", required=True, readonly=True, index=True)
    team_id = fields.Many2one(
        comodel_name='complaint.team', ondelete='set null', readonly=True, index='btree_not_null'
    )
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='cascade', readonly=True, index='btree_not_null'
    )

    @api.model
    def _count(self, mail, reason, team=None):
        """Keep that a mail came and was not taken in; only the gateway may, as superuser.

        :param mail: :class:`~odoo.addons.complaint_management.tools.mail_reader.Mail`
        :param str reason: a value of REASONS
        :param team: the team to which it was written, if that is known
        """
        team = team or self.env['complaint.team']
        return self._add(
            {
                'reason': reason,
                'sender': mail.sender_address or mail.sender_name,
                'subject': mail.subject[:SUBJECT_LENGTH],
                'message_id': mail.message_id[:SUBJECT_LENGTH],
                'dropped_at': self.env.cr.now().replace(microsecond=0),
                'team_id': team.id,
                'company_id': (team.company_id or self.env.company).id,
            }
        )

    def _get_kept_sentence(self):
        return self.env._("What was counted about a mail is kept as it is.")
