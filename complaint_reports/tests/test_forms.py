from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_forms import CASE_FORMS, LETTERS, WITHOUT_STORY, FormsCommon


@tagged('post_install', '-at_install')
class TestForms(FormsCommon):
    """Forms as Odoo renders them, before an engine prints them (issue 9, item 1)."""

    def test_each_form_of_an_empty_a_short_a_long_and_a_chinese_case(self):
        for name in CASE_FORMS:
            with self.subTest(form=name):
                articles = self._print_form(name, self.cases)
                self.assertEqual(list(articles), self.cases.ids)
                for case in self.cases:
                    text = ' '.join(articles[case.id].text_content().split())
                    self.assertIn(self._get_form(name).name, text)
                    self.assertIn(f"Complaint number: {case.number}", text)
                    self.assertIn(case.company_id.name, text)
                    self.assertIn("Prepared by: Manager", text)
                    self.assertNotIn("False", text)
                    self.assertEqual(len(articles[case.id].xpath('.//h1')), 1)

    def test_long_texts_are_whole(self):
        for name in CASE_FORMS:
            if name not in WITHOUT_STORY:
                text = self._print_form_text(name, self.long)
                self.assertIn("59. The customer called again. The last word.", text, name)

    def test_printing_records_nothing(self):
        before = self.short.event_count, self.short.message_ids.ids
        for name in CASE_FORMS:
            self._print_form(name, self.short)
        self.assertEqual((self.short.event_count, self.short.message_ids.ids), before)

    def test_fields_that_nobody_filled_in_are_left_to_be_filled_in_by_hand(self):
        [article] = self._print_form('registration', self.bare).values()
        text = ' '.join(article.text_content().split())
        self.assertIn("Complainant phone", text)
        self.assertTrue(article.xpath(".//div[contains(@class, 'o_complaint_room')]"))

    def test_customers_opinion_as_noted(self):
        """FORMS-1-a: opinion, by whom, when and by which means."""
        text = self._print_form_text('handling', self.chinese)
        self.assertIn("Opinion: 三次上门均未查明原因。", text)
        self.assertIn("Phone · Manager", text)
        # FORMS-1-b: else the customer writes it.
        [article] = self._print_form('handling', self.short).values()
        [block] = article.xpath(
            ".//div[h2[text()=\"Customer's opinion\"]]/div[contains(@class, 'o_complaint_room')]"
        )
        text = block.getparent().text_content()
        self.assertIn("sign, and send this paper back to us", text)

    def test_code_copies_and_preparer(self):
        """FORMS-3-a, PROPERTY-5.1.2-A2: code, copies with their holders, preparer."""
        form = self._get_form('followup')
        form.code = "QR-07"
        text = self._print_form_text('followup', self.short)
        self.assertIn("Form QR-07", text)
        self.assertIn("In 2 copies: 1. Original: head of customer service", text)
        self.assertIn("2. Copy: responsible department", text)

    def test_a_slip_has_a_part_for_each_holder(self):
        """PROD-5.3.1-a, PROD-5.3.1-d, FO-57."""
        self._get_form('slip').copies = "Sales\n\n Works "
        self.env['complaint.return'].with_user(self.committee).create(
            {'case_id': self.short.id, 'product': "K2", 'quantity': 10, 'lot': "L-9"}
        )
        [article] = self._print_form('slip', self.short).values()
        parts = article.xpath(".//div[contains(@class, 'o_complaint_part')]")
        self.assertEqual(len(parts), 2)
        for number, (part, holder) in enumerate(zip(parts, ("Sales", "Works"), strict=True), 1):
            text = ' '.join(part.text_content().split())
            self.assertIn(f"Slip part {number} {holder} {self.short.number}", text)
            self.assertIn("Head of department", text)
            self.assertIn(self.short.description, text)  # each holder has the whole story
            self.assertIn("Samples and papers K2 L-9", text)

    def test_a_procedure_has_its_own_form_of_a_report(self):
        general = self._get_form('handling')
        own = general.copy(
            {'name': "Handling at our place", 'code': "P-1", 'procedure_id': self.procedure.id}
        )
        text = self._print_form_text('handling', self.short)
        self.assertIn("Handling at our place", text)
        forms = self.env['complaint.form'].with_user(self.manager)._get_fitting(self.short)
        self.assertIn(own, forms)
        self.assertNotIn(general, forms)

    def test_markup_of_people_is_text(self):
        hostile = "<script>alert(1)</script> & <b>bold</b>"
        case = self._create_case(
            name=hostile, description=hostile, complainant_name=hostile, facts=hostile
        )
        for name in CASE_FORMS:
            article = self._print_form(name, case)[case.id]
            self.assertFalse(article.xpath('.//script') + article.xpath('.//b'), name)
            self.assertIn(hostile, article.text_content(), name)

    def test_forms_of_other_records(self):
        """RET FO-50, PRIN FO-45, and the sheet of an inspection."""
        today = self.env.cr.now().date()
        papers = {
            'return': {'case_id': self.short.id, 'product': "K2", 'quantity': 10, 'lot': "L-9"},
            'lesson': {'name': "A parcel that came late", 'situation': "Lost for two days."},
            'inspection': {'name': "Third quarter", 'date_from': today, 'date_to': today},
        }
        told = {
            'return': f"Complaint number: {self.short.number}",
            'lesson': "Lost for two days.",
            'inspection': "Third quarter",
        }
        for name, values in papers.items():
            record = self.env[f'complaint.{name}'].with_user(self.committee).create(values)
            text = self._print_form_text(name, record, self.committee)
            self.assertIn(self._get_form(name).name, text)
            self.assertIn(told[name], text)
            self.assertNotIn("False", text)
            self.assertEqual(self._get_report(name).binding_model_id.model, record._name)

    def test_an_inspection_tells_how_it_was_drawn_and_that_nothing_was_found(self):
        """PAWN-5.1-a: whoever doubts the draw can draw again."""
        today = self.env.cr.now().date()
        inspections = self.env['complaint.inspection'].with_user(self.committee)
        inspection = inspections.create(
            {'name': "Third quarter", 'date_from': today, 'date_to': today}
        )
        text = self._print_form_text('inspection', inspection, self.committee)
        self.assertIn("How the sample is drawn By chance", text)
        self.assertIn("Findings 0", text)
        self.assertNotIn("Seed", text)
        inspection._write_internal({'seed': 77})
        text = self._print_form_text('inspection', inspection, self.committee)
        self.assertIn("Seed of the draw 77", text)

    def test_a_typical_case_has_no_empty_frames_for_words_to_the_customer(self):
        """PRIN FO-45; a reply script is written for them (TEL-2.2-a)."""
        lessons = self.env['complaint.lesson'].with_user(self.committee)
        case, script = lessons.create(
            [{'name': "A late parcel"}, {'name': "What we say", 'kind': 'script'}]
        )
        headings = ("What to say", "What may be promised")
        text = self._print_form_text('lesson', case, self.committee)
        for heading in headings:
            self.assertNotIn(heading, text)
            self.assertIn(heading, self._print_form_text('lesson', script, self.committee))
        case.promises = "A visit on Friday."
        text = self._print_form_text('lesson', case, self.committee)
        self.assertIn("What may be promised A visit on Friday.", text)

    def test_handover_sheet(self):
        """Both read what is told, though the complaints are not yet the receiver's."""
        self.short.handler_id = self.handler
        handovers = self.env['complaint.handover'].with_user(self.handler)
        handover = handovers.browse(handovers.action_prepare()['res_id'])
        handover.to_user_id = self.manager
        handover.line_ids.note = "Waits for a call"
        handover.action_hand_over()
        for user in (self.handler, self.manager):
            text = self._print_form_text('handover', handover, user)
            for part in ("Handover Sheet", self.short.number, "Waits for a call", "Handler"):
                self.assertIn(part, text)

    # === WHO PRINTS === #

    def test_recused_and_strangers_print_nothing(self):
        case = self._create_case()
        self._recuse('manager', case)
        for name in ('registration', 'receipt', 'letter_answer'):
            for user in (self.manager, self.outsider):
                with self.assertRaises(AccessError):
                    self._print_form(name, self.short | case, user)
        with self.assertRaises(AccessError):
            case.with_user(self.outsider).action_print_form()

    def test_an_inspection_sheet_tells_nothing_of_what_its_reader_may_not_see(self):
        hidden = self._create_case()
        today = self.env.cr.now().date()
        inspection = self.env['complaint.inspection'].create(
            {'name': "Third quarter", 'date_from': today, 'date_to': today}
        )
        criterion = self.env['complaint.inspection.criterion'].search([], limit=1)
        self.env['complaint.inspection.line'].sudo()._create_internal(
            [
                {
                    **{'inspection_id': inspection.id, 'criterion_id': criterion.id},
                    **{'case_id': case.id, 'note': note},
                }
                for case, note in ((self.short, "Told late."), (hidden, "He shouted."))
            ]
        )
        self._recuse('committee', hidden)
        self.env.invalidate_all()
        inspection.line_ids.mapped('note')  # in mind already, as after reckoning its totals
        text = self._print_form_text('inspection', inspection, self.committee)
        self.assertIn("Told late.", text)
        self.assertNotIn("He shouted.", text)
        self.assertNotIn(hidden.number, text)

    def test_restricted_prints_are_marked_and_recorded(self):
        flag = self.env.ref('complaint_management.flag_sensitive')
        case = self._create_case(flag_ids=[Command.link(flag.id)])
        text = self._print_form_text('handling', case)
        self.assertIn("Restricted: not to be passed on", text)
        logs = self.env['complaint.read.log'].search([('case_id', '=', case.id)])
        self.assertIn('print', logs.mapped('way'))

    def test_masked_contact_data_stays_masked(self):
        """PAWN-4.4-b: on paper as on the screen; no letter tells who is not to be named."""
        self.procedure.mask_contacts = True
        outside = new_test_user(
            self.env,
            'complaint_outside',
            groups='base.group_user,complaint_management.group_complaint_user',
        )
        self.customer.street = "Lakeside 5"
        case = self._create_case(handler_id=outside.id)
        for name in ('registration', 'handling', 'receipt', 'letter_answer'):
            text = self._print_form_text(name, case, outside)
            for secret in ("138 0000", "li.wei@", "Lakeside"):
                self.assertNotIn(secret, text, name)
        case.flag_ids = [Command.link(self.env.ref('complaint_management.flag_informant').id)]
        self.assertNotIn("Li Wei", self._print_form_text('registration', case, outside))
        with self._refused("kept from you"):
            self._print_form('letter_answer', case, outside)

    # === LETTERS === #

    def test_letters_have_the_words_of_the_mails(self):
        for purpose in LETTERS:
            with self.subTest(letter=purpose):
                article = self._print_form(f'letter_{purpose}', self.short)[self.short.id]
                text = ' '.join(article.text_content().split())
                template = self.short._get_letter_template(purpose)
                subject = template._render_field('subject', self.short.ids)[self.short.id]
                self.assertIn(subject, text)
                self.assertIn(self.short.number, text)
                self.assertIn("Li Wei", text)
                self.assertFalse(article.xpath('.//a[@href]'))
                self.assertNotIn("Follow your complaint", text)

    def test_a_letter_without_a_mail_is_left_to_be_written(self):
        self._get_form('letter_answer').letter_purpose = False
        text = self._print_form_text('letter_answer', self.short)
        self.assertIn(self.short.name, text)

    def test_a_closing_letter_asks_for_no_rating(self):
        ratings = self.env['rating.rating'].search_count([])
        text = self._print_form_text('letter_closing', self.short)
        self.assertNotIn("One click", text)
        self.assertEqual(self.env['rating.rating'].search_count([]), ratings)

    def test_letters_are_in_the_language_of_the_customer(self):
        self._activate_chinese()
        self.customer.lang = 'zh_CN'
        template = self.short._get_letter_template('answer')
        template.with_context(lang='zh_CN').subject = "关于您投诉的答复"
        self._get_form('letter_answer').with_context(lang='zh_CN').name = "投诉答复函"
        text = self._print_form_text('letter_answer', self.short)
        self.assertIn("投诉答复函 关于您投诉的答复", text)

    # === RECEIPT === #

    def test_receipt(self):
        for name in ('receipt', 'receipt_a6'):
            articles = self._print_form(name, self.short | self.chinese)
            for case in self.short | self.chinese:
                text = ' '.join(articles[case.id].text_content().split())
                self.assertIn(case.number, text)
                self.assertIn(case.name, text)
                self.assertIn(case.stage_id._get_portal_label(), text)
                self.assertIn(case._get_promised_date_text(), text)
                [image] = articles[case.id].xpath(".//img[@alt='QR code']")
                self.assertTrue(image.get('src').startswith('data:image/png;base64,'))
        action = self.short.with_user(self.receiver).action_print_receipt()
        self.assertEqual(action['report_name'], 'complaint_reports.complaint_form_receipt')
        self.assertEqual(action['context']['active_ids'], self.short.ids)

    def test_the_receipt_of_a_stranger_is_in_the_language_of_the_counter(self):
        self._activate_chinese(self.receiver)
        stranger = self._create_case(partner_id=False, complainant_name="王女士")
        text = self._print_form_text('receipt', stranger, self.receiver)
        self.assertRegex(text, "回执")
        self.customer.lang = 'en_US'
        text = self._print_form_text('receipt', self.short, self.receiver)
        self.assertIn("Complaint receipt", text)

    def test_the_code_on_the_receipt_opens_the_page_of_the_customer(self):
        told = []

        def draw(_reports, kind, value, **_options):
            told.append((kind, value))
            return b''

        self.patch(type(self.reports), 'barcode', draw)
        self._print_form('receipt', self.short)
        [(kind, address)] = told
        self.assertEqual(kind, 'QR')
        self.assertTrue(address.startswith(self.short.get_base_url()))
        self.assertIn(self.short.sudo().access_token, address)

    def test_who_only_reads_prints_no_link_of_the_customer(self):
        [article] = self._print_form('receipt', self.short, self.auditor).values()
        self.assertFalse(article.xpath(".//img[@alt='QR code']"))
