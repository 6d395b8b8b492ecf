import io
import zipfile

from odoo.tests import TransactionCase, tagged

from ..models import complaint_public_form
from ..tools import uploads

PNG = (
    b'\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0'
    b'\1\0\0\5\0\1\r\n-\xb4\0\0\0\0IEND\xaeB`\x82'
)
GIF = b'GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;'
PDF = b'%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'
HTML = b'<!DOCTYPE html><html><body><script>alert(1)</script></body></html>'
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>'


def archive(*names):
    """Return a zip archive with files of these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as file:
        for name in names:
            file.writestr(name, 'x')
    return buffer.getvalue()


DOCX = archive('[Content_Types].xml', 'word/document.xml', '_rels/.rels')


@tagged('post_install', '-at_install')
class TestPublicUploads(TransactionCase):
    """Issue 6 item 7: files of strangers are judged by name and content, and never run."""

    def _judge(self, name, content):
        return self.env['complaint.public.form']._judge_file(name, content)

    def test_what_people_send_is_taken_as_what_it_is(self):
        for name, content, mimetype in (
            ("photo.png", PNG, 'image/png'),
            ("PHOTO.PNG", PNG, 'image/png'),
            ("anim.gif", GIF, 'image/gif'),
            ("合同.pdf", PDF, 'application/pdf'),
            ("letter.docx", DOCX, uploads.TYPES['docx'][0]),
            ("note.txt", "灯坏了".encode(), 'text/plain'),
            ("note.txt", "灯坏了,周一以来一直没有人来修。".encode('gb18030'), 'text/plain'),
            ("call.amr", b'#!AMR\n' + bytes(50), 'application/octet-stream'),
        ):
            self.assertEqual(self._judge(name, content), (None, mimetype), name)

    def test_what_a_browser_or_computer_would_run_is_refused(self):
        for name, content in (
            ("page.html", HTML),
            ("page.htm", b'hello'),
            ("picture.svg", SVG),
            ("picture.png", SVG),
            ("picture.jpg", HTML),
            ("paper.pdf", HTML),
            ("note.txt", HTML),
            ("table.xls", HTML),
            ("run.exe", b'MZ' + bytes(100)),
            ("run.pdf", b'MZ' + bytes(100)),
            ("run.sh", b'#!/bin/sh\n'),
            ("script.js", b'alert(1)'),
            ("page.xml", b'<?xml version="1.0"?><a/>'),
            ("letter.docm", archive('word/document.xml')),
            ("letter.docx", archive('word/document.xml', 'word/vbaProject.bin')),
            ("letter.docx", archive('META-INF/MANIFEST.MF')),
            ("letter.docx", b'PK\x03\x04 broken'),
            ("any.zip", archive('a')),
            ("noextension", PNG),
            ("photo.png.exe", PNG),
        ):
            sentence, mimetype = self._judge(name, content)
            self.assertFalse(mimetype, name)
            self.assertIn(name, sentence)

    def test_files_that_are_two_things_at_once_are_refused(self):
        for name, content in (
            ("gif_and_page.gif", GIF + HTML),
            ("gif_and_script.gif", GIF[:6] + b'/*' + GIF[6:] + b'*/=1;<ScRiPt >x</script>'),
            ("png_and_zip.png", PNG + archive('evil.class')),
            ("pdf_and_page.pdf", PDF + b'<html><body>'),
            ("pdf_and_zip.pdf", PDF + archive('a')),
            ("php.png", PNG + b'<?php system($_GET[0]);'),
            ("zip_behind_text.docx", b'MZ' + DOCX),
        ):
            self.assertFalse(self._judge(name, content)[1], name)

    def test_empty_and_large_files_are_told_by_name(self):
        self.assertIn("“a.png” is empty", self._judge("a.png", b'')[0])
        self.patch(complaint_public_form, 'FILE_BYTES', 10)
        self.assertIn("“a.png” is larger than", self._judge("a.png", PNG)[0])

    def test_names_lose_folders_controls_and_directions(self):
        for name, cleaned in (
            ('../../etc/passwd.txt', 'passwd.txt'),
            ('C:\\Users\\x\\photo.png', 'photo.png'),
            ('gnp\u202egpj.exe', 'gnpgpj.exe'),
            ('a\0b\r\nc.pdf', 'abc.pdf'),
            ('', 'file'),
            (None, 'file'),
            ('.htaccess', 'file.htaccess'),
            ('x' * 300 + '.pdf', 'x' * 100 + '.pdf'),
        ):
            self.assertEqual(uploads.clean_name(name), cleaned)
