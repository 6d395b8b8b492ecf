from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .complaint_sla_clock import OPEN_STATES

# Complaints that are recounted while the editor of a calendar waits; the job does the others.
INLINE_CASES = 500

BATCH_SIZE = 200

# How long after an edit the job looks again, and how far it looks back: complaints that somebody
# was registering in the old working hours while they were edited.
AFTERWARDS = timedelta(minutes=2)
OVERLAP = timedelta(minutes=10)


class ComplaintSlaRecount(models.Model):
    """Working hours that were edited and whose running limits are still to be recounted."""

    _name = 'complaint.sla.recount'
    _description = "Recount of Time Limits"
    _order = 'id'
    _rec_name = 'calendar_id'

    calendar_id = fields.Many2one(
        comodel_name='resource.calendar',
        string="Working hours",
        required=True,
        readonly=True,
        ondelete='cascade',
        index=True,
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, ondelete='cascade', index=True
    )
    position = fields.Integer(
        string="Last complaint recounted", readonly=True, default=0, help="-1: all are."
    )
    written_since = fields.Datetime(
        readonly=True, help="Only limits written since then are left to look at."
    )
    user_id = fields.Many2one(
        comodel_name='res.users', readonly=True, ondelete='set null', help="Who edited the hours."
    )

    _calendar_company_uniq = models.UniqueIndex('(calendar_id, company_id)')

    # === ASKING === #

    @api.model
    def _ask(self, pairs, limit=INLINE_CASES, cause='calendar_edited'):
        """Recount the limits that count in working hours that were edited.

        :param list pairs: (resource.calendar, res.company)
        :param int limit: how many complaints are recounted at once, the job does the rest; None
            recounts all at once and leaves nothing to the job
        :param str cause: kept in the events; False writes no events
        """
        calendars, companies = zip(*pairs, strict=True)
        standing = self.search(
            [
                ('calendar_id', 'in', [calendar.id for calendar in calendars]),
                ('company_id', 'in', [company.id for company in companies]),
            ]
        ).filtered(lambda row: (row.calendar_id, row.company_id) in pairs)
        standing.write({'position': 0, 'written_since': False, 'user_id': self.env.uid})
        known = {(row.calendar_id, row.company_id) for row in standing}
        rows = standing | self.create(
            [
                {'calendar_id': calendar.id, 'company_id': company.id, 'user_id': self.env.uid}
                for calendar, company in pairs
                if (calendar, company) not in known
            ]
        )
        rows._recount(limit, cause)
        if limit is None:  # all is done
            rows.unlink()
            return
        now = self.env.cr.now().replace(microsecond=0)
        done = rows.filtered(lambda row: row.position < 0)
        done.write({'position': 0, 'written_since': now - OVERLAP})
        cron = self.env.ref('complaint_sla.ir_cron_recount', raise_if_not_found=False)
        if cron:
            cron._trigger([now] if rows - done else [now + AFTERWARDS])

    # === RECOUNTING === #

    def _recount(self, limit, cause='calendar_edited'):
        """Recount complaints of these rows in their order; a row that is done gets -1.

        :param int limit: how many at most, None for all
        :param str cause: kept in the events; False writes no events
        :return: how many were recounted
        :rtype: int
        """
        count = 0
        for row in self:
            while limit is None or count < limit:
                size = BATCH_SIZE if limit is None else min(BATCH_SIZE, limit - count)
                case_ids = row._get_case_ids(size)
                cases = self.env['complaint.case'].browse(case_ids)
                self.env['complaint.sla.clock']._reconcile(cases, cause=cause)
                count += len(case_ids)
                row.position = case_ids[-1] if len(case_ids) == size else -1
                if row.position < 0:
                    break
        return count

    def _get_case_ids(self, limit):
        """Return the ids of the next complaints, in order, whose limits are to be recounted."""
        self.ensure_one()
        clocks = self.env['complaint.sla.clock']
        clocks.flush_model()
        since = SQL("AND write_date >= %s", self.written_since) if self.written_since else SQL()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT case_id FROM complaint_sla_clock WHERE calendar_id = %s "
                "AND company_id = %s AND state IN %s AND case_id > %s %s ORDER BY case_id LIMIT %s",
                self.calendar_id.id,
                self.company_id.id,
                tuple(OPEN_STATES),
                self.position,
                since,
                limit,
            )
        )
        return [row[0] for row in rows]

    # === THE JOB === #

    @api.model
    def _cron_recount(self):
        """Recount what the editors of calendars left, and what came in between.

        A run that is killed goes on where it was.
        """
        cron = self.env['ir.cron']
        while rows := self.search([], limit=1):
            row = rows.with_user(rows.user_id or self.env.user).sudo()  # whoever edited the hours
            count = row._recount(BATCH_SIZE)
            if row.position < 0:
                row.unlink()
            if not cron._commit_progress(count, remaining=self.search_count([])):
                return
