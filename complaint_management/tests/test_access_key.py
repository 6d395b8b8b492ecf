from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.complaint_case_access_key import KEY_CONTEXT
from ..tools import access_key
from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestAccessKey(ComplaintCommon):
    """Design 10, issue 6 item 7: a complaint is followed by a key of which we keep no copy."""

    def _make_case(self):
        """Return (case with a key, the key as its owner writes it down)."""
        cases = self.env['complaint.case'].with_user(self.receiver)._with_new_access_key()
        case = cases.create({'name': "Lift", 'partner_id': self.customer.id})
        return self._as(self.receiver, self.env[case._name].browse(case.id)), (
            case._get_access_key()
        )

    def _find(self, text):
        return self.env['complaint.case']._find_by_access_key(text)

    def test_a_key_has_128_random_bits_in_groups(self):
        keys = {access_key.make().text for _number in range(200)}
        self.assertEqual(len(keys), 200)
        for key in keys:
            number = 0
            for char in key:
                number = number * 32 + access_key.ALPHABET.index(char)
            self.assertLess(number, 2**128)
            self.assertEqual(access_key.normalize(access_key.show(key)), key)
        # Were fewer bits random, the first character would not take all eight values.
        self.assertEqual({key[0] for key in keys}, set('01234567'))
        self.assertRegex(access_key.show(key), r'^(\w{5}-){4}\w{6}$')

    def test_a_key_is_found_however_it_is_typed(self):
        case, key = self._make_case()
        for typed in (
            key,
            key.lower(),
            key.replace('-', ' '),
            f'  {key.replace("-", "")}\n',
            key.replace('0', 'o').replace('1', 'l'),
            ''.join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in key),  # full width
        ):
            self.assertEqual(self._find(typed), case, typed)

    def test_what_is_no_key_finds_nothing(self):
        _case, key = self._make_case()
        self._create_case()  # one without a key
        for typed in ('', ' ', '-', '0', key[:-1], f'{key}0', '%', '\ud800x', "' OR 1=1", None):
            self.assertFalse(self._find(typed), typed)

    def test_each_wrong_key_costs_the_same_single_query(self):
        case, key = self._make_case()
        wrong = access_key.show(access_key.make().text)
        for typed in ('', 'nonsense', wrong, f'{key[:-1]}{"0" if key[-1] != "0" else "2"}'):
            self.env.flush_all()
            with self.assertQueryCount(1):
                self.assertFalse(self._find(typed))
        self.assertEqual(self._find(key), case)

    def test_only_the_digest_is_kept(self):
        case, key = self._make_case()
        self.env.cr.execute("SELECT * FROM complaint_case WHERE id = %s", [case.id])
        plain = access_key.normalize(key)
        self.assertNotIn(plain, access_key.normalize(str(self.env.cr.fetchall()))[: 10**6])
        self.assertEqual(case.sudo().access_key_hash, access_key.digest(key))
        self.assertEqual(len(case.sudo().access_key_hash), 64)

    def test_the_key_can_be_told_only_where_it_was_made(self):
        case, key = self._make_case()
        self.assertEqual(case._get_access_key(), '')
        forged = case.with_context(**{KEY_CONTEXT: access_key.normalize(key)})
        self.assertEqual(forged._get_access_key(), '')

    def test_nobody_reads_or_writes_the_digest(self):
        case, key = self._make_case()
        for user in (self.receiver, self.admin, self.env.ref('base.user_admin')):
            record = self._as(user, case)
            with self.assertRaises(AccessError):
                record.read(['access_key_hash'])
            with self.assertRaises(AccessError):
                record.search([('access_key_hash', '=', access_key.digest(key))])
            with self.assertRaises(UserError):
                record.write({'access_key_hash': access_key.digest('x')})
        with self._refused("The software sets these fields itself"):
            case.sudo().create({'name': "x", 'access_key_hash': access_key.digest('x')})
        with self._refused("The software sets these fields itself"):
            case.sudo().write({'access_key_hash': access_key.digest('x')})
        self.assertEqual(self._find(key), case)

    def test_the_first_acknowledgement_can_tell_it(self):
        cases = self.env['complaint.case']._with_new_access_key()
        case = cases.create({'name': "Lift"})
        text = case._get_access_key_text()
        self.assertIn(case._get_access_key(), text)
        self.assertIn('/complaint/follow', text)
        self.assertEqual(self.env['complaint.case'].browse(case.id)._get_access_key_text(), '')

    def test_a_client_cannot_choose_the_key_of_a_case(self):
        cases = self.env['complaint.case'].with_context(**{KEY_CONTEXT: 'A' * 26})
        self.assertFalse(cases.create({'name': "x"}).sudo().access_key_hash)

    def test_a_new_key_makes_the_old_one_void_and_is_recorded(self):
        case, old = self._make_case()
        action = case.action_issue_access_key()
        new = action['params']['message'].split('.')[0]
        self.assertFalse(self._find(old))
        self.assertEqual(self._find(new), case)
        self.assertEqual(self._codes(case)[-1], 'access_key_issued')
        self.assertNotIn(access_key.normalize(new), str(case.sudo().event_ids.mapped('payload')))
        self.assertEqual(case._get_access_key(), '')

    def test_who_may_not_write_the_case_issues_no_key(self):
        case, key = self._make_case()
        for user in (self.auditor, self.outsider):
            with self.assertRaises(AccessError):
                self._as(user, case).action_issue_access_key()
        self.assertEqual(self._find(key), case)

    def test_the_key_is_not_copied(self):
        case, _key = self._make_case()
        self.assertFalse(case.copy().sudo().access_key_hash)

    def test_no_key_opens_anything_while_the_company_has_no_public_pages(self):
        case, key = self._make_case()
        self.env.company.complaint_public_pages = False
        self.assertFalse(self._find(key))
        self.env.company.complaint_public_pages = True
        self.assertEqual(self._find(key), case)
