from datetime import timedelta

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestEventAppendOnly(ComplaintCommon):
    """Design 5, complaint.event: rows are added, never changed, by nobody and on no road."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case()
        cls.event = cls.case.sudo().event_ids.sorted('sequence')[:1]

    def _everybody(self):
        """Return the event as every role sees it, as superuser, and with a forged permission."""
        roles = [self.handler, self.receiver, self.manager, self.committee, self.auditor]
        events = [self.event.with_user(user) for user in [*roles, self.legal, self.admin]]
        forged = self.event.with_user(self.admin).with_context(complaint_internal_write=True)
        return [*events, self.event.sudo(), forged, forged.sudo()]

    def test_nobody_writes_an_event(self):
        for event in self._everybody():
            for values in ({'note': "x"}, {'hash': "x"}, {'user_id': self.admin.id}, {}):
                with self.assertRaises(UserError):
                    event.write(values)

    def test_nobody_deletes_an_event(self):
        for event in self._everybody():
            with self.assertRaises(UserError):
                event.unlink()

    def test_nobody_creates_an_event_by_hand(self):
        values = {
            'case_id': self.case.id,
            'sequence': 3,
            'milestone_id': self.event.milestone_id.id,
            'occurred_at': self.env.cr.now(),
            'recorded_at': self.env.cr.now(),
            'user_id': self.admin.id,
            'hash': "x",
        }
        for event in self._everybody():
            with self.assertRaises(AccessError):
                event.create(values)
            with self.assertRaises(UserError):
                self.case.with_env(event.env).write({'event_ids': [(0, 0, values)]})

    def test_events_cannot_be_smuggled_in_with_a_new_case(self):
        values = {
            'sequence': 1,
            'milestone_id': self.event.milestone_id.id,
            'hash': "x",
            'occurred_at': self.env.cr.now(),
            'recorded_at': self.env.cr.now(),
            'user_id': self.admin.id,
        }
        for user in (self.receiver, self.admin, self.env.user):
            with self.assertRaises(UserError):
                self._create_case(user=user, event_ids=[(0, 0, values)])

    def test_the_database_refuses_update_delete_and_truncate(self):
        statements = (
            ('UPDATE', "UPDATE complaint_event SET note = 'x' WHERE id = %s"),
            ('UPDATE', "UPDATE complaint_event SET hash = hash WHERE id = %s"),
            ('DELETE', "DELETE FROM complaint_event WHERE id = %s"),
            ('TRUNCATE', "TRUNCATE complaint_event CASCADE -- %s"),
        )
        for operation, statement in statements:
            with (
                self.assertRaisesRegex(
                    psycopg2.errors.RaiseException, f"append-only, refused: {operation}"
                ),
                mute_logger('odoo.sql_db'),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(SQL(statement, self.event.id))

    def test_the_setting_of_another_transaction_opens_nothing(self):
        with self.registry.cursor() as other:
            other.execute("SELECT txid_current()::text")
            [(foreign,)] = other.fetchall()
        for value in (foreign, '1', 'true', ''):
            self.env.cr.execute(SQL("SELECT set_config('complaint.erasing', %s, false)", value))
            with (
                self.assertRaises(psycopg2.errors.RaiseException),
                mute_logger('odoo.sql_db'),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(SQL("DELETE FROM complaint_event WHERE id = %s", self.event.id))

    def test_the_permission_to_erase_ends_with_the_erasing(self):
        self._create_case().with_user(self.admin)._erase("Asked for by the customer")
        with (
            self.assertRaises(psycopg2.errors.RaiseException),
            mute_logger('odoo.sql_db'),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(SQL("DELETE FROM complaint_event WHERE id = %s", self.event.id))

    def test_a_person_in_the_history_cannot_be_deleted(self):
        with (
            self.assertRaises(psycopg2.errors.ForeignKeyViolation),
            mute_logger('odoo.sql_db'),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(SQL("DELETE FROM res_users WHERE id = %s", self.receiver.id))


@tagged('post_install', '-at_install')
class TestEventRecording(ComplaintCommon):
    """Design 5: events are numbered, carry who and when, and are back-dated for a reason only."""

    def test_events_are_numbered_one_two_three_in_each_case(self):
        cases = self._create_case() | self._create_case()
        cases._stamp('contacted')
        for case in cases:
            events = case.event_ids.sorted('sequence')
            self.assertEqual(events.mapped('sequence'), [1, 2, 3])
            self.assertEqual(
                events.mapped('milestone_id.code'), ['received', 'registered', 'contacted']
            )
            self.assertEqual(events[1].previous_hash, events[0].hash)
            self.assertEqual((case.event_count, case.event_head), (3, events[2].hash))

    def test_an_event_says_who_and_when(self):
        case = self._create_case()
        now = self._pass_time(minutes=2)
        event = case.with_user(self.manager)._stamp('contacted', note="By phone", payload={'n': 1})
        self.assertEqual(event.user_id, self.manager)
        self.assertEqual(event.occurred_at, now.replace(microsecond=0))
        self.assertEqual(event.recorded_at, now.replace(microsecond=0))
        self.assertEqual((event.note, event.payload, event.round), ("By phone", {'n': 1}, 1))

    def test_five_minutes_back_need_no_reason_more_do(self):
        case = self._create_case()
        now = self.env.cr.now()
        case._stamp('contacted', occurred_at=now - timedelta(minutes=5))
        for note in (None, "", "  "):
            with self._refused("Say why"):
                case._stamp('contacted', now - timedelta(minutes=5, seconds=1), note)
        event = case._stamp('contacted', now - timedelta(days=2), "The phone was down")
        self.assertTrue(event.is_backdated)
        self.assertEqual(event.recorded_at - event.occurred_at, timedelta(days=2))
        self.assertFalse(case._stamp('contacted').is_backdated)

    def test_what_has_not_happened_yet_is_refused(self):
        case = self._create_case()
        with self._refused("has not happened"):
            case._stamp('contacted', self.env.cr.now() + timedelta(minutes=2), "Soon")

    def test_an_unknown_milestone_is_named(self):
        with self._refused("no_such_thing"):
            self._create_case()._stamp('no_such_thing')

    def test_the_seam_after_stamp_is_called_once_for_a_batch(self):
        cases = self._create_case() | self._create_case() | self._create_case()
        batches = []

        def after_stamp(events):
            self.assertTrue(events.env.su)
            batches.append(events)

        self.patch(self.registry['complaint.event'], '_after_stamp', after_stamp)
        cases._stamp('contacted')
        self.assertEqual([len(events) for events in batches], [3])
        self.assertEqual(batches[0].case_id, cases)
        self._move(cases, 'acknowledgement')
        self.assertEqual([len(events) for events in batches], [3, 3])
        batches[1][:1].with_user(self.manager)._revoke("Wrong button")
        self.assertEqual(batches[2].revokes_id, batches[1][:1])


@tagged('post_install', '-at_install')
class TestEventRevoking(ComplaintCommon):
    """Design 5: a wrong event is revoked by its author in ten minutes, or by a manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case(handler_id=cls.handler.id)

    def _stamp(self, user):
        return self.case.with_user(user)._stamp('contacted', note="By phone").with_user(user)

    def test_the_author_revokes_within_ten_minutes(self):
        event = self._stamp(self.handler)
        self._pass_time(minutes=9, seconds=59)
        self.assertTrue(event.can_revoke)
        event._revoke("Wrong customer")
        self.assertTrue(event.is_revoked)
        self.assertFalse(event.can_revoke)
        self.assertEqual(event.revoked_by_ids.note, "Wrong customer")
        self.assertEqual(event.revoked_by_ids.user_id, self.handler)
        self.assertEqual(event.note, "By phone", "A revoked event stays as it was")

    def test_the_author_cannot_revoke_after_ten_minutes(self):
        event = self._stamp(self.handler)
        self._pass_time(minutes=10, seconds=1)
        self.assertFalse(event.can_revoke)
        with self._refused("Only a manager"):
            event._revoke("Wrong customer")

    def test_nobody_but_a_manager_revokes_what_another_recorded(self):
        event = self._stamp(self.handler)
        for user in (self.receiver, self.committee):
            with self._refused("Only a manager"):
                event.with_user(user)._revoke("Wrong customer")
        self._pass_time(days=400)
        event.with_user(self.manager)._revoke("Wrong customer")
        self.assertTrue(event.is_revoked)

    def test_who_may_not_change_the_case_revokes_nothing(self):
        event = self._stamp(self.handler)
        with self._refused("may not change"):
            event.with_user(self.auditor)._revoke("Wrong customer")
        with self.assertRaises(UserError):
            event.with_user(self.outsider)._revoke("Wrong customer")
        self.assertFalse(event.is_revoked)

    def test_a_revocation_needs_a_reason_and_happens_once(self):
        event = self._stamp(self.handler)
        for reason in (None, "", "  "):
            with self._refused("Say why"):
                event._revoke(reason)
        event._revoke("Wrong customer")
        with self._refused("already revoked"):
            event._revoke("Wrong customer")
        with self._refused("cannot be revoked"):
            event.revoked_by_ids.with_user(self.manager)._revoke("Wrong revocation")

    def test_revoked_events_stay_and_do_not_count(self):
        event = self._stamp(self.handler)
        events = self.case.sudo().event_ids
        event._revoke("Wrong customer")
        after = self.case.sudo().event_ids
        self.assertEqual(after & events, events)
        self.assertEqual(self.case.event_count, len(events) + 1)
        self.assertNotIn(event.sudo(), after._get_effective())
        self.assertFalse(after._get_effective().filtered('revokes_id'))
        self.assertFalse(after._get_effective(['contacted', 'revoked']))

    def test_revoked_events_are_found_by_search(self):
        event = self._stamp(self.handler)
        event._revoke("Wrong customer")
        events = self.env['complaint.event'].with_user(self.handler)
        mine = [('case_id', '=', self.case.id)]
        every = events.search(mine)
        self.assertEqual(events.search([*mine, ('is_revoked', '=', True)]), event)
        self.assertEqual(events.search([*mine, ('is_revoked', '!=', False)]), event)
        self.assertEqual(events.search([*mine, ('is_revoked', '=', False)]), every - event)
        self.assertEqual(events.search([*mine, ('is_revoked', '!=', True)]), every - event)
        self.assertEqual(events.search([*mine, ('is_revoked', 'in', [True, False])]), every)
