"""Reads a mail from its bytes, however odd they are, and loses nothing of it. No ORM.

`read_mail` never raises: what cannot be read is told in `problems`, and whoever calls it keeps
the original.
"""

import binascii
import email
import email.policy
import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from email.generator import BytesGenerator
from email.header import Header
from email.utils import formataddr, getaddresses
from io import BytesIO

from .mail_charset import clean_text, decode_base64, decode_header, decode_plain, decode_text
from .tnef import read_tnef

ADDRESS = re.compile(r'[^\s<>()\[\]"\',;:：]{1,100}@[^\s<>()\[\]"\',;:：]{1,255}')
HEADER_LINE = re.compile(rb'[!-9;-~]+:|[ \t]')
LOOSE_HEADER = re.compile(rb'^([!-9;-~]+)[ \t]+:')
MAIN_HEADER = re.compile(rb'(?i)(?:from|to|subject|date|message-id|content-type|mime-version)[ \t]*:')
UU_BEGIN = re.compile(rb'^begin(?:-base64)? [0-7]{3,4} ([^\r\n]+)')
UU_END = (b'end', b'====')
# Beyond this many characters headers and armours are no longer searched for what is in them:
# who writes more wants to keep the server busy.
HEADER_LIMIT = 100_000
PGP_SIGNED = re.compile(
    r'-----BEGIN PGP SIGNED MESSAGE-----\n(?:[\w-]+: [^\n]*\n)*\n?(.*?)'
    r'\n-----BEGIN PGP SIGNATURE-----.*?(?:-----END PGP SIGNATURE-----\n?|\Z)',
    re.DOTALL,
)
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
NAME_LENGTH = 200
DEPTH_LIMIT = 60


@dataclass
class MailFile:
    """A file that came with a mail: `name`, `content` (bytes), `cid` where the text shows it."""

    name: str
    content: bytes
    cid: str = ''
    content_type: str = 'application/octet-stream'


@dataclass
class Mail:
    """What a mail says.

    `senders`, `recipients`, `copies`: lists of (name, address). `text`: the plain text of the
    body, `html`: the formatted body or ''. `problems`: words for what could not be read as it
    should (`broken`, `encrypted`, `signed`). `message`: as Python parsed it. `drop_reason` and
    `content` are for the gateway to keep what it found out.
    """

    raw: bytes
    message: email.message.Message
    subject: str = ''
    senders: list = field(default_factory=list)
    recipients: list = field(default_factory=list)
    delivered: list = field(default_factory=list)
    copies: list = field(default_factory=list)
    resent: list = field(default_factory=list)
    message_id: str = ''
    references: list = field(default_factory=list)
    in_reply_to: str = ''
    text: str = ''
    html: str = ''
    files: list = field(default_factory=list)
    problems: set = field(default_factory=set)
    charset: str | None = None
    drop_reason: str | None = None
    content: dict | None = None

    @property
    def sender_name(self):
        return self.senders[0][0] if self.senders else ''

    @property
    def sender_address(self):
        return self.senders[0][1] if self.senders else ''

    def get(self, name):
        """Return a header as one line of text, '' without it."""
        return decode_header(_get_raw(self.message, name), self.charset)

    def get_all_recipients(self):
        """Return the addresses to which it went, in lower case, those that tell most first."""
        lists = (self.delivered, self.recipients, self.copies, self.resent)
        found = (address.lower() for pairs in lists for _name, address in pairs if address)
        return list(dict.fromkeys(found))

    def get_head(self):
        """Return its main headers written as they should be, as bytes of a mail without body."""
        lines = []
        for name, pairs in (
            ('From', self.senders),
            ('To', self.recipients),
            ('Delivered-To', self.delivered),
            ('Cc', self.copies),
            ('Resent-To', self.resent),
        ):
            known = [_format_address(pair) for pair in pairs if pair[1]]
            lines.append((name, ', '.join(known)))
        lines += [
            ('Subject', Header(self.subject, 'utf-8', 2000).encode() if self.subject else ''),
            ('Date', self.get('Date').encode('ascii', 'ignore').decode()),
            ('Message-Id', self.message_id),
            ('In-Reply-To', self.in_reply_to),
            ('References', ' '.join(self.references)),
        ]
        for name in ('Return-Path', 'Auto-Submitted', 'X-Odoo-Message-Id'):
            lines.append((name, self.get(name).encode('ascii', 'ignore').decode()))
        head = ''.join(f'{name}: {value}\r\n' for name, value in lines if value)
        return f'{head}\r\n'.encode('utf-8', 'replace')


def read_mail(raw, head_only=False):
    """Return the :class:`Mail` that these bytes are.

    :param bool head_only: leave out the text and the files
    """
    if isinstance(raw, str):
        raw = raw.encode('utf-8', 'surrogateescape')
    source = _straighten(raw)
    if head_only:
        source = source.partition(b'\n\n')[0] + b'\n\n'
    try:
        message = email.message_from_bytes(source, policy=email.policy.compat32)
        mail = Mail(raw, message)
        _read_headers(mail)
    except Exception:  # noqa: BLE001  whatever Python stumbles on, the mail is kept
        mail = Mail(raw, email.message.Message(), problems={'broken'})
        _read_headers_by_hand(mail, source)
        mail.text = decode_text(source)
        return mail
    if head_only:
        return mail
    try:
        _Body(mail).read(message)
    except Exception:  # noqa: BLE001  as above
        mail.problems.add('broken')
        mail.html = ''
        mail.text = mail.text or decode_text(source.partition(b'\n\n')[2] or source)
    return mail


def _straighten(raw):
    """Return a mail with the line ends that the parser knows, and nothing before the headers."""
    raw = raw.removeprefix(b'\xef\xbb\xbf')
    if b'\n' not in raw:
        raw = raw.replace(b'\r', b'\n')
    raw = raw.replace(b'\r\n', b'\n').lstrip(b'\n\r')
    # The rest of a mailbox file: its line is no header, sometimes more than one stands there.
    while raw.startswith((b'From ', b'>From ')):
        raw = raw.partition(b'\n')[2]
    return _mend_head(raw)


def _mend_head(raw):
    """Return a mail in whose head no line stands that Python would take for the text.

    Before the first blank line a line that is no header belongs to the one above, as long as a
    header that matters follows.
    """
    head, blank, body = raw.partition(b'\n\n')
    if len(head) > HEADER_LIMIT:
        return raw
    lines = [LOOSE_HEADER.sub(rb'\1:', line, count=1) for line in head.split(b'\n')]
    last = max((i for i, line in enumerate(lines) if MAIN_HEADER.match(line)), default=-1)
    for index, line in enumerate(lines[:last]):
        if not HEADER_LINE.match(line):
            lines[index] = (b' ' if index else b'X-Line: ') + line
    return b'\n'.join(lines) + blank + body


# === HEADERS === #


def _read_headers(mail):
    message = mail.message
    mail.charset = next(
        (found for part in message.walk() if (found := _get_param(part, 'charset'))), None
    )
    mail.subject = mail.get('Subject')
    mail.senders = _get_addresses(mail, 'From') or _get_addresses(mail, 'Sender')
    mail.recipients = _get_addresses(mail, 'To')
    mail.delivered = [
        pair
        for name in ('Delivered-To', 'X-Original-To', 'Envelope-To')
        for pair in _get_addresses(mail, name)
    ]
    mail.copies = _get_addresses(mail, 'Cc')
    mail.resent = _get_addresses(mail, 'Resent-To') + _get_addresses(mail, 'Resent-Cc')
    mail.references = _get_message_ids(mail, 'References')
    mail.in_reply_to = next(iter(_get_message_ids(mail, 'In-Reply-To')), '')
    own = _get_message_ids(mail, 'Message-Id')
    mail.message_id = own[0] if own else _make_message_id(mail.raw)


def _read_headers_by_hand(mail, source):
    head = source[:20_000].partition(b'\n\n')[0]
    for name, target in (('Subject', 'subject'), ('From', 'senders'), ('To', 'recipients')):
        match = re.search(
            rb'^%s:[ \t]*(.*(?:\n[ \t].*)*)' % name.encode(), head, re.MULTILINE | re.IGNORECASE
        )
        if match:
            text = match[1].decode('ascii', 'surrogateescape')
            value = decode_header(text) if target == 'subject' else _split_addresses([text], None)
            setattr(mail, target, value)
    mail.message_id = _make_message_id(mail.raw)


def _make_message_id(raw):
    """Return an id for a mail without one: the same for the same mail, if it comes twice."""
    return f'<{hashlib.sha256(raw).hexdigest()[:40]}@without-message-id.invalid>'


def _get_raw(message, name):
    """Return the first header of this name as the parser keeps it."""
    wanted = name.lower()
    for key, value in message.raw_items():
        if key.lower().rstrip() == wanted:
            return str(value)
    return ''


def _get_addresses(mail, name):
    wanted = name.lower()
    raws = [str(v) for key, v in mail.message.raw_items() if key.lower().rstrip() == wanted]
    return _split_addresses(raws, mail.charset)


def _split_addresses(raws, charset):
    """Return (name, address) pairs; an address that cannot be told stays '' with its text."""
    pairs = []
    for raw in raws:
        flat = re.sub(r'[\r\n]+[ \t]*', ' ', raw[:HEADER_LIMIT])
        try:
            found = getaddresses([flat])
        except Exception:  # noqa: BLE001  Python's parser breaks on some
            found = []
        good = [
            (decode_header(name, charset), _clean_address(address))
            for name, address in found
            if ADDRESS.fullmatch(_clean_address(address))
        ]
        if not good:
            text = decode_header(flat, charset)
            good = [
                (text[: match.start()].strip(' \t"\'<,;') if index == 0 else '', match[0])
                for index, match in enumerate(ADDRESS.finditer(text))
            ] or ([(text.strip(' <>'), '')] if text.strip(' <>') else [])
        pairs += good
    return sorted(pairs, key=lambda pair: not pair[1])  # some send a second line without one


def _clean_address(address):
    address = decode_header(address)
    return re.sub(r'\s*@\s*', '@', address).strip().strip('<>\'"')


def _format_address(pair):
    name, address = pair
    try:
        return formataddr((name, address))
    except UnicodeEncodeError:
        return f'<{address}>'  # an address in another script than Latin


def _get_message_ids(mail, name):
    """Return the ids in a header, as they should be written."""
    text = mail.get(name)
    found = re.findall(r'<[^<>]+>', text)
    if not found and text:
        found = [f'<{word}>' for word in re.findall(r'[^\s<>()"]+@[^\s<>()"]+', text)]
        if not found and name == 'Message-Id':
            found = [f'<{text.strip("<> ")}>']
    ids = (re.sub(r'\s+', '', word).encode('ascii', 'ignore').decode() for word in found)
    return [word for word in ids if len(word) > 2]


# === BODY === #


class _Body:
    """Walks through the parts of a mail and fills in its texts and files."""

    def __init__(self, mail):
        self.mail = mail
        self.texts = []  # what is shown, in order: ('text' or 'html', content)

    def read(self, message):
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
        body = _straighten(mail.raw).partition(b'\n\n')[2]
        if not (mail.html or mail.text.strip() or mail.files) and body.strip():
            # Nothing was found in it, so it is shown as it is.
            mail.problems.add('broken')
            mail.text = decode_text(body, mail.charset)

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
        charset = _get_param(part, 'charset')
        if kind == 'text/html':
            text = decode_text(data, charset or _get_html_charset(data))
            self.texts.append(('html', text))
            return
        data = self._take_uuencoded(data)
        text = decode_text(data, charset)
        if kind in ('text/enriched', 'text/richtext'):
            text = re.sub(r'<[^<>]*>', '', text.replace('<nl>', '\n')).replace('<<', '<')
        if '-----BEGIN PGP MESSAGE-----' in text:
            self.mail.problems.add('encrypted')
        if '-----BEGIN PGP SIGNED MESSAGE-----' in text[:HEADER_LIMIT]:
            self.mail.problems.add('signed')
            text = PGP_SIGNED.sub(lambda match: re.sub(r'(?m)^- ', '', match[1]), text)
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
                content = _decode_uu(b''.join(packed))
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
                self.texts.append(('html', decode_text(packed.html, _get_html_charset(packed.html))))
            elif packed.text:
                self.texts.append(('text', packed.text))
        unread = packed.has_rtf and not any(text.strip() for _kind, text in self.texts)
        if unread or not (packed.files or packed.html or packed.text):
            self._keep(part)

    def _keep(self, part):
        """Make a file of a part that is not shown."""
        kind = part.get_content_type()
        cid = _get_raw(part, 'Content-Id').strip(' <>\t\r\n')
        self._add(get_name(part, self.mail.charset), get_content(part), kind, cid)

    def _add(self, name, content, content_type, cid=''):
        main_type = content_type.partition('/')[0]
        default = main_type if main_type in ('image', 'audio', 'video') else 'attachment'
        extension = EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ''
        name = clean_name(name) or default + extension
        self.mail.files.append(MailFile(name, content, cid, content_type))


def text_to_html(text):
    """Return plain text as HTML that shows its lines and spaces as they are."""
    escaped = text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
    return f'<pre>{escaped}</pre>'


def clean_name(name):
    """Return the name of a file without folders and characters that no disk takes."""
    name = re.split(r'[/\\]', name or '')[-1]
    name = re.sub(r'[\x00-\x1f\x7f"<>|*?]', '', name).strip()
    if len(name) > NAME_LENGTH:
        stem, dot, extension = name.rpartition('.')
        short = len(extension) < 10 and dot
        name = f'{stem[:NAME_LENGTH]}.{extension}' if short else name[:NAME_LENGTH]
    return name


def get_name(part, charset=None):
    """Return the file name that a part has, or one made from what it is, or ''."""
    for parameter, header in (('filename', 'Content-Disposition'), ('name', 'Content-Type')):
        value = _get_param(part, parameter, header, charset)
        if value and (name := decode_header(value, charset)):
            return name
    if part.get_content_type().startswith('message/') and part.is_multipart():
        inner = part.get_payload(0)
        if subject := decode_header(_get_raw(inner, 'Subject'), charset):
            return f'{clean_name(subject)[:80]}.eml'
    location = decode_header(_get_raw(part, 'Content-Location'), charset)
    if '.' in location:
        return re.split(r'[/\\?#]', location)[-1]
    cid = _get_raw(part, 'Content-Id').strip(' <>').partition('@')[0]
    return cid if re.fullmatch(r'[\w-]+\.\w{2,5}', cid) else ''


def get_content(part):
    """Return the bytes of a part without its transfer encoding."""
    if part.is_multipart():
        payload = part.get_payload()
        return b'\n'.join(_flatten(child) for child in payload)
    encoding = _get_raw(part, 'Content-Transfer-Encoding').strip().lower().split(';')[0].strip()
    coded = ('quoted-printable', 'base64', 'x-uuencode', 'uuencode', 'uue', 'x-uue')
    if encoding not in coded:
        return part.get_payload(decode=True) or b''
    payload = part.get_payload()
    data = payload.encode('utf-8', 'surrogateescape') if isinstance(payload, str) else b''
    if encoding == 'quoted-printable':
        return binascii.a2b_qp(data)
    if encoding == 'base64':
        return decode_base64(data)
    return _decode_uu(data) or data


def _flatten(message):
    target = BytesIO()
    try:
        BytesGenerator(target, mangle_from_=False, policy=email.policy.compat32).flatten(message)
    except Exception:  # noqa: BLE001  what cannot be written again is written as it was read
        head = ''.join(f'{name}: {value}\n' for name, value in message.raw_items())
        body = message.get_payload() if isinstance(message.get_payload(), str) else ''
        return f'{head}\n{body}'.encode('utf-8', 'surrogateescape')
    return target.getvalue()


def _decode_uu(data):
    lines = data.strip().splitlines()
    if lines and lines[0].startswith(b'begin-base64'):
        return decode_base64(b''.join(lines[1:-1]))
    content = []
    for line in lines:
        if line.startswith(b'begin ') or line.strip() in (b'end', b'`', b''):
            continue
        try:
            content.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3  # trailing blanks were cut off
            try:
                content.append(binascii.a2b_uu(line[:length].ljust(length)))
            except binascii.Error:
                return b''
    return b''.join(content)


def _get_param(part, name, header='Content-Type', charset=None):
    """Return a parameter of a header of a part, bytes in it read as text, or None."""
    raw = re.sub(r'[\r\n]+[ \t]*', ' ', _get_raw(part, header)[:HEADER_LIMIT])
    if name not in raw.lower():
        return None
    holder = email.message.Message()
    holder[header] = decode_plain(raw, charset)
    try:
        value = holder.get_param(name, None, header)
    except Exception:  # noqa: BLE001  as odd as headers are
        return None
    if isinstance(value, tuple):
        value = decode_text(value[2].encode('latin-1', 'ignore'), value[0])
    return value or None


def _get_html_charset(data):
    match = re.search(rb'<meta[^>]{1,200}charset=["\']?([\w-]+)', data[:4000], re.IGNORECASE)
    return match[1].decode() if match else None


def _is_shown(part):
    """Tell whether a part is text that the mail shows, no file."""
    kind = part.get_content_type()
    if kind not in ('text/plain', 'text/html', 'text/enriched', 'text/richtext'):
        return False
    disposition = _get_raw(part, 'Content-Disposition').strip().lower()
    return not disposition.startswith('attachment') and not _has_name(part)


def _has_name(part):
    disposition = _get_raw(part, 'Content-Disposition')
    content_type = _get_raw(part, 'Content-Type')
    return bool(
        re.search(r'filename\*?\d*\*?\s*=', disposition, re.IGNORECASE)
        or re.search(r'[;\s]name\*?\d*\*?\s*=\s*[^;\s]', content_type, re.IGNORECASE)
    )


def _is_winmail(part):
    return get_name(part).lower() in ('winmail.dat', 'win.dat')
