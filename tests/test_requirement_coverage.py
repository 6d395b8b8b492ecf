"""Each requirement of the source texts leads to what fulfils it (issue 8, item 3).

`requirement_coverage.csv` has a row for each requirement, in the order of the source. `kind` says
how it is fulfilled:

``test``
    by a test that shows it
``record``
    by a record that the software brings, such as a stage with its guidance or a category
``organisation``
    not by software: the note says why, and what in the software supports it
``later``
    not yet: the note says what is missing

`evidence` has the tests (``path::Class::test_name`` or ``path::test_name``) and the records
(``path of a csv or XML file#id``), with spaces between them. What shows a requirement comes first;
a test may be followed by the records that it walks through, a record by a test that uses it.
"""

import ast
import csv
import os
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.once

REPO = Path(__file__).resolve().parent.parent
TABLE = Path(__file__).with_name('requirement_coverage.csv')
REQUIREMENT_COUNT = 387
PROVEN = {'test': '::', 'record': '#'}
EXPLAINED = {'organisation', 'later'}


@pytest.fixture(scope='module')
def rows():
    with TABLE.open(encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope='module')
def source():
    """Return the ids as the source lists them; None where it is not at hand (COMPLAINT_DATA)."""
    folder = os.environ.get('COMPLAINT_DATA')
    path = folder and Path(folder).parent / 'requirements.md'
    if not path or not path.is_file():
        return None
    text = path.read_text(encoding='utf-8')
    start, end = (text.index(title) for title in ('# 1. Requirements per', '# 2. Merged'))
    return re.findall(r'^\| ([A-Z0-9]+-\S+) \|', text[start:end], re.MULTILINE)


# === WHAT EVIDENCE POINTS TO === #


@cache
def _get_tests(path):
    """Return the tests of a Python file: {'Class::name', 'name'}; None without the file."""
    if not (REPO / path).is_file():
        return None
    names = set()
    for node in ast.parse((REPO / path).read_text(encoding='utf-8')).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = (line for line in node.body if isinstance(line, ast.FunctionDef))
            names.update(f'{node.name}::{method.name}' for method in methods)
    return names


@cache
def _get_records(path):
    """Return the ids of the records in a csv or XML file; None without such a file."""
    file = REPO / path
    if file.suffix not in ('.csv', '.xml') or not file.is_file():
        return None
    if file.suffix == '.xml':
        return {node.get('id') for node in ElementTree.parse(file).iter('record')}
    with file.open(encoding='utf-8', newline='') as lines:
        return {row['id'] for row in csv.DictReader(lines)}


def _find_fault(evidence):
    """Return what is wrong with a piece of evidence, in words; None if it holds."""
    path, mark, name = evidence.partition('::' if '::' in evidence else '#')
    known = _get_tests(path) if mark == '::' else _get_records(path)
    if known is None:
        return f"there is no such file: {path}"
    if name not in known:
        return f"{path} has no {name or 'name'}"
    if mark == '::' and not name.rpartition('::')[2].startswith('test_'):
        return f"{name} is no test"
    return None


def _find_faults(row):
    """Return what is wrong with a row of the table, in words."""
    evidence, note = row['evidence'].split(), row['note'].strip()
    if row['kind'] in EXPLAINED:
        return [
            *(["the note is missing"] if not note else []),
            *(["what is not fulfilled by software has no evidence"] if evidence else []),
        ]
    if row['kind'] not in PROVEN:
        return [f"unknown kind: {row['kind']}"]
    faults = [fault for fault in map(_find_fault, evidence) if fault]
    if not any(PROVEN[row['kind']] in piece for piece in evidence[:1]):
        faults.append(f"no {row['kind']} comes first")
    if len(set(evidence)) < len(evidence):
        faults.append("the same evidence twice")
    return faults


# === THE TABLE === #


def test_every_requirement_has_one_row(rows, source):
    ids = [row['id'] for row in rows]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert len(ids) == REQUIREMENT_COUNT
    if source:
        assert ids == source


def test_every_row_holds(rows, capsys):
    faults = {row['id']: _find_faults(row) for row in rows}
    assert {name: found for name, found in faults.items() if found} == {}
    counts = Counter(row['kind'] for row in rows)
    with capsys.disabled():
        summary = ', '.join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        sys.stdout.write(f" {len(rows)} requirements: {summary} ")


@pytest.mark.parametrize(
    'row, fault',
    [
        ({'kind': 'test'}, "no test comes first"),
        ({'kind': 'record'}, "no record comes first"),
        ({'kind': 'later'}, "the note is missing"),
        ({'kind': 'organisation', 'note': ' '}, "the note is missing"),
        ({'kind': 'later', 'note': "Soon.", 'evidence': 'a.py::test_b'}, "has no evidence"),
        ({'kind': 'soon'}, "unknown kind"),
        ({'kind': 'test', 'evidence': 'tests/nowhere.py::test_a'}, "no such file"),
        ({'kind': 'test', 'evidence': 'tests/browser.py::test_a'}, "has no test_a"),
        ({'kind': 'test', 'evidence': 'tests/test_requirement_coverage.py::rows'}, "is no test"),
        ({'kind': 'record', 'evidence': 'complaint_sla/presets/pawn#a'}, "no such file"),
        ({'kind': 'record', 'evidence': 'tests/requirement_coverage.csv#PAWN-0'}, "has no PAWN-0"),
        (
            {
                'kind': 'record',
                'evidence': 'complaint_management/data/complaint_kind_data.xml#kind_of_magic',
            },
            "has no kind_of_magic",
        ),
    ],
)
def test_a_row_that_proves_nothing_is_found(row, fault):
    found = _find_faults({'evidence': '', 'note': '', **row})
    assert any(fault in sentence for sentence in found), found
