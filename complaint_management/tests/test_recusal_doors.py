from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ComplaintCommon

ROLES = (
    'base.group_user,base.group_system,base.group_allow_export,'
    'complaint_management.group_complaint_manager,'
    'complaint_management.group_complaint_committee,'
    'complaint_management.group_complaint_admin'
)


class RecusalCommon(ComplaintCommon):
    """A case on which two administrators have everything that Odoo addresses to a person.

    accused is complained about later; peer has the same groups and the same things, and stays:
    a door that were closed to both would prove nothing.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accused = cls._create_boss('accused')
        cls.peer = cls._create_boss('peer')
        cls.people = cls.accused | cls.peer
        cls.case = cls._create_case(handler_id=cls.handler.id, department_id=cls.department.id)
        cls.measure = cls._create_measure(cls.handler)

    @classmethod
    def _create_boss(cls, name):
        user = new_test_user(
            cls.env,
            login=f'complaint_{name}',
            name=name.title(),
            email=f'{name}@company.example',
            groups=ROLES,
        )
        user.notification_type = 'inbox'
        cls.employees[name] = cls.env['hr.employee'].create(
            {'name': user.name, 'user_id': user.id, 'work_email': user.email}
        )
        return user

    @classmethod
    def _create_measure(cls, owner):
        return cls.env['complaint.measure'].create(
            {'case_id': cls.case.id, 'name': "Pack better", 'owner_id': owner.id}
        )

    @classmethod
    def _accuse(cls, *names):
        employees = cls.env['hr.employee'].union(*(cls.employees[name] for name in names))
        cls.case.sudo().accused_employee_ids = [Command.set(employees.ids)]
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _succeeds(self, call):
        self.env.invalidate_all()  # what another user has read is not asked about again
        try:
            with self.env.cr.savepoint(flush=False), mute_logger('odoo.addons.base.models.ir_rule'):
                return bool(call())
        except UserError:
            return False


@tagged('post_install', '-at_install')
class TestRecusalDoors(RecusalCommon):
    """Design 6, T16: Odoo's own doors to a complaint are closed to who is recused from it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.alias_domain_id = cls.env['mail.alias.domain'].create(
            {'name': 'company.example', 'catchall_alias': 'all', 'bounce_alias': 'bounce'}
        )
        cls.rows = [row for thread in (cls.case, cls.measure) for row in cls._fill(thread)]
        cls.env.flush_all()

    @classmethod
    def _fill(cls, thread):
        """Return records of Odoo that hang on a thread, those of a person for both people."""
        partners = cls.people.partner_id
        thread.message_subscribe(partners.ids)
        message = thread.message_post(
            body="The customer says: he was rude. https://www.odoo.com",
            partner_ids=partners.ids,
            subtype_xmlid='mail.mt_comment',
        )
        message.starred_partner_ids |= partners
        own = cls.env['mail.message']
        for user in cls.people:
            own |= thread.with_user(user).message_post(
                body="I saw it.", subtype_xmlid='mail.mt_note'
            )
        tracked = cls.env['mail.tracking.value'].create(
            {
                'mail_message_id': message.id,
                'field_id': cls.env['ir.model.fields']._get('complaint.case', 'name').id,
                'new_value_char': "x",
            }
        )
        files = cls.env['ir.attachment'].create(
            [
                {
                    'name': "Letter",
                    'raw': b"x",
                    'res_model': thread._name,
                    'res_id': thread.id,
                    'public': public,
                }
                for public in (False, True)
            ]
        )
        followers = cls.env['mail.followers'].search(
            [('res_model', '=', thread._name), ('res_id', '=', thread.id)]
        )
        return [
            *(message | own),
            *message.notification_ids,
            tracked,
            *cls._fill_plans(thread),
            *cls._fill_message(message),
            *files,
            *followers,
        ]

    @classmethod
    def _fill_plans(cls, thread):
        """Return what is to be done on a thread, a rating of the accused, a message for later."""
        activities = cls.env['mail.activity'].create(
            [
                {
                    'res_model_id': cls.env['ir.model']._get_id(thread._name),
                    'res_id': thread.id,
                    'user_id': user.id,
                    'summary': "Call the customer",
                }
                for user in (cls.accused, cls.peer, cls.handler)
            ]
        )
        rating = cls.env['rating.rating'].create(
            {
                'res_model_id': cls.env['ir.model']._get_id(thread._name),
                'res_id': thread.id,
                'rated_partner_id': cls.accused.partner_id.id,
                'rating': 1,
                'consumed': True,
                'feedback': "He was rude.",
            }
        )
        scheduled = cls.env['mail.scheduled.message'].create(
            {
                'model': thread._name,
                'res_id': thread.id,
                'body': "Later",
                'author_id': cls.env.user.partner_id.id,
                'scheduled_date': '2099-01-01 10:00:00',
            }
        )
        return [*activities, rating, scheduled]

    @classmethod
    def _fill_message(cls, message):
        """Return records of Odoo that hang on a message."""
        reaction = cls.env['mail.message.reaction'].create(
            {'message_id': message.id, 'content': "👍", 'partner_id': cls.env.user.partner_id.id}
        )
        preview = cls.env['mail.link.preview'].create({'source_url': f'https://{message.model}'})
        linked = cls.env['mail.message.link.preview'].create(
            {'message_id': message.id, 'link_preview_id': preview.id}
        )
        translation = cls.env['mail.message.translation'].create(
            {'message_id': message.id, 'source_lang': 'en', 'target_lang': 'zh_CN', 'body': "x"}
        )
        delayed = cls.env['mail.message.schedule'].create(
            {'mail_message_id': message.id, 'scheduled_datetime': '2099-01-01 10:00:00'}
        )
        mail = cls.env['mail.mail'].create(
            {'mail_message_id': message.id, 'email_to': 'x@y.example', 'body_html': "x"}
        )
        return [reaction, linked, translation, delayed, mail]

    def _roads(self, user, record):
        """Return {road: whether the user reaches this record on it}."""
        domain = Domain('id', '=', record.id)
        model = self.env[record._name].with_user(user)
        record = record.with_user(user)
        roads = {
            'read': lambda: record.read(['id', 'create_uid' if record._log_access else 'id']),
            'has_access': lambda: record.has_access('read'),
            'search': lambda: model.search(domain),
            'search_read': lambda: model.search_read(domain, ['id']),
            'search_count': lambda: model.search_count(domain),
            'web_search_read': lambda: model.web_search_read(domain, {'id': {}})['records'],
            '_read_group': lambda: model._read_group(domain, [], ['__count'])[0][0],
            'export_data': lambda: record.export_data(['display_name'])['datas'],
        }
        return {road: self._succeeds(call) for road, call in roads.items()}

    def _assert_roads(self, user, is_open):
        for record in self.rows:
            if not record.exists():
                self.assertEqual(record._name, 'mail.followers', "All else goes on without him")
                continue
            for road, found in self._roads(user, record).items():
                self.assertEqual(
                    found,
                    is_open,
                    f"{user.name}, {record}, {road}: {'found' if found else 'not found'}",
                )

    def test_what_hangs_on_the_case_and_its_lines_is_reached_on_no_road(self):
        """Messages, own ones too, notifications, activities, ratings, followers, files, …"""
        for user in self.people:
            self._assert_roads(user, True)
        self._accuse('accused')
        self._assert_roads(self.accused, False)
        self._assert_roads(self.peer, True)

    def test_nothing_reaches_the_recused_any_more(self):
        """Follow, be mentioned, be told, be in copy, be given something to do."""
        self._accuse('accused')
        for thread in (self.case.sudo(), self.measure.sudo()):
            partners = self.people.partner_id
            self.assertEqual(thread.message_partner_ids & partners, self.peer.partner_id)
            thread.message_subscribe(partners.ids)
            self.assertEqual(thread.message_partner_ids & partners, self.peer.partner_id)
            for post in (
                lambda **values: thread.message_post(**values, subtype_xmlid='mail.mt_comment'),  # noqa: B023
                lambda **values: thread.message_notify(**values, subject="x"),  # noqa: B023
            ):
                message = post(body="See here", partner_ids=partners.ids)
                self.assertEqual(message.partner_ids & partners, self.peer.partner_id)
                told = message.notification_ids.res_partner_id & partners
                self.assertEqual(told, self.peer.partner_id)
            plan = {'summary': "x", 'user_id': self.accused.id}
            with self._refused("Accused must keep away from this complaint"):
                thread.activity_schedule('mail.mail_activity_data_todo', **plan)
            activity = thread.activity_schedule(
                'mail.mail_activity_data_todo', **{**plan, 'user_id': self.peer.id}
            )
            with self._refused("Accused must keep away"), self.env.cr.savepoint():
                activity.user_id = self.accused

    def test_the_private_address_of_the_accused_gets_no_mail_either(self):
        """An accused employee without a user, and a second partner with his address."""
        worker = self.env['hr.employee'].create(
            {'name': "Worker", 'work_email': 'worker@company.example'}
        )
        twin = self.env['res.partner'].create(
            {'name': "Twin", 'email': '"Worker" <worker@company.example>'}
        )
        case = self.case.sudo()
        case.accused_employee_ids = [Command.set(worker.ids)]
        message = case.message_post(
            body="x", partner_ids=(twin | worker.work_contact_id).ids, subtype_xmlid='mail.mt_note'
        )
        self.assertFalse(message.notification_ids)
        case.accused_employee_ids = False
        message = case.message_post(body="x", partner_ids=twin.ids, subtype_xmlid='mail.mt_note')
        self.assertEqual(message.notification_ids.res_partner_id, twin)

    def test_a_mail_that_waits_or_failed_does_not_go_to_who_is_recused_by_then(self):
        def get_waiting(record, people, state):
            message = record.sudo().message_post(body="He was rude", subtype_xmlid='mail.mt_note')
            recipients = [Command.set(people.partner_id.ids)]
            return self.env['mail.mail'].create(
                {'mail_message_id': message.id, 'recipient_ids': recipients, 'state': state}
            )

        both = get_waiting(self.case, self.people, 'outgoing')
        failed = get_waiting(self.measure, self.people, 'exception')
        his = get_waiting(self.case, self.accused, 'outgoing')
        other = get_waiting(self._create_case(), self.people, 'outgoing')
        self._accuse('accused')
        peer = self.peer.partner_id
        self.assertEqual((both.recipient_ids, both.state), (peer, 'outgoing'))
        self.assertEqual((failed.recipient_ids, failed.state), (peer, 'exception'))
        self.assertEqual((his.recipient_ids, his.state), (peer.browse(), 'cancel'))
        self.assertEqual(other.recipient_ids, self.people.partner_id)

    def test_what_the_recused_had_goes_on_when_the_recusal_begins(self):
        case = self.case.sudo()
        panel = self.env['complaint.panel'].create(
            {'case_id': case.id, 'attendee_ids': [Command.set(self.people.ids)]}
        )
        self._accuse('accused')
        activities = self.env['mail.activity'].search(
            [('res_model', 'in', ('complaint.case', 'complaint.measure'))]
        )
        self.assertNotIn(self.accused, activities.user_id)
        calls = activities.filtered(lambda activity: activity.summary == "Call the customer")
        self.assertEqual(calls.user_id, self.manager | self.peer | self.handler)
        self.assertEqual(panel.attendee_ids, self.peer)
        self.assertEqual(case.panel_user_ids, self.peer)
        message = self.rows[0].sudo()
        self.assertEqual(message.starred_partner_ids & self.people.partner_id, self.peer.partner_id)

    def test_inbox_and_systray_count_nothing(self):
        def get_counts(user):
            self.env.invalidate_all()
            groups = user.with_user(user)._get_activity_groups()
            partner = user.partner_id.with_user(user)
            messages = self.env['mail.message'].with_user(user)
            return (
                bool(partner._get_needaction_count()),
                any(group['model'].startswith('complaint.') for group in groups),
                bool(messages.search_count([('starred', '=', True)])),
                bool(messages.search_count([('needaction', '=', True)])),
            )

        self.assertEqual(get_counts(self.accused), (True,) * 4)
        self._accuse('accused')
        self.assertEqual(get_counts(self.accused), (False,) * 4)
        self.assertEqual(get_counts(self.peer), (True,) * 4)

    def test_the_recused_changes_nothing_that_hangs_on_the_case(self):
        activity = self.case.sudo().activity_schedule(
            'mail.mail_activity_data_todo', summary="x", user_id=self.peer.id
        )
        calls = {
            'post': lambda user: self.case.with_user(user).message_post(body="x"),
            'follow': lambda user: self.case.with_user(user).message_subscribe(user.partner_id.ids),
            'done': lambda user: activity.with_user(user).action_feedback(),
            'assign': lambda user: activity.with_user(user).write({'summary': "y"}),
            'reassign': lambda user: self.case.with_user(user)._reassign(self.handler, "x") or 1,
            'edit a message': lambda user: self.rows[0].with_user(user).write({'body': "y"}),
            'upload': lambda user: (
                self.env['ir.attachment']
                .with_user(user)
                .create({'name': "x", 'res_model': 'complaint.case', 'res_id': self.case.id})
            ),
            'reply to a message': lambda user: (
                self.env['mail.message']
                .with_user(user)
                .create(
                    {
                        'model': 'complaint.case',
                        'res_id': self.case.id,
                        'parent_id': self.rows[0].id,
                        'body': "x",
                    }
                )
            ),
            'schedule': lambda user: (
                self.env['mail.scheduled.message']
                .with_user(user)
                .create(
                    {
                        'model': 'complaint.case',
                        'res_id': self.case.id,
                        'body': "x",
                        'author_id': user.partner_id.id,
                        'scheduled_date': '2099-01-01 10:00:00',
                    }
                )
            ),
        }

        def get_results(user):
            results = {}
            for name, call in calls.items():
                with self.env.cr.savepoint() as savepoint:
                    results[name] = self._succeeds(lambda call=call: call(user))
                    savepoint.rollback()
            return results

        self.assertEqual(get_results(self.accused), dict.fromkeys(calls, True))
        self._accuse('accused')
        self.assertEqual(get_results(self.accused), dict.fromkeys(calls, False))
        self.assertEqual(get_results(self.peer), dict.fromkeys(calls, True))

    def test_no_token_opens_the_case_or_its_files(self):
        case = self.case.sudo()
        token = case._portal_ensure_token()
        file = self.env['ir.attachment'].create(
            {'name': "x", 'raw': b"x", 'res_model': case._name, 'res_id': case.id}
        )
        [file_token] = file.generate_access_token()

        def is_open(user, thread_token, attachment_token):
            threads = self.env['complaint.case'].with_user(user)
            return (
                self._succeeds(lambda: threads._get_thread_with_access(case.id)),
                self._succeeds(
                    lambda: threads._get_thread_with_access(case.id, token=thread_token)
                ),
                self._succeeds(
                    lambda: (
                        self.env['ir.binary']
                        .with_user(user)
                        ._find_record(res_id=file.id, access_token=attachment_token)
                    )
                ),
            )

        self.assertEqual(is_open(self.accused, token, file_token), (True,) * 3)
        self._accuse('accused')
        self.env.invalidate_all()
        self.assertFalse(case.access_token or file.access_token, "Old links open nothing")
        token, [file_token] = case._portal_ensure_token(), file.generate_access_token()
        self.assertEqual(is_open(self.accused, token, file_token), (False,) * 3)
        self.assertEqual(is_open(self.peer, token, file_token), (True,) * 3)

    def test_a_mail_of_the_recused_comes_back_without_a_word_of_the_case(self):
        def answer(user):
            before = self.case.sudo().message_ids
            bounces = self.env['mail.mail'].search([])
            mail = (
                f'From: {user.email}\nTo: all@company.example\n'
                f'Subject: Re: it\nMessage-Id: <{user.login}@x>\n'
                f'In-Reply-To: {self.rows[0].sudo().message_id}\n\nThe customer lies.'
            )
            self.env['mail.thread'].message_process(False, mail)
            self.env.invalidate_all()
            sent = self.env['mail.mail'].search([]) - bounces
            return self.case.sudo().message_ids - before, sent

        self._accuse('accused')
        posted, sent = answer(self.peer)
        self.assertEqual(len(posted), 1)
        posted, sent = answer(self.accused)
        self.assertFalse(posted)
        for mail in sent:
            self.assertNotIn(self.case.sudo().number, mail.body_html)

    def test_an_error_in_developer_mode_names_nothing(self):
        self.env.ref('base.group_user').implied_ids |= self.env.ref('base.group_no_one')
        self._accuse('accused')
        for record in (self.case, self.measure):
            with self.assertRaises(AccessError) as caught:
                record.with_user(self.accused).read(['name'])
            for secret in ("recusal", "Recusal", "parcel", "Pack", "Li Wei"):
                self.assertNotIn(secret, str(caught.exception))

    def test_nobody_reads_or_searches_who_is_recused(self):
        self._accuse('accused')
        for field in ('recused_case_ids', 'is_recused'):
            for user in (self.accused, self.peer, self.admin):
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    self.accused.with_user(user).read([field])
                with self.assertRaises(AccessError):
                    self.env['res.users'].with_user(user).search([(field, '!=', False)])

    def test_counts_of_the_customer_and_names_of_links_tell_nothing(self):
        other = self._create_case(related_ids=[Command.link(self.case.id)], parent_id=self.case.id)

        def get_seen(user):
            self.env.invalidate_all()
            partner = self.customer.with_user(user)
            link = other.with_user(user).web_read({'parent_id': {'fields': {'display_name': {}}}})
            return partner.complaint_count, self.case.name in str(link)

        self.assertEqual(get_seen(self.peer), (2, True))
        self._accuse('accused')
        self.assertEqual(get_seen(self.accused), (1, False))
        self.assertEqual(get_seen(self.peer), (2, True))

    def test_a_user_linked_later_loses_everything_at_once(self):
        employee = self.employees['accused']
        employee.user_id = False
        self._accuse('accused')
        self._assert_roads(self.accused, True)
        employee.active = False
        employee.user_id = self.accused
        self._assert_roads(self.accused, False)
        self._assert_roads(self.peer, True)
