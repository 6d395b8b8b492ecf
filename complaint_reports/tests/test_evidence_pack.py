import hashlib
import io
import re
import unittest

from PIL import Image

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common_forms import FormsCommon

try:
    from pypdf import PdfReader, PdfWriter
except ImportError:
    PdfReader = None


@tagged('post_install', '-at_install')
@unittest.skipUnless(PdfReader, "needs pypdf to read what was printed")
class TestEvidencePack(FormsCommon, HttpCase):
    """One paper: cover, case sheet, numbered documents, course, readers, check values."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        writer = PdfWriter()
        for _page in range(3):
            writer.add_blank_page(width=595, height=842)
        paper = io.BytesIO()
        writer.write(paper)
        picture = io.BytesIO()
        Image.new('RGB', (300, 200), 'white').save(picture, 'PNG')
        cls.contents = {
            'contract.pdf': paper.getvalue(),
            'photo.png': picture.getvalue(),
            'broken.pdf': b'%PDF-1.4 this is none',
            'sheet.csv': b'a;b',
        }
        for name, content in cls.contents.items():
            cls._attach(cls.short, name, content)
        cls.of_line = cls._attach(cls.env['complaint.investigation'].browse(), 'visit.txt', b'v')
        cls.env['complaint.investigation'].with_user(cls.manager).create(
            {
                'case_id': cls.short.id,
                'method': 'site',
                'finding': "Seen",
                'attachment_ids': [(6, 0, cls.of_line.ids)],
            }
        )

    @classmethod
    def _attach(cls, record, name, content):
        return (
            cls.env['ir.attachment']
            .with_user(cls.manager)
            .create(
                {'name': name, 'raw': content, 'res_model': record._name, 'res_id': record.id or 0}
            )
        )

    def test_documents_are_numbered_with_their_hashes(self):
        documents = self.short.with_user(self.manager)._get_evidence_documents()
        found = {doc['attachment'].name: doc for doc in documents}
        self.assertEqual([doc['number'] for doc in documents], [1, 2, 3, 4, 5])
        self.assertEqual(
            {name: doc['pages'] for name, doc in found.items()},
            {'contract.pdf': 3, 'photo.png': 1, 'broken.pdf': 0, 'sheet.csv': 0, 'visit.txt': 0},
        )
        for name, content in self.contents.items():
            self.assertEqual(found[name]['digest'], hashlib.sha256(content).hexdigest())

    def test_cover(self):
        text = self._print_form_text('evidence', self.short)
        for name, content in self.contents.items():
            self.assertIn(name, text)
            self.assertIn(hashlib.sha256(content).hexdigest(), text)
        for event in self.short.event_ids:
            self.assertIn(event.hash, text)
        for passage in self.short._get_timeline():
            self.assertIn(passage['label'], text)

    def test_who_saw_what_only_for_who_may_know(self):
        self.short.with_user(self.manager)._log_evidence_access("For the court")
        self.assertNotIn("For the court", self._print_form_text('evidence', self.short))
        text = self._print_form_text('evidence', self.short, self.auditor)
        self.assertIn("Manager Evidence pack For the court", text)

    def test_files_that_the_user_may_not_read_are_left_out(self):
        secret = self._attach(self.long, 'secret.csv', b'1;2')
        self.short.investigation_ids.sudo().attachment_ids += secret
        self.assertIn(secret, self.short.with_user(self.manager)._get_evidence_attachments())
        self._recuse('manager', self.long)
        self.assertNotIn(secret, self.short.with_user(self.manager)._get_evidence_attachments())
        self.assertNotIn("secret.csv", self._print_form_text('evidence', self.short))
        with self.assertRaises(AccessError):
            self._print_form('evidence', self.long)

    def test_one_paper(self):
        if self.reports.get_wkhtmltopdf_state() == 'install':
            self.skipTest("needs an engine that prints PDF")
        reports = self.reports.with_user(self.manager).with_context(
            lang='en_US', force_report_rendering=True
        )
        report = self._get_report('evidence')
        content, _kind = reports._render_qweb_pdf(report.id, self.short.ids)
        pages = [
            re.sub(r'\s', '', page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages
        ]
        self.assertIn("EvidencePack", pages[0])
        sheet = next(n for n, page in enumerate(pages) if "ComplaintCaseSheet" in page)
        self.assertGreater(sheet, 0)
        stamps = [match[0] for page in pages[sheet:] if (match := re.search(r'^\[\d\]\d/\d', page))]
        self.assertEqual(stamps, ['[1]1/3', '[1]2/3', '[1]3/3', '[2]1/1'])
        self.assertEqual(len(pages) - 4, pages.index(next(p for p in pages if p[:1] == '[')))
        logs = self.env['complaint.read.log'].search([('case_id', '=', self.short.id)])
        self.assertEqual((logs.way, logs.user_id), ('evidence', self.manager))
