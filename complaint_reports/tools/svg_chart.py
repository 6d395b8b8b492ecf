"""Charts as SVG, drawn on the server: the same on screen, on paper and in an old print engine."""

from markupsafe import Markup

WIDTH = 720
# Between the margins of a page of A4.
PAPER_WIDTH = 720
BAR_HEIGHT = 22
LABEL_WIDTH = 210
VALUE_WIDTH = 60
LINE_HEIGHT = 190
MARGIN = 34
INK = '#343a40'
GRID = '#dee2e6'
COLORS = ('#3b6ea5', '#c2703d', '#5b8c5a')
MOST_BARS = 12
LABEL_LENGTH = 22


def _shorten(text, length):
    """Return a text that fits; of a path its end, which tells most."""
    if len(text) > length and ' / ' in text:
        text = text.rpartition(' / ')[2]
    return text if len(text) <= length else text[: length - 1] + '…'


def _text(x, y, text, anchor='start', size=12):
    return Markup('<text x="%s" y="%s" text-anchor="%s" font-size="%s" fill="%s">%s</text>') % (
        round(x, 1),
        round(y, 1),
        anchor,
        size,
        INK,
        text,
    )


def _wrap(height, parts, title):
    # An old print engine needs both sizes; on screen the style sheet stretches it.
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="o_complaint_chart" role="img" '
        'aria-label="%s" width="%s" height="%s" viewBox="0 0 %s %s">%s</svg>'
    ) % (
        title,
        PAPER_WIDTH,
        round(height * PAPER_WIDTH / WIDTH),
        WIDTH,
        height,
        Markup('').join(parts),
    )


def draw_bars(title, labels, values, formatted):
    """Return horizontal bars, the longest first in the order given; at most twelve.

    :param list formatted: the values as they are to be read
    :rtype: Markup
    """
    rows = list(zip(labels, values, formatted, strict=True))[:MOST_BARS]
    largest = max((value for _label, value, _text in rows), default=0) or 1
    space = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    parts = []
    for number, (label, value, shown) in enumerate(rows):
        top = number * BAR_HEIGHT
        length = max(value, 0) / largest * space
        parts.append(_text(LABEL_WIDTH - 8, top + 15, _shorten(label, LABEL_LENGTH), 'end'))
        parts.append(
            Markup('<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>')
            % (LABEL_WIDTH, top + 4, round(length, 1), BAR_HEIGHT - 8, COLORS[0])
        )
        parts.append(_text(LABEL_WIDTH + length + 6, top + 15, shown))
    return _wrap(max(len(rows), 1) * BAR_HEIGHT + 4, parts, title)


def draw_lines(title, labels, series):
    """Return lines over time.

    :param dict series: {label: values}, at most three
    :rtype: Markup
    """
    largest = max((value for values in series.values() for value in values), default=0)
    largest = 2 * max(-(-largest // 2), 1)  # nobody counts half a complaint
    bottom, span = LINE_HEIGHT - MARGIN, LINE_HEIGHT - 2 * MARGIN
    step = (WIDTH - 2 * MARGIN) / max(len(labels) - 1, 1)
    parts = []
    for share in (0, 0.5, 1):
        y = bottom - share * span
        parts.append(
            Markup('<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s"/>')
            % (MARGIN, round(y, 1), WIDTH - MARGIN, round(y, 1), GRID)
        )
        parts.append(_text(MARGIN - 6, y + 4, f'{largest * share:g}', 'end', 11))
    every = -(-len(labels) // 8)
    for number, label in enumerate(labels):
        if number % every == 0:
            parts.append(_text(MARGIN + number * step, bottom + 18, label, 'middle', 11))
    for color, (name, values) in zip(COLORS, series.items(), strict=False):
        parts += _draw_line(values, step, bottom, span, largest, color)
        parts += _draw_legend(list(series).index(name), name, color)
    return _wrap(LINE_HEIGHT, parts, title)


def _draw_line(values, step, bottom, span, largest, color):
    points = [
        (round(MARGIN + number * step, 1), round(bottom - value / largest * span, 1))
        for number, value in enumerate(values)
    ]
    path = ' '.join(f'{x},{y}' for x, y in points)
    yield Markup('<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>') % (path, color)
    for x, y in points:
        yield Markup('<circle cx="%s" cy="%s" r="2.5" fill="%s"/>') % (x, y, color)


def _draw_legend(number, name, color):
    left = MARGIN + number * 170
    yield Markup('<rect x="%s" y="4" width="12" height="12" fill="%s"/>') % (left, color)
    yield _text(left + 18, 14, _shorten(name, LABEL_LENGTH))
