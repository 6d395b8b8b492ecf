import io
import unittest

from odoo.tests import HttpCase, tagged

from .common_forms_pdf import FormsPdfCommon, PdfReader

# Papers of one record each, and those that list all that is chosen.
SINGLE = ('return', 'goods_inspection', 'scrap', 'lesson', 'inspection', 'duty', 'handover')
LISTED = ('goods_count', 'refunds', 'opinion_book', 'phone_register')
LAST = "The last word."
CHINESE = "三次上门均未查明原因。"


@tagged('post_install', '-at_install')
@unittest.skipUnless(PdfReader, "needs pypdf to read what was printed")
class TestFormsOtherPdf(FormsPdfCommon, HttpCase):
    """Papers of other records than complaints, with nothing, little, much, and Chinese on them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.use_returns = True
        cls.texts = {
            cls.bare: "",
            cls.short: f"The plug is loose. {LAST}",
            cls.long: f"{cls.long_text} {LAST}",
            cls.chinese: f"{CHINESE * 20} {LAST}",
        }
        cls.records = {
            name: {case: cls._create(name, case, text) for case, text in cls.texts.items()}
            for name in (*SINGLE, *LISTED)
        }

    @classmethod
    def _create(cls, name, case, text):
        """Return the record of a paper about a case, with a text wherever it has one."""
        create = getattr(cls, f'_create_{name}', None)
        if create:
            return create(case, text)
        return case if name in LISTED else cls._create_goods(case, text)

    @classmethod
    def _create_goods(cls, case, text):
        goods = cls.env['complaint.return'].create(
            {'case_id': case.id, 'product': "K2", 'quantity': 10, 'lot': "L-9"}
        )
        goods.sudo()._write_internal(
            {
                **{'defect': text, 'inspection_finding': text, 'outcome': text},
                **{'disposition': 'scrap', 'disposition_reason': text},
            }
        )
        return goods

    @classmethod
    def _create_lesson(cls, case, text):
        told = dict.fromkeys(('situation', 'handling', 'learnt', 'reply', 'promises'), text)
        return cls.env['complaint.lesson'].create({'name': case.name, 'kind': 'script', **told})

    @classmethod
    def _create_inspection(cls, case, text):
        today = cls.env.cr.now().date()
        inspection = cls.env['complaint.inspection'].create(
            {'name': case.name, 'date_from': today, 'date_to': today, 'conclusion': text}
        )
        criterion = cls.env['complaint.inspection.criterion'].search([], limit=1)
        if text:
            values = {'case_id': case.id, 'criterion_id': criterion.id, 'note': text}
            lines = cls.env['complaint.inspection.line'].sudo()
            lines._create_internal([{'inspection_id': inspection.id, **values}])
        return inspection

    @classmethod
    def _create_duty(cls, case, text):
        lines = [(0, 0, {'content': text, 'outcome': text, 'case_id': case.id})] if text else []
        return cls.env['complaint.duty'].create(
            {'shift': case.name[:20], 'note': text, 'line_ids': lines}
        )

    @classmethod
    def _create_handover(cls, case, text):
        lines = [(0, 0, {'case_id': case.id, 'note': text, 'next_step': text})] if text else []
        return cls.env['complaint.handover'].create(
            {'from_user_id': cls.manager.id, 'note': text, 'line_ids': lines}
        )

    @classmethod
    def _create_goods_count(cls, case, text):
        goods = cls._create_goods(case, text)
        counts = cls.env['complaint.return.count'].sudo()
        return counts._create_internal(
            [{'return_id': goods.id, 'date': '2026-03-03', 'expected': 10, 'note': text}]
        )

    @classmethod
    def _create_refunds(cls, case, text):
        return cls.env['complaint.remedy']._create_internal(
            [{'case_id': case.id, 'kind': 'refund', 'item': text, 'amount': 76, 'means': 'credit'}]
        )

    # === HELPERS === #

    def _print(self, name, records):
        """Return the texts of the pages of each paper."""
        reports = self.reports.with_user(self.admin).with_context(
            lang='en_US', force_report_rendering=True
        )
        content, _kind = reports._render_qweb_pdf(self._get_report(name).id, records.ids)
        papers = self._get_papers(content)
        for pages in papers:
            self.assertIn(self._get_form(name).name.replace(' ', ''), pages[0], name)
            self.assertIn("Preparedby:", pages[-1], name)
            self._assert_known_signs(''.join(pages))
        return papers

    def _assert_long(self, text, is_list=False):
        """All that was written is on the paper; the head of a list may stand in between."""
        for number in range(60):
            words = f"{number}." if is_list else f"{number}.Thecustomercalledagain."
            self.assertIn(words, text)
        self.assertGreaterEqual(text.count("again."), 60)
        self.assertIn(LAST.replace(' ', ''), text)

    # === TESTS === #

    def test_papers_of_one_record(self):
        for name in SINGLE:
            records = self.records[name]
            papers = self._print(name, self.env[records[self.bare]._name].union(*records.values()))
            self.assertEqual(len(papers), len(records))
            for case, pages in zip(records, papers, strict=True):
                with self.subTest(form=name, case=case.name):
                    text = self._get_body(pages, self.env.company)
                    if case == self.long:
                        self.assertGreater(len(pages), 1)
                        self._assert_long(text)
                    elif case == self.chinese:
                        self.assertIn(CHINESE * 2, text)
                    elif case == self.short:
                        self.assertIn("Theplugisloose." + LAST.replace(' ', ''), text)

    def test_papers_that_list_what_is_chosen(self):
        """One paper of all, one with nothing but what must be there."""
        for name in LISTED:
            with self.subTest(form=name):
                records = self.records[name]
                [pages] = self._print(name, records[self.bare])
                self.assertEqual(len(pages), 1)
                told = [record for case, record in records.items() if case != self.bare]
                [pages] = self._print(name, told[0].union(*told))
                text = self._get_body(pages, self.env.company)
                self._assert_long(text, is_list=True)
                self.assertIn(CHINESE, text)
                for case in self.texts:
                    self.assertEqual(case.number in text, case != self.bare)

    def test_labels_of_goods_on_hold(self):
        """FO-52: a label for each box, whole, with the lot and what it is about."""
        holds = self.env['complaint.hold'].create(
            [
                {
                    **{'case_id': case.id, 'product': case.name, 'lot': f"L-{case.id}"},
                    **{'label_count': 3, 'place': "成品仓 3 号货架" * 3},
                }
                for case in self.cases
            ]
        )
        report = self.env.ref('complaint_management.complaint_hold_action_report')
        reports = self.reports.with_user(self.admin).with_context(force_report_rendering=True)
        content, _kind = reports._render_qweb_pdf(report.id, holds.ids)
        pages = self._get_pages(content)
        text = ''.join(pages)
        self._assert_known_signs(text)
        self.assertEqual(text.count("Releasedonlybyquality."), 3 * len(holds))
        for hold in holds:
            self.assertEqual(text.count(hold.lot), 3)
            for number in range(1, 4):
                self.assertIn(f"{number}/3", text)
            # A label is not cut in two where a page ends.
            for page in pages:
                self.assertEqual(
                    page.count(f"Lot:{hold.lot}"), page.count(f"Complaint:{hold.case_id.number}")
                )
        self.assertGreater(len(PdfReader(io.BytesIO(content)).pages), 1)
