import json

from odoo import api
from odoo.tests import tagged

from odoo.addons.spreadsheet.utils.validate_data import odoo_charts

from .common_period import PeriodCommon

PIVOT = (
    'complaint.case.analysis',
    [('is_latest', '=', True)],
    ['category_id', 'received_at:month'],
    ['__count', 'days_to_close:avg'],
)


def _round(rows):
    """Return rows of figures without the seconds that go by while two cursors are asked."""
    return [
        {
            name: round(value, 1) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in rows
    ]


@tagged('post_install', '-at_install')
class TestReadOnly(PeriodCommon):
    """Issue 9, design 12: analysis and dashboard are read on a read-only cursor, maybe a replica's.

    For period reports see TestReportFigures.
    """

    def _get_asked(self):
        """Return [(model, domain, groups, measures)] of the analysis and of the dashboard."""
        data = json.loads(self.env.ref('complaint_reports.complaint_dashboard').spreadsheet_data)
        asked = [PIVOT]
        asked += [
            (
                *(pivot['model'], pivot['domain'], [row['fieldName'] for row in pivot['rows']]),
                [measure['id'] for measure in pivot['measures']],
            )
            for pivot in data['pivots'].values()
        ]
        asked += [
            (
                *(chart['metaData']['resModel'], chart['searchParams']['domain']),
                *(chart['metaData']['groupBy'], [chart['metaData']['measure']]),
            )
            for chart in odoo_charts(data)
        ]
        return asked

    def test_figures_are_the_same_on_a_read_only_cursor(self):
        self._create_worked_case()
        self.env.flush_all()
        asked = self._get_asked()
        self.assertGreater(len(asked), 5)
        context = {'tz': 'Asia/Shanghai', 'lang': 'en_US'}
        expected = [
            self.env[model]
            .with_user(self.manager)
            .with_context(**context)
            .formatted_read_group(domain, groups, measures)
            for model, domain, groups, measures in asked
        ]
        with self.registry.cursor(readonly=True) as cr:
            self.assertTrue(cr.readonly)
            env = api.Environment(cr, self.manager.id, context)
            for (model, domain, groups, measures), figures in zip(asked, expected, strict=True):
                found = env[model].formatted_read_group(domain, groups, measures)
                self.assertEqual(_round(found), _round(figures), (model, groups))
            case = env['complaint.case'].web_search_read([], {'number': {}, 'sla_state': {}})
            self.assertTrue(case['records'])

    def test_the_web_client_reads_them_there(self):
        """No override of ours makes the server choose another cursor for them."""
        names = ('web_search_read', 'formatted_read_group', 'formatted_read_grouping_sets')
        for model in ('complaint.case.analysis', 'complaint.sla.analysis'):
            for name in names:
                marks = (
                    getattr(vars(cls).get(name), '_readonly', None)
                    for cls in type(self.env[model]).mro()
                )
                self.assertTrue(next(m for m in marks if m is not None), (model, name))
