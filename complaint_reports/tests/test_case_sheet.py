from odoo.tests import tagged

from .common import CASE_SHEET, ReportsCommon


@tagged('post_install', '-at_install')
class TestCaseSheet(ReportsCommon):
    def test_body_is_complete_without_header_and_footer(self):
        """An engine that drops header and footer still tells number, date, company and title."""
        with self._at('2025-03-03 09:30'):
            cases = self._create_case() | self._create_case(name="Second one")
            articles = self._print_html(cases)
        self.assertEqual(set(articles), set(cases.ids))
        for case in cases:
            text = ' '.join(articles[case.id].text_content().split())
            self.assertIn("Complaint Case Sheet", text)
            self.assertIn(f"Complaint number: {case.number}", text)
            self.assertIn("Printed on 03/03/2025 09:30 AM by Manager", text)
            self.assertIn(case.company_id.name, text)
            self.assertIn(case.name, text)

    def test_one_top_heading_for_each_case(self):
        """Odoo cuts a file of several cases at its top headings."""
        cases = self._create_worked_case() | self._create_case()
        for article in self._print_html(cases).values():
            self.assertEqual(len(article.xpath('.//h1')), 1)

    def test_what_was_filled_in_is_printed(self):
        body = self.env['res.partner'].create({'name': "Market Office"})
        case = self._create_worked_case(
            expected_solution="My money back",
            closing_note="Paid back on Friday",
            source_partner_id=body.id,
            source_reference="MO-118",
            department_id=self.department.id,
            priority='2',
        )
        text = self._print_text(case)
        for part in (
            "Li Wei",
            "+86 138 0000 0001",
            "li.wei@customer.example",
            "Market Office",
            "MO-118",
            "Ordered on Monday",
            "My money back",
            "The carrier lost the parcel",
            "clause 4",
            "Paid back on Friday",
            "Works",
            "Handler",
            "Receiver",
            "Care",
            "Very urgent",
            self.category.display_name,
            self.grade.name,
            self.reason_satisfied.name,
        ):
            self.assertIn(part, text)

    def test_what_is_empty_is_left_out(self):
        case = self._create_case(
            partner_id=False, complainant_name=False, description=False, kind_id=False
        )
        self.env['complaint.procedure'].browse(case.procedure_id.id).allow_anonymous = True
        text = self._print_text(case)
        for heading in (
            "Complainant",
            "What happened",
            "What the customer expects",
            "Established facts",
            "Basis of the decision",
            "Closing",
            "Ruling",
            "Round",
            "Kind",
            "False",
            "None",
        ):
            self.assertNotIn(heading, text)

    def test_markup_of_people_is_text(self):
        hostile = "<script>alert(1)</script> & <b>bold</b>"
        case = self._create_case(name=hostile, description=hostile, complainant_name=hostile)
        case.with_user(self.manager)._stamp('contacted', note=hostile)
        article = self._print_html(case)[case.id]
        self.assertFalse(article.xpath('.//script') + article.xpath('.//b'))
        self.assertEqual(article.text_content().count(hostile), 4)

    def test_paragraphs_of_a_text_stay(self):
        case = self._create_case(description="First.\n\n  Second, indented.")
        [text] = self._print_html(case)[case.id].xpath("//div[@class='o_complaint_text']")
        self.assertEqual(text.text_content(), "First.\n\n  Second, indented.")

    def test_times_are_those_of_the_reader(self):
        with self._at('2025-03-03 09:30'):
            case = self._create_case()
        self.assertIn("Received at 03/03/2025 09:30 AM", self._print_text(case))
        self.manager.tz = 'Europe/London'
        self.assertIn("Received at 03/03/2025 01:30 AM", self._print_text(case))

    def test_history(self):
        with self._at('2025-03-03 09:30'):
            case = self._create_worked_case()
        with self._at('2025-03-04 11:00'):
            case.with_user(self.manager)._stamp(
                'contacted', occurred_at=case.received_at, note="Written down a day later"
            )
            visit = case.with_user(self.manager)._stamp('visited', note="Nobody was there")
            visit.with_user(self.manager)._revoke("Wrong complaint")
            case.with_user(self.manager)._move_to(self.stages['acknowledgement'])
            article = self._print_html(case)[case.id]
        rows = {
            row.xpath('./td')[0].text_content().strip(): ' '.join(row.text_content().split())
            for row in article.xpath("//table[thead//th[text()='Happened at']]/tbody/tr")
        }
        self.assertEqual(list(rows), ['1', '2', '3', '4', '5', '6', '7'])  # the third: ruled
        self.assertIn("03/03/2025 09:30 AM Recorded at 03/04/2025 11:00 AM", rows['4'])
        self.assertIn("Written down a day later", rows['4'])
        self.assertIn("Revoked Nobody was there", rows['5'])
        self.assertIn("Entry No. 5", rows['6'])
        first, acknowledged = self.stages['intake'].name, self.stages['acknowledgement'].name
        self.assertIn(f"{first} → {acknowledged}", rows['7'])
        [struck] = article.xpath("//tr[@class='o_complaint_revoked']")
        self.assertIn("Nobody was there", struck.text_content())
        text = ' '.join(article.text_content().split())
        self.assertIn(f"7 entries; check value of the last one: {case.event_head[:16]}", text)

    def test_time_limits(self):
        with self._at('2025-03-03 09:30'):
            case = self._create_case()
            text = self._print_text(case)
        limit = "Answer in two hours 03/03/2025 09:30 AM 03/03/2025 11:30 AM"
        self.assertIn(f"{limit} Running", text)
        with self._at('2025-03-03 14:00'):
            self.assertIn(f"{limit} Running, late", self._print_text(case))
            case.with_user(self.manager)._stamp('answered')
            text = self._print_text(case)
        self.assertIn(f"{limit} 03/03/2025 02:00 PM Missed", text)

    def test_properties_of_the_procedure(self):
        self.procedure.case_properties_definition = [
            {'name': 'model', 'type': 'char', 'string': "Model"},
            {
                'name': 'fault',
                'type': 'selection',
                'string': "Fault",
                'selection': [['noise', "Makes a noise"], ['leak', "Leaks"]],
            },
            {'name': 'empty', 'type': 'char', 'string': "Nothing here"},
        ]
        case = self._create_case()
        case.case_properties = {'model': "KB-220", 'fault': 'leak'}
        text = self._print_text(case)
        self.assertIn("Model KB-220", text)
        self.assertIn("Fault Leaks", text)
        self.assertNotIn("Nothing here", text)

    def test_chinese(self):
        self._activate_chinese(self.manager)
        with self._at('2025-03-03 09:30'):
            case = self._create_worked_case(expected_solution="退款")
            text = self._print_text(case)
        for part in (
            "投诉处理单",
            f"投诉编号： {case.number}",
            "打印时间：2025/03/03 09:30 打印人：Manager",
            "投诉人信息",
            "投诉内容",
            "客户诉求 退款",
            "处理依据",
            "时限",
            "流转记录",
            "签字、日期",
            "共 3 条记录",
        ):
            self.assertIn(part, text)
        report = self.env.ref('complaint_reports.complaint_case_sheet_action')
        self.assertEqual(report.with_context(lang='zh_CN').name, "投诉处理单")

    def test_file_name_and_no_attachment(self):
        report = self.env.ref('complaint_reports.complaint_case_sheet_action')
        self.assertEqual(report.report_name, CASE_SHEET)
        self.assertFalse(report.attachment or report.attachment_use)
        self.assertIn('object.number', report.print_report_name)
        self.assertEqual(report.binding_view_types, 'list,form')
