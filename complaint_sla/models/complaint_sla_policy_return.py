from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from odoo import api, models


class ComplaintSlaPolicyReturn(models.Model):
    """Limits that go by the due date of returned goods (RET-5.4-a).

    The date is fixed when the return order is issued, and that is an event which clocks follow.
    """

    _inherit = 'complaint.sla.policy'

    @api.model
    def _get_fixed_dates(self, source, cases):
        if source != 'return_due':
            return super()._get_fixed_dates(source, cases)
        goods = self.env['complaint.return']
        dates = goods._read_group(
            [
                ('case_id', 'in', cases.ids),
                ('due_date', '!=', False),
                ('state', 'not in', ('draft', 'done', 'cancelled')),
            ],
            ['case_id'],
            ['due_date:min'],
        )
        return {case.id: self._get_end_of_day(case.company_id, date) for case, date in dates}

    @api.model
    def _get_end_of_day(self, company, date):
        """Return the last second of a local day of a company, as naive UTC datetime."""
        zone = ZoneInfo(company.resource_calendar_id.tz or company.partner_id.tz or 'UTC')
        end = datetime.combine(date, time(23, 59, 59), tzinfo=zone)
        return end.astimezone(UTC).replace(tzinfo=None)
