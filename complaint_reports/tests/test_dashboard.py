import json
import re
from ast import literal_eval

from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import file_open
from odoo.tools.translate import extract_spreadsheet_terms

from odoo.addons.spreadsheet.utils.validate_data import fields_in_spreadsheet, odoo_charts

from .common import ReportsCommon

FUNCTION = re.compile(r'PIVOT\.(?:VALUE|HEADER)\(([^()]*)\)')
LIST = re.compile(r'ODOO\.LIST(?:\.HEADER)?\((\d+), ?(?:\d+,)?"(\w+)"')
LINK = re.compile(r'\[.+\]\(odoo://view/(.+)\)')


@tagged('post_install', '-at_install')
class TestDashboard(ReportsCommon):
    """Issue 9, item 3: the dashboard asks for nothing that is not there, and shows it to few."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref('complaint_reports.complaint_dashboard')
        cls.data = json.loads(cls.dashboard.spreadsheet_data)
        cls.cells = [content for sheet in cls.data['sheets'] for content in sheet['cells'].values()]

    def _get_asked(self):
        """Return [(model, domain, names of fields)] of everything that asks the server."""
        asked = [
            (
                pivot['model'],
                pivot['domain'],
                [line['fieldName'] for line in pivot['rows'] + pivot['columns']]
                + [measure['fieldName'] for measure in pivot['measures']],
            )
            for pivot in self.data['pivots'].values()
        ]
        asked += [
            (lines['model'], lines['domain'], lines['columns'])
            for lines in self.data['lists'].values()
        ]
        for chart in odoo_charts(self.data):
            names = [*chart['metaData']['groupBy'], chart['metaData']['measure']]
            asked.append((chart['metaData']['resModel'], chart['searchParams']['domain'], names))
        for view in self._get_links():
            context = view['action']['context']
            names = [
                name for value in context.values() if isinstance(value, list) for name in value
            ]
            asked.append((view['action']['modelName'], view['action']['domain'], names))
        return asked

    def _get_links(self):
        return [json.loads(match[1]) for text in self.cells if (match := LINK.fullmatch(text))]

    def test_every_model_and_field_exists(self):
        for model, names in fields_in_spreadsheet(self.data).items():
            for name in names:
                self.assertTrue(self._get_field(model, name), f'{model}.{name}')
        for model, _domain, names in self._get_asked():
            for name in names:
                self.assertTrue(self._get_field(model, name.partition(':')[0]), f'{model}.{name}')

    def _get_field(self, model, path):
        """Return the field at the end of a path, True for the count, None for nothing."""
        if path == '__count':
            return True
        field = None
        for name in path.split('.'):
            field = self.env[model]._fields.get(name)
            if field is None:
                return None
            model = field.comodel_name
        return field

    def test_every_domain_can_be_asked_by_a_manager(self):
        for model, domain, _names in self._get_asked():
            records = self.env[model].with_user(self.manager)
            records.search_count(Domain(domain))  # raises where it is wrong

    def test_every_measure_is_one(self):
        for pivot in self.data['pivots'].values():
            records = self.env[pivot['model']].with_user(self.manager)
            rows = [row['fieldName'] for row in pivot['rows']]
            measures = [measure['id'] for measure in pivot['measures']]
            records.formatted_read_group(pivot['domain'], rows, measures)
            self.assertEqual(len(set(measures)), len(measures))

    def test_every_filter_reaches_everything(self):
        """Team and category narrow every figure; the period what happened in one."""
        filters = {each['id']: each for each in self.data['globalFilters']}
        self.assertEqual(
            [each['type'] for each in filters.values()], ['date', 'relation', 'relation']
        )
        sources = [(pivot['model'], pivot) for pivot in self.data['pivots'].values()]
        sources += [(lines['model'], lines) for lines in self.data['lists'].values()]
        sources += [(chart['metaData']['resModel'], chart) for chart in odoo_charts(self.data)]
        for model, source in sources:
            for number, definition in filters.items():
                match = source['fieldMatching'].get(number)
                if definition['type'] == 'date' and match is None:
                    continue  # what is open or late now
                field = self._get_field(model, match['chain'])
                self.assertEqual(field.type, match['type'])
                if definition['type'] == 'relation':
                    self.assertEqual(field.comodel_name, definition['modelName'])

    def test_every_formula_asks_for_a_figure_of_its_source(self):
        asked = 0
        for text in self.cells:
            for arguments in FUNCTION.findall(text):
                parts = literal_eval(f'[{arguments}]')
                pivot = self.data['pivots'][str(parts[0])]
                rows = {f"#{row['fieldName']}" for row in pivot['rows']}
                measures = {measure['id'] for measure in pivot['measures']}
                known = rows | measures | set(range(100))
                self.assertLessEqual(set(parts[1:]), known, text)
                asked += 1
            for number, name in LIST.findall(text):
                self.assertIn(name, self.data['lists'][number]['columns'])
                asked += 1
        self.assertGreater(asked, 50)

    def test_charts_lead_to_menus(self):
        charts = {figure['id'] for sheet in self.data['sheets'] for figure in sheet['figures']}
        self.assertEqual(set(self.data['chartOdooMenusReferences']), charts)
        for xmlid in self.data['chartOdooMenusReferences'].values():
            self.assertTrue(self.env.ref(xmlid).action)

    def test_who_sees_it(self):
        dashboards = self.env['spreadsheet.dashboard']
        domain = [('id', '=', self.dashboard.id)]
        for user in (self.manager, self.committee, self.auditor, self.admin):
            self.assertTrue(dashboards.with_user(user).search(domain), user.name)
        for user in (self.handler, self.receiver, self.legal, self.outsider):
            self.assertFalse(dashboards.with_user(user).search(domain), user.name)

    def test_every_word_is_translated_where_there_are_translations(self):
        """Labels are found by Odoo's own extractor, which takes them from files of this name."""
        path = 'complaint_reports/data/files/complaint_dashboard.json'
        with file_open(path, 'rb') as file:
            terms = {
                message
                for _line, _name, message, _notes in extract_spreadsheet_terms(file, [], [], {})
            }
        shown = {
            *(figure['data']['title']['text'] for figure in self.data['sheets'][0]['figures']),
            *(each['label'] for each in self.data['globalFilters']),
        } - {''}
        self.assertLessEqual(shown, terms)
        # The web client shows titles of axes as they are, in whatever language they were written.
        for figure in self.data['sheets'][0]['figures']:
            for axis in figure['data'].get('axesDesign', {}).values():
                self.assertNotIn('title', axis)
        for text in self.cells:
            plain = not text.startswith('=') and not LINK.fullmatch(text)
            self.assertFalse(plain, f"This label has no translation: {text}")
