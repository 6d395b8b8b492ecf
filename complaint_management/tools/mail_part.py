"""Takes a part of a mail apart: its headers, its name, its bytes. No ORM."""

import binascii
import email.message
import email.policy
import re
from email.generator import BytesGenerator
from io import BytesIO

from .mail_charset import decode_base64, decode_header, decode_plain, decode_text

UU_BEGIN = re.compile(rb'^begin(?:-base64)? [0-7]{3,4} ([^\r\n]+)')
UU_END = (b'end', b'====')
# Beyond this many characters headers are no longer searched for what is in them: who writes
# more wants to keep the server busy.
HEADER_LIMIT = 100_000
NAME_LENGTH = 200
CODED = ('quoted-printable', 'base64', 'x-uuencode', 'uuencode', 'uue', 'x-uue')


def get_raw(message, name):
    """Return the first header of this name as the parser keeps it."""
    wanted = name.lower()
    for key, value in message.raw_items():
        if key.lower().rstrip() == wanted:
            return str(value)
    return ''


def get_param(part, name, header='Content-Type', charset=None):
    """Return a parameter of a header of a part, bytes in it read as text, or None."""
    raw = re.sub(r'[\r\n]+[ \t]*', ' ', get_raw(part, header)[:HEADER_LIMIT])
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


def get_html_charset(data):
    match = re.search(rb'<meta[^>]{1,200}charset=["\']?([\w-]+)', data[:4000], re.IGNORECASE)
    return match[1].decode() if match else None


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
        value = get_param(part, parameter, header, charset)
        if value and (name := decode_header(value, charset)):
            return name
    if part.get_content_type().startswith('message/') and part.is_multipart():
        inner = part.get_payload(0)
        if subject := decode_header(get_raw(inner, 'Subject'), charset):
            return f'{clean_name(subject)[:80]}.eml'
    location = decode_header(get_raw(part, 'Content-Location'), charset)
    if '.' in location:
        return re.split(r'[/\\?#]', location)[-1]
    cid = get_raw(part, 'Content-Id').strip(' <>').partition('@')[0]
    return cid if re.fullmatch(r'[\w-]+\.\w{2,5}', cid) else ''


def get_content(part):
    """Return the bytes of a part without its transfer encoding."""
    if part.is_multipart():
        payload = part.get_payload()
        return b'\n'.join(_flatten(child) for child in payload)
    encoding = get_raw(part, 'Content-Transfer-Encoding').strip().lower().split(';')[0].strip()
    if encoding not in CODED:
        return part.get_payload(decode=True) or b''
    payload = part.get_payload()
    data = payload.encode('utf-8', 'surrogateescape') if isinstance(payload, str) else b''
    if encoding == 'quoted-printable':
        return binascii.a2b_qp(data)
    if encoding == 'base64':
        return decode_base64(data)
    return decode_uu(data) or data


def _flatten(message):
    target = BytesIO()
    try:
        BytesGenerator(target, mangle_from_=False, policy=email.policy.compat32).flatten(message)
    except Exception:  # noqa: BLE001  what cannot be written again is written as it was read
        head = ''.join(f'{name}: {value}\n' for name, value in message.raw_items())
        body = message.get_payload() if isinstance(message.get_payload(), str) else ''
        return f'{head}\n{body}'.encode('utf-8', 'surrogateescape')
    return target.getvalue()


def decode_uu(data):
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
