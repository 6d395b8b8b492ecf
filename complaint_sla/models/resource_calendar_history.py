from odoo import api, models

from ..tools import schedule_store
from ..tools.work_timeline import WorkTimeline
from .complaint_sla_clock import OPEN_STATES

# Where a transaction keeps what its calendars said before it changed them.
REMEMBERED = 'complaint_sla.working_time'


class ResourceCalendarHistory(models.Model):
    """What follows from an edit of working time: limits that run are recounted, from now on.

    Whatever changes a calendar first lets it remember what it says; what comes of all changes of
    a transaction is settled once, before it is committed.
    """

    _inherit = 'resource.calendar'

    @api.model
    def _remember_all(self):
        """Do as `_remember_working_time` for every calendar, where it is not known which."""
        self._remember_pairs([])

    def _remember_working_time(self):
        """Let these calendars remember what they say before that is changed.

        To be called before every change of what `_prepare_schedule` reads.
        """
        if self:
            self._remember_pairs([('calendar_id', 'in', self.ids)])

    @api.model
    def _remember_pairs(self, domain):
        data = self.env.cr.precommit.data
        remembered = data.get(REMEMBERED)
        pairs = self._get_counting_pairs(domain)
        if not pairs:
            return
        if remembered is None:
            remembered = data[REMEMBERED] = {}
            self.env.cr.precommit.add(self.env['resource.calendar']._settle_working_time)
        for calendar, company, oldest in pairs:
            key = (calendar.id, company.id)
            if key not in remembered and not calendar.flexible_hours:
                schedule = calendar._get_work_timeline(company).schedule
                remembered[key] = (schedule, oldest)

    @api.model
    def _get_counting_pairs(self, domain):
        """Return (calendar, company, start of the oldest) of the limits that run."""
        clocks = self.env['complaint.sla.clock'].sudo()  # of all cases
        return clocks._read_group(
            [*domain, ('state', 'in', OPEN_STATES), ('calendar_id', '!=', False)],
            ['calendar_id', 'company_id'],
            ['started_at:min'],
        )

    @api.model
    def _settle_working_time(self, **options):
        """Keep the past of the calendars that this transaction changed, and recount their limits.

        :param options: of `complaint.sla.recount._ask`
        """
        remembered = self.env.cr.precommit.data.pop(REMEMBERED, {})
        engine = self.sudo()  # who edits a calendar need not see the cases that it moves
        changed = []
        for (calendar_id, company_id), (before, oldest) in remembered.items():
            calendar = engine.browse(calendar_id)
            company = self.env['res.company'].sudo().browse(company_id)  # idem
            if calendar.exists() and calendar._keep_past(company, before, oldest):
                changed.append((calendar, company))
        if changed:
            # Somebody may have asked since the change, without the past that was just kept.
            engine.browse(calendar.id for calendar, _company in changed)._renew_engine_token()
            engine.env['complaint.sla.recount']._ask(changed, **options)

    def _keep_past(self, company, before, oldest):
        """Keep what this calendar said before, if working time that has passed changed with it.

        :param Schedule before: what it said
        :param datetime oldest: start of the oldest limit that runs in it
        :return: whether it says anything else now that decides dates
        :rtype: bool
        """
        self.ensure_one()
        company = self.company_id or company
        after = self._prepare_schedule(company)
        if schedule_store.strip(after) == schedule_store.strip(before):
            return False
        now = self.env.cr.now().replace(microsecond=0)
        if oldest < now and (
            after.tz != before.tz
            or WorkTimeline(after).intervals(oldest, now)
            != WorkTimeline(before).intervals(oldest, now)
        ):
            self.env['complaint.sla.calendar.past']._keep(
                self, company, before._replace(earlier=())
            )
        return True
