from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

# Key under which a transaction keeps for which moment it has to ask for a run.
WAKE_KEY = 'complaint_sla_reminder_wake'


class ComplaintSlaReminderPlan(models.Model):
    """How rows follow their clocks, and how the tick is woken for the next of them."""

    _inherit = 'complaint.sla.reminder'

    # === ROWS FOLLOW THEIR CLOCKS === #

    @api.model
    def _plan(self, clocks):
        """Bring the planned rows of clocks in line with their deadlines and ladders.

        What was done for a moment that has passed stays done. When a deadline moves, so that the
        moment of a rung lies ahead again, it is planned again. Clocks that do not run, and those
        of imported history, have nothing planned.

        :param clocks: complaint.sla.clock records, as superuser
        """
        existing = self._get_current(clocks)
        now, gone, passed, vals_list = self._get_now(), self.browse(), self.browse(), []
        for clock in clocks:
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
        gone._drop()
        if passed:
            passed.write({'is_current': False})
            self.flush_model(['is_current'])  # before their successors
        self._create_planned(vals_list)

    @api.model
    def _create_planned(self, vals_list):
        rows = self.create(vals_list)
        if rows:
            self._trigger(min(rows.mapped('next_try_at')))
        return rows

    @api.model
    def _get_current(self, clocks):
        """Return {clock: its rows that count, the first of a rung before its repetitions}."""
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

    def _drop(self):
        """Delete rows that will not be needed; nothing hangs on them."""
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM complaint_sla_reminder WHERE id IN %s", self._ids))
        self.invalidate_recordset(flush=False)
        self.env['complaint.case'].invalidate_model(['sla_reminder_ids'], flush=False)

    @api.model
    def _release(self, clocks):
        """Plan nothing more for clocks that ended, and take back what people should have done.

        :param clocks: complaint.sla.clock records, as superuser
        """
        rows = self.search([('clock_id', 'in', clocks.ids), ('is_current', '=', True)])
        if not rows:
            return
        planned = rows.filtered(lambda row: row.state == 'planned')
        planned._drop()
        past = rows - planned
        if not past:
            return
        self.env['mail.activity'].search([('complaint_reminder_id', 'in', past.ids)]).unlink()
        past.write({'is_current': False, 'is_digest_due': False})
        past.filtered(lambda row: row.state == 'mailing').write({'state': 'done'})

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
        cron = self.env.ref('complaint_sla.ir_cron_remind', raise_if_not_found=False)
        if not (moment and cron):
            return
        now = self._get_now()
        moment = max(moment, now)
        # Triggers of the past belong to the run that is going on.
        standing = self.env['ir.cron.trigger'].search_count(
            [('cron_id', '=', cron.id), ('call_at', '>', now), ('call_at', '<=', moment)], limit=1
        )
        if not standing:
            cron._trigger(moment)

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
        self._create_planned(vals_list)
