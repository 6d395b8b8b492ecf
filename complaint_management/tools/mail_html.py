"""Turns formatted mails into plain text, and marks in them what is quoted. No ORM."""

import re
from html import unescape

from lxml import etree
from lxml import html as lxml_html

from .mail_body import text_to_html
from .mail_charset import clean_text
from .mail_quote import split_lines

SKIPPED = {'script', 'style', 'head', 'title', 'noscript', 'template', 'object', 'svg'}
BLOCKS = {
    *('p', 'div', 'table', 'tr', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'blockquote', 'pre', 'hr'),
    *('h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'section', 'article', 'header', 'footer', 'center'),
    *('address', 'fieldset', 'form', 'body', 'main', 'aside', 'figure', 'o:p'),
}
SPACED = {'p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol'}
HIDDEN = re.compile(r'<(script|style|head|title)\b.{0,200000}?</\1\s*>', re.DOTALL | re.IGNORECASE)
QUOTE_MARK = 'data-o-mail-quote'  # the web client folds away what has it
# Beyond this many characters a formatted mail is only turned into text.
FOLD_LIMIT = 1_000_000


class _Line:
    """One line of text and where in the page it begins: an element, and in or after it."""

    __slots__ = ('text', 'anchor', 'quoted')

    def __init__(self, quoted):
        self.text, self.anchor, self.quoted = '', None, quoted


def html_to_text(source):
    """Return the text of a page, with a line for each of its lines."""
    root = _parse(source)
    if root is None:
        return clean_text(re.sub(r'<[^<>]*>', ' ', source)).strip()
    text = '\n'.join(line.text for line in _get_lines(root)).strip()
    return text or clean_text(root.findtext('.//title') or '').strip()


def has_text(source):
    """Tell whether a page that is no tree to us holds any text all the same."""
    plain = re.sub(r'<[^<>]*>', ' ', HIDDEN.sub(' ', source))
    return bool(unescape(plain).strip())


def fold_html(source):
    """Return (page, reply): the page with all quoted text marked, and the text without it."""
    root = _parse(source) if len(source) <= FOLD_LIMIT else None
    if root is None:
        return source, html_to_text(source)
    lines = _get_lines(root)
    texts = [f'> {line.text}' if line.quoted else line.text for line in lines]
    kept = split_lines(texts)
    start = len(lines)
    while start and (not kept[start - 1] or not texts[start - 1].strip()):
        start -= 1
    tail = next(
        (line for line in lines[start:] if line.anchor is not None and line.text.strip()), None
    )
    if tail is not None and any(kept[:start]):
        _mark_from(*tail.anchor)
    reply = '\n'.join(text for text, keep in zip(texts, kept, strict=True) if keep)
    body = root.find('.//body')
    inner = root if body is None else body
    page = (inner.text or '') and text_to_html(inner.text)[5:-6]
    page += ''.join(lxml_html.tostring(child, encoding='unicode') for child in inner)
    if not any(text.strip() for text in texts) and (title := root.findtext('.//title')):
        page, reply = text_to_html(clean_text(title)) + page, clean_text(title)
    return page, re.sub(r'\n{3,}', '\n\n', reply).strip()


def fold_text(text):
    """Return (page, reply) for a plain text."""
    lines = text.split('\n')
    kept = split_lines(lines)
    start = len(lines)
    while start and (not kept[start - 1] or not lines[start - 1].strip()):
        start -= 1
    reply = '\n'.join(line.rstrip() for line, keep in zip(lines, kept, strict=True) if keep)
    if not start or not any(line.strip() for line in lines[start:]):
        return text_to_html(text), reply.strip('\n')
    shown, folded = '\n'.join(lines[:start]), '\n'.join(lines[start:])
    page = f'{text_to_html(shown)}<div {QUOTE_MARK}="1">{text_to_html(folded)}</div>'
    return page, reply.strip('\n')


def _parse(source):
    """Return the tree of a page, or None if it is none."""
    parser = lxml_html.HTMLParser(
        encoding='utf-8', huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        return lxml_html.document_fromstring(source.encode('utf-8', 'replace'), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _get_lines(root):
    """Return the :class:`_Line` objects of a page, top to bottom."""
    lines = _Lines()
    skipping = 0
    for event, element in etree.iterwalk(root, events=('start', 'end')):
        tag = element.tag if isinstance(element.tag, str) else ''
        if event == 'start':
            skipping += tag in SKIPPED
            if not skipping:
                lines.open(tag, element)
                lines.add(element.text, (element, 'text'))
        else:
            if not skipping:
                lines.close(tag)
            skipping -= tag in SKIPPED
            if not skipping and element is not root:
                lines.add(element.tail, (element, 'tail'))
    return lines.finish()


class _Lines:
    """Collects text and cuts it into lines where a page does."""

    def __init__(self):
        self.quoted = self.preformatted = 0
        self.lines = [_Line(False)]

    def open(self, tag, element):
        self.quoted += tag == 'blockquote'
        self.preformatted += tag == 'pre'
        if tag == 'br':
            self._break()
        elif tag in BLOCKS:
            self._end_line(tag in SPACED)
            if tag == 'li':
                self.add('- ', (element, 'text'))
        elif tag == 'td' and self.lines[-1].text.strip():
            self.lines[-1].text += ' '
        elif tag == 'img' and element.get('alt', '').strip():
            self.add(f'[{element.get("alt").strip()}]', (element, 'text'))

    def close(self, tag):
        self.quoted -= tag == 'blockquote'
        self.preformatted -= tag == 'pre'
        if tag in BLOCKS:
            self._end_line(tag in SPACED)

    def add(self, text, anchor):
        if not text:
            return
        pieces = text.split('\n') if self.preformatted else [re.sub(r'[ \t\r\n\f]+', ' ', text)]
        for index, piece in enumerate(pieces):
            if index:
                self._break()
            line = self.lines[-1]
            if not self.preformatted and not line.text:
                piece = piece.lstrip(' ')
            if piece:
                if line.anchor is None or not line.text.strip():
                    line.anchor = anchor
                line.text += piece

    def finish(self):
        for line in self.lines:
            line.text = clean_text(line.text.replace('\xa0', ' ')).rstrip()
        return self.lines

    def _break(self):
        self.lines.append(_Line(bool(self.quoted)))

    def _end_line(self, spaced):
        last = self.lines[-1]
        if last.text.strip():
            if spaced:
                self._break()
            self._break()
        else:
            last.quoted = bool(self.quoted)


def _mark_from(element, where):
    """Mark all that a page shows from a place on as quoted."""
    if where == 'tail':
        marked = etree.Element('span')
        marked.text, element.tail = element.tail, None
        element.addnext(marked)
        element = marked
    while element is not None and element.tag not in ('body', 'html'):
        parent = element.getparent()
        if parent is not None and parent.tag not in ('body', 'html') and _is_first(element, parent):
            element = parent
            continue
        element.set(QUOTE_MARK, '1')
        while element is not None and element.tag not in ('body', 'html'):
            _mark_followers(element)
            element = element.getparent()


def _is_first(element, parent):
    before = element.getprevious()
    return not (parent.text or '').strip() and before is None


def _mark_followers(element):
    following = element
    while following is not None:
        if following.tail and following.tail.strip():
            span = etree.Element('span')
            span.set(QUOTE_MARK, '1')
            span.text, following.tail = following.tail, None
            following.addnext(span)
        following = following.getnext()
        if following is not None and isinstance(following.tag, str):
            following.set(QUOTE_MARK, '1')
