from unittest import TestCase

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from ..tools.contact_mask import mask_email, mask_phone, mask_text
from .common import ComplaintCommon

PHONE = "13912345678"
EMAIL = "wei@customer.example"
SHOWN_PHONE = "139****5678"
SHOWN_EMAIL = "w***@customer.example"


@tagged('post_install', '-at_install', 'once')
class TestContactMask(TestCase):
    """How numbers and addresses look masked."""

    def test_phones(self):
        for phone, shown in (
            ("13812341234", "138****1234"),
            ("+86 138 1234 1234", "138****1234"),
            ("0086-138-1234-1234", "138****1234"),
            ("１３８１２３４１２３４", "138****1234"),
            ("021-6666 8888", "021****8888"),
            ("6666888", "****888"),
            ("110", "****"),
            ("138****1234", "138****1234"),
        ):
            self.assertEqual(mask_phone(phone), shown)

    def test_addresses(self):
        for email, shown in (
            ("wei@example.com", "w***@example.com"),
            ("Li Wei <wei@example.com>", "w***@example.com"),
            ("nonsense", "***"),
            ("w***@example.com", "w***@example.com"),
        ):
            self.assertEqual(mask_email(email), shown)

    def test_words(self):
        self.assertEqual(
            mask_text("Ring 138 1234-1234 or wei@example.com, order 123456, paid 25.50"),
            "Ring 138****1234 or w***@example.com, order 123456, paid 25.50",
        )
        self.assertEqual(mask_text("请致电13812341234或发邮件"), "请致电138****1234或发邮件")


class MaskingCommon(ComplaintCommon):
    """A procedure that masks; `outside` handles a case of a team in which he does not work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref('base.group_user').implied_ids |= cls.env.ref('base.group_allow_export')
        cls.procedure.mask_contacts = True
        cls.outside = new_test_user(
            cls.env,
            login='complaint_outside',
            name="Outside",
            groups='base.group_user,complaint_management.group_complaint_user',
        )
        cls.case = cls._create_case(
            partner_id=False,
            complainant_name="Li Wei",
            complainant_phone=PHONE,
            complainant_email=EMAIL,
            handler_id=cls.outside.id,
            department_id=cls.department.id,
        )

    def _see(self, user, case=None):
        """Return the case as a user sees it, from an empty memory."""
        return self._as(user, case or self.case)

    def _cases(self, user):
        self.env.invalidate_all()
        return self.env['complaint.case'].with_user(user)


@tagged('post_install', '-at_install')
class TestMasking(MaskingCommon):
    """Requirements 2.14, PAWN-4.4-b, design 6: contact data for the receiving team alone."""

    NAMES = ('complainant_phone', 'complainant_email')

    def _read_on_every_road(self, user):
        """Return {road: (phone, e-mail)} as they leave the server."""
        domain = [('id', '=', self.case.id)]
        spec = {name: {} for name in self.NAMES}
        roads = {
            'read': lambda case: case.read(self.NAMES)[0],
            'search_read': lambda case: case.search_read(domain, self.NAMES)[0],
            'web_read': lambda case: case.web_read(spec)[0],
            'web_search_read': lambda case: case.web_search_read(domain, spec)['records'][0],
            'web_save': lambda case: case.web_save({'facts': "Checked."}, spec)[0],
            'export': lambda case: dict(
                zip(self.NAMES, case.export_data(list(self.NAMES))['datas'][0], strict=True)
            ),
            'through a line': lambda case: case.event_ids[:1].web_read(
                {'case_id': {'fields': spec}}
            )[0]['case_id'],
        }
        if user == self.auditor:
            del roads['web_save']
        return {
            road: tuple(call(self._see(user))[name] for name in self.NAMES)
            for road, call in roads.items()
        }

    def test_who_gets_what_on_every_road_that_reads(self):
        """Inside and above the team, committee and auditor read it; others get it masked."""
        real, shown = (PHONE, EMAIL), (SHOWN_PHONE, SHOWN_EMAIL)
        for user, expected in (
            (self.handler, real),
            (self.receiver, real),
            (self.manager, real),
            (self.committee, real),
            (self.auditor, real),
            (self.outside, shown),
            (self.department_head, shown),
            (self.admin, shown),
        ):
            for road, values in self._read_on_every_road(user).items():
                self.assertEqual(values, expected, f"{user.name}: {road}")

    def test_a_procedure_that_does_not_mask_shows_all(self):
        self.procedure.mask_contacts = False
        for road, values in self._read_on_every_road(self.outside).items():
            self.assertEqual(values, (PHONE, EMAIL), road)

    def test_the_first_contact_owner_talks_to_the_customer(self):
        self.case.with_user(self.admin).contact_owner_id = self.outside
        self.assertEqual(self._see(self.outside).read(self.NAMES)[0]['complainant_phone'], PHONE)

    def test_the_software_itself_works_with_real_values(self):
        """Mails reach the customer although who sends them does not see the address."""
        case = self._see(self.outside)
        case.read(self.NAMES)
        self.assertEqual(case._get_customer_email(), EMAIL)
        self.assertEqual(self.case.sudo().complainant_phone, PHONE)

    def test_no_search_tells_digits(self):
        """Neither a part nor the whole number is confirmed to whom it is masked."""
        for user, expected in ((self.handler, 1), (self.outside, 0), (self.admin, 0)):
            cases = self._cases(user)
            for condition in (
                ('complainant_phone', '=', PHONE),
                ('complainant_phone', '=like', '139%'),
                ('complainant_phone', 'ilike', '2345'),
                ('complainant_phone_search', 'ilike', PHONE),
                ('complainant_phone', '>', '1391'),
                ('complainant_phone', 'not ilike', '777'),
                ('complainant_phone', 'in', [PHONE]),
                ('complainant_phone_digits', '=', PHONE[-10:]),
                ('complainant_email', '=ilike', 'wei%'),
                ('complainant_email_key', '=', EMAIL),
            ):
                domain = [('id', '=', self.case.id), condition]
                self.assertEqual(cases.search_count(domain), expected, f"{user.name}: {condition}")
                self.assertEqual(len(cases.web_search_read(domain, {})['records']), expected)
                lines = self.env['complaint.event'].with_user(user)
                found = lines.search_count([('case_id', 'any', domain)])
                self.assertEqual(bool(found), bool(expected), f"{user.name}, line: {condition}")

    def test_a_denied_condition_tells_nothing_either(self):
        """Turned round, right and wrong guesses give the same answer."""
        cases = self._cases(self.outside)
        for condition in ([('complainant_phone', '=like', g)] for g in ('139%', '138%')):
            domain = ['&', ('id', '=', self.case.id), '!', *condition]
            self.assertEqual(cases.search_count(domain), 0)
            domain = ['|', *condition, ('id', '=', self.case.id)]
            self.assertEqual(cases.search_count(domain), 1)

    def test_no_name_search_tells_digits(self):
        for user, expected in ((self.handler, 1), (self.outside, 0)):
            for text in (PHONE, PHONE[:5]):
                found = self._cases(user).name_search(text, [('id', '=', self.case.id)])
                self.assertEqual(len(found), expected, f"{user.name}: {text}")

    def test_no_group_and_no_figure_tells_the_value(self):
        domain = [('id', '=', self.case.id)]
        for user, expected in ((self.handler, PHONE), (self.outside, False)):
            cases = self._cases(user)
            for rows in (
                cases.formatted_read_group(domain, ['complainant_phone'], ['__count']),
                cases.web_read_group(domain, ['complainant_phone'], ['__count'])['groups'],
                cases.formatted_read_grouping_sets(domain, [['complainant_phone']], ['__count'])[0],
            ):
                self.assertEqual([row['complainant_phone'] for row in rows], [expected])
            aggregates = [f'complainant_phone:{f}' for f in ('max', 'min', 'array_agg')]
            [figures] = cases._read_group(domain, [], aggregates)
            self.assertEqual(figures, (expected, expected, [expected or None]))
            for field in ('complainant_phone_digits', 'complainant_email_key'):
                [[value]] = cases._read_group(domain, [field])
                self.assertEqual(bool(value), bool(expected))

    def test_no_order_tells_which_number_is_higher(self):
        cases = self.case | self._create_case(
            partner_id=False,
            complainant_phone="13000000000",
            handler_id=self.outside.id,
            department_id=self.department.id,
        )
        for user, is_sorted in ((self.handler, True), (self.outside, False)):
            found = self._cases(user).search(
                [('id', 'in', cases.ids)], order='complainant_phone, id'
            )
            self.assertEqual(found.ids == cases.ids[::-1], is_sorted, user.name)

    def test_the_similar_look_up_confirms_no_number(self):
        """What is found by another key is not said to have the same phone."""
        self.case.category_id = self.category
        question = {
            'complainant_phone': PHONE,
            'complainant_email': EMAIL,
            'category_id': self.category.id,
            'name': self.case.name,
        }
        for user, is_told in ((self.handler, True), (self.outside, False)):
            answers = self._cases(user).find_similar(question)
            reasons = {r for a in answers if a['id'] == self.case.id for r in a['reasons']}
            self.assertEqual(bool({"Same phone", "Same e-mail"} & reasons), is_told, user.name)
        question.pop('name')
        answers = self._cases(self.outside).find_similar(question)
        self.assertNotIn(self.case.id, [answer['id'] for answer in answers])

    def test_a_callback_shows_the_phone_masked(self):
        callback = (
            self.env['complaint.callback']
            .sudo()
            .create({'case_id': self.case.id, 'user_id': self.outside.id})
        )
        for user, phone, found in ((self.handler, PHONE, 1), (self.outside, SHOWN_PHONE, 0)):
            seen = self._as(user, callback)
            self.assertEqual(seen.read(['phone'])[0]['phone'], phone)
            domain = [('id', '=', callback.id), ('phone', '=like', '139%')]
            self.assertEqual(seen.search_count(domain), found)
            groups = seen.formatted_read_group(
                [('id', '=', callback.id)], ['case_id'], ['phone:max']
            )
            self.assertEqual(groups[0]['phone:max'] or False, phone if found else False)

    def test_contact_lines_hide_numbers_in_their_words(self):
        contact = self.env['complaint.contact'].create(
            {'case_id': self.case.id, 'content': f"Rings back from {PHONE} at ten."}
        )
        for user, shown in ((self.handler, PHONE), (self.outside, SHOWN_PHONE)):
            [values] = self._as(user, contact).read(['content'])
            self.assertEqual(values['content'], f"Rings back from {shown} at ten.")
            [[exported]] = self._as(user, contact).export_data(['content'])['datas']
            self.assertIn(shown, exported)
        domain = [('id', '=', contact.id), ('content', 'ilike', PHONE)]
        self.assertEqual(self._as(self.handler, contact).search_count(domain), 1)
        self.assertEqual(self._as(self.outside, contact).search_count(domain), 0)

    def test_the_customer_behind_the_case_is_masked_through_the_case(self):
        case = self._create_case(handler_id=self.outside.id, department_id=self.department.id)
        spec = {'partner_id': {'fields': {'display_name': {}, 'phone': {}, 'email': {}}}}
        [values] = self._see(self.outside, case).web_read(spec)
        self.assertEqual(values['partner_id']['phone'], "138****0001")
        self.assertEqual(values['partner_id']['email'], "l***@customer.example")
        self.assertEqual(values['partner_id']['display_name'], "Li Wei")
        [values] = self._see(self.handler, case).web_read(spec)
        self.assertEqual(values['partner_id']['phone'], self.customer.phone)
        for user, phone in ((self.handler, self.customer.phone), (self.outside, "138****0001")):
            rows = self._see(user, case).export_data(['partner_id/name', 'partner_id/phone'])
            self.assertEqual(rows['datas'], [["Li Wei", phone]])

    def test_masks_cost_no_query_per_record(self):
        values = {'partner_id': False, 'complainant_phone': PHONE, 'handler_id': self.outside.id}
        few = self.env['complaint.case'].browse(self._create_case(**values).id for _i in range(2))
        many = few | few.browse(self._create_case(**values).id for _i in range(6))

        def read(cases):
            return lambda: cases.with_user(self.outside).web_read(
                {'complainant_phone': {}, 'complainant_email': {}}
            )

        masked = self._count_queries(read(few))
        self.assertEqual(self._count_queries(read(many)), masked)
        self.procedure.mask_contacts = False
        plain = self._count_queries(read(many))
        self.assertLessEqual(masked, plain + 1, "Which are shown for now is asked once")

    def test_the_form_works_masked_and_writes_no_mask_back(self):
        case = self._see(self.outside)
        with Form(case) as form:
            self.assertEqual(form.complainant_phone, SHOWN_PHONE)
            form.facts = "The parcel was wet."
        for value in (SHOWN_PHONE, "130****0000"):
            case.write({'complainant_phone': value, 'basis': "Terms"})
        self.assertEqual(self.case.complainant_phone, PHONE)
        self.assertEqual((self.case.facts, self.case.basis), ("The parcel was wet.", "Terms"))
        case.complainant_phone = "13700001111"
        self.assertEqual(self.case.complainant_phone, "13700001111")
        self.assertEqual(case.read(['complainant_phone'])[0]['complainant_phone'], "137****1111")

    def test_words_around_a_mask_are_not_written_over_the_number(self):
        contact = self.env['complaint.contact'].create(
            {'case_id': self.case.id, 'content': f"Rings from {PHONE}."}
        )
        contact._write_internal({'user_id': self.outside.id})
        with self._refused("Contact data is masked in these fields"):
            self._as(self.outside, contact).write({'content': f"Rang from {SHOWN_PHONE}."})
        self.assertEqual(contact.content, f"Rings from {PHONE}.")

    def test_a_copy_takes_along_what_is_seen(self):
        for user, phone in ((self.handler, PHONE), (self.outside, False)):
            [values] = self._see(user).copy_data()
            self.assertEqual(values.get('complainant_phone', False), phone, user.name)

    def test_the_chatter_masks_the_sender(self):
        message = self.case.message_post(
            body="Where is my parcel?", message_type='email', email_from=EMAIL, author_id=False
        )
        for user, shown, found in ((self.handler, EMAIL, 1), (self.outside, SHOWN_EMAIL, 0)):
            seen = self._as(user, message)
            self.assertEqual(seen.read(['email_from'])[0]['email_from'], shown, user.name)
            domain = [('id', '=', message.id), ('email_from', '=like', 'wei%')]
            self.assertEqual(seen.search_count(domain), found, user.name)
            self.assertEqual(seen._get_shown_sender(EMAIL), shown)
            suggested = self._see(user)._message_get_suggested_recipients()
            self.assertEqual(EMAIL in str(suggested), bool(found), user.name)

    def test_prints_are_masked_like_the_screen(self):
        for user, shown in ((self.handler, PHONE), (self.outside, SHOWN_PHONE)):
            html = self.env['ir.qweb.field'].record_to_html(
                self._see(user), 'complainant_phone', {}
            )
            self.assertEqual(html, shown)


@tagged('post_install', '-at_install')
class TestHiddenComplainant(MaskingCommon):
    """Who asked not to be named is not named outside the team, whatever the procedure says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.mask_contacts = False
        cls.known = cls._create_case(
            handler_id=cls.outside.id,
            flag_ids=[Command.link(cls.env.ref('complaint_management.flag_informant').id)],
        )

    def test_the_flag_hides_name_customer_phone_and_address(self):
        names = ['complainant_name', 'partner_id', 'complainant_phone', 'complainant_email']
        [values] = self._see(self.outside, self.known).read(names)
        values.pop('id')
        self.assertEqual(
            values,
            {
                'complainant_name': "***",
                'partner_id': False,
                'complainant_phone': "138****0001",
                'complainant_email': "l***@customer.example",
            },
        )
        [row] = self._see(self.outside, self.known).export_data(
            ['complainant_name', 'partner_id/name']
        )['datas']
        self.assertEqual(row, ["***", ""])
        [values] = self._see(self.handler, self.known).with_user(self.manager).read(names)
        self.assertEqual(values['partner_id'], (self.customer.id, "Li Wei"))

    def test_nobody_finds_the_informant_by_name_or_customer(self):
        for user, expected in ((self.manager, 1), (self.outside, 0)):
            cases = self._cases(user)
            for condition in (
                ('complainant_name', 'ilike', 'Li'),
                ('partner_id', '=', self.customer.id),
                ('partner_id', 'ilike', 'Li Wei'),
                ('partner_id', 'child_of', self.customer.id),
                ('partner_id.email', '=like', 'li%'),
            ):
                domain = [('id', '=', self.known.id), condition]
                self.assertEqual(cases.search_count(domain), expected, f"{user.name} {condition}")
            groups = cases.formatted_read_group(
                [('id', '=', self.known.id)], ['partner_id'], ['__count']
            )
            self.assertEqual(bool(groups[0]['partner_id']), bool(expected), user.name)

    def test_dialogs_and_the_chatter_do_not_name_the_informant(self):
        self.env.cr.flush()  # what was written before is no change
        self.known.representative_name = "Lawyer Zhao"
        self.env.cr.flush()
        tracked = self.known.sudo().message_ids.tracking_value_ids.filtered(
            lambda value: value.field_id.name == 'representative_name'
        )
        self.assertTrue(tracked)
        message = self.known.message_post(
            body="I saw it", message_type='email', author_id=self.customer.id
        )
        for user, is_told in ((self.manager, True), (self.outside, False)):
            case = self._see(user, self.known)
            seen = tracked._filter_has_field_access(case.env)
            self.assertEqual(bool(seen), is_told, user.name)
            self.assertEqual(
                self._as(user, message)._get_shown_author(self.customer),
                self.customer if is_told else self.customer.browse(),
            )
            dialog = self.env['complaint.case.contact'].with_user(user)
            dialog = dialog.with_context(**case.action_contact()['context']).new(
                {'case_id': case.id}
            )
            self.assertEqual(dialog.counterpart, "Li Wei" if is_told else False)

    def test_the_flag_is_not_taken_off_to_see_the_name_unnoticed(self):
        self._see(self.outside, self.known).flag_ids = [Command.clear()]
        [values] = self._see(self.outside, self.known).read(['complainant_name'])
        self.assertEqual(values['complainant_name'], "Li Wei")
        log = self.env['complaint.read.log'].search([('case_id', '=', self.known.id)])
        self.assertEqual(log.mapped('way'), ['unmask'])
        self.assertIn("Flags", log.reason)


@tagged('post_install', '-at_install')
class TestUnmask(MaskingCommon):
    """Unmasking by a button, with a reason, recorded, for one user, one case and one hour."""

    def _unmask(self, reason="Agree on a visit"):
        case = self._see(self.outside)
        action = case.action_unmask()
        dialog = self.env[action['res_model']].with_user(self.outside)
        dialog.with_context(**action['context']).create({'reason': reason}).action_confirm()
        return case

    def _phone(self, user, case=None):
        [values] = self._see(user, case).read(['complainant_phone'])
        return values['complainant_phone']

    def test_it_shows_the_data_to_one_user_in_one_case(self):
        other = self._create_case(
            partner_id=False, complainant_phone=PHONE, handler_id=self.outside.id
        )
        self._unmask()
        self.assertEqual(self._phone(self.outside), PHONE)
        self.assertEqual(self._phone(self.outside, other), SHOWN_PHONE)
        self.assertEqual(self._phone(self.admin), SHOWN_PHONE)
        found = self._cases(self.outside).search([('complainant_phone', '=', PHONE)])
        self.assertEqual(found, self.case, "By a full number he finds what he may see")

    def test_it_ends_after_an_hour(self):
        self._unmask()
        self._pass_time(minutes=59)
        self.assertEqual(self._phone(self.outside), PHONE)
        self._pass_time(minutes=2)
        self.assertEqual(self._phone(self.outside), SHOWN_PHONE)
        self.assertFalse(self._cases(self.outside).search([('complainant_phone', '=', PHONE)]))

    def test_it_is_recorded_with_its_reason(self):
        self._unmask("Agree on a visit")
        log = self.env['complaint.read.log'].search([('case_id', '=', self.case.id)])
        self.assertEqual(log.way, 'unmask')
        self.assertEqual(log.user_id, self.outside)
        self.assertEqual(log.reason, "Agree on a visit")
        self.assertEqual((log.shown_until - log.read_at).total_seconds(), 3600)

    def test_it_needs_a_reason(self):
        with self._refused("Say why"):
            self._unmask("  ")
        self.assertEqual(self._phone(self.outside), SHOWN_PHONE)

    def test_who_may_not_read_the_case_unmasks_nothing(self):
        stranger = new_test_user(
            self.env, 'complaint_stranger', groups='complaint_management.group_complaint_user'
        )
        dialog = self.env['complaint.case.unmask'].with_user(stranger)
        with self.assertRaises(UserError):
            dialog.create({'case_id': self.case.id, 'reason': "Curious"}).action_confirm()

    def test_who_complains_about_the_handling_to_see_the_data_is_recorded(self):
        case = self._see(self.outside)
        new = case._complain_about_handling("Too slow", self.env['hr.employee.public'])
        log = self.env['complaint.read.log'].search([('case_id', '=', new.id)])
        self.assertEqual(
            log.mapped('way'), [] if new.with_user(self.outside).is_contact_masked else ['unmask']
        )

    def test_who_lifts_the_mask_by_a_change_is_recorded(self):
        head = self.department_head
        own = self.env['complaint.team'].create(
            {'name': "Own", 'procedure_id': self.procedure.id, 'member_ids': head.ids}
        )
        for name, value in (('team_id', own.id), ('contact_owner_id', head.id)):
            case = self._create_case(
                partner_id=False, complainant_phone=PHONE, department_id=self.department.id
            )
            self.assertEqual(self._phone(head, case), SHOWN_PHONE)
            self._see(head, case).write({name: value})
            self.assertEqual(self._phone(head, case), PHONE)
            log = self.env['complaint.read.log'].search([('case_id', '=', case.id)])
            self.assertEqual((log.way, log.user_id), ('unmask', head), name)
