"""The command line of wkhtmltopdf, as far as Odoo uses it, and what it means on paper."""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

VERSION = "wkhtmltopdf 0.12.6 (with patched qt)"
MILLIMETRES = {"mm": 1, "cm": 10, "in": 25.4, "pt": 25.4 / 72, "px": 25.4 / 96, "": 1}
PAPER = {
    "A0": (841, 1189),
    "A1": (594, 841),
    "A2": (420, 594),
    "A3": (297, 420),
    "A4": (210, 297),
    "A5": (148, 210),
    "A6": (105, 148),
    "A7": (74, 105),
    "A8": (52, 74),
    "A9": (37, 52),
    "B0": (1000, 1414),
    "B1": (707, 1000),
    "B2": (500, 707),
    "B3": (353, 500),
    "B4": (250, 353),
    "B5": (176, 250),
    "B6": (125, 176),
    "B7": (88, 125),
    "B8": (62, 88),
    "B9": (33, 62),
    "B10": (31, 44),
    "C5E": (163, 229),
    "Comm10E": (105, 241),
    "DLE": (110, 220),
    "Executive": (190.5, 254),
    "Folio": (210, 330),
    "Ledger": (431.8, 279.4),
    "Legal": (215.9, 355.6),
    "Letter": (215.9, 279.4),
    "Tabloid": (279.4, 431.8),
}
# Options that stand alone; all others take one value.
FLAGS = {
    "--quiet",
    "--disable-local-file-access",
    "--enable-local-file-access",
    "--header-line",
    "--footer-line",
    "--no-header-line",
    "--no-footer-line",
    "--disable-smart-shrinking",
    "--enable-smart-shrinking",
    "--disable-javascript",
    "--enable-javascript",
    "--no-outline",
    "--outline",
    "--grayscale",
    "--lowquality",
    "--no-background",
    "--background",
    "--print-media-type",
    "--no-images",
    "--images",
    "--no-stop-slow-scripts",
    "-q",
    "-g",
    "-l",
}
# Options that take a name and a value.
PAIRS = {"--cookie", "--custom-header", "--post", "--post-file", "--replace"}
SHORT = {
    "-s": "--page-size",
    "-O": "--orientation",
    "-d": "--dpi",
    "-T": "--margin-top",
    "-B": "--margin-bottom",
    "-L": "--margin-left",
    "-R": "--margin-right",
}
# wkhtmltopdf lays out a page for 5/4 of its width and shrinks it, unless told not to.
SHRINK = 1.25
MOST_SHRINK = 2.0


@dataclass
class Job:
    """What to print: input files, output file, options without their dashes, cookies."""

    inputs: list = field(default_factory=list)
    output: str = ""
    options: dict = field(default_factory=dict)
    cookies: list = field(default_factory=list)

    @property
    def paper(self):
        """Width and height of the paper in millimetres, turned as asked for."""
        known = {name.lower(): size for name, size in PAPER.items()}
        name = self.options.get("page-size", "A4").lower()
        if name not in known:
            raise ValueError(f"Unknown page size {name}")
        width, height = known[name]
        width = self.length("page-width", width)
        height = self.length("page-height", height)
        if self.options.get("orientation", "").lower() == "landscape":
            return height, width
        return width, height

    @property
    def margins(self):
        """Top, right, bottom and left margin in millimetres."""
        return tuple(
            self.length(f"margin-{side}", 10) for side in ("top", "right", "bottom", "left")
        )

    @property
    def header_spacing(self):
        """How far above the text the header begins, in millimetres."""
        return float(self.options.get("header-spacing", 0))

    @property
    def footer_spacing(self):
        """How far below the text the footer begins, in millimetres."""
        return float(self.options.get("footer-spacing", 0))

    @property
    def magnification(self):
        """Size of the print compared with that on a screen of 96 dots per inch."""
        return float(self.options.get("zoom", 1)) * float(self.options.get("dpi", 96)) / 96

    @property
    def shrinks(self):
        """The smallest and the largest factor by which the text may be made smaller."""
        if "disable-smart-shrinking" in self.options:
            return 1.0, 1.0
        return SHRINK, MOST_SHRINK

    def length(self, name, default):
        """Return the value of an option as millimetres."""
        text = self.options.get(name)
        if text is None:
            return default
        found = re.fullmatch(r"([\d.]+)\s*([a-z]*)", text.strip().lower())
        if not found or found[2] not in MILLIMETRES:
            raise ValueError(f"Unknown length {text} for --{name}")
        return float(found[1]) * MILLIMETRES[found[2]]


def parse(arguments):
    """Return the job that a command line describes."""
    job = Job()
    rest = iter(arguments)
    for argument in rest:
        name = SHORT.get(argument, argument)
        if argument in FLAGS:
            job.options[argument.lstrip("-")] = ""
        elif name in PAIRS:
            pair = (next(rest, ""), next(rest, ""))
            if name == "--cookie":
                job.cookies.append(pair)
        elif name.startswith("-") and name != "-":
            job.options[name.lstrip("-")] = next(rest, "")
        elif argument not in ("page", "cover"):
            job.inputs.append(argument)
    if len(job.inputs) < 2:
        raise ValueError("Give at least one input file and the output file")
    job.output = job.inputs.pop()
    return job


def main(arguments):
    """Print and return the exit code: 0, or 1 with the reason on the error output."""
    if "--version" in arguments or "-V" in arguments:
        print(VERSION)
        return 0
    from . import pdf_print
    from .chromium import BrowserError

    try:
        job = parse(arguments)
        content = pdf_print.render(job)
        if job.output == "-":
            sys.stdout.buffer.write(content)
        else:
            Path(job.output).write_bytes(content)
    except (BrowserError, OSError, ValueError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0
