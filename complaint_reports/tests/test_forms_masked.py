from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common_forms import CASE_FORMS, LETTERS, FormsCommon

PIXEL = (
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg'
    'gg=='
)
OTHERS = ('opinion_book', 'phone_register', 'receipt', 'receipt_a6')


@tagged('post_install', '-at_install')
class TestFormsMasked(FormsCommon):
    """PAWN-4.4-b: what a handler outside the team does not see is on no paper that he prints."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outside = new_test_user(
            cls.env,
            'complaint_outside',
            groups='base.group_user,complaint_management.group_complaint_user',
            lang='en_US',
        )
        cls.customer.street = "Lakeside 5"
        cls.case = cls._create_full_case("Masked", "The plug is loose.")
        cls.case.sudo().write({'handler_id': cls.outside.id, 'department_id': cls.department.id})
        cls.case.sudo()._confirm_by_customer('signature', "Li Wei", proof={'signature': PIXEL})

    def _mask(self, flag):
        """Mask the contact data, or also who complained."""
        self.procedure.mask_contacts = True
        if flag:
            informant = self.env.ref('complaint_management.flag_informant')
            self.case.sudo().flag_ids = [Command.link(informant.id)]
        self.env.flush_all()
        self.env.invalidate_all()

    def _print_each(self, secrets, papers):
        """Return the pages, after looking for secrets in them."""
        articles = []
        for name in papers:
            article = self._print_form(name, self.case, self.outside)[self.case.id]
            articles.append(article)
            for secret in secrets:
                self.assertNotIn(secret, article.text_content(), name)
        return articles

    def test_contact_data(self):
        self._mask(flag=False)
        papers = (*CASE_FORMS, *OTHERS, *(f'letter_{purpose}' for purpose in LETTERS))
        for article in self._print_each(("0000 0001", "li.wei@", "Lakeside"), papers):
            self.assertFalse(article.xpath(".//img[@alt='QR code']"))

    def test_who_complained(self):
        self._mask(flag=True)
        secrets = ("Li Wei", "0000 0001", "li.wei@", "Lakeside")
        for article in self._print_each(secrets, (*CASE_FORMS, *OTHERS)):
            self.assertFalse(article.xpath(".//img[@alt='Signature']"))
        [values] = self.case.with_user(self.outside).read(['confirmed_by_name'])
        self.assertNotEqual(values['confirmed_by_name'], "Li Wei")
        for purpose in LETTERS:
            with self.assertRaisesRegex(UserError, "kept from you"):
                self._print_form(f'letter_{purpose}', self.case, self.outside)

    def test_an_evidence_pack_is_whole_or_none(self):
        """With the files of a complainant whose contact data is masked nobody takes it along."""
        paper = self.env['ir.attachment'].sudo()
        paper.create(
            {
                'name': "Li Wei's letter.txt",
                'raw': b"I, Li Wei, Lakeside 5",
                'res_model': 'complaint.case',
                'res_id': self.case.id,
            }
        )
        for flag in (False, True):
            self._mask(flag)
            reports = self.reports.with_user(self.outside)
            for render in (reports._render_qweb_html, reports._render_qweb_pdf):
                with self.assertRaisesRegex(UserError, "whole file.*masked for you.*Show it"):
                    render(self._get_report('evidence').id, self.case.ids)
            for user in (self.manager, self.committee, self.auditor):
                self.assertIn("letter.txt", self._print_form_text('evidence', self.case, user))
        log = self.env['complaint.read.log']
        domain = [('case_id', '=', self.case.id), ('user_id', '=', self.outside.id)]
        self.assertNotIn('evidence', log.search(domain).mapped('way'), "None was taken")
        self.case.with_user(self.outside)._unmask("The court asks for it")
        text = self._print_form_text('evidence', self.case, self.outside)
        self.assertIn("letter.txt", text)

    def test_a_signature_is_shown_to_who_may_know_it(self):
        [article] = self._print_form('closing', self.case).values()
        self.assertTrue(article.xpath(".//img[@alt='Signature']"))
