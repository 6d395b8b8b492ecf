from odoo import http
from odoo.tests import new_test_user, tagged

from .common_portal import PortalHttpCommon
from .common_public import PublicCommon
from .test_mail import MailGatewayCommon

# What Odoo hangs on a complaint, with its fields of model and id.
HANGING = {
    'mail.message': ('model', 'res_id'),
    'mail.activity': ('res_model', 'res_id'),
    'ir.attachment': ('res_model', 'res_id'),
}


def find_traces(case, user):
    """Return the fields of a complaint, and of what hangs on it, that name a user."""
    case = case.sudo()
    env, found = case.env, [case]
    for name in env.registry:
        model = env[name]
        field = model._fields.get('case_id')
        if field and field.comodel_name == case._name and model._auto and not model._transient:
            found.append(model.search([('case_id', '=', case.id)]))
    for name, (model_field, id_field) in HANGING.items():
        found.append(env[name].search([(model_field, '=', case._name), (id_field, '=', case.id)]))
    return [
        f'{records._name}.{field.name}'
        for records in found
        for field in records._fields.values()
        if field.type == 'many2one' and field.store and field.comodel_name == 'res.users'
        if user in records[field.name]
    ]


@tagged('post_install', '-at_install')
class TestAttackerMakersPublic(PublicCommon):
    """PRIN-5-c: who wants to stay anonymous does, though he is logged in.

    Who made a complaint, and all that hangs on it, is told to everybody who reads the complaint:
    in its history, its chatter, and to each program.
    """

    def test_nothing_of_an_anonymous_complaint_names_who_was_logged_in(self):
        for login, group in (('portal_wu', 'base.group_portal'), ('staff_wu', 'base.group_user')):
            user = new_test_user(self.env, login=login, groups=group)
            self.authenticate(login, login)
            self.csrf = None
            files = [('files', ('bill.txt', b"Paid 3.50", 'text/plain'))]
            _response, case = self._file(files, anonymous='1')
            self.assertEqual(len(case.message_ids.attachment_ids | self._get_files(case)), 1)
            self.assertEqual(find_traces(case, user), [], login)
            key = case._issue_access_key()._get_access_key()
            self._post('/complaint/follow', {'key': key})
            self._post('/complaint/follow/add', {'message': "It was on Monday."})
            self.env.invalidate_all()
            self.assertIn("It was on Monday.", str(case.message_ids.mapped('body')))
            self.assertEqual(find_traces(case, user), [], login)
            people = case.message_ids.author_id | case.message_partner_ids
            self.assertNotIn(user.partner_id, people)

    def _get_files(self, case):
        domain = [('res_model', '=', case._name), ('res_id', '=', case.id)]
        return self.env['ir.attachment'].search(domain)


@tagged('post_install', '-at_install')
class TestAttackerMakersPortal(PortalHttpCommon):
    """PRIN-5-c: what an informant does on the portal bears no name but the masked one."""

    def _act(self):
        """Let the customer do what the portal offers; return where that names him."""
        case = self.mine
        self._log_in()
        files = [('files', ('bill.txt', b"Paid 3.50", 'text/plain'))]
        self._post(f'/{case.id}/message', files, text="Please keep it secret.")
        self._post(f'/{case.id}/chase', question="How does it stand?")
        case.with_user(self.manager)._answer("We pay the postage back.")
        self._post(f'/{case.id}/accept')
        self.assertEqual(case.answer_state, 'accepted')
        token = case.sudo()._rating_get_access_token()
        self.url_open(
            f'/rate/{token}/submit_feedback',
            data={'rate': '5', 'feedback': "Good.", 'csrf_token': http.Request.csrf_token(self)},
        )
        self.env.invalidate_all()
        self.assertIn("Good.", str(case.callback_ids.mapped('suggestions')))
        return find_traces(case, self.li)

    def test_an_informant_is_named_nowhere(self):
        self.mine.flag_ids = self.env.ref('complaint_management.flag_informant').ids
        self.assertEqual(self._act(), [])

    def test_any_other_customer_acts_by_name(self):
        self.assertIn('complaint.event.user_id', self._act())


@tagged('post_install', '-at_install')
class TestAttackerMakersMail(MailGatewayCommon):
    """A complaint that came by mail may turn out to be an informant's later."""

    def test_a_mail_makes_nobody_its_maker_who_may_log_in(self):
        user = new_test_user(
            self.env, login='portal_wu', groups='base.group_portal', email='wu@customer.example'
        )
        case = self._receive(sender=user.email)
        self.assertEqual(case.partner_id, user.partner_id)
        self._receive(subject=f"Re {case.number or case.name}", sender=user.email)
        self.assertEqual(find_traces(case, user), [])
