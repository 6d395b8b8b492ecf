from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_access import AccessCommon


class RestrictedCommon(AccessCommon):
    """A case of the team; the handler works on it, the receiver is first contact.

    `colleague` reads it by his department, `deputy` by the team: both lose it when it is
    restricted.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(
            cls.env, 'complaint_colleague', groups='complaint_management.group_complaint_user'
        )
        cls.env['hr.employee'].create(
            {'name': "Colleague", 'user_id': cls.colleague.id, 'department_id': cls.department.id}
        )
        cls.deputy = new_test_user(
            cls.env, 'complaint_deputy', groups='complaint_management.group_complaint_receiver'
        )
        cls.team.member_ids |= cls.deputy
        cls.sensitive = cls.env.ref('complaint_management.flag_sensitive')
        cls.case = cls._create_case(
            handler_id=cls.handler.id,
            contact_owner_id=cls.receiver.id,
            department_id=cls.department.id,
        )
        cls.strangers = (cls.colleague, cls.deputy, cls.department_head, cls.admin)
        cls.insiders = (cls.handler, cls.receiver, cls.manager, cls.committee, cls.auditor)

    @classmethod
    def _restrict(cls, case=None, flag=None):
        (case or cls.case).flag_ids = [Command.link((flag or cls.sensitive).id)]


@tagged('post_install', '-at_install')
class TestRestrictedReaders(RestrictedCommon):
    """Design 6, requirements 2.14: a flag narrows a case to a few."""

    def test_every_road_is_closed_by_the_flag(self):
        for user in self.strangers:
            self._assert_open(user, self.case, True)
        self._restrict()
        for user in self.strangers:
            self._assert_open(user, self.case, False)
            self._assert_open(user, self.case.event_ids[:1], False)
        for user in self.insiders:
            self._assert_open(user, self.case, True)

    def test_which_flags_restrict_and_who_else_is_asked(self):
        """Sensitive (PRIN-5-d), protected informant (PRIN-5-c), legal strategy (PAWN-2.4-b)."""
        for code, legal_reads in (
            ('sensitive', False),
            ('informant', False),
            ('legal_strategy', True),
        ):
            case = self._create_case(department_id=self.department.id)
            self._restrict(case, self.env.ref(f'complaint_management.flag_{code}'))
            self.assertTrue(case.is_restricted, code)
            self.assertFalse(self._as(self.colleague, case).has_access('read'), code)
            self.assertEqual(self._as(self.legal, case).has_access('read'), legal_reads, code)

    def test_every_line_follows(self):
        """No line of any model is found by whom the case is closed to."""
        contact = self.env['complaint.contact'].create({'case_id': self.case.id, 'content': "Rang"})
        self._restrict()
        lines = [
            model
            for model in self.env.registry.values()
            if not model._abstract and issubclass(model, self.env.registry['complaint.case.line'])
        ]
        self.assertGreater(len(lines), 10)
        domain = [('case_id', '=', self.case.id)]
        for name in (model._name for model in lines):
            for user in (self.colleague, self.deputy):
                model = self.env[name].with_user(user)
                if model.has_access('read'):
                    self.assertFalse(model.search_count(domain), f"{name}, {user.name}")
        with self.assertRaises(AccessError):
            self._as(self.colleague, contact).read(['content'])
        self.assertTrue(self._as(self.handler, contact).read(['content']))

    def test_files_and_messages_follow(self):
        file = self.env['ir.attachment'].create(
            {
                'name': "letter.txt",
                'raw': b"x",
                'res_model': 'complaint.case',
                'res_id': self.case.id,
            }
        )
        message = self.case.message_post(body="Secret")
        self.assertTrue(self._as(self.colleague, file).has_access('read'))
        self.assertTrue(self._as(self.colleague, message).has_access('read'))
        self._restrict()
        for record in (file, message):
            self.assertFalse(self._as(self.colleague, record).has_access('read'), record)
            self.assertFalse(
                self._as(self.colleague, record).search([('id', '=', record.id)]), record
            )
            self.assertTrue(self._as(self.handler, record).has_access('read'), record)

    def test_counts_and_suggestions_do_not_tell(self):
        other = self._create_case(department_id=self.department.id)
        self._restrict()
        question = {'partner_id': self.customer.id, 'name': self.case.name}
        answers = self.env['complaint.case'].with_user(self.colleague).find_similar(question)
        found = {answer['id'] for answer in answers}
        self.assertIn(other.id, found)
        self.assertNotIn(self.case.id, found)
        team = self._as(self.deputy, self.team)
        self.assertEqual(team.open_count, 1, "The team's card counts what its reader may open")


@tagged('post_install', '-at_install')
class TestShutOut(RestrictedCommon):
    """Whoever may no longer read a case neither follows it nor has anything to do on it."""

    def _follow(self, *users):
        partner_ids = [user.partner_id.id for user in users]
        self.case.message_subscribe(partner_ids)

    def _activity(self, user):
        """Let somebody give a person something to do, by hand."""
        values = self.case._prepare_activity(
            'mail.mail_activity_data_call', user.id, "Ring them", automated=False
        )
        return self.env['mail.activity'].create(values)

    def test_followers_leave_when_the_flag_is_set_later(self):
        self._follow(self.colleague, self.deputy, self.handler)
        self.case.message_subscribe(self.customer.ids)
        self._restrict()
        followers = self.case.message_partner_ids
        self.assertFalse(followers & (self.colleague | self.deputy).partner_id)
        self.assertLessEqual(self.handler.partner_id | self.customer, followers)

    def test_activities_go_to_who_handles_the_case(self):
        activity = self._activity(self.colleague)
        kept = self._activity(self.handler)
        self._restrict()
        self.assertEqual(activity.user_id, self.handler)
        self.assertEqual(kept.user_id, self.handler)
        self.assertFalse(
            self.env['mail.activity']
            .with_user(self.colleague)
            .search([('res_model', '=', 'complaint.case'), ('res_id', '=', self.case.id)])
        )

    def test_without_a_handler_they_go_to_the_first_contact_owner(self):
        activity = self._activity(self.colleague)
        self.case.handler_id = False
        self._restrict()
        self.assertEqual(activity.user_id, self.receiver)

    def test_what_the_software_asked_of_a_role_is_withdrawn(self):
        self.env['complaint.case']._schedule_quietly(
            {self.case: self.colleague.id}, 'mail.mail_activity_data_todo', "Follow up"
        )
        todo = self.case.activity_ids.filtered(lambda a: a.user_id == self.colleague)
        self.assertTrue(todo)
        self._restrict()
        self.assertFalse(todo.exists())

    def test_later_the_software_asks_who_may_read_the_case(self):
        self._restrict()
        self.env['complaint.case']._schedule_quietly(
            {self.case: self.colleague.id}, 'mail.mail_activity_data_call', "Follow up"
        )
        asked = self.case.activity_ids.filtered(lambda a: a.summary == "Follow up")
        self.assertEqual(asked.user_id, self.handler)

    def test_nobody_gives_a_stranger_something_to_do(self):
        self._restrict()
        self._activity(self.manager)
        with self._refused("may not read this restricted complaint"):
            self._activity(self.colleague)

    def test_who_hands_a_restricted_case_on_leaves_it(self):
        self._restrict()
        activity = self._activity(self.handler)
        clerk = new_test_user(
            self.env, 'complaint_clerk', groups='complaint_management.group_complaint_user'
        )
        self.case.handler_id = clerk
        self.assertNotIn(self.handler.partner_id, self.case.message_partner_ids)
        self.assertEqual(activity.user_id, clerk)
        self._assert_open(self.handler, self.case, False)

    def test_a_flag_that_restricts_from_now_on_shuts_out_too(self):
        flag = self.env['complaint.flag'].create({'name': "Delicate"})
        self.case.flag_ids = [Command.link(flag.id)]
        self._follow(self.colleague)
        flag.restricts_access = True
        self.assertTrue(self.case.is_restricted)
        self.assertNotIn(self.colleague.partner_id, self.case.message_partner_ids)

    def test_nobody_is_brought_back_by_following_or_a_mention(self):
        self._restrict()
        self._follow(self.colleague)
        self.assertNotIn(self.colleague.partner_id, self.case.message_partner_ids)
        partners = self.colleague.partner_id | self.manager.partner_id
        message = self.case.with_user(self.handler).message_post(
            body="Look at this", partner_ids=partners.ids
        )
        self.assertEqual(message.partner_ids, self.manager.partner_id)
        self.assertFalse(self._as(self.colleague, message).has_access('read'))

    def test_an_ordinary_case_is_left_alone(self):
        self._follow(self.colleague)
        activity = self._activity(self.colleague)
        self.case.flag_ids = [Command.link(self.env.ref('complaint_management.flag_mass').id)]
        self.assertIn(self.colleague.partner_id, self.case.message_partner_ids)
        self.assertEqual(activity.user_id, self.colleague)

    def test_the_flag_itself_is_not_written_by_hand(self):
        for name in ('is_restricted', 'hides_complainant'):
            with self.assertRaises(UserError):
                self.case.with_user(self.manager).write({name: True})
