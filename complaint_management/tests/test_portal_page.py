from datetime import datetime

from markupsafe import Markup

from odoo.tests import tagged

from .common_portal import PortalCommon


@tagged('post_install', '-at_install')
class TestPortalPage(PortalCommon):
    """What a customer's page tells of a complaint (PAWN-4.1-b; issue 7, section 3)."""

    def _values(self, case, user=None, token=None):
        return self._as_customer(case, user)._get_portal_values(token)

    def _promise(self, moment):
        """Let every complaint be promised for a moment (UTC), or for none."""
        self.patch(self.registry['complaint.case'], '_get_promised_date', lambda case: moment)

    def _bodies(self, case, user=None):
        return [str(message['body']) for message in self._values(case, user)['messages']]

    def test_status_and_course_in_words_for_customers(self):
        case = self._create_worked_case()
        self._move(case, 'acknowledgement', 'assessment')
        values = self._values(case)
        self.assertEqual(values['label'], "Being assessed")
        labels = [step['label'] for step in values['timeline']]
        self.assertEqual(labels, ["Registered", "Acknowledged", "Being assessed"])
        self.assertEqual(values['number'], case.number)
        self.assertFalse(values['is_closed'])

    def test_the_promised_date_is_the_readers_own_time(self):
        case = self._create_case()
        self._promise(False)
        self.assertEqual(self._values(case)['promised'], '')
        self._promise(datetime(2026, 3, 2, 16, 30))
        values = self._values(case)
        self.assertRegex(values['promised'], r'^03/03/2026 12:30\sAM$', "Shanghai, not UTC")
        self.assertTrue(values['is_promise_overdue'])
        self.li.tz = 'America/New_York'
        self.assertRegex(self._values(case)['promised'], r'^03/02/2026 11:30\sAM$')
        self.env['res.lang']._activate_lang('zh_CN')
        chinese = self._as_customer(case).with_context(lang='zh_CN')
        self.assertRegex(chinese._get_portal_values()['promised'], r'2026.*03.*02.*11:30')

    def test_visitors_read_times_where_the_customer_or_the_company_is(self):
        case = self._create_case()
        public = self.env.ref('base.public_user')
        self.customer.tz = 'America/New_York'
        visitor = self._as_customer(case, public)
        self.assertEqual(visitor._get_portal_tz(), 'America/New_York')
        self.customer.tz = False
        self.assertEqual(visitor._get_portal_tz(), case.company_id.resource_calendar_id.tz)

    def test_the_company_speaks_unless_the_procedure_names_the_handler(self):
        case = self._answered_case()
        case.with_user(self.handler)._mail_to_customer("We ask the carrier.")
        values = self._values(case)
        self.assertEqual(values['handler'], '')
        self.assertEqual(values['messages'][0]['author'], case.company_id.name)
        self.assertNotIn(self.handler.name, str(values))
        self.procedure.portal_shows_handler = True
        values = self._values(case)
        self.assertEqual(values['handler'], self.handler.name)
        self.assertEqual(values['messages'][0]['author'], self.handler.name)

    def test_messages_are_those_with_the_customer(self):
        """Notes never; letters to others neither (F7 and the privacy of third parties)."""
        case = self._create_worked_case()
        expert = self.env['res.partner'].create({'name': "Expert", 'email': "e@expert.example"})
        staff = case.with_user(self.handler)
        staff.message_post(body="A note", subtype_xmlid='mail.mt_note')
        staff.message_post(
            body="A note for the customer's eyes, by mistake",
            subtype_xmlid='mail.mt_note',
            partner_ids=self.customer.ids,
        )
        staff.message_post(
            body="What do you think?", subtype_xmlid='mail.mt_comment', partner_ids=expert.ids
        )
        staff.message_post(body="To followers", subtype_xmlid='mail.mt_comment')
        staff._mail_to_customer("Dear Ms Li")
        case.sudo().message_post(
            body="I have a photo",
            message_type='email',
            subtype_xmlid='mail.mt_comment',
            author_id=self.customer.id,
        )
        case.sudo().message_post(
            body="My opinion as an expert",
            message_type='email',
            subtype_xmlid='mail.mt_comment',
            author_id=expert.id,
        )
        self.assertEqual(
            [str(Markup(body).striptags()) for body in self._bodies(case)],
            ["Dear Ms Li", "I have a photo"],
        )

    def test_without_a_contact_the_address_decides_as_a_whole(self):
        case = self._create_case(
            partner_id=False, complainant_name="Xu", complainant_email="xu@customer.example"
        )
        case._mail_to_customer("Dear Xu")
        for address in ('Xu <xu@customer.example>', 'Mallory <maxu@customer.example>'):
            case.sudo().message_post(
                body=f"From {address}",
                message_type='email',
                subtype_xmlid='mail.mt_comment',
                email_from=address,
                author_id=False,
            )
        public = self.env.ref('base.public_user')
        messages = self._values(case, public)['messages']
        self.assertEqual(len(messages), 2)
        self.assertIn("Dear Xu", messages[0]['body'])
        self.assertIn("From Xu", messages[1]['body'])
        self.assertTrue(messages[1]['is_customer'])

    def test_a_mail_that_may_still_be_undone_is_not_shown(self):
        case = self._create_worked_case()
        template = self.env['mail.template'].create(
            {
                'name': "Progress",
                'model_id': self.env['ir.model']._get_id('complaint.case'),
                'subject': "Progress",
                'body_html': "<p>We have begun.</p>",
                'partner_to': "{{ object.partner_id.id }}",
                'use_default_to': False,
                'auto_delete': False,
            }
        )
        self.env.company.complaint_mail_delay = 5
        case._queue_mail(template)
        self.assertFalse(self._bodies(case))
        self._pass_time(minutes=6)
        self.assertIn("We have begun.", self._bodies(case)[0])

    def test_an_answer_stands_apart_and_once(self):
        case = self._create_worked_case()
        case.with_user(self.manager)._answer("We pay it back.", means='email', send_mail=True)
        values = self._values(case)
        self.assertEqual(values['answer']['content'], "We pay it back.")
        self.assertEqual(values['answer']['state'], 'answered')
        self.assertTrue(values['needs_decision'])
        self.assertFalse(values['messages'])
        self._as_customer(case)._reject_answer_as_customer("Too little.")
        values = self._values(case)
        self.assertFalse(values['answer'])
        self.assertFalse(values['needs_decision'])
        titles = [(msg['title'], msg['author']) for msg in values['messages']]
        self.assertEqual(titles, [("Answer", case.company_id.name), ("Answer rejected", "You")])

    def test_colleagues_of_a_company_read_who_wrote(self):
        case = self._create_case(partner_id=self.acme_partner.id)
        self._as_customer(case, self.ann)._add_customer_words("From Ann")
        self.assertEqual(self._values(case, self.ann)['messages'][0]['author'], "You")
        self.assertEqual(self._values(case, self.bob)['messages'][0]['author'], "Ann")

    def test_a_merged_complaint_names_the_other_only_to_its_customer(self):
        case, mine = self._create_case(), self._create_case()
        case.with_user(self.manager)._mark_duplicate(mine)
        self.assertEqual(
            self._values(case)['survivor'], {'number': mine.number, 'url': mine.access_url}
        )
        mine.sudo()._write_internal({'partner_id': self.zhou_partner.id})
        self.assertEqual(self._values(case)['survivor'], {'number': '', 'url': ''})

    def test_an_open_rating_is_offered_to_whom_it_was_sent(self):
        case = self._create_case(partner_id=self.acme_partner.id)
        self.assertFalse(self._values(case, self.acme)['rating_links'])
        token = case.sudo()._rating_get_access_token(partner=self.acme_partner)
        links = self._values(case, self.acme)['rating_links']
        self.assertEqual([link['url'] for link in links], [f'/rate/{token}/{n}' for n in (5, 3, 1)])
        self.assertFalse(self._values(case, self.ann)['rating_links'])
        case.with_user(self.acme).sudo().rating_apply(5, token=token)
        self.assertFalse(self._values(case, self.acme)['rating_links'])

    def test_queries_do_not_grow_with_what_is_shown(self):
        few = self.env['complaint.case'].concat(*(self._create_case() for _ in range(2)))
        many = few.concat(*(self._create_case() for _ in range(10)))
        env = self.li.with_user(self.li).env

        def rows(cases):
            return cases.with_env(env).sudo()._get_portal_rows()

        self.assertLessEqual(
            self._count_queries(lambda: rows(many)), self._count_queries(lambda: rows(few))
        )
        self.assertLessEqual(self._count_queries(lambda: rows(many)), 6)

        self.procedure.stage_ids.mail_template_id = False  # only what is written here
        case = self._answered_case()
        page = case.with_env(env).sudo()
        self._move(case, 'acknowledgement', 'assessment')
        page._add_customer_words("First")
        case.with_user(self.handler)._mail_to_customer("Yes")
        before = self._count_queries(page._get_portal_values)
        self._move(case, 'acknowledgement', 'assessment')
        for number in range(12):
            page._add_customer_words(f"More {number}")
            case.with_user(self.handler)._mail_to_customer(f"Yes {number}")
        self.assertEqual(len(page._get_portal_values()['messages']), 26)
        self.assertLessEqual(self._count_queries(page._get_portal_values), before)
        self.assertLessEqual(before, 32)
