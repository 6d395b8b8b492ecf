"""Make Chinese text in a PDF searchable.

In the Noto fonts some characters share their drawing with a radical, a sign of its own that
looks the same.  Chromium writes the radical down as the meaning of the drawing: 页 would be
found as ⻚ only, and copied as such.
"""

import re
import unicodedata

# Radicals that Unicode's own normal form leaves as they are, each with its character.
PAIRS = (
    "⺎兀⺒巳⺓幺⺠民⻁虎⻄西⻅见⻆角⻉贝⻋车⻑長⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟"
    "⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀"
)
CHARACTERS = dict(zip(PAIRS[::2], PAIRS[1::2], strict=True))
FIRST, LAST = 0x2E80, 0x2FDF
# A section of the table may not have more lines.
MOST = 100

SECTION = re.compile(r"\d+ beginbf(char|range)\s(.*?)endbf\1\s", re.DOTALL)


def repair(writer):
    """Correct the tables of all fonts of a document that is about to be written."""
    from pypdf.generic import DictionaryObject, NameObject, StreamObject

    for thing in list(writer._objects):
        if not isinstance(thing, DictionaryObject) or "/ToUnicode" not in thing:
            continue
        table = thing["/ToUnicode"].get_object()
        text = table.get_data().decode("latin-1")
        new = repaired(text)
        if new != text:
            stream = StreamObject()
            stream.set_data(new.encode("latin-1"))
            thing[NameObject("/ToUnicode")] = writer._add_object(stream.flate_encode())


def repaired(table):
    """Return a table from drawings to characters without radicals."""
    return SECTION.sub(_repair_section, table)


def _repair_section(section):
    """Write one section anew; a range that touches radicals is taken apart."""
    kind = section[1]
    lines = []
    for line in section[2].strip().splitlines():
        codes = re.findall(r"<([0-9A-Fa-f]+)>", line)
        first, last, target = int(codes[0], 16), int(codes[-2], 16), int(codes[-1], 16)
        if target > LAST or target + last - first < FIRST:
            lines.append(line)
            continue
        width = len(codes[0])
        for code in range(first, last + 1):
            character = f"{ord(_character(chr(target + code - first))):04X}"
            source = f"<{code:0{width}X}>"
            lines.append(
                f"{source} <{character}>" if kind == "char" else f"{source} {source} <{character}>"
            )
    parts = [lines[start : start + MOST] for start in range(0, len(lines), MOST)]
    return "".join(
        f"{len(part)} beginbf{kind}\n" + "\n".join(part) + f"\nendbf{kind}\n" for part in parts
    )


def _character(radical):
    """Return the character that looks like a radical."""
    if not FIRST <= ord(radical) <= LAST:
        return radical
    normal = CHARACTERS.get(radical) or unicodedata.normalize("NFKC", radical)
    return normal if len(normal) == 1 else radical
