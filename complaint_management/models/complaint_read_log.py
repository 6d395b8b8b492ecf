from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

# Whoever opens the same complaint again within these minutes is recorded once.
REPEAT_MINUTES = 5


class ComplaintReadLog(models.Model):
    """Who read a restricted complaint, on which way, and who showed masked contact data.

    Rows are only added, by the software; the committee and the auditor read them.
    """

    _name = 'complaint.read.log'
    _description = "Reading of a Complaint"
    _inherit = ['complaint.log.mixin', 'complaint.case.line']
    _order = 'read_at desc, id desc'
    _rec_name = 'case_id'
    _log_access = False

    case_id = fields.Many2one(readonly=True)
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Read by",
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    read_at = fields.Datetime(string="Read at", required=True, readonly=True, index=True)
    way = fields.Selection(
        selection=[
            ('form', "Opened"),
            ('export', "Exported"),
            ('print', "Printed"),
            ('rpc', "Read by another program"),
            ('portal', "Portal"),
            ('unmask', "Contact data shown"),
            ('evidence', "Evidence pack"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Text(readonly=True, help="Why contact data was shown; what was printed.")
    shown_until = fields.Datetime(string="Shown until", readonly=True)

    _repeat_idx = models.Index('(user_id, case_id, read_at DESC)')
    _shown_idx = models.Index('(user_id, shown_until) WHERE shown_until IS NOT NULL')

    def _get_kept_sentence(self):
        return self.env._(
            "The read log is written by the software alone, and nothing in it is changed or "
            "taken out; it goes with its complaint."
        )

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, cases, way, reason=None, minutes=0):
        """Keep that the user read cases. All at once, at most one query to look and one to write.

        :param cases: complaint.case records
        :param str way: as in `way`
        :param str reason: why, or what
        :param int minutes: how long contact data is shown from now on
        :return: the new rows, as superuser
        """
        # Nobody may write the log by hand.
        log_sudo = self.sudo()
        now = self.env.cr.now().replace(microsecond=0)
        if way != 'unmask':
            cases -= log_sudo._get_lately_read(cases, way, now)
        return log_sudo._add(
            [
                {
                    'case_id': case_id,
                    'user_id': self.env.uid,
                    'read_at': now,
                    'way': way,
                    'reason': reason,
                    'shown_until': now + timedelta(minutes=minutes) if minutes else False,
                }
                for case_id in cases.ids
            ]
        )

    @api.model
    def _get_lately_read(self, cases, way, now):
        """Return those of the cases whose reading is recorded already, a few minutes ago."""
        rows = self._read_group(
            [
                ('user_id', '=', self.env.uid),
                ('case_id', 'in', cases.ids),
                ('read_at', '>', now - timedelta(minutes=REPEAT_MINUTES)),
                ('way', '=', way),
            ],
            ['case_id'],
        )
        return cases.browse(case.id for [case] in rows)

    @api.model
    def _get_unmasked_ids(self, cases):
        """Return the ids of those cases whose contact data the user has had shown to him.

        :rtype: set
        """
        domain = self._get_unmasked_domain() & Domain('case_id', 'in', cases.ids)
        # What was shown to the user is asked for his own sake; the log is not his to read.
        return {case.id for [case] in self.sudo()._read_group(domain, ['case_id'])}

    @api.model
    def _get_unmasked_sql(self):
        """Return the same for all cases, as a subselect: a search asks nothing beforehand."""
        query = self.sudo()._search(self._get_unmasked_domain())  # idem
        return query.select(self._field_to_sql(query.table, 'case_id', query))

    @api.model
    def _get_unmasked_domain(self):
        return Domain('user_id', '=', self.env.uid) & Domain('shown_until', '>', self.env.cr.now())
