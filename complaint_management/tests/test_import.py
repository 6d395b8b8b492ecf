import csv
import io
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest import SkipTest

from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from .common import ComplaintCommon

OPTIONS = {
    'quoting': '"',
    'separator': ',',
    'encoding': 'utf-8',
    'has_headers': True,
    'date_format': '%Y-%m-%d',
    'datetime_format': '%Y-%m-%d %H:%M:%S',
}
TEMPLATE = 'complaint_management/static/xls/complaint_import_template.xlsx'
XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
# Written in Shanghai, eight hours ahead of UTC.
HISTORY = {
    'id': 'old_1',
    'number': 'OLD/0017',
    'name': "Lift out of order",
    'received_at': '2019-03-04 09:00:00',
    'registered_at': '2019-03-04 10:30:00',
    'stage_id': "Closed",
    'closing_reason_id': "Solved, the customer is satisfied",
    'closed_at': '2019-03-09 17:45:00',
}


@tagged('post_install', '-at_install')
class TestImport(ComplaintCommon):
    """Issue 2 "Real input", design 5: complaints come in through Odoo's own import."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if 'base_import.import' not in cls.env:
            raise SkipTest("Odoo's import (base_import) is not installed")
        (cls.admin | cls.receiver).tz = 'Asia/Shanghai'
        cls.cases = cls.env['complaint.case'].sudo()

    # === HELPERS === #

    def _csv(self, rows):
        buffer = io.StringIO(newline='')
        writer = csv.DictWriter(buffer, list(rows[0]), lineterminator='\r\n')
        writer.writeheader()
        writer.writerows(rows)
        return {'file': buffer.getvalue().encode(), 'file_name': 'c.csv', 'file_type': 'text/csv'}

    def _xlsx(self, rows):
        from openpyxl import Workbook

        book = Workbook()
        book.active.append(list(rows[0]))
        for row in rows:
            book.active.append(list(row.values()))
        buffer = io.BytesIO()
        book.save(buffer)
        return {'file': buffer.getvalue(), 'file_name': 'c.xlsx', 'file_type': XLSX_TYPE}

    def _import(self, rows, user=None, history=False, file=None, **options):
        """Import rows (dicts by field path) and return what Odoo's import answers."""
        context = {'complaint_import': 'history'} if history else {}
        user = user or (self.admin if history else self.receiver)
        wizard = self.env['base_import.import'].with_user(user).with_context(**context)
        wizard = wizard.create({'res_model': 'complaint.case', **(file or self._csv)(rows)})
        columns = list(rows[0])
        dryrun = options.pop('dryrun', False)
        return wizard.execute_import(columns, columns, {**OPTIONS, **options}, dryrun=dryrun)

    def _imported(self, rows, **options):
        """Import rows, expect no complaint about them, and return the cases."""
        result = self._import(rows, **options)
        self.assertFalse(result['messages'])
        return self.cases.browse(result['ids'])

    def _assert_refused(self, result, pattern):
        self.assertFalse(result['ids'])
        self.assertRegex('\n'.join(message['message'] for message in result['messages']), pattern)

    @contextmanager
    def _nothing_saved(self):
        before = self.cases.search_count([])
        yield
        self.assertEqual(self.cases.search_count([]), before, "All or nothing")

    def _moments(self, case):
        """Return {milestone code: (business time, payload)} of what counts in its history."""
        return {
            event.milestone_id.code: (event.occurred_at, event.payload)
            for event in case.event_ids._get_effective()
        }

    # === NEW: AS TYPED AT THE DESK === #

    def test_new_rows_are_registered_like_typed_ones(self):
        """Design 5: "As if typed at the desk, all rules apply"."""
        rows = [
            {'id': 'a', 'name': "Cold soup", 'category_id': self.category.display_name},
            {'id': 'b', 'name': "Slow lift", 'category_id': "delivery_late"},
        ]
        cases = self._imported(rows)
        typed = self._create_case()
        self.assertEqual(cases.mapped('name'), ["Cold soup", "Slow lift"])
        self.assertEqual(cases.category_id, self.category, "By path and by code")
        for case in cases:
            self.assertEqual(self._codes(case), self._codes(typed))
            self.assertEqual(case.contact_owner_id, self.receiver)
            self.assertEqual(case.team_id, self.team)
            self.assertEqual(case.stage_id, self.stages['intake'])
            self.assertEqual(case.registered_at, self.env.cr.now().replace(microsecond=0))
            self.assertFalse(self._moments(case)['registered'][1])
        numbers = [int(case.number.rpartition('-')[2]) for case in cases | typed]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)), "Given by the sequence")

    def test_an_empty_cell_takes_the_default(self):
        rows = [{'name': "Cold soup", 'kind_id': '', 'priority': '', 'team_id': '', 'stage_id': ''}]
        case = self._imported(rows)
        typed = self._create_case()
        for name in ('kind_id', 'priority', 'team_id', 'procedure_id', 'stage_id', 'company_id'):
            self.assertEqual(case[name], typed[name], name)

    def test_a_new_row_with_a_number_of_its_own_is_refused(self):
        for name in ('number', 'registered_at', 'closed_at'):
            row = {'name': "Cold soup", name: HISTORY[name]}
            with self._nothing_saved():
                label = self.cases._fields[name].string
                self._assert_refused(self._import([row]), f"sets these fields itself: {label}")
        rows = [{'name': "Cold soup", 'number': 'X-1' if n == 9 else ''} for n in range(10)]
        with self._nothing_saved():
            result = self._import(rows, user=self.admin)
            self._assert_refused(result, "Complaint number")
            self.assertEqual(result['messages'][-1]['rows'], {'from': 9, 'to': 9})

    def test_a_new_row_obeys_the_gates_of_its_stage(self):
        row = {'name': "Cold soup", 'stage_id': "Investigation"}
        with self._nothing_saved():
            self._assert_refused(self._import([row]), "Assign a handler")
        case = self._imported([{**row, 'handler_id': self.handler.name}])
        self.assertEqual(case.stage_id, self.stages['investigation'])
        self.assertEqual(self._codes(case), ['received', 'registered', 'moved'])

    def test_a_new_row_of_tomorrow_is_refused(self):
        tomorrow = self.env.cr.now() + timedelta(days=1)
        rows = [{'name': "Cold soup", 'received_at': tomorrow.strftime('%Y-%m-%d %H:%M:%S')}]
        with self._nothing_saved():
            self._assert_refused(self._import(rows), "received in the future")

    def test_who_may_not_register_may_not_import(self):
        for user in (self.auditor, self.outsider):
            with self._nothing_saved():
                result = self._import([{'name': "Cold soup"}], user=user)
                self.assertTrue(result['messages'])

    # === HISTORY === #

    def test_history_is_for_administrators(self):
        """Design 5: history is "refused to all but administrators"."""
        for user in (self.handler, self.receiver, self.manager, self.committee, self.auditor):
            with self._nothing_saved():
                result = self._import([HISTORY], user=user, history=True)
                self._assert_refused(result, "Only an administrator of complaints|not allowed")

    def test_history_keeps_number_dates_and_stage(self):
        """Design 5: "rows may carry their own number, dates, stage and closing reason"."""
        case = self._imported([HISTORY], history=True)
        self.assertEqual(case.number, 'OLD/0017')
        self.assertEqual(case.received_at, datetime(2019, 3, 4, 1, 0))
        self.assertEqual(case.registered_at, datetime(2019, 3, 4, 2, 30))
        self.assertEqual(case.closed_at, datetime(2019, 3, 9, 9, 45))
        self.assertEqual(case.stage_id, self.stages['closed'])
        self.assertEqual(case.closing_reason_id, self.reason_satisfied)
        imported = {'imported': True}
        self.assertEqual(
            self._moments(case),
            {
                'received': (case.received_at, imported),
                'registered': (case.registered_at, imported),
                'closed': (case.closed_at, imported),
            },
        )
        self.assertEqual(
            set(case.event_ids.mapped('recorded_at')), {self.env.cr.now().replace(microsecond=0)}
        )
        self.assertFalse(case._find_broken_histories())

    def test_history_fills_the_dates_that_are_missing(self):
        row = {'name': "Old", 'received_at': '2018-01-02', 'stage_id': "Withdrawn"}
        case = self._imported([row], history=True)
        self.assertTrue(case.number, "A finished complaint without a number gets the next one")
        self.assertEqual(case.registered_at, case.received_at)
        self.assertEqual(case.closed_at, case.received_at)
        self.assertEqual(self._codes(case), ['received', 'registered', 'withdrawn'])

    def test_history_that_contradicts_itself_is_refused(self):
        for values, pattern in (
            ({'stage_id': "Investigation"}, "“Investigation” is not closed"),
            ({'closed_at': '2999-01-01'}, "not happened yet"),
            ({'received_at': '2999-01-01'}, "in the future"),
        ):
            with self.subTest(values), self._nothing_saved():
                self._assert_refused(self._import([HISTORY | values], history=True), pattern)

    def test_history_tells_nobody(self):
        """Design 5: "gates, approvals, mails and reminders are skipped"."""
        models = ('mail.mail', 'mail.notification', 'mail.activity')
        before = [self.env[model].sudo().search_count([]) for model in models]
        template = self.env['mail.template'].create(
            {
                'name': "Answer",
                'model_id': self.env['ir.model']._get_id('complaint.case'),
                'email_to': '{{ object.complainant_email }}',
            }
        )
        self.procedure.stage_ids.mail_template_id = template
        values = {'handler_id': self.handler.name, 'complainant_email': 'li@customer.example'}
        rows = [
            HISTORY | values,
            HISTORY
            | values
            | {'id': 'old_2', 'number': 'OLD/18', 'stage_id': "Investigation", 'closed_at': ''},
        ]
        self._imported(rows, history=True)
        rows[1] = rows[1] | {'stage_id': "Closed", 'handler_id': self.manager.name}
        self._imported(rows, history=True)
        self.env.flush_all()
        self.env.cr.precommit.run()
        after = [self.env[model].sudo().search_count([]) for model in models]
        self.assertEqual(after, before)

    # === SECOND IMPORT === #

    def test_a_second_import_updates_and_never_doubles(self):
        """Issue 2: "external id, so that a second import updates and never doubles"."""
        for history in (False, True):
            rows = [{'id': f'x{n}_{history}', 'name': f"Case {n}"} for n in range(3)]
            cases = self._imported(rows, history=history)
            rows[1]['name'] = "Case one"
            with self._nothing_saved():
                self.assertEqual(self._imported(rows, history=history), cases)
            self.assertEqual(cases.mapped('name'), ["Case 0", "Case one", "Case 2"])
            self.assertEqual(cases.mapped('event_count'), [2, 2, 2])
            self.assertEqual(len(set(cases.mapped('number'))), 3)

    def test_an_empty_cell_never_takes_the_number_away(self):
        case = self._imported([HISTORY], history=True)
        empty = dict.fromkeys(HISTORY, '') | {'id': 'old_1', 'name': "Lift"}
        self._imported([empty | {'stage_id': "Closed"}], history=True)
        self.assertEqual((case.name, case.number), ("Lift", 'OLD/0017'))
        self.assertEqual(case.closed_at, datetime(2019, 3, 9, 9, 45))
        self.assertEqual(case.event_count, 3)

    def test_a_date_corrected_by_a_second_import_is_corrected_in_the_history(self):
        """Design 5: wrong dates are corrected by revoking, never by changing."""
        case = self._imported([HISTORY], history=True)
        self._imported([HISTORY | {'closed_at': '2019-03-10 12:00:00'}], history=True)
        self.assertEqual(case.closed_at, datetime(2019, 3, 10, 4, 0))
        self.assertEqual(self._moments(case)['closed'][0], case.closed_at)
        self.assertEqual(
            self._codes(case), ['received', 'registered', 'closed', 'revoked', 'closed']
        )
        self.assertFalse(case._find_broken_histories())

    # === BROKEN FILES === #

    def test_an_unknown_category_is_named_with_its_row(self):
        """Issue 2: "unknown category named in the error with its row"."""
        rows = [{'name': f"Case {n}", 'category_id': "Delivery / Late delivery"} for n in range(5)]
        rows[3]['category_id'] = "Delivery / Eaten by a dog"
        for history in (False, True):
            with self._nothing_saved():
                result = self._import(rows, history=history)
                self._assert_refused(result, "Delivery / Eaten by a dog.*Category")
            self.assertEqual(result['messages'][0]['rows'], {'from': 3, 'to': 3})

    def test_one_bad_row_anywhere_saves_nothing(self):
        """Issue 2: "a broken file saves nothing"."""
        bad = [
            {'received_at': '2019-02-30'},
            {'priority': "Yesterday"},
            {'channel_id': "Pigeon"},
            {'handler_id': "Nobody At All"},
            {'stage_id': "Nowhere"},
        ]
        good = {'name': "Case", 'received_at': '2019-02-03', 'priority': "Urgent"}
        good |= {'channel_id': "Phone", 'handler_id': self.handler.name, 'stage_id': "Assignment"}
        for values in bad:
            for position in (0, 7, 14):
                rows = [dict(good) for _n in range(15)]
                rows[position].update(values)
                with self.subTest(values, position=position), self._nothing_saved():
                    self.assertTrue(self._import(rows, history=True)['messages'])

    def test_a_number_twice_in_a_file_saves_nothing(self):
        rows = [HISTORY, HISTORY | {'id': 'old_2'}]
        with self._nothing_saved(), mute_logger('odoo.sql_db'):
            self._assert_refused(self._import(rows, history=True), "has the same number")

    def test_the_button_test_saves_nothing(self):
        with self._nothing_saved():
            self.assertFalse(self._import([HISTORY], history=True, dryrun=True)['messages'])

    # === TEXTS === #

    def test_texts_arrive_to_the_letter(self):
        """Issue 2: "texts equal to the letter"."""
        long = "A row of words, 一行字。\n" * 1400
        texts = [
            'He said "no", she said ""no"".',
            "First line\nsecond line\n\n\tindented ",
            "电梯坏了三天，没人管！\u3000全角空格",
            "Angry \U0001f620 and a family \U0001f468\u200d\U0001f469\u200d\U0001f467",
            "1+1=3; 'quoted', comma, semicolon; \\n is no newline",
            long[:21928],
        ]
        phones = ['0086 138 0000 0001', '02100000002', '+49 (0) 30 1', '010-0000-0003', '0', '007']
        for file, more in ((self._csv, "Carriage\r\nreturn"), (self._xlsx, "New\nline")):
            rows = [
                {'name': f"Case {n}", 'description': text, 'complainant_phone': phone}
                for n, (text, phone) in enumerate(
                    zip([*texts[:-1], more, long[:21928]], [*phones, '1'], strict=True)
                )
            ]
            cases = self._imported(rows, file=file)
            self.env.flush_all()
            self.env.invalidate_all()
            for case, row in zip(cases, rows, strict=True):
                self.assertEqual(case.description, row['description'])
                self.assertEqual(case.complainant_phone, row['complainant_phone'])

    def test_real_dates_of_a_spreadsheet_are_kept(self):
        rows = [
            HISTORY
            | {
                'received_at': datetime(2019, 3, 4, 9, 0),
                'registered_at': datetime(2019, 3, 4, 10, 30),
                'closed_at': datetime(2019, 3, 9, 17, 45),
            }
        ]
        case = self._imported(rows, history=True, file=self._xlsx)
        self.assertEqual(case.received_at, datetime(2019, 3, 4, 1, 0))
        self.assertEqual(case.closed_at, datetime(2019, 3, 9, 9, 45))

    def test_several_flags_by_name(self):
        case = self._imported([{'name': "Crowd", 'flag_ids': "Mass complaint, Media involved"}])
        self.assertEqual(set(case.flag_ids.mapped('code')), {'mass', 'media'})

    def test_names_in_another_language_are_found(self):
        """Most users work in Chinese; a file travels between them and an English system."""
        for code in ('en_US', 'zh_CN'):
            self.env['res.lang']._activate_lang(code)
        self.env.ref('complaint_management.channel_phone').with_context(
            lang='zh_CN'
        ).name = "电话来访"
        for lang, name in ((False, "电话来访"), ('zh_CN', "Phone")):
            with self.subTest(name):
                self.env = self.env(context={**self.env.context, 'lang': lang})
                case = self._imported([{'name': "Cold soup", 'channel_id': name}])
                self.assertEqual(case.channel_id.code, 'phone')

    # === NUMBERS === #

    def test_sequences_move_past_imported_numbers(self):
        """Design 5: "the sequence moves past imported numbers"."""
        prefix, _dash, counter = self._create_case().number.rpartition('-')
        ahead = int(counter) + 500
        self._imported([{'name': "Old", 'number': f'{prefix}-{ahead:06}'}], history=True)
        self.assertEqual(self._create_case().number, f'{prefix}-{ahead + 1:06}')
        case = self._imported([{'id': 'y', 'name': "Older", 'number': 'ANOTHER 9'}], history=True)
        self.assertEqual(self._create_case().number, f'{prefix}-{ahead + 2:06}')
        rows = [{'id': 'y', 'name': "Older", 'number': f'{prefix}-{ahead + 40:06}'}]
        self.assertEqual(self._imported(rows, history=True), case)
        self.assertEqual(
            self._create_case().number, f'{prefix}-{ahead + 41:06}', "By an update too"
        )

    def test_a_sequence_with_its_own_prefix_moves_too(self):
        sequence = self.env['ir.sequence'].create(
            {'name': "Pawnshop", 'prefix': 'PAWN-', 'padding': 4, 'implementation': 'standard'}
        )
        before = self._create_case().number
        procedure = self.procedure.copy({'code': 'own', 'number_sequence_id': sequence.id})
        if not procedure.stage_ids:
            self.stages['intake'].copy({'procedure_id': procedure.id})
        rows = [{'name': "Old", 'number': 'PAWN-0070', 'procedure_id': procedure.name}]
        self._imported(rows, history=True)
        case = self._create_case(procedure_id=procedure.id)
        self.assertEqual(case.number, 'PAWN-0071')
        # A number of that kind on a complaint that has moved on to another procedure.
        self._imported([{'name': "Old", 'number': 'PAWN-0090'}], history=True)
        self.assertEqual(self._create_case(procedure_id=procedure.id).number, 'PAWN-0091')
        counters = [int(n.rpartition('-')[2]) for n in (before, self._create_case().number)]
        self.assertEqual(counters[1], counters[0] + 1, "The company's numbers go on as before")

    def test_numbers_of_erased_complaints_stay_dead(self):
        case = self._imported([HISTORY], history=True)
        case.with_user(self.admin)._erase("Kept long enough")
        with self._nothing_saved():
            self._assert_refused(self._import([HISTORY], history=True), "OLD/0017")

    # === THE TEMPLATE === #

    def test_the_template_imports_as_it_is(self):
        """Issue 2: "reads a CSV or XLSX of complaints with our import template"."""
        [template] = self.cases.get_import_templates()
        self.assertEqual(template['template'], f'/{TEMPLATE}')
        with file_open(TEMPLATE, 'rb') as file:
            content = file.read()
        for lang in (False, *(code for code, _name in self.env['res.lang'].get_installed())):
            wizard = self.env['base_import.import'].with_user(self.receiver).with_context(lang=lang)
            wizard = wizard.create(
                {
                    'res_model': 'complaint.case',
                    'file': content,
                    'file_name': 'template.xlsx',
                    'file_type': XLSX_TYPE,
                }
            )
            preview = wizard.parse_preview({'has_headers': True, 'quoting': '"'})
            self.assertNotIn('error', preview)
            matches = ['/'.join(preview['matches'][n]) for n in range(len(preview['headers']))]
            self.assertEqual(matches[0], 'id')
            self.assertEqual(len(set(matches)), len(matches), "One field for each column")
            result = wizard.execute_import(matches, preview['headers'], preview['options'])
            self.assertFalse(result['messages'])
            cases = self.cases.browse(result['ids'])
            self.assertEqual(len(cases), 2)
            self.assertEqual(cases.mapped('complainant_phone')[1], '02100000002')
        self.assertEqual(cases, self.cases.search([('name', 'in', cases.mapped('name'))]))

    # === BATCHES === #

    def test_rows_come_in_batches(self):
        """Issue 2: "batches, not one by one": what a further row costs is less than a query."""
        for history in (False, True):
            counts = {}
            for size in (20, 200):
                rows = [
                    {
                        'id': f'b{size}_{n}_{history}',
                        'name': f"Case {n}",
                        'category_id': "Delivery / Late delivery",
                        'channel_id': "Phone",
                        'stage_id': "Registration",
                        'received_at': '2019-03-04 09:00:00',
                        'complainant_phone': f'0{n}',
                    }
                    for n in range(size)
                ]
                for again in (False, True):
                    self.env.flush_all()
                    self.env.invalidate_all()
                    start = self.env.cr.sql_log_count
                    self._imported(rows, history=history)
                    self.env.flush_all()
                    counts[size, again] = self.env.cr.sql_log_count - start
            for again in (False, True):
                more = (counts[200, again] - counts[20, again]) / 180
                self.assertLess(more, 0.5, f"history: {history}, second time: {again}, {counts}")
