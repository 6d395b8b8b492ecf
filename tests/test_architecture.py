"""The house rules that hold the three addons apart (README, map of the repository)."""

import ast
import re
from pathlib import Path

import pytest

from odoo.tests import TransactionCase, tagged

pytestmark = pytest.mark.once

REPO = Path(__file__).resolve().parent.parent
# From the lowest to the highest: each knows only those before it.
ADDONS = ['complaint_management', 'complaint_sla', 'complaint_reports']
PRESENT = [name for name in ADDONS if (REPO / name / '__manifest__.py').is_file()]
# How models and fields of an addon above begin.
PREFIXES = {
    'complaint_sla': ('complaint.sla.', 'sla_'),
    'complaint_reports': ('complaint.report.', 'complaint.case.analysis'),
}
SOURCES = ('.py', '.xml', '.csv', '.js', '.scss')
MAX_LINES = 500
MAX_METHOD_LINES = 60


def _files(addon, *suffixes):
    """Return the files of an addon that are written by hand."""
    return sorted(
        path
        for path in (REPO / addon).rglob('*')
        if path.suffix in suffixes
        and '__pycache__' not in path.parts
        and not {'lib', 'i18n'} & set(path.relative_to(REPO).parts)
    )


def _manifest(addon):
    return ast.literal_eval((REPO / addon / '__manifest__.py').read_text(encoding='utf-8'))


def _model_classes(path):
    """Return the classes of a file that make or extend a model: [(class, attributes)]."""
    found = []
    for node in ast.parse(path.read_text(encoding='utf-8')).body:
        if not isinstance(node, ast.ClassDef):
            continue
        attributes = {}
        for line in node.body:
            if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                try:
                    attributes[line.targets[0].id] = ast.literal_eval(line.value)
                except ValueError:
                    continue
        if {'_name', '_inherit'} & attributes.keys():
            found.append((node, attributes))
    return found


def _model_files(addon):
    folders = ('models', 'wizard', 'report')
    return [
        path
        for path in _files(addon, '.py')
        if path.parent.name in folders and path.name != '__init__.py'
    ]


def test_the_addons_are_there():
    assert PRESENT[0] == 'complaint_management'
    assert [name for name in ADDONS if (REPO / name).is_dir()] == PRESENT


@pytest.mark.parametrize('addon', PRESENT)
def test_no_addon_names_one_above_it(addon):
    above = ADDONS[ADDONS.index(addon) + 1 :]
    words = [word for name in above for word in (name, *PREFIXES[name])]
    for path in _files(addon, *SOURCES):
        text = path.read_text(encoding='utf-8')
        found = [word for word in words if re.search(rf'(?<![\w.]){re.escape(word)}', text)]
        assert not found, f"{path.relative_to(REPO)} names {found}"


@pytest.mark.parametrize('addon', PRESENT)
def test_imports_point_downwards(addon):
    above = ADDONS[ADDONS.index(addon) + 1 :]
    for path in _files(addon, '.py'):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                continue
            names = [alias.name for alias in node.names]
            modules = (
                [f'{node.module}.{name}' for name in names]
                if (isinstance(node, ast.ImportFrom) and node.module)
                else names
            )
            wrong = [module for module in modules if set(above) & set(module.split('.'))]
            assert not wrong, f"{path.relative_to(REPO)} imports {wrong}"


@pytest.mark.parametrize('addon', PRESENT)
def test_an_addon_depends_on_what_is_below_and_on_odoo(addon):
    below = ADDONS[: ADDONS.index(addon)]
    ours = [name for name in _manifest(addon)['depends'] if name in ADDONS]
    assert ours == below[-1:], "One arrow to the addon just below"


@pytest.mark.parametrize('addon', PRESENT)
def test_one_model_a_file_named_like_it(addon):
    for path in _model_files(addon):
        classes = _model_classes(path)
        assert len(classes) == 1, f"{path.relative_to(REPO)} holds {len(classes)} models"
        attributes = classes[0][1]
        inherit = attributes.get('_inherit')
        name = attributes.get('_name') or (inherit if isinstance(inherit, str) else inherit[0])
        stem = name.removeprefix(f'report.{addon}.').replace('.', '_')
        assert path.stem == stem or path.stem.startswith(f'{stem}_'), (
            f"{path.relative_to(REPO)} is about {name}"
        )
        if '_name' in attributes:
            assert path.stem == stem, f"{path.relative_to(REPO)} makes {name}"


@pytest.mark.parametrize('addon', PRESENT)
def test_every_python_file_is_imported(addon):
    for package in {path.parent for path in _files(addon, '.py')}:
        if package == REPO / addon:
            continue
        text = (package / '__init__.py').read_text(encoding='utf-8')
        imported = set(re.findall(r'^from \. import (\w+)', text, re.MULTILINE))
        # In a folder of tests, and among tools, other files are imported where they are used.
        pattern = {'tests': 'test_*.py', 'tools': 'none'}.get(package.name, '*.py')
        modules = {path.stem for path in package.glob(pattern)} - {'__init__'}
        missing = modules - imported
        assert not missing, f"{package.relative_to(REPO)}/__init__.py leaves out {missing}"


@pytest.mark.parametrize('addon', PRESENT)
def test_files_and_methods_stay_short(addon):
    for path in _files(addon, '.py', '.js'):
        text = path.read_text(encoding='utf-8')
        lines = text.count('\n')
        assert lines <= MAX_LINES, f"{path.relative_to(REPO)} has {lines} lines"
        if path.suffix != '.py':
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = node.end_lineno - node.lineno + 1
                assert length <= MAX_METHOD_LINES, (
                    f"{path.relative_to(REPO)}: {node.name} has {length} lines"
                )


@pytest.mark.parametrize('addon', PRESENT)
def test_every_test_belongs_to_a_class_that_is_tagged(addon):
    for path in _files(addon, '.py'):
        if path.parent.name != 'tests' or not path.name.startswith('test_'):
            continue
        for node in ast.parse(path.read_text(encoding='utf-8')).body:
            if not isinstance(node, ast.ClassDef):
                continue
            tests = [n for n in node.body if getattr(n, 'name', '').startswith('test_')]
            if not tests:
                continue
            assert any('tagged' in ast.unparse(tag) for tag in node.decorator_list) or all(
                ast.unparse(base) == 'TestCase' for base in node.bases
            ), f"{path.relative_to(REPO)}: {node.name}"


@pytest.mark.parametrize('addon', PRESENT)
def test_an_addon_presents_itself(addon):
    manifest = _manifest(addon)
    assert (REPO / addon / 'README.md').is_file()
    assert re.fullmatch(r'19\.0\.\d+\.\d+\.\d+', manifest['version']), manifest['version']
    assert manifest['license'] == 'LGPL-3'
    assert manifest['author'] and manifest['summary']


@pytest.mark.parametrize('addon', PRESENT)
def test_all_data_files_are_in_the_manifest(addon):
    manifest = _manifest(addon)
    listed = set(manifest.get('data', []) + manifest.get('demo', []))
    folders = ('data', 'demo', 'security', 'views', 'wizard', 'report')
    there = {
        str(path.relative_to(REPO / addon))
        for path in _files(addon, '.xml', '.csv')
        if path.relative_to(REPO / addon).parts[0] in folders
    }
    assert there == listed


def test_no_text_tells_of_the_machine_it_was_written_on():
    # What is left out changes while the tests run: it is not walked through either.
    left_out = {'.odoo', '.git', '__pycache__', 'node_modules'}
    tops = [path for path in REPO.iterdir() if path.name not in left_out]
    paths = [path for top in tops for path in ([top] if top.is_file() else top.rglob('*'))]
    for path in paths:
        if path.suffix not in (*SOURCES, '.md', '.toml', '.ini', '.txt') or (
            left_out & set(path.relative_to(REPO).parts)
        ):
            continue
        text = path.read_text(encoding='utf-8', errors='replace')
        found = re.findall('/' + r'(?:work|home|root)/\w+/', text)
        assert not found, f"{path.relative_to(REPO)} names {set(found)}"


@tagged('post_install', '-at_install')
class TestModels(TransactionCase):
    """Every model of ours has an access rule, a description, and its company rule."""

    def _models(self):
        return self.env['ir.model'].search([('model', '=like', 'complaint.%')])

    def test_every_model_has_an_access_rule(self):
        models = self._models().filtered(lambda model: not model.abstract)
        self.assertGreater(len(models), 15)
        for model in models:
            self.assertTrue(model.access_ids, model.model)
            for access in model.access_ids:
                self.assertTrue(access.group_id, f"{access.name} is open to everybody")

    def test_every_model_says_what_it_is(self):
        for model in self._models():
            self.assertNotEqual(model.name, model.model)

    def test_every_model_with_a_company_has_a_company_rule(self):
        rules = self.env['ir.rule'].search([('groups', '=', False)])
        for model in self._models().filtered(lambda model: not model.transient):
            field = self.env[model.model]._fields.get('company_id')
            if model.abstract or not field or not field.store:
                continue
            by_case = isinstance(self.env[model.model], self.env.registry['complaint.case.line'])
            ruled = any(
                'company_ids' in (rule.domain_force or '')
                for rule in rules
                if rule.model_id == model
            )
            self.assertTrue(ruled or by_case, f"{model.model} has no company rule")

    def test_lines_of_a_case_ask_the_case(self):
        # A lesson names nobody and is there for everybody; only managers see whence it came.
        apart = {'complaint.lesson'}
        groups = self.env['complaint.lesson']._fields['case_id'].groups or ''
        self.assertIn('group_complaint_manager', groups)
        for model in self._models().filtered(lambda m: not (m.abstract or m.transient)):
            if model.model in apart:
                continue
            fields = self.env[model.model]._fields
            if 'case_id' in fields and fields['case_id'].comodel_name == 'complaint.case':
                self.assertIsInstance(
                    self.env[model.model], self.env.registry['complaint.case.line'], model.model
                )
