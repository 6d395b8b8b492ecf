from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..const import LETTER_PURPOSES
from .test_mail_out import LetterCommon
from .test_masking import MaskingCommon

NAME = "Li Wei"
EMAIL = 'li.wei@customer.example'
SHOWN_EMAIL = 'l***@customer.example'

# What the dialog asks the server for, before and after it is saved.
DIALOG = {
    'complaint_purpose': {},
    'complaint_email': {},
    'complaint_obstacles': {},
    'template_id': {'fields': {'display_name': {}}},
    'partner_ids': {'fields': {'display_name': {}, 'email': {}}, 'context': {'show_email': True}},
    'subject': {},
    'body': {},
    'model': {},
    'res_ids': {},
    'parent_id': {},
}


@tagged('post_install', '-at_install')
class TestAttackerLetters(LetterCommon, MaskingCommon):
    """PRIN-5-c, PAWN-4.4-b: writing to an informant does not tell the writer who that is.

    `outside` handles the case; the name of the informant is masked for him.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.informant = cls.env.ref('complaint_management.flag_informant')
        cls.customer.write({'name': NAME, 'email': EMAIL})
        cls.known = cls._create_case(handler_id=cls.outside.id, flag_ids=cls.informant.ids)
        cls.plain = cls._create_case(handler_id=cls.outside.id)

    def _composers(self, user, case, **context):
        self.env.invalidate_all()
        composers = self.env['mail.compose.message'].with_user(user)
        return composers.with_context(
            default_model=case._name,
            default_res_ids=case.ids,
            default_composition_mode='comment',
            **context,
        )

    def _open(self, user, case, **context):
        """Return what the web client is told when it opens the dialog."""
        return self._composers(user, case, **context).onchange({}, [], DIALOG)['value']

    def _get_openings(self, case):
        """Return {road: context} of all ways to open a dialog on a case."""
        openings = {
            f'letter {purpose}': {
                'default_complaint_purpose': purpose,
                'default_template_id': case._get_letter_template(purpose).id,
            }
            for purpose, _label in LETTER_PURPOSES
        }
        openings |= {
            f'template {name}': {'default_template_id': template.id}
            for name, template in self.templates.items()
        }
        message = case.sudo().message_post(body="Thanks.", partner_ids=self.customer.ids)
        openings['answer'] = {'default_parent_id': message.id}
        return openings

    def _get_told(self, user, case):
        """Return {road: what a user is told of whom a mail goes to}, in the dialog and saved."""
        told = {}
        for road, context in self._get_openings(case).items():
            told[road] = self._open(user, case, **context)
            composers = self._composers(user, case, **context)
            values = {key.removeprefix('default_'): value for key, value in context.items()}
            values |= {'model': case._name, 'res_ids': str(case.ids)}
            for spec in ({'partner_ids': DIALOG['partner_ids']}, {'partner_ids': {}}):
                told[f'{road}, {len(told)}'] = [
                    composers.onchange(dict(asked), [], spec) for asked in ({}, values)
                ]
            composer = self._composers(user, case, **context).create({})
            composer.env.flush_all()
            composer.env.invalidate_all()
            names = [*DIALOG, 'partner_ids/name', 'partner_ids/.id']
            told[f'{road}, saved'] = [
                composer.web_read(DIALOG),
                composer.read([*DIALOG]),
                composer.export_data(names)['datas'],
            ]
        return told

    def test_no_dialog_names_the_informant(self):
        told = self._get_told(self.outside, self.known)
        for road, answer in told.items():
            for word in (NAME, EMAIL, f"({self.customer.id},", f"'id': {self.customer.id},"):
                self.assertNotIn(word, str(answer), road)
        letter = told['letter progress']
        self.assertEqual(letter['complaint_email'], SHOWN_EMAIL)
        self.assertIn("Dear customer", html2plaintext(letter['body']))

    def test_the_receiving_team_sees_to_whom_it_writes(self):
        told = self._get_told(self.manager, self.known)
        for road in ('template progress', 'answer'):
            for answer in (told[road], *told[f'{road}, saved'][:1]):
                self.assertIn(EMAIL, str(answer), road)
            self.assertIn(NAME, str(told[f'{road}, saved'][2]))
        self.assertEqual(told['letter progress']['complaint_email'], f"{NAME} <{EMAIL}>")

    def test_where_only_contact_data_is_masked_the_name_is_told(self):
        letter = self._open(
            self.outside, self.plain, **self._get_openings(self.plain)['letter progress']
        )
        self.assertEqual(letter['complaint_email'], SHOWN_EMAIL)
        self.assertIn(f"Dear {NAME}", html2plaintext(letter['body']))
        for road, answer in self._get_told(self.outside, self.plain).items():
            self.assertNotIn(EMAIL, str(answer), road)

    def test_another_template_changes_who_is_proposed_and_tells_nobody(self):
        opening = self._get_openings(self.known)['template progress']
        composer = self._composers(self.outside, self.known, **opening).create({})
        self.assertEqual(composer.partner_ids, self.customer)
        for template in (False, self.templates['closing'].id):
            told = composer.onchange({'template_id': template}, ['template_id'], DIALOG)
            self.assertNotIn(str(self.customer.id), str(told['value'].get('partner_ids')))

    def test_no_search_of_own_dialogs_confirms_a_guess(self):
        opening = self._get_openings(self.known)['letter progress']
        composer = self._composers(self.outside, self.known, **opening).create({})
        composer.env.flush_all()
        for user_sees, records in ((False, composer), (True, composer.sudo())):
            for domain in (
                [('partner_ids', 'in', self.customer.ids)],
                [('partner_ids.email', '=', EMAIL)],
                [('partner_ids', 'ilike', NAME)],
            ):
                found = records.search_count([('id', '=', composer.id), *domain])
                self.assertEqual(bool(found), user_sees, domain)

    def test_what_the_software_sends_for_a_masked_user_reaches_the_customer(self):
        case = self.known.with_user(self.outside)
        case.message_post_with_source(
            self.templates['progress'].sudo(False), subtype_xmlid='mail.mt_comment'
        )
        message = self.known.with_env(self.env).message_ids[0]
        self.assertEqual(message.partner_ids, self.customer)

    def test_no_letter_names_the_informant_in_either_language(self):
        self.env['res.lang']._activate_lang('zh_CN')
        # Words from the files, whatever the database was set up with.
        self.env['ir.module.module']._load_module_terms(['complaint_management'], ['zh_CN'])
        for case, is_named in ((self.known, False), (self.plain, True)):
            for lang, salutation in (('en_US', "Dear customer"), ('zh_CN', "尊敬的客户")):
                self.customer.lang = lang
                for name in self.templates:
                    subject, html = self._render(name, case)
                    self.assertEqual(NAME in subject + html, is_named, f"{name} {lang}")
                    self.assertEqual(salutation in html2plaintext(html), not is_named, name)
                    self.assertNotIn(EMAIL, html)
                    if not is_named:
                        self.assertNotIn('pid=', html)

    def test_the_letter_reaches_the_customer_and_changes_no_real_value(self):
        self.known.complainant_email = EMAIL
        opening = self._get_openings(self.known)['letter progress']
        composers = self._composers(self.outside, self.known, **opening)
        shown = self._open(self.outside, self.known, **opening)
        sent_back = {'subject': shown['subject'], 'body': shown['body'], 'partner_ids': []}
        [values] = composers.web_save(sent_back, DIALOG)
        self.assertEqual(values['complaint_email'], SHOWN_EMAIL)
        composer = composers.browse(values['id'])
        composer.web_save({'complaint_email': SHOWN_EMAIL}, DIALOG)
        composer.action_send_mail()
        case = self.known.with_env(self.env)
        message = case.message_ids[0]
        self.assertEqual(message.partner_ids, self.customer)
        self.assertEqual(message.notification_ids.res_partner_id, self.customer)
        self.assertIn("Dear customer", html2plaintext(message.body))
        self.assertIn("Dear customer", self._letters(case).content)
        self.assertEqual((case.complainant_email, case.complainant_name), (EMAIL, NAME))
        self.assertEqual((self.customer.email, self.customer.name), (EMAIL, NAME))
        self.assertTrue([mail for mail in self.sent if EMAIL in str(mail['To'])])

    def test_the_letter_reaches_an_address_without_a_contact(self):
        self.known.write({'partner_id': False, 'complainant_email': EMAIL})
        composer = self._compose(self.known.with_user(self.outside), 'progress')
        _mails, message = composer._action_send_mail()
        self.assertEqual(message.outgoing_email_to, EMAIL)
        self.assertNotIn(EMAIL, str(message.read(['outgoing_email_to', 'body'])))

    def test_whom_the_writer_adds_himself_stays(self):
        """What is masked is not taken out of what was saved, and goes where it was sent."""
        composer = self._composers(self.outside, self.known).create(
            {'subject': "Note", 'body': "<p>x</p>", 'partner_ids': self.customer.ids}
        )
        composer.web_save({'partner_ids': [Command.link(self.manager.partner_id.id)]}, DIALOG)
        self.assertEqual(composer.partner_ids, self.customer | self.manager.partner_id)
        [values] = composer.read(['partner_ids'])
        self.assertEqual(values['partner_ids'], self.manager.partner_id.ids)
        own = [('id', '=', composer.id), ('partner_ids', 'in', self.customer.ids)]
        self.assertFalse(composer.search_count(own))

    def test_a_mail_about_something_else_is_core_business(self):
        composer = self._composers(self.outside, self.customer).create({'body': "<p>x</p>"})
        composer.partner_ids = self.customer
        self.assertEqual(composer.read(['partner_ids'])[0]['partner_ids'], self.customer.ids)

    def test_a_preview_of_a_template_names_nobody_who_is_hidden(self):
        for user, case, named, reached in (
            (self.outside, self.known, False, False),
            (self.outside, self.plain, True, False),
            (self.manager, self.known, True, True),
        ):
            case.write({'partner_id': self.customer.id, 'complainant_email': 'a@b.example'})
            self.env.invalidate_all()
            preview = self.env['mail.template.preview'].with_user(user)
            values = {
                'mail_template_id': self.templates['progress'].id,
                'resource_ref': f'complaint.case,{case.id}',
            }
            told = str(preview.create(values).read(['email_to', 'body_html', 'subject']))
            self.assertEqual('a@b.example' in told, reached)
            case.complainant_email = EMAIL
            spec = {'partner_ids': {'fields': {'display_name': {}}}, 'email_to': {}}
            changed = preview.onchange(values, ['resource_ref'], spec)
            told = str([preview.create(values).read(['partner_ids', 'email_to']), changed])
            for word in (NAME, f"[{self.customer.id}]"):
                self.assertEqual(word in told, named, f"{user.name} {case.name} {word}")

    def _get_filled_in(self, user, case):
        """Return {road: what a dialog fills in of a mail on a case for a user}."""
        template = self.templates['progress']
        context = {'default_template_id': template.id}
        preview = self.env['mail.template.preview'].with_user(user)
        values = {'mail_template_id': template.id, 'resource_ref': f'{case._name},{case.id}'}
        names = ['subject', 'body_html', 'email_to', 'error_msg']
        calls = {
            'mail': lambda: self._composers(user, case, **context).create({}).read(),
            'opened mail': lambda: self._open(user, case, **context),
            'preview': lambda: preview.create(values).read(names),
            'opened preview': lambda: preview.onchange(values, [], dict.fromkeys(names, {})),
        }
        return {road: self._hear(call) for road, call in calls.items()}

    def test_no_mail_is_filled_in_for_who_may_not_read_the_complaint(self):
        """T16: the recused would read who complains, and anybody the customer's own link."""
        # Not what the templates themselves show as an example.
        customer = self.env['res.partner'].create({'name': "Ou Yang", 'email': 'ou@x.example'})
        case = self._create_case(
            name="Torn coat", partner_id=customer.id, handler_id=self.outside.id
        )
        case.accused_employee_ids = self.employees['manager'].ids
        self._create_case(handler_id=self.legal.id)  # which he may read: he has a role
        for user in (self.manager, self.legal):
            for road, told in self._get_filled_in(user, case).items():
                for word in ("Ou Yang", case.number, "Torn coat", '/my/complaints'):
                    self.assertNotIn(word, told, f"{user.name} {road}")
        told = self._get_filled_in(self.outside, case)
        for road in ('mail', 'preview'):
            self.assertIn("Ou Yang", told[road])
            self.assertIn('/my/complaints', told[road])

    def test_no_template_of_an_employee_prints_who_is_hidden(self):
        model = self.env['ir.model']._get('complaint.case')
        for expression, is_open in (
            ('object.name', True),
            ('object.partner_id', False),
            ('object.partner_id.name', False),
            ('object.complainant_name', False),
        ):
            for values in (
                {'body_html': f'<p><t t-out="{expression}"/></p>'},
                {'subject': f'{{{{ {expression} }}}}'},
            ):
                values |= {'name': "Mine", 'model_id': model.id}
                templates = self.env['mail.template'].with_user(self.outside)
                if is_open:
                    self.assertTrue(templates.create(values))
                else:
                    with self.assertRaises(AccessError, msg=expression):
                        templates.create(values)

    def test_why_no_mail_leaves_is_said_without_the_address(self):
        self.known.write({'partner_id': False, 'complainant_email': 'noreply@shop.example'})
        opening = self._get_openings(self.known)['letter progress']
        letter = self._open(self.outside, self.known, **opening)
        self.assertIn("n***@shop.example", letter['complaint_obstacles'])
        self.assertNotIn('noreply', str(letter))
        with self._refused("Nobody reads the address n\\*"):
            self.known.with_user(self.outside).action_write()
