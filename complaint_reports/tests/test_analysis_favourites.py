from ast import literal_eval

from odoo.fields import Command, Domain
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

    def _find(self, name):
        """Return the complaints that a favourite counts."""
        favourite = self.env.ref(f'complaint_reports.complaint_filter_{name}')
        rows = self.env[favourite.model_id].with_user(self.manager)
        return rows.search(Domain(literal_eval(favourite.domain))).case_id

    def test_faults_that_escaped_and_complaints_that_were_escalated(self):
        """8D-2-a; INS-1-c and TEL-1.3: marked so, or about the handling of an earlier one."""
        plain = self._create_worked_case()
        cause = self.env['complaint.cause'].create({'name': "Not tested at the exit"})
        flag = self.env['complaint.flag'].create({'name': "Up", 'code': 'ours_escalated'})
        escaped = self._create_worked_case(escape_cause_id=cause.id)
        marked = self._create_worked_case(flag_ids=[Command.link(flag.id)])
        above = self._create_case(parent_id=plain.id)
        made = plain | escaped | marked | above
        self.assertEqual(self._find('escapes') & made, escaped)
        self.assertEqual(self._find('escalated') & made, marked | above)

    def test_grievances_are_told_apart(self):
        """INS: how content customers are is asked of complaints and of grievances."""
        kind = self.env.ref('complaint_management.kind_grievance')
        case = self._create_worked_case(kind_id=kind.id, customer_satisfied='satisfied')
        favourite = self.env.ref('complaint_reports.complaint_filter_satisfaction_kinds')
        groups = self.env['complaint.case.analysis']._read_group(
            Domain(literal_eval(favourite.domain)) & Domain('case_id', '=', case.id),
            literal_eval(favourite.context)['group_by'],
            ['__count', 'satisfaction_rate:avg'],
        )
        self.assertEqual(groups, [(kind, 'satisfied', 1, 100.0)])

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
