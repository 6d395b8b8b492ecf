"""Finds in a text what could tell whom it is about: names, phones, mails, numbers. No ORM."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CJK = '\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff'
CJK_CHAR = re.compile(f'[{CJK}]')
# A letter or digit that is no Chinese character: those stand beside Latin words without a space.
LATIN_CHAR = f'[^\\W_{CJK}]'
LATIN_WORD = re.compile(f'{LATIN_CHAR}+')
# What people put between the characters of one name or number.
GAP = r'[^\S\n]*[·•・.,\-_*/\\()\[\]]?[^\S\n]*'
NAME_GAP = r'[^\S\n]*[·•・.\-_*/]?[^\S\n]*'

# Names of nobody, and words that are names of somebody only with a capital letter.
NOBODY = {
    *('anonymous', 'unknown', 'customer', 'client', 'complainant', 'nobody', 'mister', 'madam'),
    *('匿名', '匿名客户', '匿名投诉人', '未知', '不详', '客户', '业主', '投诉人', '先生', '女士'),
}
ALSO_WORDS = {
    *('may', 'will', 'mark', 'bill', 'rose', 'grace', 'june', 'april', 'august', 'art', 'faith'),
    *('hope', 'joy', 'rich', 'young', 'long', 'small', 'black', 'white', 'brown', 'green', 'king'),
    *('price', 'page', 'day', 'and', 'the', 'for', 'van', 'von', 'der', 'mrs', 'miss', 'ms', 'dr'),
}
NAME_LETTERS = 3

# What people leave out when they speak of a company.
LEGAL_WORDS = {'ltd', 'limited', 'inc', 'co', 'corp', 'llc', 'plc', 'gmbh', 'ag', 'group'}
LEGAL_ENDING = re.compile('(?:股份|有限|责任|集团|总公司|分公司|公司|厂|店)+$')
BRACKETS = re.compile(r'[()\[\]]')

CHINESE_DIGITS = str.maketrans('〇零一二三四五六七八九幺', '001234567891')
PHONE_RUN = re.compile(rf'\+?\d(?:{GAP}\d){{4,}}')
EXTENSION = re.compile(r'ext|转|轉|分机|x|#', re.IGNORECASE)
# The same number is written with and without country code, and at home without the area code.
PHONE_TAIL = 10
LOCAL_DIGITS = 7
PHONE_DIGITS = 5
MOBILE = re.compile(r'(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)')
IDENTITY = re.compile(r'(?<![\dA-Za-z])[1-9]\d{16}[\dXx](?![\dA-Za-z])')

EMAIL = re.compile(r'[\w.+%-]+\s*@\s*[\w-]+(?:\s?\.\s?[\w-]+)+', re.ASCII)

# Shorter ones would be found in every text.
NUMBER_CHARS = 3
PLAIN_NUMBER_DIGITS = 5


@dataclass(frozen=True)
class Identity:
    """What is known of the people and papers of one matter; every entry as people write it."""

    people: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """A place in the (normalised) text; `kind`: name, phone, email or number."""

    kind: str
    word: str
    start: int
    end: int


def normalize(text: str | None) -> str:
    """Return a text in which full-width and other forms of a character are the plain one."""
    text = unicodedata.normalize('NFKC', text or '')
    return ''.join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def find(text: str | None, identity: Identity, *, anybody: bool = False) -> list[Finding]:
    """Return what in a text could tell whom it is about, in the order of the text.

    :param anybody: also phones, e-mail addresses and identity cards that the matter does not know
    """
    text = normalize(text)
    findings = [
        *_find_names(text, identity),
        *_find_phones(text, identity.phones, anybody),
        *_find_emails(text, identity.emails, anybody),
        *_find_numbers(text, identity.numbers, anybody),
    ]
    findings.sort(key=lambda finding: (finding.start, -finding.end))
    kept, end = [], 0
    for finding in findings:  # a word inside another one is told once
        if finding.start >= end:
            kept.append(finding)
            end = finding.end
    return kept


def mask(text: str | None, identity: Identity, mark: str = '***') -> str:
    """Return the text with a mark instead of whatever `find` finds."""
    plain, parts, end = normalize(text), [], 0
    for finding in find(text, identity, anybody=True):
        parts += [plain[end : finding.start], mark]
        end = finding.end
    # What holds nothing stays as it was written: full-width punctuation is proper Chinese.
    return ''.join([*parts, plain[end:]]) if parts else text or ''


# === NAMES === #


def _find_names(text: str, identity: Identity) -> Iterator[Finding]:
    for name in identity.people | identity.organisations:
        for pattern, needs_capital in _get_name_patterns(name, name in identity.people):
            for match in pattern.finditer(text):
                if not needs_capital or match[0][0].isupper():
                    yield Finding('name', match[0], match.start(), match.end())


def _get_name_patterns(name: str, is_person: bool) -> Iterator[tuple[re.Pattern, bool]]:
    """Return (pattern, does it need a capital letter) for each way to write a name."""
    name = normalize(name).strip()
    if name.casefold() in NOBODY:
        return
    words = LATIN_WORD.findall(name)
    if not is_person:
        words = _drop_legal_words(words)
    for characters in _get_characters(name, is_person):
        yield re.compile(NAME_GAP.join(characters)), False
    if len(words) >= 2:
        for order in (words, words[::-1]) if is_person else (words,):
            inner = r'[\W_]*'.join(map(re.escape, order))
            yield _get_word_pattern(inner), False
    singles = words if is_person or len(words) == 1 else []
    for word in singles:
        if len(word) >= NAME_LETTERS and not word.isdecimal() and word.casefold() not in NOBODY:
            yield _get_word_pattern(re.escape(word)), word.casefold() in ALSO_WORDS


def _get_characters(name: str, is_person: bool) -> Iterator[str]:
    """Return the Chinese ways to write a name: whole, and a company as people call it."""
    whole = ''.join(CJK_CHAR.findall(name))
    if len(whole) >= 2:
        yield whole
    short = LEGAL_ENDING.sub('', ''.join(CJK_CHAR.findall(BRACKETS.split(name)[0])))
    if not is_person and len(short) >= NAME_LETTERS and short != whole:
        yield short


def _drop_legal_words(words: list[str]) -> list[str]:
    while len(words) > 1 and words[-1].casefold() in LEGAL_WORDS:
        words = words[:-1]
    return words


def _get_word_pattern(inner: str) -> re.Pattern:
    return re.compile(f'(?<!{LATIN_CHAR}){inner}(?!{LATIN_CHAR})', re.IGNORECASE)


# === PHONES === #


def _find_phones(text: str, phones: Iterable[str], anybody: bool) -> Iterator[Finding]:
    known = {digits for phone in phones if (digits := _get_phone_digits(phone))}
    for match in PHONE_RUN.finditer(text.translate(CHINESE_DIGITS)):
        digits = ''.join(char for char in match[0] if char.isdigit())
        if any(_is_same_phone(digits, phone) for phone in known) or (
            anybody and MOBILE.search(digits)
        ):
            yield Finding('phone', text[match.start() : match.end()], match.start(), match.end())


def _get_phone_digits(phone: str) -> str:
    number = EXTENSION.split(normalize(phone))[0]
    digits = ''.join(char for char in number if char.isdigit())
    return digits if len(digits) >= PHONE_DIGITS else ''


def _is_same_phone(digits: str, phone: str) -> bool:
    """Say whether a run of digits holds a phone, or its end without the area code."""
    if len(phone) < LOCAL_DIGITS:
        return digits == phone
    return phone[-PHONE_TAIL:] in digits or (
        len(digits) >= LOCAL_DIGITS and phone.endswith(digits.removeprefix('00'))
    )


# === MAILS AND NUMBERS === #


def _find_emails(text: str, emails: Iterable[str], anybody: bool) -> Iterator[Finding]:
    known = {''.join(normalize(email).casefold().split()) for email in emails}
    for match in EMAIL.finditer(text):
        if anybody or ''.join(match[0].casefold().split()) in known:
            yield Finding('email', match[0], match.start(), match.end())


def _find_numbers(text: str, numbers: Iterable[str], anybody: bool) -> Iterator[Finding]:
    patterns = [pattern for number in numbers if (pattern := _get_number_pattern(number))]
    if anybody:
        patterns.append(IDENTITY)
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield Finding('number', match[0], match.start(), match.end())


def _get_number_pattern(number: str) -> re.Pattern | None:
    """Return how a number is found, whatever stands between its characters; None: too short."""
    characters = [char for char in normalize(number) if char.isalnum()]
    least = PLAIN_NUMBER_DIGITS if all(char.isdigit() for char in characters) else NUMBER_CHARS
    if len(characters) < least:
        return None
    return _get_word_pattern(GAP.join(map(re.escape, characters)))
