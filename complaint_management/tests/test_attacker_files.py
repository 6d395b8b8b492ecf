import base64
import json

from odoo.tests import Form, HttpCase, tagged

from .test_confirmation import PIXEL
from .test_masking import MaskingCommon

IMAGE = base64.b64decode(PIXEL)
SIGNATURE = [('res_model', '=', 'complaint.case'), ('res_field', '=', 'confirmation_signature')]


@tagged('post_install', '-at_install')
class TestAttackerFiles(MaskingCommon):
    """PRIN-5-c, PAWN-4.4-b: a signature, and papers that bear one, tell who complained.

    `outside` handles both cases: `known` is an informant's, of the other the contact data is
    masked. What was sent as evidence stays with whoever has to look into it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        informant = cls.env.ref('complaint_management.flag_informant')
        cls.known = cls._create_case(handler_id=cls.outside.id, flag_ids=informant.ids)
        cls.papers = {}
        for case in (cls.known, cls.case):
            proof, identity, evidence, mail = (
                cls._create_file(name)
                for name in ('proof.png', 'identity.png', 'broken.png', 'original_email.eml')
            )
            evidence.write({'res_model': case._name, 'res_id': case.id})
            case.with_user(cls.manager).authority_attachment_ids = identity
            case.with_user(cls.manager)._confirm_by_customer(
                'signature', "Li Wei", proof={'signature': PIXEL, 'attachments': proof}
            )
            mail.write({'mimetype': 'message/rfc822', 'res_model': case._name, 'res_id': case.id})
            case.with_user(cls.manager).message_post(
                body="It was so.", message_type='email', attachment_ids=mail.ids
            )
            cls.papers[case] = proof | identity | mail
            cls.env.flush_all()

    @classmethod
    def _create_file(cls, name):
        files = cls.env['ir.attachment'].with_user(cls.manager)
        return files.create({'name': name, 'raw': IMAGE})

    def _find_signature(self, user, case):
        files = self.env['ir.attachment'].with_user(user)
        self.env.invalidate_all()
        return files.search([*SIGNATURE, ('res_id', '=', case.id)])

    def _get_signature(self, case):
        return self._find_signature(self.env.ref('base.user_root'), case)

    def test_who_sees_a_signature_sees_who_signed(self):
        """By its field, by its file, and by questions about either."""
        name = 'confirmation_signature'
        for case, user, sees in (
            (self.known, self.manager, True),
            (self.known, self.committee, True),
            (self.known, self.auditor, True),
            (self.known, self.outside, False),
            (self.case, self.outside, True),
        ):
            told = f"{user.name} {case.id}"
            seen, file = self._as(user, case), self._get_signature(case)
            self.assertEqual(bool(seen.read([name])[0][name]), sees, told)
            self.assertEqual(bool(seen.web_read({name: {}})[0][name]), sees, told)
            small = seen.with_context(bin_size=True)
            self.assertEqual(bool(small.read([name])[0][name]), sees, told)
            self.assertEqual(bool(self._find_signature(user, case)), sees, told)
            self.assertEqual(self._as(user, file).has_access('read'), sees, told)
            found = seen.search([('id', '=', case.id), (name, '!=', False)])
            self.assertEqual(bool(found), sees, told)
            [row] = seen.export_data([name])['datas']
            self.assertEqual(bool(row[0]), sees, told)

    def test_who_sees_the_papers_sees_the_contact_data(self):
        fields = ('confirmation_attachment_ids', 'authority_attachment_ids')
        spec = {name: {'fields': {'name': {}, 'mimetype': {}}} for name in fields}
        for case in (self.known, self.case):
            for user, sees in ((self.manager, True), (self.auditor, True), (self.outside, False)):
                told = f"{user.name} {case.id}"
                papers = self._as(user, self.papers[case])
                self.assertEqual(papers._filtered_access('read'), papers if sees else papers[:0])
                for domain in (
                    [('id', 'in', papers.ids)],
                    [('res_model', '=', case._name), ('id', 'in', papers.ids)],
                    [('res_model', '=', case._name), ('res_id', '=', case.id)],
                ):
                    found = papers.search(domain) & papers
                    self.assertEqual(found, papers if sees else papers[:0], told)
                seen = self._as(user, case)
                for name in fields:
                    self.assertTrue(case.sudo()[name], "What the software reads, it remembers")
                [values] = seen.web_read(spec)
                for name in fields:
                    self.assertEqual(len(values[name]), sees, f"{told} {name}")
                    self.assertEqual(len(seen.read([name])[0][name]), sees, f"{told} {name}")
                    found = seen.search([('id', '=', case.id), (name, '!=', False)])
                    self.assertEqual(bool(found), sees, f"{told} {name}")
                    groups = seen.formatted_read_group([('id', '=', case.id)], [name], ['__count'])
                    self.assertEqual(bool(groups[0][name]), sees, f"{told} {name}")

    def test_evidence_stays_with_the_handler(self):
        for case in (self.known, self.case):
            files = self.env['ir.attachment'].with_user(self.outside)
            found = files.search([('res_model', '=', case._name), ('res_id', '=', case.id)])
            self.assertEqual(found.mapped('name'), ['broken.png'])
            self.assertEqual(found.raw, IMAGE)

    def test_shown_with_a_reason_they_are_shown(self):
        papers = self.papers[self.known]
        self._as(self.outside, self.known)._unmask("Compare the signature")
        self.assertTrue(self._as(self.outside, papers).has_access('read'))
        seen = self._as(self.outside, self.known)
        self.assertTrue(seen.read(['confirmation_signature'])[0]['confirmation_signature'])
        self.assertTrue(self._find_signature(self.outside, self.known))

    def test_a_new_confirmation_hands_nobody_the_old_one(self):
        case = self._as(self.outside, self.known)
        case._confirm_by_customer('phone', "Somebody")
        kept = self.known.confirmation_attachment_ids - self.papers[self.known]
        self.assertEqual(kept.raw, IMAGE)
        self.assertFalse(self._as(self.outside, kept).has_access('read'))
        self.assertTrue(self._as(self.manager, kept).has_access('read'))

    def test_what_one_brought_oneself_one_still_sees(self):
        """A handler who adds a paper on the form finds it there, and keeps the others."""
        mine = self.env['ir.attachment'].with_user(self.outside)
        mine = mine.create({'name': "mine.png", 'raw': IMAGE})
        case = self._as(self.outside, self.known)
        spec = {'authority_attachment_ids': {'fields': {'name': {}}}}
        [values] = case.web_save({'authority_attachment_ids': [(4, mine.id)]}, spec)
        self.assertEqual([row['name'] for row in values['authority_attachment_ids']], ["mine.png"])
        self.env.invalidate_all()
        self.assertEqual(len(self.known.sudo().authority_attachment_ids), 2)

    def test_form_window_and_chatter_open_without_them(self):
        view = self.env.ref('complaint_management.complaint_case_view_form_confirmation')
        for case in (self.known, self.case):
            for form in (Form(self._as(self.outside, case), view), Form(case)):
                self.assertEqual(form.id, case.id)

    def test_a_gate_that_asks_for_a_paper_knows_of_it(self):
        field = self.env['ir.model.fields']._get('complaint.case', 'authority_attachment_ids')
        stage = self.stages['investigation']
        self.env['complaint.stage.gate'].create({'stage_id': stage.id, 'field_ids': field.ids})
        case = self._as(self.outside, self.known)
        self.assertNotIn("Papers of authority", str(case._get_move_obstacles(stage)))


@tagged('post_install', '-at_install')
class TestAttackerFilesHttp(MaskingCommon, HttpCase):
    """The same over the routes that hand out files and pictures."""

    def test_no_address_shows_them(self):
        informant = self.env.ref('complaint_management.flag_informant')
        known = self._create_case(handler_id=self.outside.id, flag_ids=informant.ids)
        files = self.env['ir.attachment'].with_user(self.manager)
        proof = files.create({'name': "proof.png", 'raw': IMAGE})
        known.with_user(self.manager)._confirm_by_customer(
            'signature', "Li Wei", proof={'signature': PIXEL, 'attachments': proof}
        )
        self.customer.image_1920 = PIXEL
        mail = known.message_post(body="So.", message_type='email', author_id=self.customer.id)
        self._read_chatter(known)
        picture = self.env['ir.attachment'].sudo()
        picture = picture.search([*SIGNATURE, ('res_id', '=', known.id)])
        portrait = self.customer.avatar_128
        addresses = {
            f'/web/content/complaint.case/{known.id}/confirmation_signature': IMAGE,
            f'/web/image/complaint.case/{known.id}/confirmation_signature': IMAGE,
            f'/web/content/{picture.id}': IMAGE,
            f'/web/content/{proof.id}': IMAGE,
            f'/web/image/{proof.id}': IMAGE,
            f'/web/content/mail.message/{mail.id}/author_avatar': base64.b64decode(portrait),
            f'/web/image/mail.message/{mail.id}/author_avatar': base64.b64decode(portrait),
        }
        for user, sees in ((self.manager, True), (self.outside, False)):
            user.password = user.login
            self.authenticate(user.login, user.login)
            for address, content in addresses.items():
                reply = self.url_open(address)
                shown = reply.status_code == 200 and reply.content == content
                self.assertEqual(shown, sees, f"{user.name} {address} {reply.status_code}")

    def _read_chatter(self, case):
        """Look at what the chatter of the form is sent: it opens, and lists no such file."""
        files = self.env['ir.attachment'].with_user(self.manager)
        mail, photo = files.create(
            [
                {'name': name, 'raw': content, 'res_model': 'mail.compose.message', 'res_id': 0}
                for name, content in (("original_email.eml", b"From: Li"), ("photo.png", IMAGE))
            ]
        )
        self.assertEqual(mail.mimetype, 'message/rfc822')
        case.with_user(self.manager).message_post(
            body="It was so.", message_type='email', attachment_ids=(mail | photo).ids
        )
        thread = {'thread_model': case._name, 'thread_id': case.id}
        wanted = ['attachments', 'followers', 'activities']
        fetch = ['mail.thread', {**thread, 'request_list': wanted}]
        for user, sees in ((self.manager, True), (self.outside, False)):
            user.password = user.login
            self.authenticate(user.login, user.login)
            for told in (
                self._rpc('/mail/data', fetch_params=[fetch]),
                self._rpc('/mail/thread/messages', **thread),
            ):
                self.assertIn("photo.png", told, user.name)
                self.assertNotIn('"error"', told, user.name)
                self.assertEqual("original_email.eml" in told, sees, user.name)

    def _rpc(self, route, **params):
        return self.url_open(
            route,
            data=json.dumps({'jsonrpc': '2.0', 'params': params}),
            headers={'Content-Type': 'application/json'},
        ).text
