import io
import re
import unittest
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from odoo.addons.base.models import ir_actions_report as core

from .common import CASE_SHEET, ReportsCommon

try:
    from pypdf import PdfReader
except ImportError:
    PdfReader = None


@tagged('post_install', '-at_install')
@unittest.skipUnless(PdfReader, "needs pypdf to read what was printed")
class TestCaseSheetPdf(ReportsCommon, HttpCase):
    def _print_pages(self, cases, user=None):
        """Print cases and return the text of each page, all white space left out.

        (Engines place characters one by one; where the spaces are is up to the reader.)
        """
        user = user or self.manager
        reports = self.reports.with_user(user).with_context(
            lang=user.lang, tz=user.tz, force_report_rendering=True
        )
        if reports.get_wkhtmltopdf_state() == 'install':
            self.skipTest("needs an engine that prints PDF")
        content, kind = reports._render_qweb_pdf(CASE_SHEET, cases.ids)
        self.assertEqual(kind, 'pdf')
        return [
            re.sub(r'\s', '', page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages
        ]

    def _has_patched_engine(self):
        return core._wkhtml().is_patched_qt

    def test_one_case(self):
        case = self._create_worked_case(name="包裹晚到三天")
        attachments = self.env['ir.attachment'].search_count([('res_model', '=', case._name)])
        pages = self._print_pages(case)
        self.assertIn(case.number, pages[0])
        self.assertIn("ComplaintCaseSheet", pages[0])
        self.assertIn("包裹晚到三天", pages[0])
        if self._has_patched_engine():
            for number, page in enumerate(pages, 1):
                self.assertIn(f'{number}/{len(pages)}', page)
        self.assertEqual(
            self.env['ir.attachment'].search_count([('res_model', '=', case._name)]), attachments
        )

    def test_three_cases_in_one_file(self):
        """Each case begins on a page of its own, is complete and has its own page numbers."""
        long_text = '\n\n'.join(f'{n}. The customer called again.' for n in range(240))
        cases = (
            self._create_case(name="First short one")
            | self._create_case(name="Second long one", description=long_text)
            | self._create_case(name="Third short one")
        )
        pages = self._print_pages(cases)
        starts = [n for n, page in enumerate(pages) if "ComplaintCaseSheet" in page]
        self.assertEqual(len(starts), 3)
        self.assertEqual(starts[0], 0)
        self.assertGreater(starts[2] - starts[1], 2)
        for case, start, end in zip(cases, starts, [*starts[1:], len(pages)], strict=True):
            self.assertIn(case.number, pages[start])
            self.assertIn(case.name.replace(' ', ''), pages[start])
            if self._has_patched_engine():
                for number, page in enumerate(pages[start:end], 1):
                    self.assertIn(f'{number}/{end - start}', page)

    def test_long_text_is_printed_to_the_last_word(self):
        text = "空调夜间异响，三次上门均未查明原因。" * 1100 + "此处为全文末尾。"
        self.assertGreater(len(text), 19000)
        case = self._create_case(description=text)
        for _number in range(40):
            case.with_user(self.manager)._stamp('contacted', note="告知客户处理进展")
        pages = self._print_pages(case)
        self.assertGreater(len(pages), 8)
        printed = ''.join(pages)
        self.assertIn("此处为全文末尾。", printed)
        self.assertEqual(printed.count("告知客户处理进展"), 40)
        # The head of the history comes again on each of its pages.
        history = [page for page in pages if "告知客户处理进展" in page]
        self.assertGreater(len(history), 1)
        for page in history:
            self.assertIn("HappenedatWhatByNote", page)

    def test_chinese_user(self):
        self._activate_chinese(self.manager)
        case = self._create_worked_case()
        [first, *_others] = self._print_pages(case)
        self.assertIn("投诉处理单", first)
        self.assertIn(f"投诉编号：{case.number}", first)

    def test_several_cases_with_an_engine_that_takes_one_page(self):
        """What Linux distributions ship refuses several inputs: they are printed one by one."""
        cases = self._create_case() | self._create_case() | self._create_case()
        unpatched = core._wkhtml()._replace(is_patched_qt=False)
        with patch.object(core, '_wkhtml', lambda: unpatched):
            pages = self._print_pages(cases)
        starts = [page for page in pages if "ComplaintCaseSheet" in page]
        self.assertEqual(len(starts), 3)
        for case, page in zip(cases, starts, strict=True):
            self.assertIn(case.number, page)

    def test_download(self):
        """The print menu of the form gives a file with the number in its name."""
        case = self._create_case()
        self.manager.password = 'complaint_manager'
        self.authenticate('complaint_manager', 'complaint_manager')
        response = self.url_open(
            '/report/download',
            data=None,
            params={
                'data': f'["/report/pdf/{CASE_SHEET}/{case.id}", "qweb-pdf"]',
                'context': '{"force_report_rendering": true}',
            },
        )
        self.assertEqual(response.status_code, 200)
        self.assertIn(case.number, response.headers['Content-Disposition'])
