from odoo import models


class ComplaintSlaClockFollow(models.Model):
    """How clocks leave the version and the working hours that they keep, when they are told to."""

    _inherit = 'complaint.sla.clock'

    def _follow(self, policies):
        """Let these clocks go by the newest version of policies, in the working hours of today.

        `_reconcile` then brings their dates in line.

        :param policies: complaint.sla.policy records whose newest version counts; clocks of
            others keep theirs
        :return: the clocks for which anything changed
        """
        versions = (self.policy_id | policies)._get_versions(
            {(clock.policy_id.id, clock.policy_version) for clock in self}
        )
        calendars, changes = {}, {}
        for clock in self:
            policy, case = clock.policy_id, clock.case_id
            is_newest = policy in policies
            rule = policy if is_newest else versions.get((policy.id, clock.policy_version), policy)
            key = (rule, case.company_id, case.team_id)
            if key not in calendars:
                calendars[key] = rule._get_calendar(case.company_id, case.team_id)
            version = policy.version if is_newest else clock.policy_version
            wanted = (version, calendars[key])
            if wanted != (clock.policy_version, clock.calendar_id):
                changes[wanted] = changes.get(wanted, self.browse()) | clock
        for (version, calendar), clocks in changes.items():
            clocks.write({'policy_version': version, 'calendar_id': calendar.id})
        return self.browse().union(*changes.values())
