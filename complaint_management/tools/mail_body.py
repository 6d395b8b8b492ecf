"""Finds in the parts of a mail what it shows and what is a file. No ORM."""

import mimetypes
import re
from dataclasses import dataclass

from .mail_charset import decode_header, decode_text
from .mail_part import (
    UU_BEGIN,
    UU_END,
    clean_name,
    decode_uu,
    get_content,
    get_html_charset,
    get_name,
    get_param,
    get_raw,
)
from .tnef import read_tnef

PGP_BEGIN = '-----BEGIN PGP SIGNED MESSAGE-----\n'
PGP_SIGNATURE = '\n-----BEGIN PGP SIGNATURE-----'
PGP_END = '-----END PGP SIGNATURE-----'
EXTENSIONS = {
    'message/rfc822': '.eml',
    'message/global': '.eml',
    'message/delivery-status': '.txt',
    'text/rfc822-headers': '.txt',
    'text/calendar': '.ics',
    'text/plain': '.txt',
    'text/html': '.html',
    'image/jpeg': '.jpg',
    'image/pjpeg': '.jpg',
    'image/jpg': '.jpg',
    'image/png': '.png',
    'image/gif': '.gif',
    'application/pdf': '.pdf',
    'application/pgp-signature': '.asc',
    'application/pgp-encrypted': '.asc',
    'application/pkcs7-signature': '.p7s',
    'application/x-pkcs7-signature': '.p7s',
    'application/pkcs7-mime': '.p7m',
    'application/x-pkcs7-mime': '.p7m',
    'application/ms-tnef': '.dat',
    'audio/x-wav': '.wav',
    'audio/wav': '.wav',
}
DEPTH_LIMIT = 60


@dataclass
class MailFile:
    """A file that came with a mail: `name`, `content` (bytes), `cid` where the text shows it."""

    name: str
    content: bytes
    cid: str = ''
    content_type: str = 'application/octet-stream'


class Body:
    """Walks through the parts of a mail and fills in its texts and files."""

    def __init__(self, mail):
        self.mail = mail
        self.texts = []  # what is shown, in order: ('text' or 'html', content)

    def take_in(self, message):
        """Fill in the body and the files of the mail."""
        self._read_part(message, 0)
        mail = self.mail
        kinds = {kind for kind, content in self.texts if content.strip()}
        if 'html' in kinds:
            mail.html = '\n'.join(
                content if kind == 'html' else text_to_html(content)
                for kind, content in self.texts
                if content.strip()
            )
        else:
            mail.text = '\n'.join(content for kind, content in self.texts)

    def _read_part(self, part, depth):
        if depth > DEPTH_LIMIT:
            return self._keep(part)
        kind = part.get_content_type()
        if part.is_multipart() and not kind.startswith('message/'):
            if kind == 'multipart/alternative':
                return self._read_alternatives(part, depth)
            return self._read_parts(part, kind, depth)
        if kind.startswith('multipart/'):  # its parts cannot be told apart
            self.mail.problems.add('broken')
            self.texts.append(('text', decode_text(get_content(part), self.mail.charset)))
            return None
        if kind.startswith('message/'):
            return self._keep(part)
        if kind in ('application/ms-tnef', 'application/vnd.ms-tnef') or _is_winmail(part):
            return self._read_tnef(part)
        if kind in ('application/pkcs7-mime', 'application/x-pkcs7-mime'):
            self.mail.problems.add('encrypted')
            return self._keep(part)
        if _is_shown(part):
            return self._show(part)
        return self._keep(part)

    def _read_parts(self, part, kind, depth):
        if kind == 'multipart/signed':
            self.mail.problems.add('signed')
        if kind == 'multipart/encrypted':
            self.mail.problems.add('encrypted')
        for child in part.get_payload():
            self._read_part(child, depth + 1)

    def _read_alternatives(self, part, depth):
        """Show the formatted one of several ways to say the same, keep what is no text."""
        before, best, shown = self.texts, [], False
        for child in part.get_payload():
            self.texts = []
            self._read_part(child, depth + 1)
            has_html = any(kind == 'html' and c.strip() for kind, c in self.texts)
            has_text = any(c.strip() for _kind, c in self.texts)
            if has_text and (has_html or not best) and not (shown and not has_html):
                best, shown = self.texts, has_html
        self.texts = before + best

    def _show(self, part):
        data, kind = get_content(part), part.get_content_type()
        charset = get_param(part, 'charset')
        if kind == 'text/html':
            text = decode_text(data, charset or get_html_charset(data))
            self.texts.append(('html', text))
            return
        data = self._take_uuencoded(data)
        text = decode_text(data, charset)
        if kind in ('text/enriched', 'text/richtext'):
            text = re.sub(r'<[^<>]*>', '', text.replace('<nl>', '\n')).replace('<<', '<')
        if '-----BEGIN PGP MESSAGE-----' in text:
            self.mail.problems.add('encrypted')
        if PGP_BEGIN in text:
            self.mail.problems.add('signed')
            text = _take_off_armour(text)
        self.texts.append(('text', text))

    def _take_uuencoded(self, data):
        """Make files of what stands in a text in the oldest of ways."""
        if b'begin' not in data:
            return data
        left, packed = [], []
        for line in data.splitlines(keepends=True):
            if not packed and not UU_BEGIN.match(line):
                left.append(line)
                continue
            packed.append(line)
            if line.strip() in UU_END:
                content = decode_uu(b''.join(packed))
                if content:
                    name = UU_BEGIN.match(packed[0])[1].decode('ascii', 'surrogateescape')
                    self._add(decode_header(name), content, 'application/octet-stream')
                else:
                    left += packed
                packed = []
        return b''.join(left + packed)

    def _read_tnef(self, part):
        """Take the files out of what Outlook packs into winmail.dat; keep it if that fails."""
        content = get_content(part)
        packed = read_tnef(content)
        if not packed:
            return self._keep(part)
        for name, file_content in packed.files:
            self._add(name, file_content, 'application/octet-stream')
        if not any(text.strip() for _kind, text in self.texts):
            if packed.html:
                self.texts.append(('html', decode_text(packed.html, get_html_charset(packed.html))))
            elif packed.text:
                self.texts.append(('text', packed.text))
        unread = packed.has_rtf and not any(text.strip() for _kind, text in self.texts)
        if unread or not (packed.files or packed.html or packed.text):
            self._keep(part)
        return None

    def _keep(self, part):
        """Make a file of a part that is not shown."""
        kind = part.get_content_type()
        cid = get_raw(part, 'Content-Id').strip(' <>\t\r\n')
        self._add(get_name(part, self.mail.charset), get_content(part), kind, cid)

    def _add(self, name, content, content_type, cid=''):
        main_type = content_type.partition('/')[0]
        default = main_type if main_type in ('image', 'audio', 'video') else 'attachment'
        extension = EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ''
        name = clean_name(name) or default + extension
        self.mail.files.append(MailFile(name, content, cid, content_type))


def _take_off_armour(text):
    """Return a text without what PGP writes around what it signs."""
    before, _begin, rest = text.partition(PGP_BEGIN)
    signed, signature, rest = rest.partition(PGP_SIGNATURE)
    if not signature:
        return text
    _head, blank, body = f'\n{signed}'.partition('\n\n')  # the names of its digests stand above
    body = re.sub(r'(?m)^- ', '', body if blank else signed)
    return before + body + rest.partition(PGP_END)[2]


def text_to_html(text):
    """Return plain text as HTML that shows its lines and spaces as they are."""
    escaped = text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
    return f'<pre>{escaped}</pre>'


def _is_shown(part):
    """Tell whether a part is text that the mail shows, no file."""
    kind = part.get_content_type()
    if kind not in ('text/plain', 'text/html', 'text/enriched', 'text/richtext'):
        return False
    disposition = get_raw(part, 'Content-Disposition').strip().lower()
    return not disposition.startswith('attachment') and not _has_name(part)


def _has_name(part):
    disposition = get_raw(part, 'Content-Disposition')
    content_type = get_raw(part, 'Content-Type')
    return bool(
        re.search(r'filename\*?\d*\*?\s*=', disposition, re.IGNORECASE)
        or re.search(r'[;\s]name\*?\d*\*?\s*=\s*[^;\s]', content_type, re.IGNORECASE)
    )


def _is_winmail(part):
    return get_name(part).lower() in ('winmail.dat', 'win.dat')
