from odoo.tests import tagged

from .common_period import PeriodCommon


@tagged('post_install', '-at_install')
class TestReportLogs(PeriodCommon):
    """The same things listed for a period (2.8: RE-17, RE-18, RE-22; the duty log)."""

    def test_lists_of_what_was_noted(self):
        case = self._create_worked_case()
        measure = self.env['complaint.measure'].create(
            {'case_id': case.id, 'name': "Check each cable", 'kind': 'corrective'}
        )
        sheet = self.env['complaint.duty'].with_user(self.receiver).create({})
        plain, about = sheet.line_ids.create(
            [
                {'duty_id': sheet.id, 'content': "Gate does not open."},
                {'duty_id': sheet.id, 'content': "He shouted.", 'case_id': case.id},
            ]
        )
        schedule = self._create_schedule(
            'duty_log', 'measure_list', kind='duty', name="Duty log of the day"
        )
        today = self._get_today()
        with self._at('2099-01-01 00:00'):
            run = self._open(schedule, today)
        table = self._table(run, 'duty_log')
        # Examples of a demo database may be of this day, too.
        listed = [row['id'] for row in table['rows']]
        self.assertEqual([i for i in listed if i >= plain.id], [plain.id, about.id])
        self.assertNotIn("shouted", str(run.sudo().figures), "Words are read when shown")
        shown = {s['kind']: s for s in run.with_user(self.admin).figures_view['sections']}
        texts = [text for row in shown['duty_log']['rows'] for text in row['texts']]
        for part in ("Gate does not open.", "He shouted.", case.number, "Receiver"):
            self.assertIn(part, texts)
        self.assertEqual(shown['duty_log']['model'], 'complaint.duty.line')
        [row] = [r for r in shown['measure_list']['rows'] if r['id'] == measure.id]
        self.assertIn("Corrective measure", row['texts'])
        self.assertTrue(run.with_user(self.admin)._get_workbook())
        # 8D-6-b, RE-10: where else it was brought to, and whether that was confirmed.
        deployments = self.env['complaint.measure.deployment'].create(
            [{'measure_id': measure.id, 'target': target} for target in ("K3", "K4")]
        )
        deployments[0].sudo()._write_internal({'confirmed_at': self.env.cr.now()})
        shown = {s['kind']: s for s in run.with_user(self.admin)._get_shown_figures()['sections']}
        [row] = [r for r in shown['measure_list']['rows'] if r['id'] == measure.id]
        self.assertIn("K3 ✓; K4", row['texts'])
        self.assertNotIn("K3", str(run.sudo().figures))
        # Recusal: neither the words nor the row, only that there is one more.
        self._recuse('admin', case)
        shown = {s['kind']: s for s in run.with_user(self.admin)._get_shown_figures()['sections']}
        self.assertNotIn("He shouted.", str(shown))
        self.assertEqual(shown['duty_log']['hidden'], 1)
