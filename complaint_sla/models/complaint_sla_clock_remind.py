from odoo import api, models

from ..tools import ladder
from ..tools.reckoning import to_work_seconds
from ..tools.work_timeline import DAY


class ComplaintSlaClockRemind(models.Model):
    """What a clock says about its own ladder; the rows are `complaint.sla.reminder`."""

    _inherit = 'complaint.sla.clock'

    # === ENTRANCE === #

    def _schedule_reminders(self, new=None):
        """Plan who is told of these clocks and when, after something about them changed.

        Of those that ended it takes back what was planned or asked for.

        :param new: those of them that have just been created
        """
        if self:
            new = new or self.browse()
            # Rows are the engine's, whoever acts.
            self.env['complaint.sla.reminder'].sudo()._plan(self.sudo(), new.sudo())

    def _release_activities(self):
        """Take back what was planned or asked for because of these clocks, which ended."""
        self._schedule_reminders()

    # === RUNGS === #

    def _may_escalate(self):
        """Say whether anybody is told of this clock: it runs, and it is no imported history."""
        self.ensure_one()
        return self.state == 'running' and not self.is_imported

    def _get_rungs(self):
        """Return {id of a rung, the same in every version: (Rung, when it is due)}."""
        self.ensure_one()
        rungs = self.env['complaint.sla.escalation']._get_ladder(
            self.policy_id.id, self.policy_version
        )
        timeline = self._get_timeline()
        limit = ladder.Limit(self.started_at, self.warn_at, self.deadline, self.paused_seconds)
        count = self._get_counter(timeline)
        return {
            rung.root_id: (rung, ladder.get_due_at(rung, limit, timeline, count)) for rung in rungs
        }

    @api.model
    def _get_counter(self, timeline):
        """Return the function that turns a number of units into seconds."""

        def count(value, unit, is_work_time):
            if unit == 'day' and not is_work_time:
                return value * DAY
            return to_work_seconds(value, unit, timeline)

        return count

    def _get_repetition_due(self, rung, due, number):
        """Return when a rung is due again, `number` repetitions after `due`."""
        if not number or not rung.repeat_value:
            return due
        timeline = self._get_timeline()
        seconds = self._get_counter(timeline)(
            rung.repeat_value * number, rung.repeat_unit, rung.is_work_time
        )
        return ladder.add(due, seconds, rung.is_work_time, timeline)

    def _prepare_reminder(self, rung, due):
        """Return the create values of the row that plans a rung."""
        return {
            'clock_id': self.id,
            'case_id': self.case_id.id,
            'company_id': self.case_id.company_id.id,
            'escalation_id': rung.id,
            'due_at': due,
            'next_try_at': due,
        }
