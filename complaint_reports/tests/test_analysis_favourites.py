from ast import literal_eval

from odoo.fields import Domain
from odoo.tests import tagged

from .common import ReportsCommon


@tagged('post_install', '-at_install')
class TestAnalysisFavourites(ReportsCommon):
    """Requirements 2.15: each question of a manager is a favourite that answers it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        data = cls.env['ir.model.data'].search(
            [('module', '=', 'complaint_reports'), ('model', '=', 'ir.filters')]
        )
        cls.favourites = cls.env['ir.filters'].browse(data.mapped('res_id'))

    def test_every_favourite_answers(self):
        """Domain, groups and measures exist; the action is one of the same model."""
        self._create_worked_case()
        for favourite in self.favourites:
            action = self.env['ir.actions.act_window'].browse(favourite.action_id.id)
            self.assertEqual(action.res_model, favourite.model_id, favourite.name)
            records = self.env[favourite.model_id].with_user(self.manager)
            context = literal_eval(favourite.context)
            measures = [
                name if name == '__count' else f'{name}:{records._fields[name].aggregator}'
                for name in context.get('pivot_measures', ['__count'])
            ]
            self.assertTrue(context['group_by'], favourite.name)
            domain = Domain(literal_eval(favourite.domain))
            groups = records.formatted_read_group(domain, context['group_by'], measures)
            total = sum(
                group['__count']
                for group in records.formatted_read_group(
                    domain, context['group_by'][:1], ['__count']
                )
            )
            self.assertEqual(total, records.search_count(domain), favourite.name)
            self.assertEqual(bool(groups), bool(total), favourite.name)
            graph = context.get('graph_measure', '__count')
            self.assertIn(graph, context.get('pivot_measures', ['__count']), favourite.name)

    def test_all_managers_share_them_and_nobody_is_given_one_unasked(self):
        self.assertGreaterEqual(len(self.favourites), 20)
        self.assertFalse(self.favourites.user_ids)
        self.assertFalse(any(self.favourites.mapped('is_default')))

    def test_the_user_reads_them_in_his_language(self):
        """Odoo keeps one name; ours is shown in the language of the user."""
        filters = self.env['ir.filters'].with_user(self.manager)
        names = filters._get_complaint_names()
        self.assertEqual(set(names), set(self.favourites.mapped('name')))
        action = self.env.ref('complaint_reports.complaint_case_analysis_action')
        rows = filters.get_filters('complaint.case.analysis', action.id)
        self.assertIn("What are the root causes?", [row['name'] for row in rows])
        own = self.env.ref('complaint_reports.complaint_filter_causes')
        own.name = "Our own words"
        rows = filters.get_filters('complaint.case.analysis', action.id)
        self.assertIn("Our own words", [row['name'] for row in rows])
