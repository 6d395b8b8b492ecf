from odoo.exceptions import RedirectWarning
from odoo.tests import tagged

from .common_public import PublicCommon

NOTICE = "The lamp at the gate burns again; it is checked every week now."


@tagged('post_install', '-at_install')
class TestPublicNotice(PublicCommon):
    """PROPERTY-5.1.2-C3, T15: results are published per category, without personal data."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.complaint_publish_online = True
        cls.cases.search([('published_at', '!=', False)])._take_back_notice()
        cls.category.publish_result = True
        cls.case = cls._create_case(
            category_id=cls.category.id, name="Subject of the file", handler_id=cls.handler.id
        ).with_user(cls.manager)

    def _publish(self, case=None, notice=NOTICE):
        case = case or self.case
        case.public_notice = notice
        case.action_publish()
        return f'/complaint/published/{case.id}'

    def test_no_notice_names_anybody(self):
        for notice, word in (
            ("Li Wei is content.", "Li Wei"),
            ("Mr. LI  wei is content.", "LI  wei"),
            ("Call +86-138-0000-0001.", "138"),
            ("Call 13800000001.", "13800000001"),
            ("Call 139 1234 5678, the neighbour.", "139 1234 5678"),
            ("Write to somebody@else.example.", "somebody@else.example"),
            (f"{self.handler.name} did it.", self.handler.name.split()[0]),
            (f"Complaint {self.case.number}.", self.case.number),
            ("Card 11010519491231002X.", "11010519491231002X"),
        ):
            with self.assertRaises(RedirectWarning) as refused:
                self._publish(notice=notice)
            self.assertIn("personal data", str(refused.exception), notice)
            self.assertIn(word, str(refused.exception), notice)
        self.assertFalse(self.case.published_at)

    def test_the_page_shows_the_notice_and_nothing_else(self):
        path = self._publish()
        for page in (self._open('/complaint/published'), self._open(path)):
            self.assertEqual(page.status_code, 200)
            self.assertIn(NOTICE, page.text)
            self.assertIn(self.category.name, page.text)
            for secret in (
                *(self.case.number, "Subject of the file", self.case.description),
                *(self.customer.name, self.handler.name, self.team.name),
            ):
                self.assertNotIn(secret, page.text)

    def test_later_words_are_not_shown(self):
        path = self._publish()
        self.case.public_notice = "Li Wei phoned from +86 138 0000 0001"
        self.env.flush_all()
        for page in (self._open('/complaint/published'), self._open(path)):
            self.assertIn(NOTICE, page.text)
            self.assertNotIn("Li Wei", page.text)

    def test_only_published_results_of_such_categories_are_reached(self):
        path = self._publish()
        silent = self._create_case(category_id=self.category.id)
        silent.sudo().public_notice = "Not yet published"
        self.assertEqual(self._open(f'/complaint/published/{silent.id}').status_code, 404)
        self.assertNotIn("Not yet", self._open('/complaint/published').text)
        for record, name in (
            (self.category, 'publish_result'),
            (self.env.company, 'complaint_publish_online'),
            (self.env.company, 'complaint_public_pages'),
        ):
            record[name] = False
            self.assertEqual(self._open(path).status_code, 404, name)
            self.assertNotIn(NOTICE, self._open('/complaint/published').text, name)
            record[name] = True
        self.assertEqual(self._open(path).status_code, 200)

    def test_nothing_is_on_the_web_unless_the_company_says_so(self):
        company = self.env['res.company'].create({'name': "New"})
        self.assertFalse(company.complaint_publish_online)

    def test_what_was_published_by_mistake_is_taken_back(self):
        path = self._publish()
        event = self.case.sudo().event_ids.filtered(
            lambda event: event.milestone_id.code == 'published'
        )
        event.with_user(self.manager)._revoke("Wrong case")
        self.assertFalse(self.case.published_at)
        self.assertEqual(self._open(path).status_code, 404)

    def test_nobody_writes_the_published_words_past_the_check(self):
        with self._refused("The software sets these fields itself"):
            self.case.published_notice = "Li Wei"

    def test_the_list_has_pages_and_odd_addresses_find_nothing(self):
        for number in range(21):
            case = self._create_case(category_id=self.category.id).with_user(self.manager)
            self._publish(case, f"Result of kind {chr(97 + number)} is mended.")
        first, second = (self._open(f'/complaint/published{part}') for part in ('', '/page/2'))
        self.assertEqual(first.text.count('<article'), 20)
        self.assertEqual(second.text.count('<article'), 1)
        for path in ('/page/0', f'/page/{"9" * 30}', '/page/-1', '/page/x'):
            self.assertLess(self._open(f'/complaint/published{path}').status_code, 500, path)
        for odd in ('0', '-1', '9' * 30, 'x', '1e3', str(2**31)):
            self.assertEqual(self._open(f'/complaint/published/{odd}').status_code, 404, odd)
