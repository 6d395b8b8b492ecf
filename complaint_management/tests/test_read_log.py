import json
from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ComplaintCommon


class ReadLogCommon(ComplaintCommon):
    """A restricted case of the handler, and an ordinary one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref('base.group_user').implied_ids |= cls.env.ref('base.group_allow_export')
        cls.sensitive = cls.env.ref('complaint_management.flag_sensitive')
        cls.plain = cls._create_case(handler_id=cls.handler.id)
        cls.case = cls._create_case(
            handler_id=cls.handler.id, flag_ids=[Command.link(cls.sensitive.id)]
        )
        cls.log = cls.env['complaint.read.log']

    def _rows(self, case=None):
        """Return [(user, way)] of the log of a case, oldest first."""
        self.env.invalidate_all()
        rows = self.log.search([('case_id', '=', (case or self.case).id)], order='id')
        return [(row.user_id, row.way) for row in rows]


@tagged('post_install', '-at_install')
class TestReadLog(ReadLogCommon):
    """Issue 6, C17: who opened, exported and printed a restricted case."""

    def test_opening_is_told_by_the_form(self):
        cases = self.case | self.plain
        cases.with_user(self.handler).log_reading()
        self.assertEqual(self._rows(), [(self.handler, 'form')])
        self.assertEqual(self._rows(self.plain), [], "Only readers of restricted cases are kept")

    def test_opening_again_within_minutes_is_one_row(self):
        case = self.case.with_user(self.handler)
        case.log_reading()
        case.log_reading()
        self.case.with_user(self.manager).log_reading()
        self._pass_time(minutes=4)
        case.log_reading()
        self.assertEqual(self._rows(), [(self.handler, 'form'), (self.manager, 'form')])
        self._pass_time(minutes=2)
        case.log_reading()
        self.assertEqual(len(self._rows()), 3)

    def test_who_may_not_read_the_case_leaves_no_row(self):
        with self.assertRaises(AccessError):
            self.case.with_user(self.receiver.copy()).log_reading()
        self.assertEqual(self._rows(), [])

    def test_reading_for_a_screen_writes_nothing(self):
        """A call that Odoo may run on a read-only cursor must not write."""
        case = self._as(self.handler, self.case)
        domain = [('id', '=', case.id)]
        statements = []
        original = type(self.env.cr).execute

        def execute(cr, query, *args, **kwargs):
            statements.append(str(getattr(query, 'code', query)))
            return original(cr, query, *args, **kwargs)

        with patch.object(type(self.env.cr), 'execute', execute):
            case.web_read({'complainant_phone': {}})
            case.web_search_read(domain, {'complainant_phone': {}})
            case.formatted_read_group(domain, ['stage_id'], ['__count'])
        self.assertTrue(statements)
        self.assertFalse([s for s in statements if 'INSERT' in s or 'UPDATE' in s])
        self.assertEqual(self._rows(), [])

    def test_odoo_runs_the_recorded_calls_on_a_cursor_that_writes(self):
        """`read` and `search_read` are recorded for other programs; screens stay read-only."""
        model = self.env.registry['complaint.case']
        for name, expected in (
            ('read', False),
            ('search_read', False),
            ('log_reading', False),
            ('web_read', True),
            ('web_search_read', True),
        ):
            marks = [getattr(m, '_readonly', None) for c in model.mro() if (m := vars(c).get(name))]
            first = next((mark for mark in marks if mark is not None), False)
            self.assertEqual(first, expected, name)

    def test_exporting_cases_and_lines_is_recorded(self):
        (self.case | self.plain).with_user(self.manager).export_data(['number'])
        self.case.event_ids[:1].with_user(self.handler).export_data(['note'])
        self.assertEqual(self._rows(), [(self.manager, 'export'), (self.handler, 'export')])
        self.assertEqual(self._rows(self.plain), [])

    def test_exporting_through_another_model_is_recorded(self):
        team = self.team.with_user(self.manager)
        self.assertEqual(self._rows(), [])
        self.case.with_user(self.manager).export_data(['team_id/name'])
        team.export_data(['name'])
        self.assertEqual(self._rows(), [(self.manager, 'export')])

    def test_printing_is_recorded_with_what_was_printed(self):
        report = self.env['ir.actions.report'].create(
            {
                'name': "Slip",
                'model': 'complaint.case',
                'report_type': 'qweb-pdf',
                'report_name': 'complaint_management.test_slip',
            }
        )
        self.env['ir.ui.view'].create(
            {
                'type': 'qweb',
                'key': 'complaint_management.test_slip',
                'name': 'test_slip',
                'arch': '<t><p t-foreach="docs" t-as="doc" t-out="doc.name"/></t>',
            }
        )
        for call in ('_render_qweb_pdf', '_render_qweb_html', '_render_qweb_text'):
            reports = report.with_user(self.handler)
            getattr(reports, call)(report.report_name, (self.case | self.plain).ids)
            self._pass_time(minutes=10)
        self.assertEqual(self._rows(), [(self.handler, 'print')] * 3)
        self.assertEqual(
            set(self.log.search([('case_id', '=', self.case.id)]).mapped('reason')), {"Slip"}
        )
        self.assertEqual(self._rows(self.plain), [])

    def test_the_evidence_pack_is_recorded_for_every_case(self):
        (self.case | self.plain).with_user(self.manager)._log_evidence_access("For the court")
        for case in (self.case, self.plain):
            self.assertEqual(self._rows(case), [(self.manager, 'evidence')])

    def test_committee_and_auditor_read_the_log_and_nobody_else(self):
        self.case.with_user(self.handler).log_reading()
        row = self.log.search([('case_id', '=', self.case.id)])
        for user in (self.committee, self.auditor):
            self.assertEqual(self._as(user, row).search([('id', '=', row.id)]), row)
            self.assertTrue(self._as(user, row).read(['reason']))
        for user in (self.handler, self.receiver, self.manager, self.legal, self.admin):
            with self.assertRaises(AccessError):
                self._as(user, row).read(['reason'])

    def test_a_recused_auditor_does_not_read_who_looked_at_his_case(self):
        self.case.with_user(self.handler).log_reading()
        self.case.with_user(self.admin).sudo().accused_employee_ids = [
            Command.link(self.employees['auditor'].id)
        ]
        found = self.log.with_user(self.auditor).search([('case_id', '=', self.case.id)])
        self.assertFalse(found)

    def test_the_log_is_only_added_to_by_the_software(self):
        self.case.with_user(self.handler).log_reading()
        row = self.log.search([('case_id', '=', self.case.id)])
        values = {'case_id': self.case.id, 'user_id': self.admin.id, 'read_at': row.read_at}
        for attempt in (
            lambda: row.write({'user_id': self.admin.id}),
            lambda: row.unlink(),
            lambda: row.create({**values, 'way': 'form'}),
            lambda: row.with_context(complaint_internal_write=True).create(
                {**values, 'way': 'form'}
            ),
        ):
            with self._refused("written by the software alone"):
                attempt()
        for user in (self.committee, self.auditor, self.admin):
            with self.assertRaises(UserError):
                row.with_user(user).write({'reason': "x"})

    def test_the_log_goes_with_its_erased_case(self):
        self.case.with_user(self.handler).log_reading()
        self.case.with_user(self.env.user)._erase("Retention")
        self.assertFalse(self.log.search_count([('case_id', '=', self.case.id)]))


@tagged('post_install', '-at_install')
class TestExportLog(ReadLogCommon):
    """Exports of complaint data are listed: who, when, what, how many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exports = cls.env['complaint.export.log']

    def _last(self):
        return self.exports.search([], limit=1)

    def test_an_export_is_listed(self):
        cases = self.case | self.plain
        cases.with_user(self.manager).export_data(['number', 'complainant_phone'])
        row = self._last()
        self.assertEqual(row.user_id, self.manager)
        self.assertEqual((row.model_name, row.model_label), ('complaint.case', "Complaint"))
        self.assertEqual((row.record_count, row.field_names), (2, 'number, complainant_phone'))
        self.assertEqual(row.sample, ', '.join(map(str, sorted(cases.ids))))
        cases[::-1].with_user(self.committee).export_data(['name'])
        self.assertEqual(self._last().digest, row.digest, "The same set has the same digest")
        self.plain.with_user(self.committee).export_data(['name'])
        self.assertNotEqual(self._last().digest, row.digest)

    def test_every_model_of_complaints_is_listed(self):
        self.case.event_ids.with_user(self.manager).export_data(['note'])
        self.assertEqual(self._last().model_name, 'complaint.event')
        self.team.with_user(self.manager).export_data(['name'])
        self.assertEqual(self._last().model_name, 'complaint.team')

    def test_other_models_are_listed_when_complaints_come_along(self):
        user = self.handler.with_user(self.env.user)
        before = self.exports.search_count([])
        user.export_data(['name'])
        self.assertEqual(self.exports.search_count([]), before)
        user.export_data(['name', 'complaint_procedure_id/name'])
        self.assertEqual(self._last().model_name, 'res.users')

    def test_committee_and_auditor_see_the_list_and_nobody_changes_it(self):
        self.case.with_user(self.manager).export_data(['number'])
        row = self._last()
        for user in (self.committee, self.auditor):
            self.assertTrue(self._as(user, row).read(['record_count']))
        for user in (self.manager, self.admin, self.handler):
            with self.assertRaises(AccessError):
                self._as(user, row).read(['record_count'])
        for attempt in (lambda: row.write({'record_count': 0}), lambda: row.unlink()):
            with self._refused("written by the software alone"):
                attempt()


@tagged('post_install', '-at_install')
class TestReadingByPrograms(HttpCase, ReadLogCommon):
    """What other programs read of restricted cases is recorded, over JSON-2 and XML-RPC."""

    def _key(self, user):
        return (
            self.env['res.users.apikeys']
            .with_user(user)
            ._generate('rpc', "Program", self.env.cr.now() + timedelta(days=1))
        )

    def _json2(self, method, **params):
        response = self._post(method, **params)
        response.raise_for_status()
        return response.json()

    def _post(self, method, **params):
        return self.url_open(
            f'/json/2/complaint.case/{method}',
            data=json.dumps(params),
            headers={
                'Content-Type': 'application/json',
                'Authorization': f'bearer {self._key(self.handler)}',
            },
        )

    def test_json2_reads_are_recorded(self):
        self._json2('read', ids=[self.case.id], fields=['number'])
        self.assertEqual(self._rows(), [(self.handler, 'rpc')])
        self._json2('read', ids=[self.plain.id], fields=['number'])
        self.assertEqual(self._rows(self.plain), [])

    def test_json2_search_and_read_is_recorded(self):
        self._json2('search_read', domain=[['id', '=', self.case.id]], fields=['number'])
        self.assertEqual(self._rows(), [(self.handler, 'rpc')])

    @mute_logger('odoo.http')
    def test_what_cannot_be_recorded_is_not_read(self):
        """On a read-only cursor another program is told which call to use."""
        domain = [['id', '=', self.case.id]]
        response = self._post('web_search_read', domain=domain, specification={'number': {}})
        self.assertIn("recorded", response.json()['message'])
        self.assertEqual(self._rows(), [])

    @mute_logger('odoo.addons.rpc.controllers.xmlrpc')
    def test_xmlrpc_reads_are_recorded(self):
        self.xmlrpc_object.execute_kw(
            self.env.cr.dbname,
            self.handler.id,
            self._key(self.handler),
            'complaint.case',
            'read',
            [[self.case.id], ['number']],
        )
        self.assertEqual(self._rows(), [(self.handler, 'rpc')])

    @mute_logger('odoo.addons.rpc.controllers.xmlrpc')
    def test_a_search_by_position_finds_what_its_domain_says(self):
        rows = self.xmlrpc_object.execute_kw(
            self.env.cr.dbname,
            self.handler.id,
            self._key(self.handler),
            'complaint.case',
            'search_read',
            [[('id', '=', self.plain.id)], ['number']],
        )
        self.assertEqual([row['id'] for row in rows], self.plain.ids)
        self.assertEqual(self._rows(), [], "Nothing restricted was read")
