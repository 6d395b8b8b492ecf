import base64
import io
import json
import zipfile
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestDataExport(ComplaintCommon):
    """Issue 6, item 6: a customer gets his complaints, what he sent and what he was told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case(
            facts="INTERNAL facts", accused_employee_ids=cls.employees['committee'].ids
        )
        cls.other = cls._create_case(
            name="OTHERS matter", partner_id=cls.env['res.partner'].create({'name': "Wang"}).id
        )

    def _export(self, user=None, partner=None):
        name, content = (
            (partner or self.customer).with_user(user or self.manager)._export_complaints()
        )
        self.assertTrue(name.endswith('.zip'))
        return self._open(content)

    def _open(self, content):
        archive = zipfile.ZipFile(io.BytesIO(content))
        files = {name: archive.read(name) for name in archive.namelist()}
        return json.loads(files.pop('complaints.json')), files

    def _post(self, body, **values):
        values = {'message_type': 'comment', 'subtype_xmlid': 'mail.mt_comment', **values}
        return self.case.message_post(body=body, **values)

    def test_it_holds_what_he_sent_and_what_he_was_told(self):
        self._post(
            "Where is it?", author_id=self.customer.id, attachments=[("photo.txt", b"a photo")]
        )
        self._post("It comes on Friday.", partner_ids=self.customer.ids)
        self.case.with_user(self.receiver)._answer("The carrier lost it.")
        content, files = self._export()
        self.assertEqual(content['customer']['name'], "Li Wei")
        [found] = content['complaints']
        self.assertEqual(found['number'], self.case.number)
        self.assertEqual(found['description'], self.case.description)
        told = {(row['from'], row['text']) for row in found['messages'] + found['contacts']}
        for row in (
            ('customer', "Where is it?"),
            ('company', "It comes on Friday."),
            ('company', "The carrier lost it."),
        ):
            self.assertIn(row, told)
        self.assertEqual(list(files.values()), [b"a photo"])
        self.assertEqual(list(files), found['files'])
        self.assertRegex(found['files'][0], rf'^files/{self.case.number}/\d+-photo\.txt$')

    def test_it_holds_what_he_claimed_was_granted_promised_and_asked(self):
        """Remedies, promises, callbacks: no suggestion of ours, no analysis, nobody of staff."""
        self.procedure.remedy_mode = 'open'
        remedies = self.env['complaint.remedy']
        words = {'case_id': self.case.id, 'basis': "INTERNAL ground", 'note': "INTERNAL note"}
        remedies.create({**words, 'kind': 'compensation', 'item': "INTERNAL idea", 'amount': 7})
        claimed = {'claimed_amount': 500, 'claim_basis': "I was ill"}
        remedies.create({**words, **claimed, 'kind': 'compensation', 'item': "Pain", 'amount': 6})
        given = remedies.create({**words, 'kind': 'refund', 'item': "The fee", 'amount': 99.5})
        at = self.env.cr.now().replace(microsecond=0)
        given._write_internal({'state': 'executed', 'executed_at': at, 'reference': "Pay 12"})
        self.env['complaint.contact'].create(
            {
                'case_id': self.case.id,
                'direction': 'out',
                'purpose': 'progress',
                'promise': "We bring it on Friday",
                'promise_date': at + timedelta(days=9),
            }
        )
        callback = self.env['complaint.callback'].create(
            {'case_id': self.case.id, 'suggestions': "Be faster"}
        )
        callback._write_internal(
            {'state': 'done', 'done_at': at, 'satisfaction': 'dissatisfied', 'result_score': '2'}
        )
        callback._write_internal({'analysis': "INTERNAL analysis"})
        content, _files = self._export()
        [found] = content['complaints']
        claim, grant = found['remedies']
        self.assertEqual(
            (claim['for'], claim['claimed'], claim['claim'], claim['granted']),
            ("Pain", 500, "I was ill", None),
        )
        self.assertEqual(
            (grant['for'], grant['granted'], grant['reference'], grant['given_at']),
            ("The fee", 99.5, "Pay 12", str(at)),
        )
        [promise] = found['promises']
        self.assertEqual((promise['text'], promise['state']), ("We bring it on Friday", 'open'))
        [said] = found['callbacks']
        self.assertEqual((said['words'], said['scores']), ("Be faster", {'result_score': '2'}))
        self.assertNotIn("INTERNAL", json.dumps(content))

    def test_it_holds_nothing_internal_and_nothing_of_others(self):
        self._post("INTERNAL note", subtype_xmlid='mail.mt_note', partner_ids=self.customer.ids)
        self._post("INTERNAL to a colleague", partner_ids=self.manager.partner_id.ids)
        self.case._stamp('contacted', note="INTERNAL words")
        self.env['complaint.contact'].create(
            {
                'case_id': self.case.id,
                'direction': 'internal',
                'purpose': 'other',
                'means': 'internal',
                'content': "INTERNAL talk",
            }
        )
        self.env['ir.attachment'].create(
            {
                'name': "INTERNAL.txt",
                'raw': b"INTERNAL",
                'res_model': 'complaint.case',
                'res_id': self.case.id,
            }
        )
        content, files = self._export()
        text = json.dumps(content)
        staff = (self.handler.name, self.employees['committee'].name, self.manager.name)
        for secret in ("INTERNAL", "OTHERS", "Wang", self.grade.name, *staff):
            self.assertNotIn(secret, text)
        self.assertFalse(files)

    def test_colleagues_of_the_same_company_are_other_people(self):
        firm = self.env['res.partner'].create({'name': "Firm", 'is_company': True})
        self.customer.parent_id = firm
        sister = self.env['res.partner'].create({'name': "Sister", 'parent_id': firm.id})
        self._create_case(name="Of the sister", partner_id=sister.id)
        content, _files = self._export()
        self.assertEqual([row['number'] for row in content['complaints']], [self.case.number])

    def test_names_of_files_lead_nowhere_else(self):
        for name in ('../../etc/passwd', 'C:\\evil.exe', '..', '/abs'):
            self._post("See", author_id=self.customer.id, attachments=[(name, b"x")])
        _content, files = self._export()
        self.assertEqual(len(files), 4)
        for path in files:
            self.assertTrue(path.startswith(f'files/{self.case.number}/'))
            self.assertNotIn('\\', path)
            self.assertNotIn('/../', path)

    def test_what_the_user_may_not_read_is_left_out(self):
        accused = self._create_case(
            name="About the manager",
            accused_employee_ids=[Command.link(self.employees['manager'].id)],
        )
        numbers = {row['number'] for row in self._export()[0]['complaints']}
        self.assertNotIn(accused.number, numbers)
        numbers = {row['number'] for row in self._export(self.admin)[0]['complaints']}
        self.assertIn(accused.number, numbers)

    def test_managers_legal_staff_and_administrators_hand_it_out(self):
        for user in (self.manager, self.legal, self.admin):
            action = self.customer.with_user(user).action_export_complaints()
            dialog = self.env[action['res_model']].browse(action['res_id'])
            content, _files = self._open(base64.b64decode(dialog.file))
            self.assertEqual(content['customer']['name'], "Li Wei")
        for user in (self.handler, self.receiver, self.committee, self.auditor, self.outsider):
            with self.assertRaises(AccessError):
                self.customer.with_user(user).action_export_complaints()
            with self.assertRaises(AccessError):
                self.env['complaint.data.export'].with_user(user).create(
                    {'partner_id': self.customer.id}
                )

    def test_no_client_puts_something_else_into_the_file(self):
        dialog = (
            self.env['complaint.data.export']
            .with_user(self.manager)
            .create(
                {
                    'partner_id': self.customer.id,
                    'file': base64.b64encode(b"evil"),
                    'file_name': "evil.exe",
                }
            )
        )
        self.assertEqual(dialog.file_name, f'complaints-{self.customer.id}.zip')
        content, _files = self._open(base64.b64decode(dialog.file))
        self.assertEqual(len(content['complaints']), 1)

    def test_the_file_of_somebody_else_is_out_of_reach(self):
        dialog = (
            self.env['complaint.data.export']
            .with_user(self.admin)
            .create({'partner_id': self.customer.id})
        )
        with self.assertRaises(AccessError):
            self._as(self.manager, dialog).read(['file'])

    def test_who_gets_masked_data_along_is_listed_as_if_it_was_shown(self):
        self.procedure.mask_contacts = True
        log = self.env['complaint.read.log']
        for user, ways in ((self.manager, []), (self.admin, ['unmask'])):
            self.env.invalidate_all()
            self.customer.with_user(user).action_export_complaints()
            rows = log.search([('case_id', '=', self.case.id), ('user_id', '=', user.id)])
            self.assertEqual(rows.mapped('way'), ways, user.name)
            self.assertFalse(any(row.shown_until for row in rows))

    def test_who_takes_the_data_of_a_customer_is_listed(self):
        restricted = self._create_case(
            flag_ids=self.env.ref('complaint_management.flag_sensitive').ids
        )
        cases = self.env['complaint.case'].search([('partner_id', '=', self.customer.id)])
        self.customer.with_user(self.manager).action_export_complaints()
        row = self.env['complaint.export.log'].search([], limit=1)
        self.assertEqual((row.user_id, row.model_name), (self.manager, 'complaint.case'))
        self.assertEqual(row.sample, ', '.join(map(str, sorted(cases.ids))))
        read = self.env['complaint.read.log'].search([('case_id', 'in', cases.ids)])
        self.assertEqual(
            [(row.case_id, row.user_id, row.way) for row in read],
            [(restricted, self.manager, 'export')],
        )
