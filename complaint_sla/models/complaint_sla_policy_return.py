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
        goods = self.env['complaint.return'].search_fetch(
            [
                ('case_id', 'in', cases.ids),
                ('due_date', '!=', False),
                ('state', 'not in', ('draft', 'cancelled')),
            ],
            ['case_id', 'due_date', 'state'],
        )
        return {
            case.id: self._get_end_of_day(case.company_id, self._get_due_date(lots))
            for case, lots in goods.grouped('case_id').items()
        }

    @api.model
    def _get_due_date(self, lots):
        """Return by when the next of these lots is due, or when the last one was."""
        open_lots = lots.filtered(lambda lot: lot.state != 'done')
        dates = (open_lots or lots).mapped('due_date')
        return min(dates) if open_lots else max(dates)

    @api.model
    def _get_end_of_day(self, company, date):
        """Return the last second of a local day of a company, as naive UTC datetime."""
        zone = ZoneInfo(company.resource_calendar_id.tz or company.partner_id.tz or 'UTC')
        end = datetime.combine(date, time(23, 59, 59), tzinfo=zone)
        return end.astimezone(UTC).replace(tzinfo=None)
