import io
import re
import unittest

from odoo.tests import HttpCase, tagged

from .common_forms import CASE_FORMS, LETTERS, WITHOUT_STORY
from .common_forms_pdf import FormsPdfCommon, PdfReader

A4_FORMS = (*CASE_FORMS, *(f'letter_{purpose}' for purpose in LETTERS))


@tagged('post_install', '-at_install')
@unittest.skipUnless(PdfReader, "needs pypdf to read what was printed")
class TestFormsPdf(FormsPdfCommon, HttpCase):
    """Forms on paper: nothing clipped, nothing missing, pages numbered, no unknown signs."""

    def test_each_form_and_letter_of_an_empty_a_short_a_long_and_a_chinese_case(self):
        papers = self._print_papers([(name, self.cases) for name in A4_FORMS])
        self.assertEqual(len(papers), len(A4_FORMS) * 4)
        for (name, case), pages in papers.items():
            with self.subTest(form=name, case=case.name):
                text = self._get_body(pages, case.company_id)
                title = self._get_form(name).name.replace(' ', '')
                self.assertIn(title, text)
                self.assertIn(case.number, text)
                for page in pages:
                    self.assertIn(f"{title}·{case.number}", self._get_foot(page, case.company_id))
                self.assertIn(case.name.replace(' ', ''), text)
                self._assert_known_signs(text)
                if name in CASE_FORMS:
                    self.assertIn("Preparedby:Manager", pages[-1])
                    if case != self.long:
                        self._assert_more_than_signatures(pages[-1], case.company_id)
                    for page in pages[:-1]:
                        # No page is left empty because what follows does not fit on it.
                        body = self._get_body([page], case.company_id)
                        self.assertGreater(len(body), 250, page)
                if name in CASE_FORMS and name not in WITHOUT_STORY:
                    if case == self.long:
                        self.assertGreater(len(pages), 1)
                        for number in range(60):
                            self.assertIn(f"{number}.Thecustomercalledagain.", text)
                        self.assertIn("Thelastword.", text)
                    if case == self.chinese:
                        self.assertIn("三次上门均未查明原因。" * 2, text)

    def _assert_more_than_signatures(self, page, company):
        """A page with nothing but signatures says nothing about what was signed."""
        body = self._get_body([page], company)
        labels = self.env['report.complaint_reports.complaint_form']._get_signer_labels()
        for words in (*labels.values(), "Signature, date", "Prepared by: Manager"):
            body = body.replace(words.replace(' ', ''), '')
        self.assertGreater(len(re.sub(r'In\dcopies:.*', '', body)), 20, page)

    def test_each_page_tells_the_code_of_its_form_and_that_it_is_restricted(self):
        """FORMS-3-a: a page that is found alone."""
        form = self._get_form('special')
        form.code = 'YS-BD-15'
        flag = self.env.ref('complaint_management.flag_sensitive')
        self.long.flag_ids = [(4, flag.id)]
        pages = self._print_papers([('special', self.long)])['special', self.long]
        self.assertGreater(len(pages), 1)
        for page in pages:
            foot = self._get_foot(page, self.long.company_id)
            self.assertIn("Restricted:nottobepassedon·YS-BD-15·SpecialReport", foot)

    def test_the_form_of_the_desk_has_one_page_if_little_is_written(self):
        pages = self._print_papers([('registration', self.bare | self.short)])
        self.assertEqual([len(found) for found in pages.values()], [1, 1])

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
        told = self._create_case(description='\n'.join(["The plug is loose."] * 16))
        papers = self._print_papers([('eightd', self.bare | self.short | told)])
        for case in self.bare | self.short:
            with self.subTest(case=case.name):
                [page] = papers['eightd', case]
                self.assertIn("Lessonslearnt", page)
                self.assertIn("Preparedby:Manager", page)
        # Where more is told, the second page begins with a discipline, not with the last frame.
        first, second = papers['eightd', told]
        self.assertNotIn("D7Prevention", first)
        self.assertIn("D7Prevention", second)

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
