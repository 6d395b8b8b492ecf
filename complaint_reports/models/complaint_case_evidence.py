import hashlib
import io

from odoo import api, models
from odoo.tools import human_size
from odoo.tools.pdf import PdfFileReader, PdfFileWriter, to_pdf_stream

EVIDENCE = 'complaint_reports.complaint_form_evidence'

# Lines of a case that carry files, and in which field.
FILE_FIELDS = {
    'investigation_ids': 'attachment_ids',
    'panel_ids': 'attachment_ids',
    'approval_ids': 'evidence_attachment_ids',
    'measure_ids': 'attachment_ids',
    'return_ids': 'attachment_ids',
}


class ComplaintCaseEvidence(models.Model):
    """The file of a case for a court, a regulator or an auditor: what we have, in one paper.

    Odoo prints the cover; the case sheet and the documents follow, numbered as on the cover.
    """

    _inherit = 'complaint.case'

    def _get_evidence_attachments(self):
        """Return the files of this case and of its lines that the user may read, oldest first.

        An addon with lines of its own adds their files.
        """
        self.ensure_one()
        files = self.env['ir.attachment'].search(
            [('res_model', '=', self._name), ('res_id', '=', self.id), ('res_field', '=', False)]
        )
        files |= self.authority_attachment_ids | self.confirmation_attachment_ids
        for lines, name in FILE_FIELDS.items():
            files |= self.mapped(f'{lines}.{name}')
        return files._filtered_access('read').sorted(lambda file: (file.create_date, file.id))

    def _get_evidence_documents(self):
        """Return the documents of this case, as the cover lists them.

        :return: list of {'number': from 1, 'attachment': record, 'size': str, 'digest': SHA-256
            of its content in hexadecimal, 'pages': how many are enclosed; 0: it cannot be printed
            and is handed over beside the paper, 'reader': what its pages are read from, or None}
        """
        documents = []
        for number, attachment in enumerate(self._get_evidence_attachments(), 1):
            reader = self._read_evidence(attachment)
            documents.append(
                {
                    'number': number,
                    'attachment': attachment,
                    'size': human_size(attachment.file_size),
                    'digest': hashlib.sha256(attachment.raw or b'').hexdigest(),
                    'pages': len(reader.pages) if reader else 0,
                    'reader': reader,
                }
            )
        return documents

    @api.model
    def _read_evidence(self, attachment):
        """Return a reader of the pages of a PDF or a picture; None: it has no pages."""
        kind = attachment.mimetype or ''
        if not attachment.raw or not (kind == 'application/pdf' or kind.startswith('image/')):
            return None
        try:
            reader = PdfFileReader(to_pdf_stream(attachment), strict=False)
            len(reader.pages)
        except Exception:  # noqa: BLE001 (people attach broken and locked files of every kind)
            return None
        return reader

    def _bind_evidence(self, cover, sheet):
        """Return the whole paper of this case.

        :param cover: stream of the printed cover
        :param sheet: stream of the printed case sheet
        :rtype: io.BytesIO
        """
        self.ensure_one()
        writer = PdfFileWriter()
        for stream in (cover, sheet):
            for page in PdfFileReader(stream, strict=False).pages:
                writer.addPage(page)
        for document in self._get_evidence_documents():
            for index in range(document['pages']):
                writer.addPage(document['reader'].pages[index])
                page = writer.pages[-1]
                page.mergePage(self._get_evidence_stamp(page, document, index))
        bound = io.BytesIO()
        writer.write(bound)
        return bound

    @api.model
    def _get_evidence_stamp(self, page, document, index):
        """Return a page of the same size that says which page of which document it is."""
        from reportlab.pdfgen import canvas  # noqa: PLC0415 (slow to load, seldom needed)

        width, height = float(page.mediaBox.getWidth()), float(page.mediaBox.getHeight())
        stream = io.BytesIO()
        stamp = canvas.Canvas(stream, pagesize=(width, height))
        # Figures only: the fonts that need no file know no Chinese.
        text = f"[{document['number']}]  {index + 1} / {document['pages']}"
        size = max(8, width / 60)
        stamp.setFont('Helvetica', size)
        stamp.setFillGray(1)
        span = stamp.stringWidth(text, 'Helvetica', size)
        stamp.rect(width - span - 2.4 * size, height - 2.4 * size, span + size, 1.7 * size, 0, 1)
        stamp.setFillGray(0)
        stamp.drawString(width - span - 1.9 * size, height - 1.9 * size, text)
        stamp.showPage()
        stamp.save()
        stream.seek(0)
        return PdfFileReader(stream).pages[0]
