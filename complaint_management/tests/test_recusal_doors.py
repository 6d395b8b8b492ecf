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
        reaction = cls.env['mail.message.reaction'].create(
            {
                'message_id': message.id,
                'content': "👍",
                'partner_id': cls.env.user.partner_id.id,
            }
        )
        preview = cls.env['mail.link.preview'].create({'source_url': f'https://{thread._name}'})
        linked = cls.env['mail.message.link.preview'].create(
            {'message_id': message.id, 'link_preview_id': preview.id}
        )
        translation = cls.env['mail.message.translation'].create(
            {
                'message_id': message.id,
                'source_lang': 'en',
                'target_lang': 'zh_CN',
                'body': "x",
            }
        )
        delayed = cls.env['mail.message.schedule'].create(
            {'mail_message_id': message.id, 'scheduled_datetime': '2099-01-01 10:00:00'}
        )
        mail = cls.env['mail.mail'].create(
            {'mail_message_id': message.id, 'email_to': 'x@y.example', 'body_html': "x"}
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
            *activities,
            rating,
            scheduled,
            reaction,
            linked,
            translation,
            delayed,
            mail,
            *files,
            *followers,
        ]

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
                self.assertFalse(is_open and user == self.peer, record)
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
        self.env.invalidate_all()
        m = self.rows[0].with_user(self.accused)
        print('DBG2', m.env.su, m._search([('id','in',m.ids)], active_test=False).get_result_ids(), m.has_access('read'), m._get_closed_domain())
        self._assert_roads(self.accused, False)
        self._assert_roads(self.peer, True)
