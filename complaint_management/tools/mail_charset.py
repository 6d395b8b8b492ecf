"""Turning the bytes of mails into text, whatever they say about themselves. No ORM."""

import base64
import binascii
import contextlib
import re

import chardet

# Names that mailers use -> the codec of Python that reads all that they send under that name:
# most who write gb2312 send characters of gb18030, most who write iso-8859-1 those of Windows.
CODECS = {
    **dict.fromkeys(
        ['gb2312', 'gb_2312-80', 'gbk', 'x-gbk', 'cp936', 'ms936', 'chinese', 'iso-gb2312',
         'gb18030', 'euc-cn', 'gb2312-80', 'cn-gb', 'csgb2312'],
        'gb18030',
    ),
    **dict.fromkeys(['big5', 'x-big5', 'big-5', 'cn-big5', 'big5-hkscs', 'x-x-big5'], 'big5hkscs'),
    **dict.fromkeys(['cp950', 'ms950'], 'cp950'),
    **dict.fromkeys(
        ['ks_c_5601-1987', 'ks_c_5601', 'ksc5601', 'euc-kr', 'euckr', 'korean', 'x-windows-949',
         'ks_c_5601-1989', 'ksc_5601', 'iso-ir-149'],
        'cp949',
    ),
    **dict.fromkeys(
        ['shift_jis', 'shift-jis', 'x-sjis', 'sjis', 'windows-31j', 'ms_kanji'], 'cp932'
    ),
    **dict.fromkeys(
        ['iso-2022-jp', 'iso-2022-jp-1', 'iso-2022-jp-ms', 'cp50221'], 'iso2022_jp_ext'
    ),
    **dict.fromkeys(
        ['us-ascii', 'ascii', 'ansi_x3.4-1968', 'iso-8859-1', 'latin1', 'latin-1', 'iso8859-1',
         'windows-1252', 'x-ansi', 'ansi', 'cp1252'],
        'cp1252',
    ),
    **dict.fromkeys(
        ['unicode-1-1-utf-7', 'utf-7', 'utf7', 'x-unicode-2-0-utf-7', 'unicode-2-0-utf-7'], 'utf-7'
    ),
    **dict.fromkeys(['utf-8', 'utf8', 'unicode-1-1-utf-8', 'uft-8', 'utf-8mb4'], 'utf-8-sig'),
    **dict.fromkeys(['iso-8859-8-i', 'iso-8859-8-e', 'visual'], 'iso-8859-8'),
    **dict.fromkeys(['iso-8859-9', 'latin5'], 'cp1254'),
    **dict.fromkeys(['tis-620', 'windows-874'], 'cp874'),
    'x-mac-roman': 'mac-roman',
    'macintosh': 'mac-roman',
    'hz-gb-2312': 'hz',
    'iso-2022-kr': 'iso2022_kr',
}  # fmt: skip

# What a declared single-byte character set cannot show to be wrong.
SINGLE_BYTE = re.compile(r'^(cp125|iso-?8859|iso8859|latin|mac-|koi8|cp874)')

HIGH_RUN = re.compile(rb'[\x81-\xfe]{4}')
DETECT_LENGTH = 20_000

ESCAPES = {
    b'\x1b$)C': 'iso2022_kr',
    b'\x1b$)A': 'iso-2022-cn',
    b'\x1b$A': 'iso2022_jp_2',
    b'\x1b$B': 'iso2022_jp_ext',
    b'\x1b$@': 'iso2022_jp_ext',
    b'\x1b(J': 'iso2022_jp_ext',
}

# One word of RFC 2047; mailers break the rules on blanks inside, so any text is taken.
ENCODED_WORD = re.compile(
    r'=\?([\w.:+-]{1,40}?)(?:\*[\w-]{0,40})?\?([bBqQ])\?(.{0,4000}?)\?=', re.DOTALL
)
WORDS_LIMIT = 100_000
CONTROLS = re.compile(r'[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u2028\u2029]')


def decode_text(data, charset=None):
    """Return the text of `data`, as good as it can be read; never raises.

    What the mail declares is tried first, unless the bytes show that it is wrong.

    :param bytes data: without any transfer encoding
    :param str charset: what the mail says, in any spelling, or None
    :return: text without characters that a database cannot keep
    """
    return clean_text(_decode(data, charset))


def clean_text(text):
    """Return `text` without NUL and other characters that are no text, with Unix line ends."""
    text = text.replace('\r\n', '\n').replace('\r', '\n')
    return CONTROLS.sub('', text).encode('utf-8', 'replace').decode('utf-8')


def get_codec(charset):
    """Return the name of the codec for what a mail calls its character set, or None."""
    name = (charset or '').strip().strip('"\'').lower()
    name = re.sub(r'^charset=', '', name)
    codec = CODECS.get(name) or CODECS.get(name.replace('_', '-')) or name
    try:
        ''.encode(codec)
    except (LookupError, ValueError, UnicodeError):
        return 'iso-2022-cn' if name == 'iso-2022-cn' else None
    return codec


def _decode(data, charset):
    if not data:
        return ''
    codec = get_codec(charset)
    if data[:4] == b'\x84\x31\x95\x33':  # the mark of gb18030
        codec, data = 'gb18030', data[4:]
    if data[:2] in (b'\xff\xfe', b'\xfe\xff') and len(data) % 2 == 0:
        return data.decode('utf-16', 'replace')
    if data.isascii():
        return _decode_seven_bits(data, codec)
    if (not codec or SINGLE_BYTE.match(codec)) and _is(data, 'utf-8'):
        return data.decode('utf-8-sig')
    if codec == 'cp1252' and _looks_chinese(data):
        codec = None  # what mailers say when they do not know
    if codec and codec != 'iso-2022-cn' and (not codec.startswith('utf-16') or len(data) % 2 == 0):
        with contextlib.suppress(UnicodeError):
            return data.decode(codec)
    return _guess(data, codec)


def _decode_seven_bits(data, codec):
    """Read bytes without the eighth bit, in which only escapes tell other scripts."""
    for escape, found in ESCAPES.items():
        if escape in data:
            return _decode_escaped(data, found)
    if codec in ('utf-7', 'hz', 'iso2022_kr') or (codec or '').startswith('utf-16'):
        with contextlib.suppress(UnicodeError):
            return data.decode(codec)
    return data.decode('ascii')


def _decode_escaped(data, codec):
    if codec == 'iso-2022-cn':
        return _decode_cn(data)
    try:
        return data.decode(codec)
    except UnicodeError:
        # Signs that only some makers had, under the name of the larger set that has them all.
        larger = data.replace(b'\x1b$B', b'\x1b$(Q').replace(b'\x1b$@', b'\x1b$(Q')
        text = larger.decode('iso2022_jp_2004', 'replace')
        return text if text.count('\ufffd') < 3 else data.decode(codec, 'replace')


def _decode_cn(data):
    """Read ISO-2022-CN, which Python cannot: SO and SI switch to GB 2312 and back."""
    data = data.replace(b'\x1b$)A', b'')
    parts = re.split(rb'\x0e(.*?)(?:\x0f|(?=[\r\n])|$)', data, flags=re.DOTALL)
    for index in range(1, len(parts), 2):
        parts[index] = bytes(byte | 0x80 for byte in parts[index])
    return b''.join(parts).decode('gb18030', 'replace')


def _guess(data, codec):
    """Find out how bytes read that are not what they say."""
    if _is(data, 'utf-8'):
        return data.decode('utf-8-sig')
    mended = data.decode('utf-8', 'replace')
    foreign = len(re.findall(r'[^\x00-\x7f]', mended))
    if codec in (None, 'utf-8-sig') and mended.count('\ufffd') * 20 < foreign:
        return mended  # a few broken bytes in what is utf-8 otherwise
    if codec and codec != 'utf-8-sig' and not SINGLE_BYTE.match(codec):
        text = data.decode(codec, 'replace') if codec != 'iso-2022-cn' else _decode_cn(data)
        if text.count('\ufffd') * 50 < len(text):
            return text
    if not HIGH_RUN.search(data):  # letters with an accent
        return data.decode('cp1252', 'replace')
    found = chardet.detect(data[:DETECT_LENGTH])
    guess = get_codec(found.get('encoding'))
    sure = guess and (found.get('confidence') or 0) > 0.6
    for candidate in [*([guess] if sure else []), 'gb18030', 'big5hkscs']:
        if candidate != 'iso-2022-cn' and _is(data, candidate):
            return data.decode(candidate)
    return data.decode(codec if codec and codec != 'iso-2022-cn' else 'cp1252', 'replace')


def _looks_chinese(data):
    """Tell whether bytes come in pairs, several in a row, as no language of Europe has them."""
    runs = re.findall(rb'[\x81-\xfe]+', data[:DETECT_LENGTH])
    return max(map(len, runs)) >= 6 and all(len(run) % 2 == 0 for run in runs)


def _is(data, codec):
    try:
        data.decode(codec)
    except (UnicodeError, LookupError):
        return False
    return True


# === HEADERS === #


def decode_header(raw, charset=None):
    """Return the text of a header in one line: encoded words, or bytes as they are.

    Words that follow each other are joined before they are read: Chinese mailers cut
    characters in two.

    :param raw: the header as Python's parser keeps it (surrogates for bytes)
    :param str charset: that of the body, for bytes that say nothing about themselves
    """
    raw = re.sub(r'[\r\n]+[ \t]*', ' ', str(raw or ''))
    pieces, end, pending = [], 0, None
    for match in ENCODED_WORD.finditer(raw[:WORDS_LIMIT]):
        between = raw[end : match.start()]
        word_charset, kind, content = match.groups()
        data = _decode_word(kind, content)
        word_charset = word_charset.lower()
        if pending and not between.strip() and pending[0] == word_charset:
            pending = (word_charset, pending[1] + data)
        else:
            if pending:
                pieces.append(decode_text(*reversed(pending)))
            if between.strip() or not pending:
                pieces.append(decode_plain(between, charset))
            pending = (word_charset, data)
        end = match.end()
    if pending:
        pieces.append(decode_text(*reversed(pending)))
    pieces.append(decode_plain(raw[end:], charset))
    return re.sub(r'[\s\x00]+', ' ', ''.join(pieces)).strip()


def decode_plain(text, charset=None):
    """Return a header without encoded words as text: bytes in it are read as `charset`."""
    try:
        data = text.encode('ascii', 'surrogateescape')
    except UnicodeEncodeError:
        return clean_text(text)
    return decode_text(data, charset)


def _decode_word(kind, content):
    if kind in 'bB':
        return decode_base64(content.encode('ascii', 'ignore'))
    data = content.replace('_', ' ').encode('ascii', 'surrogateescape')
    return binascii.a2b_qp(data.replace(b' ', b'=20'), header=False)


def decode_base64(data):
    """Return what base64 holds, also when it is cut off or has strange characters in it."""
    data = re.sub(rb'[^A-Za-z0-9+/=_-]', b'', data).translate(bytes.maketrans(b'-_', b'+/'))
    pieces = []
    for piece in re.split(rb'(?<==)(?=[^=])', data):  # some glue several together
        piece = piece.rstrip(b'=')
        if len(piece) % 4 == 1:
            piece = piece[:-1]
        pieces.append(base64.b64decode(piece + b'=' * (-len(piece) % 4)))
    return b''.join(pieces)
