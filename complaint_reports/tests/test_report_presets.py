import base64
import csv

from odoo.tests import tagged

from odoo.addons.complaint_management.tests.common import ComplaintCommon
from odoo.addons.complaint_management.tools import preset_files
from odoo.addons.complaint_sla.tests.common import SlaCommon, to_utc
from odoo.addons.complaint_sla.tests.test_time_limit_table import DAYS, TABLE

from ..models.complaint_report_figures_effect import CASE_FIELDS
from ..models.complaint_report_section import WRITTEN_KINDS

# Reports of one row that have another period than its deadlines tell: {id: deadlines}
FURTHER = {
    'report_sales_ten_days': ('2026-03-11 09:00', '2026-03-21 09:00', '2026-05-01 09:00'),
    'report_monthly': ('2026-04-01 09:00', '2026-04-01 09:00', '2026-05-06 09:00'),
}


@tagged('post_install', '-at_install')
class TestReportPresets(ComplaintCommon):
    """Requirements 2.6 and 2.8: what is due by the calendar is due when it was reckoned by hand."""

    _create_calendar = classmethod(SlaCommon._create_calendar.__func__)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('zh_CN')
        cls.env['resource.calendar.leaves'].search([('resource_id', '=', False)]).unlink()
        china = cls.env.ref('base.cn')
        cls.env['complaint.workday'].search([]).unlink()
        cls.env['complaint.workday'].create(
            [
                {
                    **{'name': "2026", 'date': date, 'kind': kind, 'country_id': china.id},
                    'like_weekday': '1' if kind == 'on' else False,
                }
                for date, kind in DAYS
            ]
        )
        with TABLE.open(encoding='utf-8', newline='') as file:
            cls.rows = [r for r in csv.DictReader(file) if r['carrier'] == 'schedule']
        cls.records = {}
        for code in ('pawn', 'property', 'developer', 'manufacturer', 'product', 'bank'):
            cls._open_company(code, china)
        for code in ('insurance', 'telecom'):
            cls._open_company(code, china)
        company = cls.env.company
        company.country_id = china
        company.resource_calendar_id = cls._create_calendar(
            'standard', 'Asia/Shanghai', ((9, 12), (13, 18))
        )

    @classmethod
    def _open_company(cls, code, country):
        company = cls.env['res.company'].create(
            {'name': f"Company {code}", 'country_id': country.id}
        )
        calendar = cls._create_calendar(code, 'Asia/Shanghai', ((9, 12), (13, 18)))
        calendar.company_id = company
        company.resource_calendar_id = calendar
        preset = cls.env['complaint.preset'].search([('code', '=', code)])
        loader = cls.env['complaint.preset.loader']
        cls.records[code] = loader._get_records(preset._install(company))

    def _get_schedule(self, regime, name):
        if regime == 'standard':
            return self.env.ref(f'complaint_reports.{name}')
        self.assertIn(name, self.records[regime])
        return self.records[regime][name]

    def _get_schedules(self):
        return [
            record
            for records in self.records.values()
            for record in records.values()
            if record._name == 'complaint.report.schedule'
        ]

    def test_due_as_reckoned_by_hand(self):
        self.assertEqual(len(self.rows), 13)
        for row in self.rows:
            for name in row['record'].split():
                schedule = self._get_schedule(row['regime'], name)
                deadlines = FURTHER.get(name) or [row[f'deadline{n}'] for n in (1, 2, 3)]
                self._assert_due(row, schedule, deadlines)
        for name, deadlines in FURTHER.items():
            row = next(row for row in self.rows if row['id'] == 'TL-103')
            self._assert_due(row, self._get_schedule('property', name), deadlines)

    def _assert_due(self, row, schedule, deadlines):
        to_date = self.env['complaint.report.run']._fields['date_from'].to_date
        for number, deadline in enumerate(deadlines, 1):
            with self.subTest(row['id'], schedule=schedule.name, number=number):
                period = schedule._get_period(to_date(row[f'start{number}'][:10]))
                self.assertEqual(schedule._get_due_at(period), to_utc(deadline, 'Asia/Shanghai'))

    def test_every_trade_has_its_reports_in_both_languages(self):
        for code, records in self.records.items():
            found = [r for r in records.values() if r._name == 'complaint.report.schedule']
            self.assertTrue(found, code)
        for schedule in self._get_schedules():
            with self.subTest(schedule.name):
                self.assertTrue(schedule.section_ids)
                self.assertRegex(schedule.with_context(lang='zh_CN').name, r'[一-鿿]')
                for section in schedule.section_ids.filtered('name'):
                    self.assertRegex(section.with_context(lang='zh_CN').name, r'[一-鿿]')

    def test_what_is_not_numbered_is_off_and_says_so(self):
        for row in self.rows:
            for name in row['record'].split():
                schedule = self._get_schedule(row['regime'], name)
                is_off = "not in use until" in row['reason'] or "Samples, not" in row['reason']
                with self.subTest(row['id'], schedule=name):
                    self.assertEqual(schedule.active, not is_off)
                    if row['reason'].startswith("“Regularly”"):
                        self.assertIn("example", schedule.note)

    def test_reports_of_every_trade_open(self):
        """Also where nothing happened, with all their sections."""
        self.registry_enter_test_mode()
        for schedule in self._get_schedules():
            if schedule.split_by == 'user':
                schedule.team_id.member_ids = self.handler
            with self.subTest(schedule.name, company=schedule.company_id.name):
                schedule.sudo().runs_as_id = self.admin
                self.admin.company_ids |= schedule.company_id
                self.handler.company_ids |= schedule.company_id
                self.env.flush_all()
                runs = schedule._open_runs(schedule._get_last_period())
                self.assertTrue(runs)
                written = schedule.section_ids.filtered(lambda s: s.kind in WRITTEN_KINDS)
                self.assertEqual(bool(runs[0].entry_ids), bool(written))
                self.assertTrue(runs[0].is_nil)
                self.assertTrue(runs[0].with_user(self.admin).figures_view)

    def test_reports_travel_with_their_procedure(self):
        """Design 8: the zip carries schedules and sections, but no date from which they run."""
        schedule = self.records['insurance']['report_half_year']
        exporter = self.env['complaint.preset.exporter']
        content = exporter._export(schedule.procedure_id)
        _code, found = preset_files.read_zip(content)
        files = {file.model: file for file in found}
        self.assertIn('complaint.report.section', files)
        schedules = files['complaint.report.schedule']
        self.assertNotIn('next_date', schedules.headers)
        [row] = [row for row in schedules.rows if row.cells['name'] == "Half-year report"]
        self.assertEqual((row.cells['period'], row.cells['due_value']), ('half_year', '31'))
        other = self.env['res.company'].create({'name': "The other house"})
        wizard = self.env['complaint.preset.import'].create(
            {'file': base64.b64encode(content), 'company_id': other.id}
        )
        procedure = self.env['complaint.procedure'].browse(wizard.action_import()['res_id'])
        schedules = self.env['complaint.report.schedule'].with_context(active_test=False)
        carried = schedules.search([('procedure_id', '=', procedure.id)])
        own = schedules.search([('procedure_id', '=', schedule.procedure_id.id)])
        self.assertEqual(carried.mapped('name'), own.mapped('name'))
        self.assertEqual(
            carried.mapped('section_ids.display_name'), own.mapped('section_ids.display_name')
        )

    def test_trades_have_their_forms_with_the_titles_of_the_source(self):
        """FORMS-3-a, requirements 2.7: title, copies and addressee in both languages."""
        titles = {
            'pawn': ("投诉信息记录表", "内部反馈表", "满意度回访表"),
            'property': (
                "客户投诉及建议跟进处理表",
                "客户意见征询表",
                "专题报告",
                "客户投诉处理表",
            ),
            'manufacturer': ("品质投诉单", "8D报告", "调查记录", "会议记录", "销退单"),
            'developer': ("投诉定性请示单", "专家顾问团意见", "投诉关闭申请表（正常／非正常）"),
            'product': ("客户投诉登记反馈表", "投诉联单"),
            'insurance': ("初步及合议处理意见书", "投诉结案登记表", "转办件处理情况回复函"),
            'telecom': ("重大投诉处理申报表", "退费记录表"),
        }
        for code, expected in titles.items():
            forms = self.env['complaint.form'].search(
                [('id', 'in', [r.id for r in self._get_forms(code)])]
            )
            with self.subTest(code):
                self.assertLessEqual(
                    set(expected), set(forms.with_context(lang='zh_CN').mapped('name'))
                )
                for form in forms:
                    self.assertNotRegex(form.name, r'[一-鿿]')
                    chinese = form.with_context(lang='zh_CN')
                    self.assertEqual(len(chinese._get_copies()), len(form._get_copies()))
        original = self.records['property']['form_followup'].with_context(lang='zh_CN')
        self.assertEqual(original._get_copies(), ["原件：客户服务负责人", "复印件：责任部门"])

    def _get_forms(self, code):
        return [r for r in self.records[code].values() if r._name == 'complaint.form']

    def test_forms_travel_with_their_procedure(self):
        """Design 8: the zip names the layouts, which the addon brings, and carries the rest."""
        form = self.records['property']['form_upward']
        content = self.env['complaint.preset.exporter']._export(form.procedure_id)
        _code, found = preset_files.read_zip(content)
        [file] = [file for file in found if file.model == 'complaint.form']
        rows = {row.id: row.cells for row in file.rows}
        self.assertEqual(len(rows), len(self._get_forms('property')))
        cells = rows['form_upward']
        self.assertEqual(cells['report_id'], 'complaint_reports.complaint_form_upward_action')
        self.assertEqual(cells['addressee@zh_CN'], "地产公司客户服务中心")
        self.assertIn("ref('category_class2')", cells['domain'])

    def test_bank_report_tells_examples_and_measures_of_each_cause(self):
        """BDAY-2-a to BDAY-3-d: how many, which, and what was done about them."""
        sections = self.records['bank']['report_daily'].section_ids
        shown = sections.mapped(lambda section: (section.kind, section.group_field))
        self.assertIn(('breakdown', 'cause_id'), shown)
        [listed] = sections.filtered(lambda section: section.kind == 'case_measures')
        self.assertEqual(listed.population, 'received')
        self.assertIn('cause_id', CASE_FIELDS)

    def test_insurance_report_lists_the_major_cases(self):
        schedule = self.records['insurance']['report_complaint_monthly']
        self.assertEqual((schedule.cutoff_day, schedule.period), (25, 'month'))
        major = schedule.section_ids.filtered(lambda s: s.kind == 'case_list')
        self.assertIn(str(self.records['insurance']['grade_special'].id), major.domain)

    def test_agent_report_is_checked_by_the_leader(self):
        schedule = self.records['insurance']['report_agent_daily']
        schedule.team_id.leader_id = self.manager
        self.assertEqual(schedule._get_reviewer(self.handler, self.handler), self.manager)
        self.assertFalse(schedule._get_reviewer(self.manager, self.manager))
