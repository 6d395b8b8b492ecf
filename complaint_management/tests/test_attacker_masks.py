from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..const import RAW_FIELD_KEY
from ..tools.masked_fields import MaskedField
from .test_masking import PHONE, SHOWN_PHONE, MaskingCommon

EMAIL = 'li.wei@customer.example'


@tagged('post_install', '-at_install')
class TestAttackerMasks(MaskingCommon):
    """Issue 6, PRIN-5-c: what hangs on a complaint does not name who asked not to be named.

    `outside` handles the case, and tries to learn who complains: by reading what Odoo keeps beside
    it, and by asking yes-or-no questions (a search, a sort order) about a name that he guesses.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({'email': EMAIL})
        cls.informant = cls.env.ref('complaint_management.flag_informant')
        cls.known = cls._create_case(
            handler_id=cls.outside.id, complainant_email=EMAIL, flag_ids=cls.informant.ids
        )
        cls.known.message_subscribe(cls.customer.ids)
        cls.mail = cls.known.message_post(
            body="It was so.",
            message_type='email',
            author_id=cls.customer.id,
            email_from=EMAIL,
            subtype_xmlid='mail.mt_comment',
        )
        cls.told = cls.known.message_post(
            body="Thank you.", partner_ids=cls.customer.ids, subtype_xmlid='mail.mt_comment'
        )
        cls.contact = cls.env['complaint.contact'].create(
            {'case_id': cls.known.id, 'direction': 'in', 'counterpart': "Li Wei", 'content': "So."}
        )
        cls.rating = cls.env['rating.rating'].create(
            {
                'res_model_id': cls.env['ir.model']._get_id('complaint.case'),
                'res_id': cls.known.id,
                'partner_id': cls.customer.id,
                'rating': 5,
                'feedback': "So it was.",
                'consumed': True,
            }
        )
        cls.env.flush_all()

    def _get_roads(self):
        """Return {road: a call of `outside`} to what Odoo keeps beside the case."""
        env = self.env(user=self.outside)
        case = self.known.with_user(self.outside)
        rows = {
            'rating': self.rating,
            'contact': self.contact,
            'event': self.known.sudo().event_ids,
            'notification': self.told.sudo().notification_ids,
            'follower': self.known.sudo().message_follower_ids,
        }
        names = case.fields_get()
        spec = {
            name: {'fields': {'display_name': {}}} if case._fields[name].relational else {}
            for name in names
        }
        exported = (
            *('message_partner_ids/name', 'message_follower_ids/partner_id/name'),
            *('message_ids/author_id/name', 'message_ids/email_from', 'rating_ids/partner_id/name'),
            *('contact_ids/partner_id/name', 'contact_ids/counterpart', 'email_normalized'),
        )
        on_case = [('res_model', '=', case._name), ('res_id', '=', case.id)]
        messages = [('model', '=', case._name), ('res_id', '=', case.id)]
        grouped = env['mail.message'].formatted_read_group
        return {
            **{f'read {n}': lambda r=r: r.with_user(self.outside).read() for n, r in rows.items()},
            **{f'export {p}': lambda p=p: case.export_data([p])['datas'] for p in exported},
            'read': case.read,
            'web_read': lambda: case.web_read(spec),
            'mail': lambda: self.mail.with_user(self.outside).read(['author_id', 'email_from']),
            'followers': lambda: env['mail.followers'].search_read(on_case),
            'ratings': lambda: env['rating.rating'].search_read(on_case),
            'authors': lambda: grouped(messages, ['author_id'], ['__count']),
            'senders': lambda: grouped(messages, ['email_from'], ['__count']),
            'through a line': lambda: env['complaint.contact'].formatted_read_group(
                [('case_id', '=', case.id)], ['case_id.partner_id'], ['__count']
            ),
        }

    def test_no_road_reads_the_name(self):
        words = ("Li Wei", EMAIL, f"({self.customer.id}, ")
        for road, call in self._get_roads().items():
            told = self._hear(call)
            self.assertFalse([word for word in words if word in told], road)
        manager = self._as(self.manager, self.known)
        self.assertEqual(manager.email_normalized, EMAIL)
        self.assertIn(self.customer, manager.message_partner_ids)

    def test_no_guess_is_confirmed(self):
        wrong = self.env['res.partner'].create({'name': "Mo Yan", 'email': 'mo@x.example'})
        cases = self.env['complaint.case'].with_user(self.outside)

        def get_answers(partner):
            questions = [
                *(Domain(name, '=', partner.id) for name in ('partner_id', 'message_partner_ids')),
                *(Domain(f'{name}.partner_id', '=', partner.id) for name in ('rating_ids',)),
                Domain('message_follower_ids.partner_id', '=', partner.id),
                Domain('message_ids.author_id', '=', partner.id),
                *(
                    Domain(name, 'ilike', partner.name)
                    for name in ('partner_id.complete_name', 'message_partner_ids.name')
                ),
                *(
                    Domain(name, 'ilike', partner.name)
                    for name in ('contact_ids.counterpart', 'complainant_name', 'display_name')
                ),
                *(
                    Domain(name, '=', partner.email)
                    for name in ('email_normalized', 'complainant_email_key', 'partner_id.email')
                ),
                Domain('message_ids.email_from', '=', partner.email),
                Domain('partner_id', 'any', [('name', '=', partner.name)]),
                Domain('partner_id', 'child_of', partner.id),
            ]
            return [
                self._hear(lambda d=d: cases.search_count(d & Domain('id', '=', self.known.id)))
                for question in questions
                for d in (question, ~question)
            ]

        self.assertEqual(get_answers(self.customer), get_answers(wrong))

    def test_no_forged_key_lifts_a_mask(self):
        """Queries take real values for the software, which says so by objects of its own."""
        case, domain = self.known.with_user(self.outside), [('id', '=', self.known.id)]
        name = case._fields['complainant_email']
        for forgery in (True, 1, 'complainant_email', str(name), str(MaskedField), [], {'a': 1}):
            forged = case.with_context(**{RAW_FIELD_KEY: forgery})
            guess = [*domain, ('complainant_email', '=', EMAIL)]
            self.assertFalse(self._heard_count(forged, guess), str(forgery))
            for call in (
                lambda c=forged: c.read(['complainant_name', 'complainant_email']),
                lambda c=forged: c.formatted_read_group(domain, ['complainant_email'], ['__count']),
            ):
                self.assertNotIn(EMAIL, self._hear(call), str(forgery))

    def _heard_count(self, cases, domain):
        told = self._hear(lambda: cases.search_count(domain))
        return told.isdigit() and int(told)

    def test_no_order_tells_the_name(self):
        made = self.env['complaint.case']
        for name in ("Zz", "Aa", "Mm"):
            partner = self.env['res.partner'].create({'name': name, 'email': f'{name}@x.example'})
            made |= self._create_case(
                partner_id=partner.id, handler_id=self.outside.id, flag_ids=self.informant.ids
            )
        cases = self._cases(self.outside)
        for field in ('partner_id', 'complainant_name', 'email_normalized', 'complainant_email'):
            for direction in ('asc', 'desc'):
                found = cases.search([('id', 'in', made.ids)], order=f'{field} {direction}, id')
                self.assertEqual(found.ids, made.ids, f'{field} {direction}')

    def test_the_customers_page_names_nobody_to_staff(self):
        self.env.invalidate_all()
        for user, sees in ((self.outside, False), (self.manager, True)):
            page = self.known.with_user(user).sudo()._get_portal_values()
            self.assertIn("It was so.", str(page))
            self.assertEqual("Li Wei" in str(page), sees, user.name)

    def test_no_picture_shows_who_wrote(self):
        """Without a portrait Odoo draws the first letter of the name; its pages do so for all."""
        for user, sees in ((self.outside, False), (self.manager, True)):
            self.env.invalidate_all()
            mail = self.mail.with_user(user)
            self.assertEqual(bool(mail.read(['author_avatar'])[0]['author_avatar']), sees)
            self.assertEqual(bool(mail.sudo().author_avatar), sees, user.name)

    def test_a_look_back_hides_numbers_in_the_answer(self):
        self.case.with_user(self.manager).basis = "Terms"
        self.case.with_user(self.manager)._answer(f"We ring {PHONE} on Monday.")
        for user, shown in ((self.handler, PHONE), (self.outside, SHOWN_PHONE)):
            [then] = self._see(user).get_as_of(self.env.cr.now())
            answer = then['values']['answer']
            for words in (answer['value'], answer['name']):
                self.assertEqual(words, f"We ring {shown} on Monday.", user.name)

    def test_no_error_of_the_database_tells_the_row(self):
        case = self._as(self.outside, self.known)
        with self.assertRaises(UserError) as caught, mute_logger('odoo.sql_db'):
            case.priority = False
            case.flush_recordset()
        self.assertNotIn("Li Wei", str(caught.exception))

    def test_whose_word_it_is_that_it_is_settled_names_nobody(self):
        self.known.sudo()._confirm_by_customer('portal', "Li Wei")
        case = self._as(self.outside, self.known)
        for road, call in {
            'form': lambda: case.read(['confirmed_by_name', 'confirmation_means']),
            'export': lambda: case.export_data(['confirmed_by_name'])['datas'],
            'group': lambda: case.formatted_read_group(
                [('id', '=', case.id)], ['confirmed_by_name'], ['__count']
            ),
            'history': lambda: case.event_ids.read(),
        }.items():
            self.assertNotIn("Li Wei", self._hear(call), road)
        domain = [('id', '=', case.id), ('confirmed_by_name', 'ilike', "Li")]
        self.assertFalse(case.search_count(domain))
        self.assertEqual(self._as(self.manager, self.known).confirmed_by_name, "Li Wei")

    def _suggest(self, user, case, **options):
        self.env.invalidate_all()
        case = case.with_user(user)
        return case._message_get_suggested_recipients(reply_discussion=True, **options)

    def test_no_reply_is_proposed_to_who_is_known_by_an_address_alone(self):
        """A mail, too, may come from another contact than the complaint's, or from none."""
        self.known.write({'partner_id': False, 'complainant_email': EMAIL})
        self.known.message_unsubscribe(self.customer.ids)
        private = self.env['res.partner'].create({'name': "Wei at home", 'email': 'w@home.example'})
        for author in (self.customer, private, private.browse()):
            self.known.message_post(
                body="Please do not tell.",
                message_type='email',
                author_id=author.id,
                email_from=author.email or 'unknown@home.example',
                subtype_xmlid='mail.mt_comment',
            )
            for user, sees in ((self.outside, False), (self.manager, True)):
                told = str(self._suggest(user, self.known))
                for word in filter(None, ("Li Wei", author.name)):
                    self.assertEqual(word in told, sees, f"{user.name} {author.name} {word}")
        for user in (self.outside, self.manager):
            user.group_ids |= self.env.ref('base.group_partner_manager')
        partners = self.env['res.partner'].search_count([])
        self._suggest(self.outside, self.known, no_create=False)
        self.assertEqual(self.env['res.partner'].search_count([]), partners, "All read contacts")
        self._suggest(self.manager, self.known, no_create=False)
        self.assertGreater(self.env['res.partner'].search_count([]), partners)

    def test_no_proposal_confirms_a_guess(self):
        follower = self.env['res.partner'].create({'name': "Li Wei's son", 'email': 's@x.example'})
        wrong = self.env['res.partner'].create({'name': "Mo Yan", 'email': 'm@x.example'})
        self.known.message_subscribe(follower.ids)
        answers = set()
        for partner in (self.customer, follower, wrong):
            rows = self._suggest(self.outside, self.known, additional_partners=partner)
            answers.add(tuple(row['partner_id'] == partner.id for row in rows))
        self.assertEqual(len(answers), 1)

    def test_no_contact_changes_by_what_is_noted_of_the_informant(self):
        """Who reads contacts sees which one changed just then, and by whom."""
        case, customer = self.known.with_user(self.outside), self.customer
        tracked = ('write_uid', 'write_date', 'complaint_do_not_call')
        before = [*customer.read(tracked), len(customer.message_ids)]
        callback = self.env['complaint.callback'].create({'case_id': self.known.id})
        self._pass_time(hours=1)
        case.do_not_call = True
        callback.with_user(self.manager).action_refuse()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual([*customer.read(tracked), len(customer.message_ids)], before)
        self.assertTrue(case.do_not_call)
        customer.complaint_do_not_call = True
        customer.complaint_do_not_call = False
        self.env.flush_all()
        self.assertTrue(case.do_not_call, "It is what this informant said")

    def test_a_suggestion_names_no_informant(self):
        measures = (
            self.env['complaint.measure']
            .with_user(self.manager)
            .create(
                [
                    {
                        'case_id': self.known.id,
                        'name': f"Suggested by {partner.id}",
                        'kind': 'suggestion',
                        'suggester_id': partner.id,
                    }
                    for partner in (self.customer, self.manager.partner_id)
                ]
            )
        )
        by_customer, _by_staff = measures
        for user, sees in ((self.manager, True), (self.outside, False)):
            seen = self._as(user, measures)
            shown = [self.customer.id if sees else False, self.manager.partner_id.id]
            rows = seen.read(['suggester_id'], load=None)
            self.assertEqual([row['suggester_id'] for row in rows], shown, user.name)
            spec = {'suggester_id': {'fields': {'display_name': {}, 'email': {}}}}
            one = self._as(user, by_customer)
            domain = [('id', '=', by_customer.id)]
            for road, call in {
                'web_read': lambda one=one, spec=spec: one.web_read(spec),
                'export': lambda one=one: one.export_data(['suggester_id/name'])['datas'],
                'group': lambda one=one, domain=domain: one.formatted_read_group(
                    domain, ['suggester_id'], ['__count']
                ),
            }.items():
                told = self._hear(call)
                self.assertEqual("Li Wei" in told, sees, f"{user.name} {road}")
                self.assertEqual(EMAIL in told, sees and road == 'web_read', f"{user.name} {road}")
            for question in (
                ('suggester_id', '=', self.customer.id),
                ('suggester_id', 'ilike', "Li Wei"),
                ('suggester_id.email', '=', EMAIL),
            ):
                self.assertEqual(one.search_count([*domain, question]), sees, question)

    def test_employees_without_a_role_learn_of_nobody_around_a_complaint(self):
        """Odoo lets every employee read followers, ratings and who was told, of any record."""
        for record in (
            self.rating,
            self.known.sudo().message_follower_ids,
            self.told.sudo().notification_ids,
        ):
            domain = [('id', 'in', record.ids)]
            for user, sees in ((self.manager, True), (self.outsider, False)):
                model = self.env[record._name].with_user(user)
                self.assertEqual(bool(model.search(domain)), sees, f"{user.name} {record}")
                self.assertEqual(bool(model.search_count(domain)), sees)
                self.assertEqual(
                    self._succeeds(lambda r=record, u=user: r.with_user(u).read(['id'])), sees
                )

    def _succeeds(self, call):
        self.env.invalidate_all()
        try:
            with mute_logger('odoo.addons.base.models.ir_rule'):
                return bool(call())
        except UserError:
            return False
