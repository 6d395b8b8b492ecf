from lxml import html

from odoo import Command
from odoo.tests import tagged

from .common_forms import LETTERS, FormsCommon


@tagged('post_install', '-at_install')
class TestFormsFurther(FormsCommon):
    """Reports upward, what a department answers, registers, and letters that go by post."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.partner_id.write(
            {'phone': "021 6300 8888", 'email': "service@company.example", 'street': "Canal Road 8"}
        )

    # === REPORTS TO OTHERS === #

    def test_written_report_to_whom_was_chosen(self):
        """PROPERTY-5.1.2-B2, FO-08, FO-62: to a partner, else to whom the form names."""
        [article] = self._print_form('upward', self.bare).values()
        self.assertTrue(article.xpath(".//span[contains(@class, 'o_complaint_blank')]"))
        self._get_form('upward').addressee = "Head office"
        self.assertIn("To: Head office", self._print_form_text('upward', self.bare))
        self.short.with_user(self.manager).report_partner_ids = self.customer
        text = self._print_form_text('upward', self.short)
        self.assertIn(f"To: {self.customer.name}", text)
        self.assertNotIn("Head office", text)
        for part in (self.short.description, self.short.facts, "Superior", "Opinion of who"):
            self.assertIn(part, text)

    def test_special_report_to_the_departments_concerned(self):
        """PROPERTY-5.1.2-C2, FO-07: partners who were chosen and departments that assist."""
        departments = self.env['hr.department'].create([{'name': "Works"}, {'name': "Gardens"}])
        self.short._write_internal({'assisting_department_ids': [Command.set(departments.ids)]})
        self.short.report_partner_ids = self.customer
        text = self._print_form_text('special', self.short)
        self.assertIn(f"To: {self.customer.name}, Works, and Gardens", text)

    def test_who_was_sent_a_report_is_forgotten_with_the_people(self):
        body = self.env['res.partner'].create({'name': "Head office", 'is_company': True})
        self.long.sudo().report_partner_ids = self.customer | body
        self.long.sudo()._anonymise("Asked for")
        self.assertEqual(self.long.report_partner_ids, body)

    # === INSIDE THE HOUSE === #

    def test_answer_of_the_department(self):
        """PAWN FO-02: matter, course, solution, result."""
        text = self._print_form_text('department', self.short)
        for part in (self.short.description, self.short.facts, "How it is solved"):
            self.assertIn(part, text)
        headings = self.procedure._get_feedback_headings(self.short.grade_id)
        parts = {heading: f"{heading}: told by the works" for heading in headings}
        self.short.handler_id = self.handler
        self.short.with_user(self.handler)._answer_department(parts)
        text = self._print_form_text('department', self.short)
        self.assertTrue(parts)
        for words in parts.values():
            self.assertIn(words, text)

    def test_record_of_an_investigation(self):
        """8D-2-a, FO-25: who or what was asked, and what was found."""
        lines = self.env['complaint.investigation'].with_user(self.handler)
        self.short.handler_id = self.handler
        values = {'case_id': self.short.id, 'method': 'files', 'source': "Delivery book"}
        lines.create({**values, 'finding': "Left on Tuesday."})
        text = self._print_form_text('investigation', self.short)
        for part in ("Business files", "Delivery book", "Left on Tuesday.", "Handler"):
            self.assertIn(part, text)

    def test_costs_add_up(self):
        """RET-5.3-d, FO-55."""
        self.procedure.use_costs = True
        category = self.env['complaint.cost.category'].create({'name': "Carriage"})
        values = {'case_id': self.short.id, 'category_id': category.id}
        self.env['complaint.cost'].with_user(self.manager).create(
            [{**values, 'amount': amount, 'note': "Twice"} for amount in (20.5, 30.25)]
        )
        text = self._print_form_text('cost', self.short)
        self.assertIn("Carriage", text)
        self.assertIn("50.75", text)

    def test_one_register_of_many_refunds(self):
        """TEL-2.8-d, FO-70: charged, due, difference, way, date, customer told."""
        charged = {'kind': 'refund', 'item': "Roaming", 'charged_amount': 58, 'due_amount': 20}
        remedies = self.env['complaint.remedy']._create_internal(
            [
                {**charged, 'case_id': case.id, 'amount': 76, 'means': 'credit'}
                for case in self.short | self.long
            ]
        )
        reports = self.reports.with_user(self.manager).with_context(lang='en_US')
        content, _kind = reports._render_qweb_html(self._get_report('refunds').id, remedies.ids)
        text = ' '.join(content.decode().split())
        self.assertEqual(text.count('<h1'), 1)
        for part in (self.short.number, self.long.number, "Roaming", "58.00", "38.00", "152.00"):
            self.assertIn(part, text)
        for label in ("Charged", "Amount due", "Difference", "Customer told at", "Accounts"):
            self.assertIn(label, text)
        # The total stands under what it sums up.
        [table] = html.fromstring(content).xpath("//table[contains(@class, 'o_complaint_dense')]")
        heads = [' '.join(head.text_content().split()) for head in table.xpath('.//th')]
        cells = table.xpath(".//tr[contains(@class, 'o_complaint_total')]/td")
        spans = [int(cell.get('colspan', 1)) for cell in cells]
        self.assertEqual(sum(spans), len(heads))
        place = next(n for n, cell in enumerate(cells) if "152.00" in cell.text_content())
        self.assertEqual(heads[sum(spans[: place + 1]) - 1], "Amount")

    # === LETTERS === #

    def test_letters_are_answered_on_paper(self):
        """Issue 9: nobody answers a mail that came by post."""
        for purpose in LETTERS:
            with self.subTest(letter=purpose):
                text = self._print_form_text(f'letter_{purpose}', self.short)
                self.assertNotIn("mail:", text.replace("E-mail:", ''))
                self.assertNotIn("this mail", text)
                for part in ("write to us or call us", "021 6300 8888", "Canal Road 8"):
                    self.assertIn(part, text)
                self.assertIn(f"whenever you write or call: {self.short.number}", text)
                template = self.short._get_letter_template(purpose)
                mail = template._render_field('body_html', self.short.ids)[self.short.id]
                self.assertIn("answer this mail", mail)
                self.assertNotIn("write to us or call us", mail)

    def test_letters_are_wholly_in_the_language_of_the_customer(self):
        self._activate_chinese(self.manager)
        self.customer.lang = 'en_US'
        self.manager.lang = 'zh_CN'
        text = self._print_form_text('letter_answer', self.short)
        self.assertIn("Signed for the company", text)
        self.assertNotRegex(text, r'[一-鿿]')

    def test_papers_of_other_records_have_the_form_of_the_procedure(self):
        """RET-5.4-a: who gets a copy of the sales return form."""
        own = self._get_form('return').copy(
            {'procedure_id': self.procedure.id, 'name': "Return note", 'copies': "PMC"}
        )
        goods = (
            self.env['complaint.return']
            .with_user(self.committee)
            .create({'case_id': self.short.id, 'product': "K2", 'quantity': 10})
        )
        text = self._print_form_text('return', goods, self.committee)
        self.assertIn(own.name, text)
        self.assertIn("In 1 copies: 1. PMC", text)
