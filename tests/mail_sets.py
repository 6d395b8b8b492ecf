"""Reads the test mails of other software, and what each of them should be read as.

The sets lie in the folder that COMPLAINT_DATA names; `samples/mails` holds a few of our own in
the same shape, so that the same code runs without them. No ORM.
"""

import csv
import json
import re
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

TAGS = re.compile(r'<(?:style|script|title)\b.*?</(?:style|script|title)>|<[^<>]*>', re.S | re.I)
# Characters of the body that are compared, without blanks and signs.
BODY_START = 40


@dataclass
class SetMail:
    """One mail: `path`, and what is expected of it, by name (`subject`, `sender`, `body`, `files`).

    `automatic`: its headers say that no person wrote it.
    """

    set_name: str
    name: str
    path: Path
    automatic: bool = False
    expected: dict = field(default_factory=dict)


def read_index(folder):
    """Return all mails that the index of a folder names."""
    mails = []
    with open(folder / 'mail_index_dev.csv', encoding='utf-8', newline='') as file:
        for row in csv.DictReader(file):
            path = folder / row['set'] / row['file']
            automatic = row['is_report'] == 'True' or row['is_auto'] == 'True'
            mail = SetMail(row['set'], row['file'], path, automatic)
            reader = EXPECTATIONS.get(row['set'])
            mail.expected = reader(path) if reader else _read_traits(row)
            mails.append(mail)
    return mails


def read_trimmer_cases(folder):
    """Return (name, text of a mail, what its sender wrote) of the set about replies."""
    return [
        (path.stem, path.read_text(encoding='utf-8'), _read(folder / 'trimmed' / path.name))
        for path in sorted((folder / 'emails').glob('*.txt'))
    ]


def read_packed_cases(folder):
    """Return (name, bytes of a winmail.dat, names of the files in it) of the set about them."""
    cases = []
    for path in sorted(folder.glob('*.tnef')):
        names = _read(path.with_suffix('.list')).split('\n')
        cases.append((path.stem, path.read_bytes(), [name for name in names if name.strip()]))
    return cases


def get_words(text):
    """Return a text without tags, blanks and signs, as bodies are compared."""
    return re.sub(r'[^\w\ufffd]+|_+', '', unescape(TAGS.sub(' ', text or ''))).casefold()


def is_found(expected, text):
    """Tell whether a text has what is expected; a character that a set could not read is free."""
    pattern = re.escape(expected).replace('\ufffd', '.{0,2}')
    return bool(re.search(pattern, text, re.DOTALL))


def _read(path):
    return path.read_text(encoding='utf-8') if path.exists() else ''


def _read_traits(row):
    """Take what the index says, for the sets that say nothing themselves."""
    known = row['subject'] and '=?' not in row['subject']
    expected = {'subject': row['subject']} if known else {}
    if found := re.findall(r'[^\s<>"(),;:]+@[^\s<>"(),;:]+', row['from']):
        expected['sender'] = found[-1]
    return expected


# === ZAMMAD === #

# What it writes where a body is empty, and the names that it makes up:
# for formatted bodies, and for parts without a name.
ZAMMAD_EMPTY = 'no visible content'
ZAMMAD_FILES = {'message.html', 'document.html', 'document1.html', 'video1.mov', 'file'}


def _read_zammad(path):
    """Read the YAML beside a mail of Zammad: a flat mapping, and a list of files."""
    source = path.with_suffix('.yml')
    if not source.exists():
        return {}
    values, names = _read_flat_yaml(source.read_text(encoding='utf-8'))
    expected = {'subject': values.get('subject', '')}
    if '@' in values.get('from_email', ''):
        expected['sender'] = values['from_email']
    if values.get('body') and values['body'] != ZAMMAD_EMPTY:
        # The title of a page stands before it.
        title, bracket, page = values['body'].partition('<')
        expected['body'] = [values['body'], bracket + page] if bracket else [values['body']]
    names = [name for name in names if name not in ZAMMAD_FILES]
    if names:
        expected['files'] = names
    return expected


def _read_flat_yaml(text):
    """Return the texts of a mapping and the file names in it; enough YAML for these files."""
    values, names, key, lines = {}, [], None, []
    for line in [*text.split('\n')[1:], 'end:']:
        match = re.match(r'^([\w-]+):(?: (.*))?$', line)
        if match:
            if key:
                values[key] = _get_scalar(lines)
            key, lines = match[1], [match[2] or '']
        else:
            lines.append(line)
    for match in re.finditer(r'^ +(?:- )?filename: (.*(?:\n {4,}\S.*)*)$', text, re.MULTILINE):
        names.append(_get_scalar(match[1].split('\n')))
    return values, names


def _get_scalar(lines):
    first = re.sub(r'^!\S+ ?', '', lines[0]).strip()
    if re.match(r'^[|>][-+\d]*$', first):
        return '\n'.join(line[2:] for line in lines[1:])
    text = first
    blank = False
    for line in lines[1:]:
        piece = line.strip()
        if not piece:
            blank = True
            text += '\n'
        elif text.endswith('\\') and first.startswith('"'):
            text = text[:-1] + piece.removeprefix('\\')
        else:
            text += piece if blank else f' {piece}'
            blank = False
    text = text.strip()
    if text.startswith('"'):
        try:
            return json.loads(re.sub(r'\\([^"\\/bfnrtu])', _unescape, text), strict=False)
        except ValueError:
            return text.strip('"')
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def _unescape(match):
    return {'e': '\\u001b', '0': '\\u0000', 'x': '\\u00', ' ': ' '}.get(match[1], match[1])


# === STALWART === #


def _read_stalwart(path):
    """Read the JSON beside a mail of Stalwart's parser."""
    data = json.loads(path.with_suffix('.json').read_text(encoding='utf-8'))
    parts = data['parts']
    headers = {
        h['name']: h['value'] for h in reversed(parts[0]['headers']) if isinstance(h['name'], str)
    }
    expected = {}
    if isinstance(subject := headers.get('subject'), dict) and 'Text' in subject:
        expected['subject'] = subject['Text']
    address = _get_stalwart_address(headers.get('from'))
    if '@' in (address or ''):
        expected['sender'] = address
    bodies = [
        parts[index]['body'] for kind in ('text_body', 'html_body') for index in data[kind][:1]
    ]
    texts = [body.get('Text') or body.get('Html') for body in bodies if isinstance(body, dict)]
    if texts := [text for text in texts if text and get_words(text)]:
        expected['body'] = texts  # any of them: they say the same
    names = [name for index in data['attachments'] if (name := _get_stalwart_name(parts[index]))]
    if names:
        expected['files'] = names
    return expected


def _get_stalwart_address(value):
    if not isinstance(value, dict) or 'Address' not in value:
        return None
    found = value['Address']
    people = found.get('List') or [p for g in found.get('Group', []) for p in g['addresses']]
    return people[0].get('address') if people else None


def _get_stalwart_name(part):
    for header, attribute in (('content_disposition', 'filename'), ('content_type', 'name')):
        for found in part['headers']:
            if found['name'] == header and isinstance(found['value'], dict):
                attributes = (found['value'].get('ContentType') or {}).get('attributes') or []
                for pair in attributes:
                    if pair['name'] == attribute:
                        return pair['value']
    return None


# === OUR OWN === #


def _read_own(path):
    source = path.with_suffix('.json')
    return json.loads(source.read_text(encoding='utf-8')) if source.exists() else {}


EXPECTATIONS = {'mail_zammad': _read_zammad, 'mail_stalwart': _read_stalwart, 'mails': _read_own}
