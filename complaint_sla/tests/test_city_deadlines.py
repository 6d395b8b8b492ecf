import csv
import gzip
from datetime import timedelta

from odoo.tests import tagged

from .common import SlaCommon, to_utc
from .test_deadline_tables import get_folder

CITY = 'America/New_York'
TOLERANCE = timedelta(minutes=3)  # the city's clerks and its computer begin a little apart


def read_packed_rows(pattern):
    """Return the rows of the tables of the city whose names fit, packed or not."""
    rows = []
    for path in sorted((get_folder() / 'boston311_sla').glob(pattern)):
        opened = gzip.open if path.suffix == '.gz' else open
        with opened(path, 'rt', encoding='utf-8', newline='') as file:
            rows += csv.DictReader(file)
    return rows


@tagged('post_install', '-at_install', 'once')
class TestCityDeadlines(SlaCommon):
    """A city's own deadlines and its own verdicts, for requests opened in the hours of its desk.

    The city counts Monday to Friday without holidays, and calendar days on the clock; both are
    policies here. COMPLAINT_DATA names the folder of the real table, else a sample is read.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.city = cls._create_calendar("City", CITY, ((8, 17),))
        cls.rows = read_packed_rows('boston_sla_check_*')

    def _get_policies(self, kinds):
        """Return {(kind, days): policy} for the rules in the table."""
        wanted = {(row['kind'], int(row['n_days'])) for row in self.rows}
        return {
            (kind, days): self._create_policy(
                limit_kind=kinds[kind],
                limit_value=days,
                limit_unit='day',
                calendar_id=self.city.id,
                state='draft',
            )
            for kind, days in wanted
        }

    def _count_right(self, kinds):
        """Return (rows, rows whose deadline is the city's)."""
        policies = self._get_policies(kinds)
        rows = [r for r in self.rows if r['weekend_open'] == r['after_1700_open'] == '0']
        right = 0
        for row in rows:
            policy = policies[row['kind'], int(row['n_days'])]
            start = to_utc(row['open_dt'], CITY)
            deadline, _trace = policy._reckon(start, self.city, self.env.company)
            right += abs(deadline - to_utc(row['target_dt'], CITY)) <= TOLERANCE
        return len(rows), right

    def test_deadlines_are_the_city_s(self):
        """At least 99 in 100, and whichever of the two plain kinds says calendar days."""
        for plain in ('elapsed', 'day_at'):
            rows, right = self._count_right({'working': 'workday_at', 'calendar': plain})
            self.assertGreaterEqual(right, rows * 99 / 100, plain)

    def test_late_is_what_the_city_calls_overdue(self):
        """Every closed request: late is strictly after the deadline."""
        closed = [row for row in read_packed_rows('boston*[0-9v].csv*') if row.get('ontime')]
        closed = [row for row in closed if row['closed_dt'] and row['target_dt']]
        self.assertTrue(closed)
        for row in closed:
            clock = self.clocks.new(
                {
                    'state': 'met',
                    'deadline': to_utc(row['target_dt'], CITY),
                    'stopped_at': to_utc(row['closed_dt'], CITY),
                }
            )
            self.assertEqual(clock.is_late, row['ontime'] == 'OVERDUE', row)
