"""Takes files and text out of winmail.dat, in which Outlook packs them. No ORM.

Written after Microsoft's published description of the format (MS-OXTNEF).
"""

import contextlib
import struct
from dataclasses import dataclass, field

from .mail_charset import decode_text

SIGNATURE = 0x223E9F78
# Attributes of the stream.
BODY = 0x0002800C
MESSAGE_PROPERTIES = 0x00069003
CODE_PAGE = 0x00069007
ATTACHMENT_START = 0x00069002
ATTACHMENT_TITLE = 0x00018010
ATTACHMENT_DATA = 0x0006800F
ATTACHMENT_PROPERTIES = 0x00069005
# Properties inside them.
P_BODY, P_HTML, P_RTF = 0x1000, 0x1013, 0x1009
P_DATA, P_FILE_NAME, P_LONG_NAME, P_DISPLAY_NAME = 0x3701, 0x3704, 0x3707, 0x3001
P_CODE_PAGE = 0x3FDE
# Sizes of values that have a fixed one: type of the property -> bytes, filled up to four.
SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
BINARY, TEXT, WIDE_TEXT, OBJECT = 0x102, 0x1E, 0x1F, 0x0D


@dataclass
class Packed:
    """What a winmail.dat holds: `files` as (name, bytes), `text`, `html` (bytes).

    `has_rtf`: there is a text in a format that is not read here.
    """

    files: list = field(default_factory=list)
    text: str = ''
    html: bytes = b''
    has_rtf: bool = False


def read_tnef(data):
    """Return what `data` holds as :class:`Packed`, or None if it is no such stream."""
    if len(data) < 6 or struct.unpack_from('<I', data)[0] != SIGNATURE:
        return None
    reader = _Reader()
    # Cut off: what was read so far is kept.
    with contextlib.suppress(struct.error, IndexError, ValueError):
        for attribute, value in _iterate(data):
            reader.take_in(attribute, value)
    return reader.finish()


class _Reader:
    """Puts the attributes of a stream together, in the order in which they come."""

    def __init__(self):
        self.packed, self.file, self.charset = Packed(), {}, None

    def take_in(self, attribute, value):
        """Take in one attribute."""
        if attribute == CODE_PAGE and len(value) >= 4:
            self.charset = f'cp{struct.unpack_from("<I", value)[0]}'
        elif attribute == BODY:
            self.packed.text = decode_text(value.rstrip(b'\0'), self.charset)
        elif attribute == MESSAGE_PROPERTIES:
            _read_message(self.packed, dict(_iterate_properties(value)), self.charset)
        elif attribute == ATTACHMENT_START:
            self.file = {}
            self.packed.files.append(self.file)
        elif attribute == ATTACHMENT_TITLE:
            self.file['name'] = decode_text(value.rstrip(b'\0'), self.charset)
        elif attribute == ATTACHMENT_DATA:
            self.file['content'] = value
        elif attribute == ATTACHMENT_PROPERTIES:
            _read_attachment(self.file, dict(_iterate_properties(value)), self.charset)

    def finish(self):
        """Return what was found; files without content are none."""
        self.packed.files = [
            (file.get('name') or 'attachment', file['content'])
            for file in self.packed.files
            if file.get('content') is not None
        ]
        return self.packed


def _iterate(data):
    position = 6
    while position + 9 <= len(data):
        _level, attribute, length = struct.unpack_from('<BII', data, position)
        start = position + 9
        if start + length > len(data):
            return
        yield attribute, data[start : start + length]
        position = start + length + 2


def _read_message(packed, values, charset):
    if isinstance(values.get(P_BODY), str | bytes) and not packed.text:
        packed.text = _to_text(values[P_BODY], charset)
    packed.has_rtf = bool(values.get(P_RTF))
    if html := values.get(P_HTML):
        packed.html = html.encode() if isinstance(html, str) else html


def _read_attachment(current, values, charset):
    name = values.get(P_LONG_NAME) or values.get(P_DISPLAY_NAME) or values.get(P_FILE_NAME)
    if name:
        current['name'] = _to_text(name, charset).rstrip('\0')
    content = values.get(P_DATA)
    if isinstance(content, bytes) and current.get('content') is None:
        current['content'] = content[16:] if values.get((P_DATA, 'object')) else content


def _to_text(value, charset):
    return value if isinstance(value, str) else decode_text(value.rstrip(b'\0'), charset)


def _iterate_properties(data):
    """Yield (id, value) of the properties in an attribute; single values only."""
    count = struct.unpack_from('<I', data)[0]
    position = 4
    for _number in range(min(count, 10_000)):
        kind, name = struct.unpack_from('<HH', data, position)
        position += 4
        if name >= 0x8000:  # a name of its own stands before the value
            position += 16
            by_text = struct.unpack_from('<I', data, position)[0]
            position += 4
            if by_text:
                length = struct.unpack_from('<I', data, position)[0]
                position += 4 + length + (-length % 4)
            else:
                position += 4
        multiple, kind = kind & 0x1000, kind & 0x0FFF
        values = 1
        if multiple or kind in (BINARY, TEXT, WIDE_TEXT, OBJECT):
            values = struct.unpack_from('<I', data, position)[0]
            position += 4
        for index in range(min(values, 10_000)):
            if kind in SIZES:
                value, position = data[position : position + SIZES[kind]], position + SIZES[kind]
            else:
                length = struct.unpack_from('<I', data, position)[0]
                value = data[position + 4 : position + 4 + length]
                position += 4 + length + (-length % 4)
                if kind == WIDE_TEXT:
                    value = value.decode('utf-16-le', 'replace').rstrip('\0')
            if index == 0:
                yield name, value
                if kind == OBJECT:
                    yield (name, 'object'), True
