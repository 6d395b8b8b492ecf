from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ReportsCommon


@tagged('post_install', '-at_install')
class TestAnalysisAccess(ReportsCommon):
    """Nobody learns from figures what the complaints themselves do not tell."""

    def _analyses(self, user):
        return [
            self.env[name].with_user(user)
            for name in ('complaint.case.analysis', 'complaint.sla.analysis')
        ]

    def _assert_hidden(self, case, user):
        domain = [('case_id', '=', case.id)]
        for analysis in self._analyses(user):
            rows = analysis.sudo().search(domain).sudo(False)
            self.assertTrue(rows)
            self.assertFalse(analysis.search(domain))
            self.assertEqual(analysis.search_count(domain), 0)
            self.assertFalse(analysis._read_group(domain, ['team_id'], ['__count']))
            self.assertFalse(analysis.formatted_read_group(domain, ['case_id'], ['__count']))
            [totals] = analysis.formatted_read_grouping_sets(
                domain,
                [
                    [
                        'team_id',
                        'received_at:month' if 'received_at' in analysis else 'deadline:month',
                    ]
                ],
                ['__count'],
            )
            self.assertFalse(totals)
            with self.assertRaises(AccessError):
                rows.read(['case_id'])
            with self.assertRaises(AccessError):
                rows[0].action_open_case()

    def _assert_shown(self, case, user):
        for analysis in self._analyses(user):
            rows = analysis.search([('case_id', '=', case.id)])
            self.assertTrue(rows)
            self.assertEqual(rows.case_id.number, case.number)

    def test_rows_follow_the_case_for_every_role(self):
        case = self._create_case()
        for user in (self.receiver, self.manager, self.committee, self.auditor, self.admin):
            self._assert_shown(case, user)
        for user in (self.handler, self.legal, self.department_head):
            self._assert_hidden(case, user)
        case.write({'handler_id': self.handler.id, 'department_id': self.department.id})
        self._assert_shown(case, self.handler)
        self._assert_shown(case, self.department_head)

    def test_recused_user_sees_no_figure(self):
        case = self._create_case()
        self._assert_shown(case, self.manager)
        self._recuse('manager', case)
        self._assert_hidden(case, self.manager)
        self._assert_shown(case, self.auditor)

    def test_earlier_rounds_are_hidden_too(self):
        case = self._create_worked_case()
        case.with_user(self.manager)._move_to(self.stages['closed'])
        case.with_user(self.manager)._move_to(self.stages['investigation'], reason="Again")
        self.assertEqual(case.round, 2)
        self.env.flush_all()
        rows = self.env['complaint.case.analysis'].search([('case_id', '=', case.id)])
        self.assertEqual(len(rows), 2)
        self._assert_shown(case, self.manager)
        self._recuse('manager', case)
        self._assert_hidden(case, self.manager)
        for row in rows:
            with self.assertRaises(AccessError):
                row.with_user(self.manager).action_open_case()

    def test_restricted_case(self):
        case = self._create_case()
        case.flag_ids = self.env['complaint.flag'].create(
            {'name': "Secret", 'restricts_access': True}
        )
        self._assert_hidden(case, self.admin)
        self._assert_shown(case, self.committee)

    def test_foreign_company(self):
        case = self._create_case()
        company = self.env['res.company'].create({'name': "Elsewhere"})
        stranger = new_test_user(
            self.env,
            login='complaint_stranger',
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
            groups='base.group_user,complaint_management.group_complaint_admin',
        )
        self._assert_hidden(case, stranger)

    def test_no_role(self):
        for analysis in self._analyses(self.outsider):
            with self.assertRaises(AccessError):
                analysis.search([])

    def test_the_list_of_complaints_names_no_informant(self):
        """PRIN-5-c: neither does an export of it, nor a search in it."""
        self.env.ref('base.group_user').implied_ids |= self.env.ref('base.group_allow_export')
        case = self._create_case(
            handler_id=self.handler.id,
            team_id=self.env['complaint.team'].create({'name': "Elsewhere"}).id,
            flag_ids=self.env.ref('complaint_management.flag_informant').ids,
        )
        domain = [('case_id', '=', case.id)]
        for user, name in ((self.committee, "Li Wei"), (self.handler, "***")):
            self.env.invalidate_all()
            rows = self.env['complaint.case.analysis'].with_user(user)
            [row] = rows.web_search_read(domain, {'complainant_name': {}})['records']
            self.assertEqual(row['complainant_name'], name)
            [[exported]] = rows.browse(row['id']).export_data(['complainant_name'])['datas']
            self.assertEqual(exported, name)
            found = rows.search_count([*domain, ('complainant_name', 'ilike', "Li Wei")])
            self.assertEqual(bool(found), name == "Li Wei")

    def test_nobody_writes_figures(self):
        case = self._create_case()
        for analysis in self._analyses(self.admin):
            rows = analysis.search([('case_id', '=', case.id)])
            with self.assertRaises(AccessError):
                rows.write({'number': 'X'})
            with self.assertRaises(AccessError):
                rows.unlink()
            with self.assertRaises(AccessError):
                analysis.create({'case_id': case.id})
