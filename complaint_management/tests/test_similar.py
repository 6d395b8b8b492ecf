from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import SQL

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestSimilar(ComplaintCommon):
    """PAWN-4.2-c, INS-1-c, TEL-1.3: what is already known while a complaint is typed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.known = cls._create_case(category_id=cls.category.id)

    def _find(self, user=None, **values):
        cases = self.env['complaint.case'].with_user(user or self.receiver)
        return cases.find_similar(values)

    def _ids(self, answers):
        return [answer['id'] for answer in answers]

    def test_the_same_customer_is_found(self):
        [answer] = self._find(partner_id=self.customer.id)
        self.assertEqual(answer['id'], self.known.id)
        self.assertEqual(answer['number'], self.known.number)
        self.assertEqual(answer['name'], self.known.name)
        self.assertEqual(answer['stage'], self.known.stage_id.name)
        self.assertEqual(answer['received_at'], self.known.received_at)
        self.assertFalse(answer['is_closed'])
        self.assertEqual(answer['reasons'], ["Same customer"])

    def test_the_family_of_a_company_is_found(self):
        company = self.env['res.partner'].create({'name': "Huaxin Ltd", 'is_company': True})
        people = self.env['res.partner'].create(
            [{'name': name, 'parent_id': company.id} for name in ("Wang", "Zhao")]
        )
        case = self._create_case(partner_id=people[0].id)
        [answer] = self._find(partner_id=people[1].id)
        self.assertEqual(answer['id'], case.id)
        self.assertEqual(answer['reasons'], ["Same company of the customer"])
        self.assertEqual(self._ids(self._find(partner_id=company.id)), case.ids)

    def test_phones_are_compared_by_their_digits(self):
        for phone in (
            "13800000001",
            "+86 138-0000-0001",
            "0086 138 0000 0001",
            "１３８００００００１",
        ):
            if phone.startswith("１"):
                phone = "１３８０００００００１"
            self.assertEqual(self._ids(self._find(complainant_phone=phone)), self.known.ids, phone)
        for phone in ("13800000002", "12", "", "unknown"):
            self.assertEqual(self._find(complainant_phone=phone), [], phone)

    def test_a_number_is_found_however_it_was_written(self):
        case = self._create_case(partner_id=False, complainant_phone="138 0000 7788")
        for typed in ("13800007788", "+86 138-0000-7788", "138 0000 7788", "7788"):
            with self.subTest(typed=typed):
                found = case.search([('complainant_phone_search', 'ilike', typed)])
                self.assertIn(case, found)
        self.assertNotIn(case, case.search([('complainant_phone_search', 'ilike', "13800007780")]))

    def test_an_extension_is_no_part_of_the_number(self):
        case = self._create_case(partner_id=False, complainant_phone="010-12345678转802")
        self.assertEqual(self._ids(self._find(complainant_phone="01012345678 ext. 9")), case.ids)

    def test_addresses_are_compared_without_regard_to_case(self):
        for email in ("LI.WEI@Customer.Example", '"Li" <li.wei@customer.example>'):
            [answer] = self._find(complainant_email=email)
            self.assertEqual((answer['id'], answer['reasons']), (self.known.id, ["Same e-mail"]))
        self.assertEqual(self._find(complainant_email="wei@customer.example"), [])

    def test_the_best_comes_first_and_eight_are_enough(self):
        self._create_case(partner_id=False, complainant_phone="138 0000 0001")
        for _number in range(10):
            self._create_case(partner_id=False, complainant_email="li.wei@customer.example")
        answers = self._find(
            partner_id=self.customer.id,
            complainant_phone=self.customer.phone,
            complainant_email=self.customer.email,
            category_id=self.category.id,
        )
        self.assertEqual(len(answers), 8)
        self.assertEqual(answers[0]['id'], self.known.id)
        self.assertEqual(
            answers[0]['reasons'], ["Same customer", "Same phone", "Same e-mail", "Same category"]
        )
        self.assertEqual(answers[0]['score'], 100)
        scores = [answer['score'] for answer in answers]
        self.assertEqual(scores, sorted(scores, reverse=True))

    def test_a_case_finds_others_and_not_itself(self):
        case = self._create_case()
        self.assertEqual(self._ids(case._find_similar()), self.known.ids)
        self.assertEqual(
            self._ids(self._find(id=case.id, partner_id=self.customer.id)), self.known.ids
        )
        self.assertEqual(self._ids(case._find_similar(limit=0)), [])

    def test_only_the_last_days_count(self):
        self.known.sudo()._write_internal({'received_at': self.env.cr.now() - timedelta(days=40)})
        self.assertTrue(self._find(partner_id=self.customer.id))
        self.env.company.complaint_lookup_days = 30
        self.assertFalse(self._find(partner_id=self.customer.id))
        self.env.company.complaint_lookup_days = 0
        self.assertFalse(self._find(partner_id=self.customer.id))

    # === TEXTS === #

    def _skip_without_texts(self):
        if not self.env['complaint.case']._can_compare_texts():
            self.skipTest("The database cannot compare Chinese texts.")

    def test_a_similar_subject_counts_within_the_category(self):
        self._skip_without_texts()
        chinese = self._create_case(
            name="电梯经常停在三楼不动", partner_id=False, category_id=self.category.id
        )
        [answer] = self._find(name="电梯又停在三楼不动了", category_id=self.category.id)
        self.assertEqual(answer['id'], chinese.id)
        self.assertRegex(answer['reasons'][0], r"Similar subject \(\d+%\)")
        [answer] = self._find(name="Parcel three days late", category_id=self.category.id)
        self.assertEqual(answer['id'], self.known.id)
        other = self.env.ref('complaint_management.category_product_defect', False)
        other = other or self.env['complaint.category'].search([('id', '!=', self.category.id)])[:1]
        self.assertEqual(self._find(name="Parcel three days late", category_id=other.id), [])
        self.assertEqual(self._find(name="Parcel three days late"), [])

    def test_without_trigrams_texts_are_left_out_and_the_settings_say_so(self):
        settings = self.env['res.config.settings']
        if self.env['complaint.case']._can_compare_texts():
            self.assertFalse(settings.create({}).complaint_text_note)
        self.patch(self.registry['complaint.case'], '_can_compare_texts', lambda case: False)
        self.assertEqual(self._find(name=self.known.name, category_id=self.category.id), [])
        self.assertIn("Chinese", settings.create({}).complaint_text_note)
        self.patch(self.registry, 'has_trigram', False)
        self.assertIn("pg_trgm", settings.create({}).complaint_text_note)

    # === WHO MAY SEE WHAT === #

    def test_nobody_learns_of_what_he_may_not_read(self):
        hidden = self._create_case(
            user=self.manager, accused_employee_ids=[(4, self.employees['receiver'].id)]
        )
        ids = self._ids(self._find(partner_id=self.customer.id))
        self.assertEqual(ids, self.known.ids)
        self.assertIn(hidden.id, self._ids(self._find(self.manager, partner_id=self.customer.id)))
        self.assertEqual(self._find(self.handler, partner_id=self.customer.id), [])
        with self.assertRaises(AccessError):
            self._find(self.outsider, partner_id=self.customer.id)

    def test_another_company_is_another_world(self):
        company = self.env['res.company'].create({'name': "Elsewhere"})
        self.assertEqual(
            self._find(self.admin, company_id=company.id, partner_id=self.customer.id), []
        )
        self.assertEqual(self._find(company_id=987654, partner_id=self.customer.id), [])

    def test_nonsense_from_a_client_is_no_error(self):
        find_similar = self.env['complaint.case'].with_user(self.receiver).find_similar
        for values in (
            {},
            None,
            "x",
            {'partner_id': 'x', 'category_id': [1], 'name': 7, 'complainant_phone': {}},
            {'partner_id': 10**20},
            {'partner_id': -1, 'id': True},
            {'partner_id': 2**31 - 1},
            {'name': "'; DROP TABLE x; --%" * 500, 'category_id': self.category.id},
            {'complainant_phone': "9" * 10000, 'complainant_email': "@" * 10000},
        ):
            self.assertEqual(find_similar(values), [])

    def test_looking_up_writes_nothing(self):
        self.env.flush_all()
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        self.assertTrue(self._find(partner_id=self.customer.id, name="x", category_id=1))

    def test_an_addon_adds_a_key(self):
        def _get_similar_keys(case, values):
            return [
                *origin(case, values),
                {'domain': Domain('source_reference', '=', "S-1"), 'score': 60, 'reason': "Slip"},
            ]

        cases = self.registry['complaint.case']
        origin = cases._get_similar_keys
        self.patch(cases, '_get_similar_keys', _get_similar_keys)
        self.known.source_reference = "S-1"
        [answer] = self._find()
        self.assertEqual((answer['id'], answer['reasons']), (self.known.id, ["Slip"]))


@tagged('post_install', '-at_install')
class TestSimilarPlans(ComplaintCommon):
    """Issue 3: the look-up reads indexes, however many complaints there are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls._create_case(user=cls.env.user, category_id=cls.category.id)
        categories = cls.env['complaint.category'].search([]).ids
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                """
            INSERT INTO complaint_case (
                name, number, company_id, procedure_id, team_id, stage_id, phase, is_closed,
                priority, validity, received_at, registered_at, round, create_uid, event_count,
                category_id, complainant_phone_digits, complainant_email_key, partner_id
            )
            SELECT 'Lift ' || n || ' stands still', 'P-' || n, c.company_id, c.procedure_id,
                c.team_id, c.stage_id, c.phase, c.is_closed, '0', c.validity,
                c.received_at - make_interval(hours => n), c.registered_at, 1, c.create_uid, 0,
                (%s::int[])[1 + n %% %s], 'x' || n, 'x' || n || '@x.example',
                (%s::int[])[1 + n %% 3]
            FROM complaint_case c CROSS JOIN generate_series(1, 20000) n
            WHERE c.id = %s
            """,
                categories,
                len(categories),
                [cls.customer.id, None, None],
                case.id,
            )
        )
        cls.other = cls._create_case(partner_id=cls.employees['legal'].user_id.partner_id.id)
        cls.env.flush_all()
        cls.env.cr.execute("ANALYZE complaint_case")

    def _capture(self, user, call):
        """Return the plans of the queries on complaints that a call makes."""
        statements = []
        cursor = self.env.cr
        execute = cursor.execute

        def spy(query, *args, **kwargs):
            code = query.code if isinstance(query, SQL) else query
            if 'complaint_case' in code and code.lstrip().upper().startswith('SELECT'):
                statements.append((query, args))
            return execute(query, *args, **kwargs)

        self.env.flush_all()
        self.env.invalidate_all()
        self.patch(cursor, 'execute', spy)
        call(self.env['complaint.case'].with_user(user))
        cursor.execute = execute
        plans = []
        for query, args in statements:
            if isinstance(query, SQL):
                execute(SQL("EXPLAIN %s", query))
            else:
                execute(f"EXPLAIN {query}", *args)
            plans.append('\n'.join(row[0] for row in cursor.fetchall()))
        return plans

    def _assert_indexed(self, call):
        for user in (self.receiver, self.admin):
            plans = self._capture(user, call)
            self.assertTrue(plans)
            for plan in plans:
                self.assertNotIn('Seq Scan on complaint_case ', plan)

    def test_every_key_reads_an_index(self):
        partner = self.other.partner_id
        values = {
            'partner_id': partner.id,
            'complainant_phone': "12345 67890",
            'complainant_email': "x77@x.example",
        }
        for name, value in values.items():
            self._assert_indexed(lambda cases, n=name, v=value: cases.find_similar({n: v}))
        self._assert_indexed(lambda cases: cases.find_similar(values))

    def test_a_customer_with_very_many_complaints_reads_an_index(self):
        self._assert_indexed(lambda cases: cases.find_similar({'partner_id': self.customer.id}))

    def test_texts_read_an_index_of_their_category(self):
        if not self.env['complaint.case']._can_compare_texts():
            self.skipTest("The database cannot compare Chinese texts.")
        values = {'name': "The lift stands still", 'category_id': self.category.id}
        self._assert_indexed(lambda cases: cases.find_similar(values))

    def test_counting_repeats_reads_indexes(self):
        case = self.other
        case.category_id = self.category
        self._assert_indexed(lambda cases: case.sudo()._query_repeats())

    def test_the_same_problem_reads_an_index(self):
        case = self.other
        case.write({'category_id': self.category.id, 'department_id': self.department.id})
        self._assert_indexed(
            lambda cases: cases.browse(case.id).sudo().mapped('department_repeat_count')
        )
