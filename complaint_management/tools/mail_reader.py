"""Reads a mail from its bytes, however odd they are, and loses nothing of it. No ORM.

`read_mail` never raises: what cannot be read is told in `problems`, and whoever calls it keeps
the original.
"""

import email
import email.policy
import hashlib
import re
from dataclasses import dataclass, field
from email.header import Header
from email.utils import formataddr, getaddresses

from .mail_body import Body
from .mail_charset import decode_header, decode_text
from .mail_part import HEADER_LIMIT, get_param, get_raw

ADDRESS = re.compile(r'[^\s<>()\[\]"\',;:：]{1,100}@[^\s<>()\[\]"\',;:：]{1,255}')
HEADER_LINE = re.compile(rb'[!-9;-~]+:|[ \t]')
LOOSE_HEADER = re.compile(rb'^([!-9;-~]+)[ \t]+:')
MAIN_HEADER = re.compile(
    rb'(?i)(?:from|to|subject|date|message-id|content-type|mime-version)[ \t]*:'
)
# Odoo gets the whole subject afterwards.
HEAD_SUBJECT = 500


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
        return decode_header(get_raw(self.message, name), self.charset)

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
            ('Subject', Header(self.subject[:HEAD_SUBJECT], 'utf-8', 2000).encode()),
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
        Body(mail).take_in(message)
        body = source.partition(b'\n\n')[2]
        if not (mail.html or mail.text.strip() or mail.files) and body.strip():
            # Nothing was found in it, so it is shown as it is.
            mail.problems.add('broken')
            mail.text = decode_text(body, mail.charset)
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
        (found for part in message.walk() if (found := get_param(part, 'charset'))), None
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
    address = re.sub(r'\s*@\s*', '@', address).strip().strip('<>\'')
    return re.sub(r'^"([^"\s]+)"@', r'\1@', address).strip('"')


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
