"""Judges a file that somebody unknown sends: by its name and by what is in it. No ORM."""

import io
import re
import unicodedata
import zipfile
from pathlib import PurePath

OLE = {'application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint'}
OLE |= {'application/x-ole-storage', 'application/CDFV2'}
ZIP = 'application/zip'
UNKNOWN = 'application/octet-stream'
OFFICE = 'application/vnd.openxmlformats-officedocument.'
OPEN = 'application/vnd.oasis.opendocument.'

# {extension: (type under which it is kept, types that its content may look like)}
TYPES = {
    'jpg': ('image/jpeg', {'image/jpeg'}),
    'jpeg': ('image/jpeg', {'image/jpeg'}),
    'png': ('image/png', {'image/png'}),
    'gif': ('image/gif', {'image/gif'}),
    'webp': ('image/webp', {'image/webp'}),
    'heic': (UNKNOWN, {'image/heic', 'image/heif', UNKNOWN}),
    'pdf': ('application/pdf', {'application/pdf'}),
    'txt': ('text/plain', {'text/plain', UNKNOWN}),
    'doc': ('application/msword', OLE),
    'xls': ('application/vnd.ms-excel', OLE),
    'docx': (f'{OFFICE}wordprocessingml.document', {f'{OFFICE}wordprocessingml.document', ZIP}),
    'xlsx': (f'{OFFICE}spreadsheetml.sheet', {f'{OFFICE}spreadsheetml.sheet', ZIP}),
    'odt': (f'{OPEN}text', {f'{OPEN}text', ZIP}),
    'ods': (f'{OPEN}spreadsheet', {f'{OPEN}spreadsheet', ZIP}),
    'mp3': (UNKNOWN, {'audio/mpeg', UNKNOWN}),
    'm4a': (UNKNOWN, {'audio/mp4', 'audio/x-m4a', 'video/mp4', UNKNOWN}),
    'amr': (UNKNOWN, {'audio/amr', 'audio/AMR', UNKNOWN}),
    'wav': (UNKNOWN, {'audio/wav', 'audio/x-wav', UNKNOWN}),
    'mp4': (UNKNOWN, {'video/mp4', UNKNOWN}),
    'mov': (UNKNOWN, {'video/quicktime', UNKNOWN}),
}
PACKED = {'docx': 'word/', 'xlsx': 'xl/', 'odt': 'content.xml', 'ods': 'content.xml'}

# What a browser would run, wherever in a file it stands.
ACTIVE = re.compile(rb'<(?:script|html|svg|iframe|object|embed|\?php|!doctype\s+html)\b', re.I)
# The end of a zip archive; behind a picture or a PDF it makes the file two things at once.
ZIP_END = b'PK\x05\x06'
ZIP_TAIL = 66_000
MACROS = 'vbaproject.bin'
NAME_LENGTH = 100


def clean_name(name: str | None) -> str:
    """Return a file name without folders, control and direction characters, not too long."""
    name = unicodedata.normalize('NFC', name or '').replace('\\', '/').rpartition('/')[2]
    name = ''.join(char for char in name if unicodedata.category(char)[0] != 'C')
    stem, dot, extension = name.strip().rpartition('.')
    stem = (stem if dot else extension).strip('. ')[:NAME_LENGTH] or 'file'
    return f'{stem}.{extension[:10]}' if dot else stem


def get_extension(name: str) -> str:
    """Return the extension of a file name in small letters, without its dot."""
    return PurePath(name).suffix[1:].lower()


def get_type(name: str, content: bytes, looks_like: str) -> str | None:
    """Return the type under which a file may be kept; None when it may not be kept at all.

    :param str name: as `clean_name` returns it
    :param str looks_like: what the content is by its first bytes, as `guess_mimetype` says
    """
    extension = get_extension(name)
    kept_as, allowed = TYPES.get(extension, (None, ()))
    if not kept_as or looks_like not in allowed or ACTIVE.search(content):
        return None
    if extension in PACKED:
        return kept_as if _is_document(content, PACKED[extension]) else None
    if kept_as != 'text/plain' and ZIP_END in content[-ZIP_TAIL:]:
        return None
    return kept_as


def _is_document(content: bytes, part: str) -> bool:
    """Say whether an archive is a document of its kind, without macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    if not content.startswith(b'PK\x03\x04') or any(MACROS in name.lower() for name in names):
        return False
    return any(name.startswith(part) for name in names)
