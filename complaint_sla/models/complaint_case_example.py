from datetime import timedelta

from odoo import api, models

# How long before its end a time limit is near, and how far back its start is looked for.
NEAR = timedelta(hours=1)
MOST_HOURS = 60 * 24


class ComplaintCaseExample(models.Model):
    """Examples of the set-up guide have clocks, and one of them is near its end."""

    _inherit = 'complaint.case'

    @api.model
    def _create_example(self, row, start):
        case = super()._create_example(row, start)
        policies = self.env['complaint.sla.policy'].search(
            [('procedure_id', '=', case.procedure_id.id), ('state', '=', 'active')]
        )
        # The example is older than the policies, which came a moment ago.
        policies._apply_to(case)
        return case

    @api.model
    def _get_example_start(self, row):
        start = super()._get_example_start(row)
        if not row['is_near']:
            return start
        policy = self._find_example_policy(row, start)
        return self._get_start_near_end(policy) if policy else start

    @api.model
    def _find_example_policy(self, row, start):
        """Return the policy of the shortest clock that an example has, possibly none."""
        with self.env.cr.savepoint() as savepoint:
            case = self._create_example(row, start)
            clocks = case.sla_clock_ids.filtered(
                lambda clock: clock.state == 'running' and clock.policy_id.limit_kind != 'fixed'
            )
            first = clocks.sorted(lambda clock: clock.deadline - clock.started_at)[:1]
            policy_id = first.policy_id.id
            savepoint.rollback()
        return self.env['complaint.sla.policy'].browse(policy_id)

    @api.model
    def _get_start_near_end(self, policy):
        """Return the earliest whole hour back (UTC) from which a policy ends later than soon."""
        now = self.env.cr.now().replace(microsecond=0)
        shortest, longest = 0, MOST_HOURS
        while shortest < longest:
            hours = (shortest + longest + 1) // 2
            deadline, _trace = policy._get_preview(now - timedelta(hours=hours))
            if deadline and deadline > now + NEAR:
                shortest = hours
            else:
                longest = hours - 1
        return now - timedelta(hours=shortest)
