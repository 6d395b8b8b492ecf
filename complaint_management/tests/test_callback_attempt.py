from datetime import timedelta

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import tagged

from .test_callback import CallbackCommon


@tagged('post_install', '-at_install')
class TestCallbackAttempts(CallbackCommon):
    """DEVG-1.2-d, U10: three failures in a row within a month open the abnormal closing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.callback_mode = 'gate'
        cls.case.write(
            {
                'closing_reason_id': cls.env.ref(
                    'complaint_management.closing_reason_unreachable'
                ).id,
                'closing_note': "Nobody answers.",
            }
        )
        cls.callback = cls.callbacks.with_user(cls.receiver).create({'case_id': cls.case.id})

    def _fail(self, callback=None, days_ago=0, outcome='no_answer'):
        at = self.env.cr.now() - timedelta(days=days_ago)
        return (callback or self.callback)._record_attempt(
            'phone', outcome, note="Noted on paper.", attempted_at=at
        )

    def _close_abnormally(self):
        return self._move(self.case, 'closed_abnormal')

    def test_before_that_the_sentence_counts_what_is_missing(self):
        with self._refused("needs 3 failed callbacks within 30 days: 3 more", RedirectWarning):
            self._close_abnormally()
        self._fail()
        with self._refused("2 more", RedirectWarning):
            self._close_abnormally()
        self._fail()
        with self._refused("1 more", RedirectWarning):
            self._close_abnormally()
        self.assertEqual(self.callback.state, 'planned')
        self._fail()
        self.assertEqual(self.callback.state, 'failed')
        self._close_abnormally()
        self.assertEqual(self.case.phase, 'closed_abnormal')
        self.assertEqual(self.callback.state, 'failed')

    def test_outside_the_window_they_do_not_count_together(self):
        self._fail(days_ago=45)
        self._fail(days_ago=20)
        self._fail(days_ago=1)
        with self._refused("1 more", RedirectWarning):
            self._close_abnormally()
        self._fail()
        self._close_abnormally()

    def test_the_window_reaches_from_the_first_to_the_last(self):
        for days in (30, 15, 0):
            self._fail(days_ago=days)
        self.assertEqual(self.callback.state, 'failed')

    def test_whoever_was_reached_breaks_the_row(self):
        self._fail(days_ago=3)
        self._fail(days_ago=2)
        self._fail(days_ago=1, outcome='reached')
        self._fail()
        self.assertEqual(self.case._count_failed_attempts()[self.case], 1)
        self._pass_time(minutes=1)
        self._call(self.case)
        self.assertEqual(self.case._count_failed_attempts()[self.case], 0)

    def test_numbers_are_the_procedure_s(self):
        self.procedure.write({'callback_max_attempts': 2, 'callback_window_days': 7})
        self._fail(days_ago=8)
        self._fail()
        with self._refused("within 7 days: 1 more", RedirectWarning):
            self._close_abnormally()
        self._fail()
        self._close_abnormally()

    def test_without_callbacks_the_reason_needs_no_proof(self):
        self.procedure.callback_mode = 'none'
        self._close_abnormally()
        self.assertEqual(self.case.phase, 'closed_abnormal')

    def test_attempts_of_an_earlier_round_do_not_count(self):
        for _i in range(3):
            self._fail()
        self._close_abnormally()
        self._move(self.case, 'investigation')
        self.assertEqual(self.case._count_failed_attempts()[self.case], 0)

    def test_after_failures_the_customer_may_still_be_reached(self):
        for _i in range(3):
            self._fail()
        self.callback.write({'satisfaction': 'satisfied', 'customer_agrees': 'yes'})
        self.callback.action_done()
        self.assertEqual(self.callback.state, 'done')

    def test_the_dialog(self):
        wizard = self.env['complaint.callback.fail'].with_user(self.receiver)
        context = self.callback.action_attempt()['context']
        wizard = wizard.with_context(**context).create({})
        wizard.outcome = 'wrong_number'
        wizard.action_confirm()
        attempt = self.callback.attempt_ids
        self.assertEqual((attempt.outcome, attempt.user_id), ('wrong_number', self.receiver))

    def test_a_batch_of_attempts(self):
        others = [self._create_worked_case() for _i in range(2)]
        callbacks = self.callbacks.create([{'case_id': case.id} for case in others])
        for _i in range(3):
            callbacks._record_attempt('phone', 'no_answer')
        self.assertEqual(callbacks.mapped('state'), ['failed', 'failed'])

    def test_attempts_stay_as_they_were(self):
        attempt = self._fail()
        for user in (self.receiver, self.admin):
            with self._refused("kept as it was"):
                attempt.with_user(user).write({'outcome': 'reached'})
            with self.assertRaises(AccessError):
                attempt.with_user(user).unlink()
        with self._refused("kept as it was"):
            attempt.sudo().outcome = 'reached'

    def test_attempts_are_not_forged(self):
        attempts = self.env['complaint.callback.attempt']
        with self._refused("has not happened yet"):
            self._fail(days_ago=-1)
        with self._refused("Say why this is recorded more than"):
            self.callback._record_attempt(
                'phone', 'no_answer', attempted_at=self.env.cr.now() - timedelta(days=1)
            )
        with self.assertRaises(AccessError):
            attempts.with_user(self.outsider).create({'callback_id': self.callback.id})
        with self.assertRaises(AccessError):
            attempts.with_user(self.auditor).create({'callback_id': self.callback.id})
        made = attempts.with_user(self.receiver).create(
            {
                'callback_id': self.callback.id,
                'case_id': self._create_case().id,
                'user_id': self.manager.id,
            }
        )
        self.assertEqual((made.case_id, made.user_id), (self.case, self.receiver))
        done = self._call(self._create_worked_case())
        with self._refused("has ended already", UserError):
            done._record_attempt('phone', 'no_answer')
