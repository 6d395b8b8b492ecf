from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

# Key under which a transaction keeps for which moment it has to ask for a run.
WAKE_KEY = 'complaint_sla_reminder_wake'

# Columns of rows that planning inserts, beside those that all new rows have alike.
COLUMNS = {
    'clock_id': 'int',
    'case_id': 'int',
    'company_id': 'int',
    'escalation_id': 'int',
    'repetition': 'int',
    'is_extra': 'bool',
    'user_id': 'int',
    'due_at': 'timestamp',
    'next_try_at': 'timestamp',
}


class ComplaintSlaReminderPlan(models.Model):
    """How rows follow their clocks, and how the tick is woken for the next of them."""

    _inherit = 'complaint.sla.reminder'

    # === ROWS FOLLOW THEIR CLOCKS === #

    @api.model
    def _plan(self, clocks, new):
        """Bring the planned rows of clocks in line with their deadlines and ladders.

        What was done for a moment that has passed stays done. When a deadline moves, so that the
        moment of a rung lies ahead again, it is planned again. Clocks that do not run, and those
        of imported history, have nothing planned; those that ended also take back what people
        should have done. One read and one write, however many clocks.

        :param clocks: complaint.sla.clock records, as superuser
        :param new: those of them that have just been created, so that there is nothing to read
        """
        existing = self._get_current(clocks - new)
        ended = clocks.filtered('stopped_at')
        gone = self._release(self.union(*(existing.get(clock, self) for clock in ended)))
        now, passed, vals_list = self._get_now(), self.browse(), []
        for clock in clocks - ended:
            rows = existing.get(clock, self.browse())
            wanted = clock._get_rungs() if clock._may_escalate() else {}
            covered = set()
            for row in rows:
                verdict = row._follow(wanted.get(row._get_root_id()), clock, now)
                if verdict == 'gone':
                    gone |= row
                elif verdict == 'passed':
                    passed |= row
                elif not row.repetition:
                    covered.add(row._get_root_id())
            for root_id, (rung, due) in wanted.items():
                # A limit that is late from its start is not at risk any more.
                if root_id not in covered and not due < clock.deadline <= now:
                    vals_list.append(clock._prepare_reminder(rung, due))
        if passed:
            passed.write({'is_current': False})
        self._replace(gone, vals_list)

    @api.model
    def _get_current(self, clocks):
        """Return {clock: its rows that count, the first of a rung before its repetitions}."""
        if not clocks:
            return {}
        names = ['clock_id', 'case_id', 'escalation_id', 'repetition', 'is_extra', 'state']
        rows = self.search_fetch(
            [('clock_id', 'in', clocks.ids), ('is_current', '=', True)],
            [*names, 'due_at', 'next_try_at'],
            order='repetition, id',
        )
        return rows.grouped('clock_id')

    def _get_root_id(self):
        return self.escalation_id.origin_id.id or self.escalation_id.id

    def _follow(self, wanted, clock, now):
        """Bring one row in line; say whether it is 'kept', 'gone' or has 'passed' into history.

        :param wanted: (rung, moment at which it is due), or None
        """
        is_planned = self.state == 'planned'
        if wanted is None:
            return 'gone' if is_planned else 'kept'
        rung, due = wanted
        due = clock._get_repetition_due(rung, due, self.repetition)
        if self.is_extra or not is_planned:
            if due > now and due != self.due_at:
                return 'gone' if is_planned else 'passed'
            return 'kept'
        if self.escalation_id.id != rung.id:
            self.escalation_id = rung.id
        if self.due_at != due:
            self.write({'due_at': due, 'next_try_at': due, 'attempts': 0, 'error': False})
            self._trigger(due)
        return 'kept'

    @api.model
    def _release(self, rows):
        """Take back what people should have done because of limits that ended.

        :param rows: those of the limits that count
        :return: those of them that were only planned, to be dropped
        """
        planned = rows.filtered(lambda row: row.state == 'planned')
        if past := rows - planned:
            self.env['mail.activity'].search([('complaint_reminder_id', 'in', past.ids)]).unlink()
            past.filtered(lambda row: row.state == 'mailing').write({'state': 'done'})
            past.write({'is_current': False, 'is_digest_due': False})
        return planned

    # === WRITING MANY === #

    @api.model
    def _replace(self, gone, vals_list):
        """Delete rows that will not be needed and insert new ones, in one query.

        Nothing hangs on planned rows, and nobody but the engine writes them.

        :param list vals_list: values as `_prepare_reminder` returns them
        :return: the new rows, in the order given
        """
        if not (gone or vals_list):
            return self.browse()
        self.env.flush_all()
        arrays = [
            SQL("%s::%s[]", [vals.get(name) or None for vals in vals_list], SQL(kind))
            for name, kind in COLUMNS.items()
            if name != 'repetition'
        ]
        repetitions = [vals.get('repetition', 0) for vals in vals_list]
        names = [name for name in COLUMNS if name != 'repetition'] + ['repetition']
        columns = SQL(', ').join(map(SQL.identifier, names))
        self.env.cr.execute(
            SQL(
                "WITH gone AS (DELETE FROM complaint_sla_reminder WHERE id = ANY(%s)) "
                "INSERT INTO complaint_sla_reminder (%s, state, is_current) "
                "SELECT %s, 'planned', true FROM unnest(%s, %s::int[]) AS new (%s) RETURNING id",
                list(gone._ids),
                columns,
                columns,
                SQL(', ').join(arrays),
                repetitions,
                columns,
            )
        )
        rows = self.browse(row[0] for row in self.env.cr.fetchall())
        gone.invalidate_recordset(flush=False)
        self.env['complaint.case'].invalidate_model(['sla_reminder_ids'], flush=False)
        if vals_list:
            self._trigger(min(vals['next_try_at'] for vals in vals_list))
        return rows

    def _drop(self):
        """Delete rows that will not be needed."""
        self._replace(self, [])

    # === WAKING THE TICK === #

    @api.model
    def _trigger(self, moment):
        """Ask for a run at a moment, unless one is asked for that is not later.

        Asked once, when the transaction commits, whatever it plans until then.
        """
        data = self.env.cr.precommit.data
        if WAKE_KEY not in data:
            data[WAKE_KEY] = moment
            self.env.cr.precommit.add(self.sudo()._wake)  # nobody's rights wake a cron
        data[WAKE_KEY] = min(data[WAKE_KEY], moment)

    def _wake(self):
        moment = self.env.cr.precommit.data.pop(WAKE_KEY, None)
        cron_id = self.env['ir.model.data']._xmlid_to_res_id(
            'complaint_sla.ir_cron_remind', raise_if_not_found=False
        )
        if not (moment and cron_id):
            return
        now = self._get_now()
        moment = max(moment, now)
        # Triggers of the past belong to the run that is going on.
        self.env.cr.execute(
            SQL(
                "INSERT INTO ir_cron_trigger (cron_id, call_at, create_uid, create_date) "
                "SELECT %(cron)s, %(moment)s, %(uid)s, %(now)s WHERE NOT EXISTS ("
                "SELECT FROM ir_cron_trigger WHERE cron_id = %(cron)s "
                "AND call_at > %(now)s AND call_at <= %(moment)s)",
                cron=cron_id,
                moment=moment,
                now=now,
                uid=self.env.uid,
            )
        )
        if self.env.cr.rowcount and moment <= now:
            self.env.cr.postcommit.add(self.env['ir.cron']._notifydb)

    # === REPETITIONS === #

    def _plan_repetitions(self):
        """Plan the next of those rows that repeat; what an outage left out is not made up for."""
        now, vals_list = self._get_now(), []
        for row in self.filtered(lambda row: row.escalation_id.repeat_value and not row.is_extra):
            rung, clock = row.escalation_id._prepare_rung(), row.clock_id
            due, number = row.due_at, row.repetition
            while number < rung.repeat_max:
                number += 1
                due = clock._get_repetition_due(rung, due, 1)
                if due > now - timedelta(minutes=1):
                    vals_list.append({**clock._prepare_reminder(rung, due), 'repetition': number})
                    break
        self._replace(self.browse(), vals_list)
