"""How contact data is shown to people who may work on a complaint but need not call anybody."""

import re
import unicodedata

# What stands for hidden characters. A text that holds it was masked once.
HIDDEN = '***'

# Kept at both ends of a phone number, as on printed receipts: 138****1234.
PHONE_HEAD = 3
PHONE_TAIL = 4
# A number without so many digits more than that keeps only its end.
PHONE_FULL = 10
PHONE_SHORT = 7

# The country code in front of a mobile number is no secret, and no part of what is kept.
COUNTRY_CODE = re.compile(r'^\s*(?:\+|00)\s*86[\s-]*|^86(?=1\d{10}$)')

EMAIL = re.compile(r'[^\s@<>"“”,;:：，；()（）]+@[\w.-]+\.\w+')
# Seven digits or more, with the marks that people put between them; not the middle of an amount.
NUMBER = re.compile(r'(?<![\d.*])\+?\d(?:[\s()-]?\d){6,}(?![\d.*])')


def mask_phone(phone):
    """Return a phone number with its middle hidden.

    >>> mask_phone("+86 138 0000 1234")
    '138****1234'
    """
    if is_masked(phone):
        return phone
    plain = COUNTRY_CODE.sub('', unicodedata.normalize('NFKC', phone or ''))
    digits = ''.join(char for char in plain if char.isdecimal())
    if len(digits) >= PHONE_FULL:
        return f'{digits[:PHONE_HEAD]}****{digits[-PHONE_TAIL:]}'
    if len(digits) >= PHONE_SHORT:
        return f'****{digits[-PHONE_HEAD:]}'
    return '****'


def mask_email(email):
    """Return an e-mail address of which only the first character and the domain are left.

    >>> mask_email("wei@example.com")
    'w***@example.com'
    """
    if is_masked(email):
        return email
    local, at, domain = (email or '').strip().rpartition('@')
    # "Li Wei <wei@example.com>": what stands in front of the address names the person.
    local = local.rpartition('<')[2].strip()
    return f'{local[:1]}{HIDDEN}@{domain.rstrip("> ")}' if at else HIDDEN


def mask_addresses(text):
    """Return a list of e-mail addresses, each masked, without the names in front of them.

    >>> mask_addresses('"Li Wei" <wei@example.com>, support@example.org')
    'w***@example.com, s***@example.org'
    """
    return ', '.join(mask_email(email) for email in EMAIL.findall(text or '')) or HIDDEN


def mask_name(name):
    """Return what stands for the name of somebody who asked not to be named."""
    return HIDDEN


def mask_token(token):
    """Return what is left of a key that opens a customer's page: nothing."""
    return ''


def mask_text(text):
    """Return words in which phone numbers and e-mail addresses are hidden.

    >>> mask_text("Call 13800001234 or write to wei@example.com")
    'Call 138****1234 or write to w***@example.com'
    """
    text = EMAIL.sub(lambda match: mask_email(match[0]), text or '')
    return NUMBER.sub(lambda match: mask_phone(match[0]), text)


def is_masked(value):
    """Say whether a value was masked, so that it is no longer the real one."""
    return isinstance(value, str) and HIDDEN in value


MASKS = {
    'phone': mask_phone,
    'email': mask_email,
    'addresses': mask_addresses,
    'name': mask_name,
    'text': mask_text,
    'token': mask_token,
}
