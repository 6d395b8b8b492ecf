"""Print HTML as wkhtmltopdf does: bodies, with header and footer stamped on each page."""

import html
import io
import re
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

from . import pdf_text
from .chromium import Chromium

INCH = 25.4
DOT = INCH / 96
FOLDER = "/__print__/"
NOWHERE = "http://printing.invalid"
# Headers and footers lie over the text and must not hide it.
SEE_THROUGH = b"<style>html,body{background:transparent!important}</style>"
# So many pages get their headers and footers in one go.
BATCH = 40


def render(job):
    """Return the PDF of a job."""
    bodies = [Path(name).read_bytes() for name in job.inputs]
    origin = _origin(bodies)
    names = [Path(name).name for name in job.inputs]
    files = {
        f"{origin}{FOLDER}{name}": (_html_type(), body)
        for name, body in zip(names, bodies, strict=True)
    }
    for part in ("header", "footer"):
        if f"{part}-html" in job.options:
            content = Path(job.options[f"{part}-html"]).read_bytes()
            files[f"{origin}{FOLDER}{part}"] = (_html_type(), content + SEE_THROUGH)
    stamps = f"{origin}{FOLDER}stamps"
    files[stamps] = (_html_type(), b"")
    with Chromium(files) as browser:
        _set_cookies(browser, job, origin)
        documents = [_print_body(browser, job, f"{origin}{FOLDER}{name}") for name in names]
        writer, pages = _join(documents)
        if any(f"{origin}{FOLDER}{part}" in files for part in ("header", "footer")):
            variables = _page_variables(names, [document.page_count for document in documents])
            for start in range(0, len(variables), BATCH):
                part = variables[start : start + BATCH]
                files[stamps] = (_html_type(), _stamp_page(job, files, origin, part))
                _stamp(browser, job, stamps, pages[start : start + BATCH])
        _add_outline(writer, documents)
        pdf_text.repair(writer)
    writer.add_metadata({"/Creator": "wkhtmltopdf 0.12.6", "/Producer": "Chromium"})
    result = io.BytesIO()
    writer.write(result)
    return result.getvalue()


class Document:
    """One printed body: its PDF, and the pages on which its top headings stand."""

    def __init__(self, content):
        from pypdf import PdfReader

        self.reader = PdfReader(io.BytesIO(content))
        self.page_count = len(self.reader.pages)

    def headings(self):
        """Yield (title, page) of the headings of the highest level."""
        for entry in self.reader.outline:
            if not isinstance(entry, list):
                page = self.reader.get_destination_page_number(entry)
                yield entry.title, page or 0


def _html_type():
    return "text/html; charset=utf-8"


def _origin(bodies):
    """Return the server that the documents belong to, so that its cookies are sent to it."""
    for body in bodies:
        found = re.search(rb"<base\s[^>]*href=[\"'](https?://[^\"']+)", body)
        if found:
            parts = urlsplit(html.unescape(found[1].decode()))
            return f"{parts.scheme}://{parts.netloc}"
    return NOWHERE


def _set_cookies(browser, job, origin):
    """Hand over the cookies of the command line and those in the file that Odoo wrote."""
    if origin == NOWHERE:
        return
    cookies = list(job.cookies)
    if "cookie-jar" in job.options:
        for line in Path(job.options["cookie-jar"]).read_text(encoding="utf-8").splitlines():
            cookies.append(line.split(";")[0].partition("=")[::2])
    for name, value in cookies:
        if name.strip():
            browser.call(
                "Network.setCookie", name=name.strip(), value=value.strip(), url=origin, path="/"
            )


def _print_body(browser, job, url):
    """Print one body."""
    width, height = job.paper
    top, right, bottom, left = job.margins
    least, most = job.shrinks
    text_width = (width - left - right) / DOT
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=round(text_width * least / job.magnification),
        height=round(height / DOT),
        deviceScaleFactor=1,
        mobile=False,
    )
    browser.open(url)
    # What is wider than the paper is made smaller still, up to a limit.
    wide = browser.run(
        "document.documentElement.scrollWidth / document.documentElement.clientWidth"
    )
    shrink = min(max(least * (wide or 1), least), most)
    return Document(
        browser.print(
            printBackground="no-background" not in job.options,
            paperWidth=width / INCH,
            paperHeight=height / INCH,
            marginTop=top / INCH,
            marginRight=right / INCH,
            marginBottom=bottom / INCH,
            marginLeft=left / INCH,
            scale=max(job.magnification / shrink, 0.1),
            generateDocumentOutline=True,
            generateTaggedPDF=True,
        )
    )


def _join(documents):
    """Return a writer with all pages, and these pages."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    for document in documents:
        for page in document.reader.pages:
            writer.add_page(page)
    return writer, list(writer.pages)


def _page_variables(names, counts):
    """Return for each page what wkhtmltopdf tells headers and footers about it."""
    total = sum(counts)
    now = time.localtime()
    result = []
    for name, count in zip(names, counts, strict=True):
        for number in range(1, count + 1):
            result.append(
                {
                    "page": len(result) + 1,
                    "frompage": 1,
                    "topage": total,
                    "sitepage": number,
                    "sitepages": count,
                    "webpage": name,
                    "section": "",
                    "subsection": "",
                    "subsubsection": "",
                    "title": "",
                    "doctitle": "",
                    "date": time.strftime("%x", now),
                    "isodate": time.strftime("%Y-%m-%d", now),
                    "time": time.strftime("%X", now),
                }
            )
    return result


def _stamp_page(job, files, origin, variables):
    """Return a page of HTML that shows the headers and footers of several pages."""
    width, height = job.paper
    top, right, bottom, left = job.margins
    factor = job.shrinks[0] / job.magnification
    above = job.header_spacing or top
    boxes = {"header": top - above, "footer": height - bottom + job.footer_spacing}
    rows = []
    for values in variables:
        query = "&".join(f"{key}={quote(str(value))}" for key, value in values.items())
        parts = [
            f'<iframe scrolling="no" src="{FOLDER}{part}?{query}" style="top:{y * factor}mm;'
            f'left:{left * factor}mm;width:{(width - left - right) * factor}mm;'
            f'height:{(height - y) * factor}mm"></iframe>'
            for part, y in boxes.items()
            if f"{origin}{FOLDER}{part}" in files
        ]
        if "header-line" in job.options:
            parts.append(
                f'<hr style="top:{(top - 1) * factor}mm;left:{left * factor}mm;'
                f'width:{(width - left - right) * factor}mm">'
            )
        rows.append(f"<div>{''.join(parts)}</div>")
    style = (
        "html,body{margin:0}iframe,hr{position:absolute;border:0;margin:0}"
        "hr{border-top:1px solid black}"
        f"div{{position:relative;overflow:hidden;width:{width * factor}mm;"
        f"height:{height * factor - 0.3}mm;break-after:page}}div:last-child{{break-after:auto}}"
    )
    return f"<!DOCTYPE html><style>{style}</style>{''.join(rows)}".encode()


def _stamp(browser, job, url, pages):
    """Print headers and footers and lay them over the pages they belong to."""
    from pypdf import PdfReader

    width, height = job.paper
    browser.open(url)
    printed = browser.print(
        printBackground=True,
        paperWidth=width / INCH,
        paperHeight=height / INCH,
        marginTop=0,
        marginRight=0,
        marginBottom=0,
        marginLeft=0,
        scale=max(job.magnification / job.shrinks[0], 0.1),
    )
    stamps = PdfReader(io.BytesIO(printed)).pages
    if len(stamps) != len(pages):
        raise ValueError(f"{len(stamps)} headers for {len(pages)} pages")
    for page, stamp in zip(pages, stamps, strict=True):
        page.merge_page(stamp)


def _add_outline(writer, documents):
    """Write the outline in the old form that Odoo reads to split a file by its documents."""
    from pypdf.generic import (
        ArrayObject,
        DictionaryObject,
        NameObject,
        NumberObject,
        TextStringObject,
    )

    found = []
    first = 0
    for document in documents:
        found += [(title, first + page) for title, page in document.headings()]
        first += document.page_count
    if not found:
        return
    outlines = DictionaryObject({NameObject("/Type"): NameObject("/Outlines")})
    parent = writer._add_object(outlines)
    places = DictionaryObject()
    entries = []
    for number, (title, page) in enumerate(found):
        name = NameObject(f"/anchor_{number}")
        places[name] = ArrayObject([NumberObject(page), NameObject("/Fit")])
        entry = DictionaryObject(
            {
                NameObject("/Title"): TextStringObject(title),
                NameObject("/Parent"): parent,
                NameObject("/Dest"): name,
            }
        )
        entries.append(writer._add_object(entry))
    for before, after in zip(entries, entries[1:], strict=False):
        before.get_object()[NameObject("/Next")] = after
        after.get_object()[NameObject("/Prev")] = before
    outlines[NameObject("/First")] = entries[0]
    outlines[NameObject("/Last")] = entries[-1]
    outlines[NameObject("/Count")] = NumberObject(len(entries))
    writer.root_object[NameObject("/Outlines")] = parent
    writer.root_object[NameObject("/Dests")] = writer._add_object(places)
