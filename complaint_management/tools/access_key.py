"""Keys by which people follow their complaint without a log-in: made, shown, recognised. No ORM."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field

BITS = 128
# Digits and capital letters without those that people mix up (I, L, O) and without U.
ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
LENGTH = 26  # 5 bits a character
GROUP = 5
LOOKS_LIKE = str.maketrans('OIL', '011')


@dataclass(frozen=True)
class AccessKey:
    """A key while it can be told. No client can send an object of this class.

    It is no text: a context that holds the same text is another one.
    """

    text: str = field(repr=False)  # so that it stays out of logs


def make() -> AccessKey:
    """Return a new random key of 128 bits, without separators."""
    number = secrets.randbits(BITS)
    characters = [ALPHABET[number >> shift & 31] for shift in range(0, LENGTH * 5, 5)]
    return AccessKey(''.join(reversed(characters)))


def show(key: str) -> str:
    """Return a key as people read it out: in groups of five characters."""
    key = normalize(key)
    groups = [key[start : start + GROUP] for start in range(0, LENGTH - 1, GROUP)]
    return '-'.join(groups) + key[LENGTH - 1 :]


def normalize(text: str | None) -> str:
    """Return what a person typed as the plain key that was meant; anything else as it is."""
    text = unicodedata.normalize('NFKC', text or '').upper().translate(LOOKS_LIKE)
    return ''.join(char for char in text if char.isalnum())[:100]


def digest(text: str | None) -> str:
    """Return what is stored of a key: its SHA-256, however the key was typed."""
    return hashlib.sha256(normalize(text).encode()).hexdigest()
