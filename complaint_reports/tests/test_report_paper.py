import io
import re
import zipfile

from lxml import html
from openpyxl import load_workbook

from odoo.tests import HttpCase, tagged

from ..tools.svg_chart import draw_lines
from .common_period import ALL_TABLES, PeriodCommon

REPORT = 'complaint_reports.complaint_report_run'


@tagged('post_install', '-at_install')
class TestReportPaper(PeriodCommon, HttpCase):
    """PDF and workbook: complete, readable, and harmless whatever people typed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case(
            name='=HYPERLINK("http://evil.example","+1")', received_at='2026-03-03 01:00:00'
        )
        cls.secret = cls._create_worked_case(
            name="Secret matter", received_at='2026-03-04 01:00:00'
        )
        cls.schedule = cls._create_schedule(
            *ALL_TABLES,
            {'kind': 'narrative', 'name': "热点问题"},
            {'kind': 'manual', 'name': "Visits", 'labels': "Old customers"},
            author_id=cls.manager.id,
            name="投诉月报",
        )

    def _make_run(self):
        run = self._open(self.schedule, '2026-03-03')
        for entry in run.sudo().entry_ids:
            entry._write_internal(
                {'text': "空调夜间异响。<b>粗体</b>", 'amount': 7, 'is_entered': True}
            )
        return run

    def _print_html(self, run, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.manager
        reports = self.env['ir.actions.report'].with_user(user).with_context(lang=user.lang)
        content, _kind = reports._render_qweb_html(REPORT, run.ids)
        return html.fromstring(content)

    def _load(self, run, user=None):
        content = self._as(user or self.manager, run)._get_workbook()
        return load_workbook(io.BytesIO(content)), content

    def test_paper_is_complete_without_headers_of_an_engine(self):
        run = self._make_run()
        text = ' '.join(self._print_html(run).text_content().split())
        for part in (
            *("投诉月报", self.env.company.name, "热点问题", "<b>粗体</b>", "Old customers"),
            *("Open at the beginning", "Trend", "Total", self.case.number, run.digest, "Draft"),
            "100.0%",
        ):
            self.assertIn(part, text)

    def test_charts_are_drawn_in_the_page(self):
        charts = self._print_html(self._make_run()).xpath('//svg')
        self.assertEqual(len(charts), 1)
        [trend] = charts
        self.assertEqual(len(trend.xpath('.//polyline')), 2)
        self.assertEqual(len(trend.xpath('.//circle')), 24)

    def test_an_axis_counts_whole_complaints(self):
        chart = str(draw_lines("Trend", ["10", "11"], {"Received": [3, 29], "Closed": [0, 1]}))
        self.assertEqual(re.findall(r'text-anchor="end"[^>]*>([^<]*)<', chart), ['0', '15', '30'])

    def test_bars_escape_what_people_typed(self):
        self.category.name = '<script>alert(1)</script>'
        self._create_case(received_at='2026-03-05 01:00:00', category_id=False)
        run = self._make_run()
        page = self._print_html(run)
        self.assertEqual(len(page.xpath('//svg')), 2)
        self.assertFalse(page.xpath('//svg//script'))

    def test_paper_names_no_complaint_that_its_reader_may_not_see(self):
        self._recuse('manager', self.secret)
        run = self._make_run()
        text = self._print_html(run).text_content()
        self.assertNotIn("Secret matter", text)
        self.assertIn("that you have no access to", text)
        self.assertIn("Secret matter", self._print_html(run, self.auditor).text_content())
        _book, content = self._load(run)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.assertFalse([n for n in archive.namelist() if b'Secret matter' in archive.read(n)])

    def test_no_client_asks_for_everything(self):
        self._recuse('manager', self.secret)
        run = self._make_run()
        for value in (True, 1, 'EVERYTHING'):
            asked = run.with_user(self.manager).with_context(complaint_report_everything=value)
            self.assertFalse(asked._is_asked_for_everything())
        outside = run._print_for_outsiders()
        self.assertIn("Secret matter", str(outside))

    def test_workbook_has_the_numbers_and_no_formula(self):
        run = self._make_run()
        book, _content = self._load(run)
        self.assertEqual(len(book.sheetnames), len(run.figures_view['sections']))
        totals = book[book.sheetnames[0]]
        values = {row[0].value: row[1].value for row in totals.iter_rows() if row[0].value}
        self.assertEqual(values["Received"], 2)
        texts = [
            cell
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if cell.value == self.case.name
        ]
        self.assertTrue(texts)
        self.assertEqual({cell.data_type for cell in texts}, {'s'})
        self.assertFalse([c for c in texts if c.hyperlink])

    def test_workbook_has_what_a_person_entered_as_a_number(self):
        book, _content = self._load(self._make_run())
        entered = {
            row[0].value: row[1]
            for sheet in book.worksheets
            for row in sheet.iter_rows(max_col=2)
            if row[0].value
        }
        cell = entered["Old customers"]
        self.assertEqual((cell.value, cell.data_type), (7, 'n'))
        self.assertIn("空调夜间异响", entered["热点问题"].value)
        [line] = {sheet['A3'].value for sheet in book.worksheets}
        self.assertIn("Figures as of: ", line)
        self.assertIn("Being prepared", line)

    def test_workbook_is_ready_to_print(self):
        """Each sheet is as wide as A4, lists lie; totals are bold, what people wrote is whole."""
        book, _content = self._load(self._make_run())
        for sheet in book.worksheets:
            setup = sheet.page_setup
            self.assertEqual((setup.paperSize, int(setup.fitToHeight)), (9, 0))
            self.assertTrue(sheet.sheet_properties.pageSetUpPr.fitToPage)
        listed = next(s for s in book.worksheets if s['A6'].value == self.case.number)
        self.assertEqual(listed.page_setup.orientation, 'landscape')
        self.assertTrue(listed['C6'].alignment.wrap_text)
        totals = [
            row
            for sheet in book.worksheets
            for row in sheet.iter_rows(min_row=6)
            if row[0].value == "Total" and sheet['C5'].value == "Share"
        ]
        self.assertTrue(totals)
        for row in totals:
            self.assertTrue(all(cell.font.bold for cell in row if cell.value is not None))
            self.assertEqual(row[2].number_format, '0.0%')

    def test_workbook_of_an_empty_period(self):
        with self._at('2001-05-01 09:00'):
            run = self._open(self.schedule, '2001-03-03')
        book, _content = self._load(run)
        self.assertGreater(len(book.sheetnames), 10)
        self.assertIn("Nil report", self._print_html(run).text_content())

    def test_nil_report_in_words_of_ones_own(self):
        self.schedule.nil_text = "本期无投诉。"
        with self._at('2001-05-01 09:00'):
            run = self._open(self.schedule, '2001-03-03')
        self.assertIn("本期无投诉。", self._print_html(run).text_content())

    def test_download(self):
        run = self._make_run()
        self.manager.password = 'complaint_manager'
        self.outsider.password = 'complaint_outsider'
        self.authenticate('complaint_manager', 'complaint_manager')
        response = self.url_open(run.with_user(self.manager).action_export()['url'])
        self.assertEqual(response.status_code, 200)
        self.assertTrue(load_workbook(io.BytesIO(response.content)).sheetnames)
        self.authenticate('complaint_outsider', 'complaint_outsider')
        self.assertEqual(self.url_open(f'/complaint/report/{run.id}/xlsx').status_code, 404)
        self.assertEqual(self.url_open('/complaint/report/999999/xlsx').status_code, 404)

    def test_pdf_pages(self):
        """Texts and tables reach the paper in Chinese, with the head of a list on each page."""
        try:
            from pypdf import PdfReader  # noqa: PLC0415
        except ImportError:
            self.skipTest("needs pypdf to read what was printed")
        reports = self.env['ir.actions.report'].with_user(self.manager)
        if reports.get_wkhtmltopdf_state() == 'install':
            self.skipTest("needs an engine that prints PDF")
        cases = self.case.union(
            *(self._create_case(received_at='2026-03-05 01:00:00') for _number in range(40))
        )
        run = self._make_run()
        content, kind = reports.with_context(force_report_rendering=True)._render_qweb_pdf(
            REPORT, run.ids
        )
        self.assertEqual(kind, 'pdf')
        pages = [
            re.sub(r'\s', '', page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages
        ]
        for page in pages:
            self.assertIn(run.name.replace(' ', ''), page)
        printed = ''.join(pages)
        for part in ("热点问题", "空调夜间异响", "Received", run.digest, *cases.mapped('number')):
            self.assertIn(part, printed)
        listed = [page for page in pages if any(case.number in page for case in cases)]
        self.assertGreater(len(listed), 1)
        for page in listed:
            self.assertIn("ComplaintReceivedatSubject", page)
