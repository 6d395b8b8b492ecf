"""Sets of ids as short texts: "3-17,20,25-26". Neighbours cost nothing."""


def pack(numbers):
    """Return the text of some ids."""
    parts, start, last = [], None, None
    for number in sorted(set(numbers)):
        if last is not None and number == last + 1:
            last = number
            continue
        if start is not None:
            parts.append(_format(start, last))
        start = last = number
    if start is not None:
        parts.append(_format(start, last))
    return ','.join(parts)


def _format(start, last):
    return str(start) if start == last else f'{start}-{last}'


def unpack(text):
    """Return the ids of a text, ascending."""
    numbers = []
    for part in (text or '').split(','):
        if part:
            start, _dash, last = part.partition('-')
            numbers.extend(range(int(start), int(last or start) + 1))
    return numbers
