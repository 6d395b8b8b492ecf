from datetime import timedelta

from odoo import api, models
from odoo.tools import format_datetime

# A healthy server runs the job every ten minutes.
SILENCE = timedelta(minutes=15)

GROUPS = (
    'complaint_management.group_complaint_manager',
    'complaint_management.group_complaint_admin',
)


class ComplaintSlaReminderHealth(models.Model):
    """What managers must know when nobody is reminded of anything."""

    _inherit = 'complaint.sla.reminder'

    @api.model
    @api.readonly
    def get_tick_warnings(self):
        """Return sentences for the banner of whoever leads complaints; usually none.

        :return: list of str in the user's language
        """
        if not any(self.env.user.has_group(group) for group in GROUPS):
            return []
        warnings = []
        cron = self.env.ref('complaint_sla.ir_cron_remind', raise_if_not_found=False)
        # When it ran is no secret, though scheduled actions are.
        last_run = cron and (cron.sudo().lastcall or cron.sudo().create_date)
        now = self._get_now()
        if not last_run or now - last_run > SILENCE:
            since = format_datetime(self.env, last_run, dt_format='short') if last_run else "–"
            warnings.append(
                self.env._(
                    "Nobody has been reminded of time limits since %(moment)s: the scheduled "
                    "action does not run. Tell your administrator.",
                    moment=since,
                )
            )
        if failed := self.search_count([('state', '=', 'failed'), ('is_current', '=', True)]):
            warnings.append(
                self.env._(
                    "Reminders and escalations that failed for good: %(count)s", count=failed
                )
            )
        return warnings
