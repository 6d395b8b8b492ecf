from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_period import PeriodCommon


@tagged('post_install', '-at_install')
class TestReportCourse(PeriodCommon):
    """A person writes and signs, another one checks, the readers note that they have read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = new_test_user(cls.env, 'complaint_reader', groups='base.group_user')
        cls.schedule = cls._create_schedule(
            'totals',
            {'kind': 'narrative', 'name': "Hot issues", 'guidance': "What was on people's minds"},
            {'kind': 'manual', 'name': "Visits", 'labels': "Old customers\n\nNew customers"},
            {'kind': 'narrative', 'name': "Other", 'is_required': False},
            author_id=cls.handler.id,
            reviewer_id=cls.manager.id,
            recipient_ids=[
                Command.create({'user_id': cls.reader.id}),
                Command.create({'partner_id': cls.customer.id, 'role': 'copy'}),
                Command.create(
                    {
                        'group_id': cls.env.ref(
                            'complaint_management.group_complaint_committee'
                        ).id,
                        'role': 'copy',
                    }
                ),
            ],
        )

    def _open_run(self):
        return self._open(self.schedule, '2026-03-03')

    def _fill_in(self, run, user=None):
        run = self._as(user or self.handler, run)
        for entry in run.entry_ids.filtered('is_required'):
            entry.write({'text': "Nothing new"} if entry.kind == 'narrative' else {'amount': 0})
        return run

    def test_what_is_missing_is_told_at_once(self):
        run = self._open_run().with_user(self.handler)
        self.assertEqual(
            run.entry_ids.mapped('heading'),
            ["Hot issues", "Old customers", "New customers", "Other"],
        )
        with self._refused(
            "(?s)Hot issues, Old customers,? and New customers.*figure is zero, tick “Entered”"
        ):
            run.action_sign()
        self.assertEqual(run.state, 'open')
        for entry in run.entry_ids.filtered(lambda entry: entry.kind == 'manual'):
            entry.amount = 0
        with self._refused("Fill in first: Hot issues.$"):
            run.action_sign()

    def test_sign_check_issue_read(self):
        run = self._fill_in(self._open_run())
        run.action_sign()
        self.assertEqual((run.state, run.signed_by_id), ('review', self.handler))
        self.assertEqual(run.sudo().activity_ids.user_id, self.manager)
        with self._refused("signed already"):
            run.action_sign()
        with self.assertRaises(AccessError):
            run.action_issue()
        run = self._as(self.manager, run)
        run.action_issue()
        self.assertEqual((run.state, run.issued_by_id), ('issued', self.manager))
        self.assertFalse(run.sudo().activity_ids)
        deliveries = run.delivery_ids
        self.assertEqual(deliveries.filtered(lambda d: d.role == 'reader').user_id, self.reader)
        self.assertIn(self.committee, deliveries.user_id)
        self.assertEqual(deliveries.partner_id, self.customer)
        own = self._as(self.reader, run)
        self.assertEqual((own.is_read, own.reading), (False, 'unread'))
        own.action_mark_read()
        self.assertEqual((own.is_read, own.reading), (True, 'read'))
        # Nobody is asked to read what was not sent to him.
        self.assertFalse(self._as(self.admin, run).reading)
        line = run.delivery_ids.filtered(lambda d: d.user_id == self.reader)
        self.assertTrue(line.read_at)
        self.assertFalse((run.delivery_ids - line).filtered('read_at'))

    def test_the_author_is_asked_in_his_own_language(self):
        """Also by the job, which has none."""
        self._activate_chinese(self.handler)
        run = self._open(self.schedule.with_context(lang=None), '2026-03-03')
        self.assertRegex(run.sudo().activity_ids.summary, r'[一-鿿]')
        self.assertFalse(run.sudo().message_ids)

    def test_send_back(self):
        run = self._fill_in(self._open_run())
        run.action_sign()
        self._as(self.manager, run).action_send_back()
        run = self._as(self.handler, run)
        self.assertEqual((run.state, run.signed_at), ('open', False))
        self.assertEqual(run.sudo().activity_ids.user_id, self.handler)

    def test_outsiders_get_the_papers(self):
        run = self._fill_in(self._open_run())
        mails = self.env['mail.mail'].search([])
        run.action_sign()
        self._as(self.manager, run).action_issue()
        mail = (self.env['mail.mail'].search([]) - mails).filtered('attachment_ids')
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertEqual(len(mail.attachment_ids), 2)
        self.assertTrue(mail.attachment_ids.filtered(lambda a: a.name.endswith('.xlsx')))
        self.assertTrue(all(run.delivery_ids.mapped('sent_at')))

    def test_who_has_no_address_was_sent_nothing(self):
        self.customer.email = False
        run = self._fill_in(self._open_run())
        run.action_sign()
        self._as(self.manager, run).action_issue()
        line = run.delivery_ids.filtered('partner_id')
        self.assertEqual((line.partner_id, line.sent_at), (self.customer, False))

    def test_an_issued_report_stays(self):
        run = self._fill_in(self._open_run())
        run.action_sign()
        self._as(self.manager, run).action_issue()
        for user in (self.handler, self.manager, self.admin):
            entry = self._as(user, run).entry_ids[0]
            with self.assertRaises(UserError):
                entry.write({'text': "Better"})
        with self._refused("stay as they are"):
            self._as(self.admin, run).action_refresh()
        with self._refused("is kept"):
            run.sudo().unlink()

    def test_only_the_author_writes(self):
        run = self._open_run()
        with self.assertRaises(AccessError):
            self._as(self.reader, run).entry_ids[0].write({'text': "Mine"})
        with self.assertRaises(AccessError):
            self._as(self.manager, run).entry_ids[0].write({'text': "Mine"})
        with self.assertRaises(AccessError):
            self._as(self.manager, run).action_sign()

    def test_no_value_comes_in_by_rpc(self):
        run = self._as(self.handler, self._open_run())
        for values in (
            {'state': 'issued'},
            {'signed_by_id': self.manager.id},
            {'author_id': self.manager.id},
            {'as_of': '2020-01-01 00:00:00'},
            {'figures': {}},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                run.write(values)
        with self.assertRaises(UserError):
            run.entry_ids[0].write({'heading': "Another"})
        with self.assertRaises(UserError):
            self.env['complaint.report.run'].with_user(self.admin).create(
                {'schedule_id': self.schedule.id, 'name': "Mine"}
            )
        with self.assertRaises(UserError):
            run.with_user(self.admin).delivery_ids.create(
                {'run_id': run.id, 'user_id': self.admin.id, 'role': 'reader'}
            )

    def test_refresh_counts_what_came_since(self):
        run = self._open_run()
        self._create_case(received_at='2026-03-04 01:00:00')
        self.assertEqual(self._numbers(run)['received'], 0)
        self.env.cr._now = None
        self._pass_time(minutes=1)
        self._as(self.handler, run).action_refresh()
        self.assertEqual(self._numbers(run)['received'], 1)
