from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_forms import FormsCommon


@tagged('post_install', '-at_install')
class TestFormRegisters(FormsCommon):
    """One paper that lists many complaints: opinion book (TEL-1.2, FO-67) and business phone
    register (FORMS-2-g, FO-16), each with what came in and how it was handled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.book = cls.env['complaint.channel'].create(
            {'name': "Opinion book", 'code': 'hall_opinion_book'}
        )
        cls.phone = cls.env.ref('complaint_management.channel_phone')
        cls.entries = cls.short | cls.chinese

    def _get_offered(self, cases):
        action = cases.with_user(self.manager).action_print_form()
        return self.env[action['res_model']].search(action['domain'])

    def _print_register(self, name, cases, user=None):
        """Return the texts of the sheets of a register, and of its rows."""
        articles = self._print_form(name, cases, user).values()
        sheets = [' '.join(article.text_content().split()) for article in articles]
        rows = [row for article in articles for row in article.xpath('.//tbody/tr')]
        return sheets, [' '.join(row.text_content().split()) for row in rows]

    def test_offered_by_the_channel(self):
        book, phone = self._get_form('opinion_book'), self._get_form('phone_register')
        self.entries.channel_id = self.book
        self.assertEqual(self._get_offered(self.entries) & (book | phone), book)
        self.entries.channel_id = self.phone
        self.assertEqual(self._get_offered(self.entries) & (book | phone), phone)
        self.short.channel_id = self.book
        self.assertFalse(self._get_offered(self.entries) & (book | phone))

    def test_a_row_for_each_complaint_in_order(self):
        self.entries.channel_id = self.book
        self.short.with_user(self.manager)._answer("We bring it on Friday.", 'phone')
        for name, title in (
            ('opinion_book', "Opinion Book"),
            ('phone_register', "Business Phone Register"),
        ):
            [sheet], rows = self._print_register(name, self.chinese | self.short)
            self.assertIn(title, sheet)
            self.assertIn(self.env.company.name, sheet)
            self.assertIn("Prepared by", sheet)
            self.assertNotIn("Complaint number:", sheet)
            self.assertEqual(len(rows), 2)
            first, second = rows
            for part in (self.short.number, "Li Wei", "We bring it on Friday."):
                self.assertIn(part, first)
            self.assertIn(self.short.description, first)
            self.assertIn(self.chinese.number, second)
            self.assertIn("三次上门均未查明原因。" * 20, second)
            self.assertNotIn("Friday", second)

    def test_the_signatures_stand_with_the_last_entry(self):
        """No page for them alone: a row of a table is not cut in two."""
        [article] = self._print_form('phone_register', self.entries).values()
        [row] = article.xpath(".//tr[td[contains(@class, 'o_complaint_bound')]]")
        self.assertTrue(row.xpath(".//table[contains(@class, 'o_complaint_signatures')]"))
        self.assertIn(self.chinese.number, row.text_content())
        self.assertNotIn(self.short.number, row.text_content())

    def test_without_an_answer_it_shows_what_was_done(self):
        case = self._create_worked_case(solution_proposal="Mend it.")
        case.solution_execution_note = "A new fan was fitted."
        _sheets, [row] = self._print_register('phone_register', case)
        self.assertIn("A new fan was fitted.", row)

    def test_what_nobody_wrote_down_shows_the_subject(self):
        _sheets, [row] = self._print_register('phone_register', self.bare)
        self.assertIn(self.bare.name, row)
        self.assertNotIn("False", row)

    def test_a_restricted_complaint_marks_the_sheet_and_is_recorded(self):
        [sheet], _rows = self._print_register('opinion_book', self.entries)
        self.assertNotIn("Restricted", sheet)
        flag = self.env.ref('complaint_management.flag_sensitive')
        case = self._create_case(flag_ids=[Command.link(flag.id)])
        [sheet], _rows = self._print_register('opinion_book', self.short | case)
        self.assertIn("Restricted: not to be passed on", sheet)
        logs = self.env['complaint.read.log'].search([('case_id', '=', case.id)])
        self.assertIn('print', logs.mapped('way'))

    def test_each_company_has_a_sheet_of_its_own(self):
        other = self.env['res.company'].create({'name': "Second Works"})
        self.manager.company_ids += other
        team = self.env['complaint.team'].create(
            {'name': "Their desk", 'company_id': other.id, 'leader_id': self.manager.id}
        )
        case = self.env['complaint.case'].create({'name': "Wrong bill", 'team_id': team.id})
        articles = self._print_form(
            'phone_register',
            self.short | case,
            self.manager,
            allowed_company_ids=[self.env.company.id, other.id],
        )
        self.assertEqual(set(articles), {self.short.id, case.id})
        self.assertIn("Second Works", articles[case.id].text_content())
        self.assertNotIn(self.short.number, articles[case.id].text_content())

    def test_who_may_not_read_one_prints_none(self):
        case = self._create_case()
        self._recuse('manager', case)
        with self.assertRaises(AccessError):
            self._print_form('phone_register', self.short | case)
