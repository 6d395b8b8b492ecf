import io
import re
import unicodedata
import unittest

from lxml import html

from odoo.tests import HttpCase, tagged

from odoo.addons.base.models import ir_actions_report as core

from .common_forms import CASE_FORMS, LETTERS, WITHOUT_STORY, FormsCommon

try:
    from pypdf import PdfReader
except ImportError:
    PdfReader = None

FORMS_PER_RUN = 4
A4_FORMS = (*CASE_FORMS, *(f'letter_{purpose}' for purpose in LETTERS))


@tagged('post_install', '-at_install')
@unittest.skipUnless(PdfReader, "needs pypdf to read what was printed")
class TestFormsPdf(FormsCommon, HttpCase):
    """Forms on paper: nothing clipped, nothing missing, pages numbered, no unknown signs."""

    def setUp(self):
        super().setUp()
        if self.reports.get_wkhtmltopdf_state() == 'install':
            self.skipTest("needs an engine that prints PDF")

    def _get_pages(self, content):
        """Return the text of each page: engines place signs one by one, and join some of them."""
        return [
            re.sub(r'\s', '', unicodedata.normalize('NFKC', page.extract_text()))
            for page in PdfReader(io.BytesIO(content)).pages
        ]

    def _print_papers(self, prints):
        """Print many forms in few runs of the engine.

        Each page is given the headers of all documents of its run to choose from: in one run with
        everything that takes longer than several engines take to start.

        :param prints: list of (name of the form, cases)
        :return: {(name, case): texts of its pages}
        """
        papers = {}
        for start in range(0, len(prints), FORMS_PER_RUN):
            papers |= self._print_run(prints[start : start + FORMS_PER_RUN])
        return papers

    def _print_run(self, prints):
        reports = self.reports.with_user(self.manager).with_context(
            lang=self.manager.lang, tz=self.manager.tz
        )
        whole, keys = None, []
        for name, cases in prints:
            content, _kind = reports._render_qweb_html(
                self._get_report(name).id, cases.ids, data={'report_type': 'pdf'}
            )
            page = html.fromstring(content)
            keys += [(name, case) for case in cases]
            if whole is None:
                whole = page
            else:
                # Headers and footers belong to the bodies by their order.
                whole.xpath('//main')[0].extend(page.xpath('//main')[0].getchildren())
        bodies, _ids, header, footer, options = reports._prepare_html(
            html.tostring(whole, encoding='unicode'), report_model='complaint.case'
        )
        paper = reports._run_wkhtmltopdf(
            bodies,
            report_ref=self._get_report(prints[0][0]).id,
            header=header,
            footer=footer,
            specific_paperformat_args=options,
        )
        return dict(zip(keys, self._get_papers(paper), strict=True))

    def _get_papers(self, content):
        """Return the texts of the pages of each paper: the number of its pages begins anew."""
        pages = self._get_pages(content)
        if not core._wkhtml().is_patched_qt:
            self.skipTest("needs an engine that numbers pages")
        papers = []
        for page in pages:
            place = re.search(r'Page(\d+)/(\d+)', page)
            self.assertTrue(place, page[-200:])
            if place[1] == '1':
                papers.append([])
            papers[-1].append(page)
            self.assertEqual(int(place[1]), len(papers[-1]))
        return papers

    def test_each_form_and_letter_of_an_empty_a_short_a_long_and_a_chinese_case(self):
        papers = self._print_papers([(name, self.cases) for name in A4_FORMS])
        self.assertEqual(len(papers), len(A4_FORMS) * 4)
        for (name, case), pages in papers.items():
            with self.subTest(form=name, case=case.name):
                # Header and footer come last; a line may be drawn in pieces on both sides of them.
                company = case.company_id.name.replace(' ', '')
                text = ''.join(page[: page.rfind(company)] for page in pages)
                self.assertIn(self._get_form(name).name.replace(' ', ''), pages[0])
                self.assertIn(case.number, pages[0])
                self.assertIn(case.name.replace(' ', ''), text)
                self.assertFalse(re.search('[\ufffd\x00\ue000-\uf8ff]', text))
                if name in CASE_FORMS:
                    self.assertIn("Preparedby:Manager", pages[-1])
                if name in CASE_FORMS and name not in WITHOUT_STORY:
                    if case == self.long:
                        self.assertGreater(len(pages), 1)
                        for number in range(60):
                            self.assertIn(f"{number}.Thecustomercalledagain.", text)
                        self.assertIn("Thelastword.", text)
                    if case == self.chinese:
                        self.assertIn("三次上门均未查明原因。" * 2, text)

    def test_receipts_have_one_page_of_their_size(self):
        """Several receipts print in one file, each on a page of its own."""
        for name, width, height in (('receipt', 80, 170), ('receipt_a6', 105, 148)):
            reports = self.reports.with_user(self.manager).with_context(force_report_rendering=True)
            cases = self.short | self.chinese
            content, _kind = reports._render_qweb_pdf(self._get_report(name).id, cases.ids)
            pages = PdfReader(io.BytesIO(content)).pages
            self.assertEqual(len(pages), 2)
            for page in pages:
                self.assertAlmostEqual(float(page.mediabox.width) * 25.4 / 72, width, delta=1)
                self.assertAlmostEqual(float(page.mediabox.height) * 25.4 / 72, height, delta=1)
            for case, text in zip(cases, self._get_pages(content), strict=True):
                self.assertIn(case.number, text)
                self.assertIn(case.name.replace(' ', ''), text)
                self.assertIn("Pleasekeepthisreceipt", text)

    def test_a_short_8d_report_has_one_page(self):
        """Nobody wants a second page for two empty boxes and the signatures."""
        measures = self.env['complaint.measure']
        for kind in ('containment', 'containment', 'corrective', 'corrective', 'preventive'):
            measures |= measures.create(
                {
                    **{'case_id': self.short.id, 'name': "Check each cable", 'kind': kind},
                    **{'owner_id': self.manager.id, 'due_date': '2031-01-01', 'result': "Done."},
                }
            )
        for name, pages in self._print_papers([('eightd', self.bare | self.short)]).items():
            with self.subTest(case=name[1].name):
                self.assertEqual(len(pages), 1)
                self.assertIn("Lessonslearnt", pages[0])
                self.assertIn("Preparedby:Manager", pages[0])

    def test_signatures_stand_with_the_last_text(self):
        """A page with nothing but signatures says nothing about what was signed."""
        sheets = (
            self.env['complaint.duty']
            .with_user(self.receiver)
            .create(
                [{'shift': f"Shift {count}", 'note': "The gate sticks."} for count in range(10, 26)]
            )
        )
        sheets.line_ids.create(
            [
                {'duty_id': sheet.id, 'content': "Gate does not open."}
                for count, sheet in zip(range(10, 26), sheets, strict=True)
                for _line in range(count)
            ]
        )
        reports = self.reports.with_user(self.receiver).with_context(
            lang='en_US', force_report_rendering=True
        )
        content, _kind = reports._render_qweb_pdf(self._get_report('duty').id, sheets.ids)
        papers = self._get_papers(content)
        self.assertEqual(len(papers), len(sheets))
        self.assertEqual({len(pages) for pages in papers}, {1, 2})
        for pages in papers:
            [signed] = [page for page in pages if "Signature,date" in page]
            self.assertIn("Thegatesticks.", signed)
