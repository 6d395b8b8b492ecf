from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestRepeat(ComplaintCommon):
    """PAWN-4.2-c, PAWN-5.3-c, INS-1-c, TEL-1.3: repeats are counted and shown."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._create_case(category_id=cls.category.id)
        cls.other_category = cls.env['complaint.category'].search(
            [('id', '!=', cls.category.id)], limit=1
        )

    # === LINKS === #

    def test_a_link_shows_on_both(self):
        second, third = self._create_case(), self._create_case()
        self.first.related_ids = second
        self.assertEqual(second.related_ids, self.first)
        third.write({'related_ids': [(6, 0, [self.first.id, second.id])]})
        self.assertEqual(self.first.related_ids, second | third)
        second.related_ids = [(3, third.id)]
        self.assertEqual(third.related_ids, self.first)
        self.first.related_ids = False
        self.assertFalse((second | third).related_ids)
        fourth = self._create_case(related_ids=[(4, self.first.id)])
        self.assertEqual(self.first.related_ids, fourth)

    def test_nothing_is_linked_to_itself(self):
        with self._refused("cannot refer to itself"):
            self.first.related_ids = self.first
        second = self._create_case(repeat_of_id=self.first.id)
        with self._refused("cannot refer to itself"):
            self.first.repeat_of_id = second

    def test_a_copy_is_linked_to_nothing(self):
        self.first.related_ids = self._create_case()
        second = self._create_case(repeat_of_id=self.first.id, category_id=self.category.id)
        copy = second.copy() | self.first.copy()
        self.assertFalse(copy.related_ids | copy.repeat_of_id)

    def test_nobody_links_what_he_cannot_read(self):
        hidden = self._create_case(
            user=self.manager, accused_employee_ids=[(4, self.employees['receiver'].id)]
        )
        first = self._as(self.receiver, self.first)
        cases = first.browse()
        for name in ('repeat_of_id', 'duplicate_of_id', 'lead_case_id'):
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    first.write({name: hidden.id})
                with self.assertRaises(AccessError):
                    self._create_case(**{name: hidden.id})
                values = cases.with_context(**{f'default_{name}': hidden.id}).default_get([name])
                self.assertFalse(values.get(name))
        for command in ((4, hidden.id), (6, 0, hidden.ids)):
            with self.assertRaises(AccessError):
                first.write({'related_ids': [command]})

    def test_a_link_does_not_name_what_recusal_hides(self):
        hidden = self._create_case(
            user=self.manager,
            name="The receiver was rude",
            accused_employee_ids=[(4, self.employees['receiver'].id)],
        )
        self.first.with_user(self.manager).write(
            {'repeat_of_id': hidden.id, 'related_ids': [(4, hidden.id)]}
        )
        first = self._as(self.receiver, self.first)
        self.assertEqual(first.read(['repeat_of_id'])[0]['repeat_of_id'][1], hidden.number)
        self.assertEqual(first.read(['related_ids'])[0]['related_ids'], [])
        specification = {
            name: {'fields': {'display_name': {}}} for name in ('repeat_of_id', 'related_ids')
        }
        self.assertNotIn("rude", str(first.web_read(specification)))
        manager = self._as(self.manager, self.first)
        self.assertIn("rude", str(manager.web_read(specification)))

    # === OF A CUSTOMER === #

    def test_earlier_complaints_of_the_customer_are_counted(self):
        self.assertEqual(self.first.repeat_count, 0)
        second = self._create_case(category_id=self.category.id)
        self.assertEqual(second.repeat_count, 1)
        by_phone = self._create_case(
            partner_id=False, complainant_phone="138 00000001", category_id=self.category.id
        )
        self.assertEqual(by_phone.repeat_count, 2)
        by_mail = self._create_case(
            partner_id=False,
            complainant_email="LI.WEI@customer.example",
            category_id=self.category.id,
        )
        self.assertEqual(by_mail.repeat_count, 2, "not the one known only by its phone")
        self.assertEqual(self.first.repeat_count, 0, "what comes later is no repeat of it")
        found = self.first.search(
            [('id', 'in', (self.first | second).ids), ('repeat_count', '>', 0)]
        )
        self.assertEqual(found, second)

    def test_another_matter_or_a_stranger_is_no_repeat(self):
        values = [
            {'category_id': self.other_category.id},
            {'category_id': False},
            {'category_id': self.category.id, 'partner_id': False},
            {'category_id': self.category.id, 'partner_id': False, 'complainant_phone': "99999999"},
        ]
        for vals in values:
            self.assertEqual(self._create_case(**vals).repeat_count, 0, vals)

    def test_the_days_of_the_settings_count(self):
        self.first.sudo()._write_internal({'received_at': self.env.cr.now() - timedelta(days=89)})
        self.assertEqual(self._create_case(category_id=self.category.id).repeat_count, 1)
        self.first.sudo()._write_internal({'received_at': self.env.cr.now() - timedelta(days=91)})
        case = self._create_case(category_id=self.category.id, partner_id=False)
        case.partner_id = self.customer
        self.assertEqual(case.repeat_count, 1, "only the second")

    def test_a_matter_that_is_named_later_counts_then(self):
        second = self._create_case()
        self.assertEqual(second.repeat_count, 0)
        second.category_id = self.category
        self.assertEqual(second.repeat_count, 1)
        second.category_id = self.other_category
        self.assertEqual(second.repeat_count, 0)

    def test_a_batch_counts_its_own(self):
        values = {
            'name': "Late",
            'partner_id': self.customer.id,
            'team_id': self.team.id,
            'category_id': self.category.id,
        }
        cases = self.env['complaint.case'].with_user(self.receiver).create([values] * 3)
        self.assertEqual(cases.mapped('repeat_count'), [1, 2, 3])

    def test_the_count_is_the_softwares(self):
        with self._refused("sets these fields itself", UserError):
            self.first.repeat_count = 5

    def test_earlier_complaints_are_listed(self):
        second = self._create_case(category_id=self.category.id)
        self._create_case(category_id=self.category.id)
        action = second.action_view_earlier()
        self.assertEqual(second.search(action['domain']), self.first)

    # === OF A DEPARTMENT OR A PERSON === #

    def test_the_same_problem_in_a_department_or_about_a_person(self):
        accused = self.employees['legal']
        values = {
            'category_id': self.category.id,
            'department_id': self.department.id,
            'accused_employee_ids': [(4, accused.id)],
        }
        cases = self._create_case(**values) | self._create_case(**values, partner_id=False)
        self._create_case(**{**values, 'category_id': self.other_category.id})
        case = self._as(self.manager, cases[0])
        self.assertEqual((case.department_repeat_count, case.person_repeat_count), (1, 1))
        for action in (case.action_view_department_repeats(), case.action_view_person_repeats()):
            self.assertEqual(case.search(action['domain']), cases[1].with_user(self.manager))
        first = self._as(self.manager, self.first)
        self.assertEqual((first.department_repeat_count, first.person_repeat_count), (0, 0))

    def test_repeats_never_count_across_recusal(self):
        values = {'category_id': self.category.id, 'department_id': self.department.id}
        case = self._create_case(**values)
        self._create_case(
            user=self.manager,
            accused_employee_ids=[(4, self.employees['department_head'].id)],
            **values,
        )
        self.assertEqual(self._as(self.manager, case).department_repeat_count, 1)
        self.assertEqual(self._as(self.department_head, case).department_repeat_count, 0)
