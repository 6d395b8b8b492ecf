from .common import SlaCommon, to_utc


class WorkdayCommon(SlaCommon):
    """The company of the tests of time limits, in China and without any exception."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.china = cls.env.ref('base.cn')
        cls.env.company.country_id = cls.china
        cls.workdays = cls.env['complaint.workday']
        cls.workdays.search([]).unlink()

    @classmethod
    def _create_workday(cls, day, kind='on', **values):
        return cls.workdays.create({'name': "National Day", 'date': day, 'kind': kind, **values})

    def _hours(self, day, calendar=None, company=None):
        """Return the local working hours of a day as text."""
        calendar = calendar or self.office
        timeline = calendar._get_work_timeline(company or self.env.company)
        intervals = timeline.intervals(
            to_utc(f'{day} 00:00', calendar.tz), to_utc(f'{day} 23:59:59', calendar.tz)
        )
        clock = [
            [timeline._local(int((moment - to_utc('1970-01-01 00:00')).total_seconds()))]
            for interval in intervals
            for moment in interval
        ]
        times = [moment[0].strftime('%H:%M') for moment in clock]
        return ' '.join(f'{a}-{b}' for a, b in zip(times[::2], times[1::2], strict=True))
