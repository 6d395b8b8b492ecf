from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestDocument(ComplaintCommon):
    """Design 5, FORMS-2-d, 8D-2-b: a complaint names its documents and lots."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type = cls.env.ref('complaint_management.document_type_order')
        cls.order_type.model_id = cls.env['ir.model']._get('res.partner')
        cls.order = cls.env['res.partner'].create({'name': "SO-2231"})
        cls.case = cls._create_case()

    def _line(self, user=None, case=None, **values):
        documents = self.env['complaint.document'].with_user(user or self.receiver)
        return documents.create({'case_id': (case or self.case).id, **values})

    def _pointer(self, record):
        return f'{record._name},{record.id}'

    def test_what_is_installed_and_listed_can_be_pointed_at(self):
        documents = self.env['complaint.document'].with_user(self.receiver)
        self.assertEqual(
            documents.fields_get(['reference'])['reference']['selection'],
            [('res.partner', "Order")],
        )
        self.order_type.model_id = False
        self.assertEqual(documents.fields_get(['reference'])['reference']['selection'], [])

    def test_the_form_fills_in_number_and_kind(self):
        with Form(self.case) as form, form.document_ids.new() as line:
            line.reference = self._pointer(self.order)
            self.assertEqual(line.number, "SO-2231")
            self.assertEqual(line.type_id, self.order_type)
            line.lot = "L-123"
        self.assertEqual(self.case.document_ids.reference, self.order)
        self.assertEqual(self.case.document_ids.number, "SO-2231")

    def test_another_way_in_fills_in_the_same(self):
        line = self._line(reference=self._pointer(self.order))
        self.assertEqual((line.number, line.type_id), ("SO-2231", self.order_type))
        own = self._line(reference=self._pointer(self.order), number="As the customer says")
        self.assertEqual(own.number, "As the customer says")
        own.reference = False
        self.assertFalse(own.res_id)

    def test_a_deleted_document_keeps_its_number(self):
        line = self._line(reference=self._pointer(self.order))
        self.order.unlink()
        line = self._as(self.receiver, line)
        self.assertFalse(line.reference)
        self.assertEqual(line.number, "SO-2231")
        line.lot = "L-9"  # and the line can still be worked on
        specification = {'document_ids': {'fields': {'reference': {'fields': {}}, 'number': {}}}}
        [values] = self._as(self.receiver, self.case).web_read(specification)
        self.assertEqual(values['document_ids'][0]['number'], "SO-2231")

    def test_an_app_that_is_gone_leaves_the_number(self):
        line = self._line(reference=self._pointer(self.order))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE complaint_document SET res_model = 'gone.order' WHERE id = %s", [line.id]
        )
        line = self._as(self.receiver, line)
        self.assertFalse(line.reference)
        self.assertEqual(line.number, "SO-2231")

    def test_who_may_not_read_a_document_reads_its_number_only(self):
        crons = self.env['ir.model']._get('ir.cron')
        self.order_type.model_id = crons
        cron = self.env['ir.cron'].search([], limit=1)
        line = self.env['complaint.document'].create(
            {'case_id': self.case.id, 'reference': self._pointer(cron), 'number': "JOB-7"}
        )
        self.assertEqual(line.reference, cron)
        specification = {
            'document_ids': {
                'fields': {'reference': {'fields': {'display_name': {}}}, 'number': {}}
            }
        }
        [values] = self._as(self.receiver, self.case).web_read(specification)
        [shown] = values['document_ids']
        self.assertFalse(shown['reference'])
        self.assertEqual(shown['number'], "JOB-7")
        with self.assertRaises(AccessError):
            self._line(reference=self._pointer(cron))
        with self.assertRaises(ValueError):
            self._line(reference=self._pointer(self.case.category_id))

    def test_a_line_says_something(self):
        for values in ({}, {'number': " - "}, {'type_id': self.order_type.id}):
            with self._refused("number, a lot, or a product", ValidationError):
                self._line(**values)
        self._line(product="Kettle K2")

    def test_whoever_cannot_reach_the_case_cannot_reach_its_documents(self):
        line = self._line(number="SO-1")
        hidden = self._create_case(
            user=self.manager, accused_employee_ids=[(4, self.employees['receiver'].id)]
        )
        self._line(user=self.manager, case=hidden, number="SO-2")
        documents = self.env['complaint.document'].with_user(self.receiver)
        self.assertEqual(documents.search([]), line)
        with self.assertRaises(AccessError):
            self._line(case=hidden, number="SO-3")
        with self.assertRaises(AccessError):
            line.with_user(self.auditor).number = "X"

    # === WHAT IS ALREADY KNOWN === #

    def _find(self, user=None, **document):
        cases = self.env['complaint.case'].with_user(user or self.receiver)
        return [
            (answer['id'], answer['reasons'])
            for answer in cases.find_similar({'documents': [document]})
        ]

    def test_the_same_number_is_found_however_it_is_written(self):
        self._line(number="SO-2231")
        for number in ("SO-2231", "so 2231", "ＳＯ２２３１"):
            self.assertEqual(
                self._find(number=number), [(self.case.id, [f"Same document {number}"])]
            )
        self.assertEqual(self._find(number="SO-223"), [])
        self.assertEqual(self._find(number="", lot=""), [])

    def test_the_same_record_is_found_under_another_number(self):
        self._line(reference=self._pointer(self.order), number="The blue one")
        pointer = {'res_model': 'res.partner', 'res_id': self.order.id}
        self.assertEqual(
            self._find(number="SO-2231", **pointer), [(self.case.id, ["Same document SO-2231"])]
        )
        self.assertEqual(self._find(**{**pointer, 'res_id': self.order.id + 1}), [])

    def test_the_same_lot_is_found_and_said(self):
        self._line(number="SO-1", lot="L-123", product="Kettle")
        other = self._create_case(partner_id=False)
        self._line(case=other, lot="l123")
        found = dict(self._find(lot="L-123"))
        self.assertEqual(found, {self.case.id: ["Same lot L-123"], other.id: ["Same lot L-123"]})
        [(case_id, reasons)] = self._find(number="SO-1", lot="L-123")[:1]
        self.assertEqual(case_id, self.case.id)
        self.assertEqual(reasons, ["Same document SO-1", "Same lot L-123"])
        self.assertEqual([answer['id'] for answer in other._find_similar()], self.case.ids)

    def test_a_lot_tells_nobody_of_what_he_may_not_read(self):
        hidden = self._create_case(
            user=self.manager, accused_employee_ids=[(4, self.employees['receiver'].id)]
        )
        self._line(user=self.manager, case=hidden, lot="L-77")
        self.assertEqual(self._find(lot="L-77"), [])
        self.assertEqual(self._find(self.manager, lot="L-77"), [(hidden.id, ["Same lot L-77"])])

    def test_nonsense_from_a_client_is_no_error(self):
        find_similar = self.env['complaint.case'].with_user(self.receiver).find_similar
        for documents in (
            None,
            "x",
            {},
            [None, 7, "x", {}],
            [{'number': 7, 'lot': [1], 'res_model': 5, 'res_id': 'x'}],
            [{'res_model': 'no.such.model', 'res_id': 10**20}],
            [{'number': "'; DROP TABLE x; --%" * 500}] * 1000,
        ):
            self.assertEqual(find_similar({'documents': documents}), [])

    def test_the_cost_is_the_same_however_many_documents(self):
        for number in range(30):
            case = self._create_case(partner_id=False)
            self._line(case=case, number=f"N-{number}", lot="L-1")
        cases = self.env['complaint.case'].with_user(self.receiver)

        def look_up(size):
            documents = [{'number': f"N-{n}", 'lot': "L-1"} for n in range(size)]
            return self._count_queries(lambda: cases.find_similar({'documents': documents}))

        one, many = look_up(1), look_up(20)
        self.assertEqual(one, many)
        self.assertLessEqual(many, 6)

    def test_documents_and_lots_read_an_index(self):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO complaint_document (
                    case_id, company_id, number, number_key, lot, lot_key, res_model, res_id
                )
                SELECT %s, %s, 'N-' || n, 'n' || n, 'L-' || n %% 500, 'l' || n %% 500,
                    'res.partner', n
                  FROM generate_series(1, 20000) n
                """,
                self.case.id,
                self.case.company_id.id,
            )
        )
        self.env.cr.execute("ANALYZE complaint_document")
        cases = self.env['complaint.case']
        documents = [
            cases._get_document_key(
                {'number': "N-7", 'lot': "L-8", 'res_model': 'res.partner', 'res_id': 9}
            )
        ]
        query = self.env['complaint.document']._search(
            cases._get_documents_domain(documents), order='id desc', limit=500, bypass_access=True
        )
        rows = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        plan = '\n'.join(row[0] for row in rows)
        self.assertNotIn('Seq Scan on complaint_document', plan)
        for index in ('number_key', 'lot_key', 'record_idx'):
            self.assertIn(index, plan)
