"""Reads the files of a preset: one CSV for each model. Pure, without the ORM."""

import csv
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

ENCODING = 'utf-8-sig'


class PresetFileError(Exception):
    """Something in a file is wrong.

    :param str file: name of the file
    :param int line: counted from 1, the header being line 1
    :param str column: header of the column, or None
    :param str problem: short code that the caller turns into a sentence
    """

    def __init__(self, file, line, column, problem):
        super().__init__(f'{file}:{line}:{column or "-"}: {problem}')
        self.file = file
        self.line = line
        self.column = column
        self.problem = problem


@dataclass
class PresetRow:
    """One record: the line where it stands and its cells by header, empty ones left out."""

    line: int
    cells: dict

    @property
    def id(self):
        return self.cells['id']


@dataclass
class PresetFile:
    """The rows of one model in one addon."""

    addon: str
    model: str
    headers: list
    rows: list = field(default_factory=list)

    @property
    def name(self):
        return f'{self.model}.csv'


def read_folder(addon, folder):
    """Return the PresetFiles of an addon's folder, none if it has no such folder."""
    folder = Path(folder)
    if not folder.is_dir():
        return []
    return [
        parse(addon, path.stem, path.read_text(encoding=ENCODING))
        for path in sorted(folder.glob('*.csv'))
    ]


def read_examples(code):
    """Return the examples of a preset as dicts by header, in the order of the file.

    They stand beside the presets, in one file for all: no record of configuration.
    """
    path = Path(__file__).parents[1] / 'presets' / 'examples.csv'
    with path.open(encoding=ENCODING, newline='') as file:
        return [row for row in csv.DictReader(file) if row['preset'] == code]


def read_zip(content):
    """Return (code, PresetFiles) of a zip with `<addon>/presets/<code>/<model>.csv` inside.

    :param bytes content: the zip
    :raise PresetFileError: it is no zip, or holds something else
    """
    files, codes = [], set()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in sorted(archive.namelist()):
                parts = name.split('/')
                if name.endswith('/'):
                    continue
                if len(parts) != 4 or parts[1] != 'presets' or not name.endswith('.csv'):
                    raise PresetFileError(name, 0, None, 'unknown_file')
                text = archive.read(name).decode(ENCODING)
                files.append(parse(parts[0], parts[3].removesuffix('.csv'), text))
                codes.add(parts[2])
    except (zipfile.BadZipFile, UnicodeDecodeError, RuntimeError) as error:
        raise PresetFileError('zip', 0, None, 'unreadable') from error
    if len(codes) != 1:
        raise PresetFileError('zip', 0, None, 'not_one_preset')
    return codes.pop(), files


def parse(addon, model, text):
    """Return the PresetFile that a CSV text describes.

    :raise PresetFileError: no column `id`, an empty or repeated id, a row with too many cells
    """
    name = f'{model}.csv'
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        headers = next(reader, [])
        if not headers or headers[0] != 'id' or len(set(headers)) != len(headers):
            raise PresetFileError(name, 1, 'id', 'bad_header')
        file = PresetFile(addon, model, headers)
        seen, line = set(), reader.line_num + 1
        for cells in reader:
            if any(cells):
                file.rows.append(_parse_row(name, line, headers, cells, seen))
            line = reader.line_num + 1
    except csv.Error as error:
        raise PresetFileError(name, reader.line_num, None, 'unreadable') from error
    return file


def _parse_row(name, line, headers, cells, seen):
    if len(cells) > len(headers):
        raise PresetFileError(name, line, None, 'too_many_cells')
    row = {header: cell for header, cell in zip(headers, cells, strict=False) if cell != ''}
    if not row.get('id') or row['id'] in seen:
        raise PresetFileError(name, line, 'id', 'bad_id')
    seen.add(row['id'])
    return PresetRow(line, row)


def write_csv(headers, rows):
    """Return the text of a CSV with these headers and dicts."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator='\n')
    writer.writerow(headers)
    writer.writerows([row.get(header, '') for header in headers] for row in rows)
    return output.getvalue()


def write_zip(texts):
    """Return the bytes of a zip with {path: text}; the same input gives the same bytes."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, 'w', zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(texts.items()):
            info = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(info, text.encode())
    return output.getvalue()
