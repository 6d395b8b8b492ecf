from odoo.fields import Command

from ..tools import id_ranges
from ..tools.report_period import to_local_date
from .common import ReportsCommon

ALL_TABLES = (
    *('totals', 'breakdown', 'trend', 'case_list', 'on_time', 'overdue', 'refunds'),
    *(
        'failure_cost',
        'callbacks',
        'scores',
        'contacts',
        'repeats',
        'conduct',
        'measures',
        'inspections',
    ),
    *('returns', 'kpi', 'comparison', 'solution_effect', 'case_measures', 'measure_list'),
    *('duty_log', 'goods_counts', 'goods_inspections', 'goods_scrap'),
)


class PeriodCommon(ReportsCommon):
    """A company in Shanghai whose administrator sets up period reports.

    Figures are read on a cursor of their own, so registry and test share one.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.resource_calendar_id = cls.office
        if not cls._registry_patched:  # tests over HTTP have done so
            cls.registry_enter_test_mode_cls()
        cls.schedules = cls.env['complaint.report.schedule'].with_user(cls.admin)
        cls.runs = cls.env['complaint.report.run']

    # === HELPERS === #

    @classmethod
    def _create_schedule(cls, *kinds, user=None, **values):
        """Return a schedule with a section of each kind; a dict gives more values of one."""
        sections = [{'kind': kind} if isinstance(kind, str) else kind for kind in kinds]
        return cls.schedules.with_user(user or cls.admin).create(
            {
                'name': "Monthly report",
                'section_ids': [
                    Command.create({'sequence': place, **section})
                    for place, section in enumerate(sections)
                ],
                **values,
            }
        )

    def _open(self, schedule, day):
        """Return the reports of the period that contains a local day (YYYY-MM-DD)."""
        self.env.flush_all()
        period = schedule._get_period(
            self.env['complaint.report.run']._fields['date_from'].to_date(day)
        )
        return self.runs.browse(schedule._open_runs(period).ids)

    def _get_today(self):
        """Return the company's day (YYYY-MM-DD): near midnight it is not the server's."""
        return str(to_local_date(self.env.cr.now(), self.office.tz))

    def _table(self, run, kind='totals'):
        """Return the frozen table of the first section of a kind."""
        return next(t for t in run.sudo().figures['sections'] if t['kind'] == kind)

    def _numbers(self, run, kind='totals', column=0):
        """Return {code or label: value} of one column."""
        return {
            row.get('label', row.get('code')): row['cells'][column]['v']
            for row in self._table(run, kind)['rows']
        }

    def _ids(self, run, kind, name, column=0):
        """Return the ids behind a cell, found by the code or label of its row."""
        [row] = [
            row
            for row in self._table(run, kind)['rows']
            if row.get('label', row.get('code')) == name
        ]
        return id_ranges.unpack(row['cells'][column]['i'])

    def _assert_cells_equal_rows(self, run):
        """Every cell is what the rows behind it make; those rows are there (anchor C9)."""
        checked = 0
        for table in run.sudo().figures['sections']:
            cells = [cell for row in table['rows'] for cell in row.get('cells', [])]
            cells += [table['all']] if 'all' in table else []
            for cell in cells:
                checked += self._assert_cell(cell, table)
        return checked

    def _assert_cell(self, cell, table):
        if 'i' not in cell:
            return 0
        ids = id_ranges.unpack(cell['i'])
        records = self.env[cell['m']].with_context(active_test=False).browse(ids).exists()
        self.assertEqual(len(records), len(ids), table['kind'])
        if 'of' in cell:
            whole = id_ranges.unpack(cell['of'])
            self.assertLessEqual(set(ids), set(whole))
            self.assertEqual(cell['v'], len(ids) / len(whole) if whole else None)
        elif 's' in cell:
            self.assertAlmostEqual(cell['v'], sum(records.mapped(cell['s'])))
        elif cell.get('f') == 'days':
            spans = [(case.closed_at - case.received_at).total_seconds() for case in records]
            mean = sum(spans) / len(spans) / 86400 if spans else None
            self.assertEqual(cell['v'] is None, mean is None)
            self.assertAlmostEqual(cell['v'] or 0, mean or 0)
        else:
            self.assertEqual(cell['v'], len(ids), table['kind'])
        return 1
