from odoo.tests import tagged

from ..tools import id_ranges
from .common_period import PeriodCommon


@tagged('post_install', '-at_install')
class TestReportEffect(PeriodCommon):
    """SDAY-2.3: what solutions achieved by cause, and complaints with their measures."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.causes = cls.env['complaint.cause'].create([{'name': "Label"}, {'name': "Courier"}])
        label, courier = cls.causes
        march = {'received_at': '2025-03-03 01:00:00'}
        cls.content = cls._create_worked_case(
            cause_id=label.id, customer_satisfied='basically_satisfied', **march
        )
        cls.angry = cls._create_worked_case(
            cause_id=label.id, customer_satisfied='dissatisfied', **march
        )
        cls.silent = cls._create_worked_case(cause_id=courier.id, name="Secret matter", **march)
        cls.angry._write_internal({'round': 2})
        for case, state in ((cls.content, 'executed'), (cls.angry, 'approved')):
            solution = cls.env['complaint.solution'].create({'case_id': case.id, 'proposal': "X"})
            solution._internal().write({'state': state, 'executed_at': '2025-03-05 01:00:00'})
        measures = cls.env['complaint.measure'].with_user(cls.manager)
        cls.taken = measures.create({'case_id': cls.content.id, 'name': "Print larger labels"})
        cls.declined = measures.create({'case_id': cls.content.id, 'name': "Buy a printer"})
        cls.declined.sudo()._write_internal({'state': 'declined'})
        cls.hidden = measures.create({'case_id': cls.silent.id, 'name': "Warn the courier"})
        cls.schedule = cls._create_schedule(
            {'kind': 'solution_effect', 'group_field': 'cause_id'},
            'case_measures',
            author_id=cls.manager.id,
        )

    def _rows(self, run):
        return {
            row.get('label', row.get('code')): [cell['v'] for cell in row['cells']]
            for row in self._table(run, 'solution_effect')['rows']
        }

    def _shown(self, run, user):
        """Return {subject: (measures)} of the list as a reader sees it."""
        sections = self._as(user, run).figures_view['sections']
        [section] = [s for s in sections if s['kind'] == 'case_measures']
        subject, measures = (section['columns'].index(name) for name in ("Subject", "Measures"))
        return [
            (row['id'], row['texts'][subject], row['texts'][measures]) for row in section['rows']
        ]

    def test_effect_of_solutions_by_cause(self):
        """SDAY-2.3-a: number, executed, satisfied or not, reopened, share satisfied."""
        with self._at('2099-01-01 00:00'):  # the complaints are entered now
            run = self._open(self.schedule, '2025-03-01')
        self.assertEqual(
            self._rows(run),
            {
                "Label": [2, 1, 1, 1, 1, 0.5],
                "Courier": [1, 0, 0, 0, 0, None],
                'total': [3, 1, 1, 1, 1, 0.5],
            },
        )
        self.assertEqual(self._ids(run, 'solution_effect', "Label", 1), self.content.ids)
        self.assertEqual(self._ids(run, 'solution_effect', "Label", 3), self.angry.ids)
        self._assert_cells_equal_rows(run)
        [section] = [s for s in run.figures_view['sections'] if s['kind'] == 'solution_effect']
        self.assertEqual(section['heading'], "Effect of solutions by Cause")
        self.assertIn("Solution executed", section['columns'])

    def test_complaints_with_their_measures(self):
        """SDAY-2.3-b: each complaint with what was ordered for it; a reader sees what he may."""
        with self._at('2099-01-01 00:00'):
            run = self._open(self.schedule, '2025-03-01')
        table = self._table(run, 'case_measures')
        everything = self.content | self.angry | self.silent
        self.assertEqual(id_ranges.unpack(table['all']['i']), everything.ids)
        self.assertEqual(
            {row['id']: row['measures'] for row in table['rows']},
            {self.content.id: self.taken.ids, self.angry.id: [], self.silent.id: self.hidden.ids},
        )
        # Words are read when shown: neither subjects nor measures stay of what is erased.
        for words in ("Secret matter", "Print larger labels", "Warn the courier"):
            self.assertNotIn(words, str(run.sudo().figures))
        self.assertIn(
            (self.content.id, self.content.name, "Print larger labels"),
            self._shown(run, self.manager),
        )
        self.assertIn((self.angry.id, self.angry.name, ""), self._shown(run, self.manager))
        self._recuse('manager', self.silent)
        self.assertNotIn(self.silent.id, [row[0] for row in self._shown(run, self.manager)])
        self.assertNotIn("Warn the courier", str(self._as(self.manager, run).figures_view))
        self.assertIn(b'PK', run.sudo()._get_workbook()[:2])

    def test_measures_ordered_after_the_report_are_not_in_it(self):
        with self._at('2025-03-03 09:00'):
            case = self._create_worked_case()
        with self._at('2025-04-01 09:00'):
            run = self._open(self.schedule, '2025-03-01')
        self.env['complaint.measure'].create({'case_id': case.id, 'name': "Too late"})
        [row] = self._table(run, 'case_measures')['rows']
        self.assertEqual((row['id'], row['measures']), (case.id, []))
        self.assertIn((case.id, case.name, ""), self._shown(run, self.manager))

    def test_the_daily_report_has_both(self):
        schedule = self.env.ref('complaint_reports.schedule_service_daily')
        kinds = schedule.section_ids.mapped(lambda s: (s.kind, s.group_field, s.population))
        self.assertIn(('solution_effect', 'cause_id', 'closed'), kinds)
        self.assertIn('case_measures', [kind for kind, *_rest in kinds])
