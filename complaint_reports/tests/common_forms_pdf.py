import io
import re
import unicodedata

from lxml import html

from odoo.addons.base.models import ir_actions_report as core

from .common_forms import FormsCommon

try:
    from pypdf import PdfReader
except ImportError:
    PdfReader = None

FORMS_PER_RUN = 4
# Nothing is nearer to the edge of a paper than a printer prints, in points.
MARGIN = 5
# The operators of PDF that draw text.
DRAWING = (b'Tj', b'TJ', b"'", b'"')


class FormsPdfCommon(FormsCommon):
    """Forms on paper: what each page says, and where."""

    def setUp(self):
        super().setUp()
        if self.reports.get_wkhtmltopdf_state() == 'install':
            self.skipTest("needs an engine that prints PDF")

    # === READING === #

    def _get_pages(self, content):
        """Return the text of each page, all of it on the paper.

        Engines place signs one by one, and join some of them.
        """
        return [
            re.sub(r'\s', '', unicodedata.normalize('NFKC', self._read_page(page)))
            for page in PdfReader(io.BytesIO(content)).pages
        ]

    def _read_page(self, page):
        """Return the text of a page; none of its signs stands at or beyond the edge."""
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        places = []

        def note_place(operator, _operands, matrix, text_matrix):
            if operator in DRAWING:
                x, y = text_matrix[4:6]
                places.append(
                    (
                        x * matrix[0] + y * matrix[2] + matrix[4],
                        x * matrix[1] + y * matrix[3] + matrix[5],
                    )
                )

        text = page.extract_text(visitor_operand_before=note_place)
        self.assertTrue(places)
        for x, y in places:
            self.assertTrue(MARGIN < x < width - MARGIN, f"{x} of {width}: {text[:300]}")
            self.assertTrue(MARGIN < y < height - MARGIN, f"{y} of {height}: {text[:300]}")
        return text

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

    def _get_body(self, pages, company):
        """Return the text of a paper without its headers and footers.

        They come last; a line may be drawn in pieces on both sides of them.
        """
        name = company.name.replace(' ', '')
        return ''.join(page[: page.rfind(name)] for page in pages)

    def _get_foot(self, page, company):
        """Return the text of what the layout of the company puts around a page."""
        return page[page.rfind(company.name.replace(' ', '')) :]

    def _assert_known_signs(self, text):
        """No sign for which there is no font, none that is not a sign."""
        self.assertFalse(re.search('[\ufffd\x00\ue000-\uf8ff]', text))

    # === PRINTING === #

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
