"""Where the working-day exceptions of a year come from: a package that people keep, or a file.

Nothing here knows a database, and nothing is ever guessed: what a source does not say for
certain is refused with a :class:`SourceError`.
"""

import csv
import io
import json
import re
from datetime import date, timedelta
from importlib import import_module
from importlib.metadata import version
from typing import NamedTuple

# The notice for a year also moves days around its two New Years.
MARGIN_DAYS = 31

# Years in which a country's government moved working days make it likely that it will again.
DECREE_MEMORY = 3

KINDS = {
    'off': 'off',
    'holiday': 'off',
    '休': 'off',
    '休息': 'off',
    '放假': 'off',
    'on': 'on',
    'workday': 'on',
    '班': 'on',
    '上班': 'on',
    '调休上班': 'on',
}
COLUMNS = ('date', 'kind', 'name')
DATE = re.compile(r'^\s*(\d{4})\D(\d{1,2})\D(\d{1,2})\D?\s*$')


class SourceError(Exception):
    """A source that says nothing usable.

    :ivar str code: what is wrong, without words
    :ivar dict figures: what a sentence about it names
    """

    def __init__(self, code, **figures):
        super().__init__(code)
        self.code = code
        self.figures = figures


class Day(NamedTuple):
    """One exception as a source tells it.

    :ivar date: the local day
    :ivar kind: off or on
    :ivar name: in English where the source knows it, else as it stands there
    :ivar name_zh: in Chinese, or the same as ``name``
    """

    date: date
    kind: str
    name: str
    name_zh: str


class Source(NamedTuple):
    """What was read.

    :ivar year: whose notice it is
    :ivar title: names the source and its version
    :ivar days: list of :class:`Day`, sorted, each date once
    """

    year: int
    title: str
    days: list


# === PACKAGES === #


def read_package(country, year, region=None):
    """Return what the package for a country officially knows about a year.

    :param str country: ISO 3166-1 code
    :param int year:
    :param str region: ISO 3166-2 code without the country, for its own holidays, or None
    :rtype: Source
    :raise SourceError: package_missing, country_unknown, region_unknown, year_unknown, estimated
    """
    # Odoo writes some regions with their country in front.
    region = region and region.removeprefix(f'{country}-')
    if country == 'CN' and not region:
        return _read_chinese_calendar(year)
    return _read_holidays(country, year, region)


def _import(name, distribution):
    try:
        return import_module(name), version(distribution)
    except ImportError:
        raise SourceError('package_missing', package=distribution) from None


def _read_chinese_calendar(year):
    """Return the days of the State Council's notice; 调休 in full."""
    package, release = _import('chinese_calendar', 'chinesecalendar')
    constants = package.constants
    labels = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    days = [
        Day(day, kind, name, labels.get(name, name))
        for kind, known in (('off', constants.holidays), ('on', constants.workdays))
        for day, name in known.items()
        if day.year == year
    ]
    # New Year's turn may bring single days of a year whose notice is not out.
    if not any(day.kind == 'off' and day.date.month > 1 for day in days):
        raise SourceError('year_unknown', package='chinesecalendar', release=release, year=year)
    return Source(year, f'chinesecalendar {release}', sorted(days))


def _read_holidays(country, year, region):
    package, release = _import('holidays', 'holidays')
    supported = package.list_supported_countries()
    if country not in supported:
        raise SourceError('country_unknown', package='holidays', country=country)
    if region and region not in supported[country]:
        raise SourceError('region_unknown', package='holidays', region=region)

    def ask(language):
        return package.country_holidays(country, subdiv=region, years=year, language=language)

    calendar = ask(None)
    languages = calendar.supported_languages
    _check_official(calendar, year, release)
    english = ask('en_US') if 'en_US' in languages else calendar
    chinese = ask('zh_CN') if 'zh_CN' in languages else english
    days = [Day(day, 'off', english[day], chinese[day]) for day in calendar if day.year == year]
    days += [
        Day(day, 'on', "Make-up day", "调休上班日")
        for day in calendar.weekend_workdays
        if day.year == year and day not in calendar
    ]
    if not days:
        raise SourceError('year_unknown', package='holidays', release=release, year=year)
    return Source(year, f'holidays {release}', sorted(days))


def _check_official(calendar, year, release):
    """Refuse a year that the package reckons although only an announcement can tell.

    :raise SourceError: year_unknown, estimated
    """
    special = getattr(calendar, 'special_public_holidays', {})
    decreed = {
        known
        for known, entries in special.items()
        # (month, day, month, day): a day off for which another one is worked
        if any(len(entry) > 3 for entry in (entries if _is_nested(entries) else (entries,)))
    }
    if year not in decreed and decreed & set(range(year - DECREE_MEMORY, year)):
        raise SourceError('year_unknown', package='holidays', release=release, year=year)
    label = getattr(calendar, 'estimated_label', None)
    if not label:
        return
    mark = calendar.tr(label).replace('%s', '').strip(' ()（）')
    estimated = sorted(day for day, name in calendar.items() if mark in name)
    if estimated:
        raise SourceError('estimated', package='holidays', year=year, days=estimated)


def _is_nested(entries):
    return bool(entries) and isinstance(entries[0], tuple)


# === FILES === #


def read_file(content, filename, year):
    """Return the days that a file tells.

    :param bytes content: JSON as holiday-cn publishes it (`year`, `days` with `date`, `name`,
        `isOffDay`), or CSV with the columns date, kind (off or on) and name
    :param str filename: tells JSON from CSV, and becomes the title
    :param int year: of a CSV, whose notice it holds
    :rtype: Source
    :raise SourceError: unreadable, line_wrong, date_outside, date_twice, year_empty
    """
    text = _decode(content)
    if (filename or '').lower().endswith('.json') or text.lstrip().startswith('{'):
        year, rows = _read_json(text)
    else:
        rows = _read_csv(text)
    days = {}
    for line, day in rows:
        low, high = date(year, 1, 1), date(year, 12, 31)
        margin = timedelta(days=MARGIN_DAYS)
        if not low - margin <= day.date <= high + margin:
            raise SourceError('date_outside', line=line, date=day.date, year=year)
        if days.setdefault(day.date, day) != day:
            raise SourceError('date_twice', line=line, date=day.date)
    if not days:
        raise SourceError('year_empty', filename=filename or '', year=year)
    return Source(year, filename or 'CSV', sorted(days.values()))


def _decode(content):
    """Return the text of a file; spreadsheets in China still save GB 18030."""
    for encoding in ('utf-8-sig', 'gb18030'):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceError('unreadable')


def _read_json(text):
    try:
        data = json.loads(text)
        year, entries = int(data['year']), data['days']
        if not 1900 <= year <= 2200:
            raise ValueError
        rows = []
        for number, entry in enumerate(entries, 1):
            kind = {True: 'off', False: 'on'}[entry['isOffDay']]
            name = str(entry['name'])
            rows.append((number, Day(date.fromisoformat(entry['date']), kind, name, name)))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SourceError('unreadable') from None
    return year, rows


def _read_csv(text):
    first = text.splitlines()[0] if text.strip() else ''
    delimiter = next((mark for mark in '\t;,' if mark in first), ',')
    rows, columns = [], COLUMNS
    for line, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), 1):
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        if line == 1 and set(COLUMNS) <= {cell.lower() for cell in cells}:
            columns = [cell.lower() for cell in cells]
            continue
        row = dict(zip(columns, cells, strict=False))
        rows.append((line, _make_day(line, row)))
    return rows


def _make_day(line, row):
    found = DATE.match(row.get('date', ''))
    kind = KINDS.get(row.get('kind', '').lower())
    name = row.get('name', '')
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if not (day and kind and name):
        raise SourceError('line_wrong', line=line)
    return Day(day, kind, name, name)
