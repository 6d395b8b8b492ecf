from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestReopening(ComplaintCommon):
    """Issue 3, item 11: reopening within the window of the procedure, counted from closing."""

    def _close(self, **values):
        return self._move(self._create_worked_case(**values), 'closed')

    def test_reopening_in_a_dialog(self):
        case = self._close()
        action = case.action_reopen()
        form = Form(
            self.env[action['res_model']].with_user(self.receiver).with_context(**action['context'])
        )
        self.assertEqual(form.stage_id, self.stages['investigation'])
        form.reason = "The parcel was the wrong one."
        form.save().action_confirm()
        self.assertEqual(case.stage_id, self.stages['investigation'])
        self.assertEqual((case.round, case.closed_at), (2, False))
        event = case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'reopened')
        self.assertEqual(event.note, "The parcel was the wrong one.")

    def test_without_a_window_it_is_always_possible(self):
        case = self._close()
        self._pass_time(days=1000)
        self._move(case, 'investigation')

    def test_after_the_window_every_way_in_is_refused(self):
        self.procedure.reopen_window_days = 30
        case = self._close()
        self._pass_time(days=29)
        self._move(case, 'investigation')
        case.closing_reason_id = self.reason_satisfied
        self._move(case, 'closed')
        self._pass_time(days=31)
        for user in (self.receiver, self.handler, self.manager):
            record = case.with_user(user)
            for way in (
                lambda r=record: r.write({'stage_id': self.stages['investigation'].id}),
                lambda r=record: r._reopen(self.stages['investigation'], "Again"),
                lambda r=record: r.web_save({'stage_id': self.stages['assessment'].id}, {}),
                lambda r=record: r.sudo()._move_to(self.stages['investigation'], "Again"),
                lambda r=record: r.with_context(complaint_reopening_reason="x")._move_to(
                    self.stages['investigation'], "x"
                ),
            ):
                with self._refused("Register a new complaint", RedirectWarning):
                    way()
        self.assertTrue(case.is_closed)

    def test_committee_and_administrator_reopen_for_a_reason(self):
        self.procedure.reopen_window_days = 30
        for user in (self.committee, self.admin):
            case = self._close()
            self._pass_time(days=31)
            record = case.with_user(user)
            with self._refused("Use Reopen and say why", RedirectWarning):
                record.write({'stage_id': self.stages['investigation'].id})
            with self._refused("Use Reopen and say why", RedirectWarning):
                # A context that a client sends is no reason.
                record.with_context(complaint_reopening_reason="x").write(
                    {'stage_id': self.stages['investigation'].id}
                )
            record._reopen(self.stages['investigation'], "New evidence")
            self.assertFalse(case.is_closed)
            self.assertNotIn('complaint_reopening_reason', record.env.context)

    def test_a_batch_tells_which_case_is_too_old(self):
        self.procedure.reopen_window_days = 30
        old = self._close()
        self._pass_time(days=31)
        new = self._close()
        with self._refused(old.number):
            (old | new).write({'stage_id': self.stages['investigation'].id})

    def test_what_reopening_asks_for(self):
        case, opened = self._close(), self._create_case()
        with self._refused("Say why"):
            case._reopen(self.stages['investigation'], " ")
        with self._refused("Choose an open stage"):
            case._reopen(self.stages['withdrawn'], "x")
        with self._refused("is not closed"):
            opened._reopen(self.stages['investigation'], "x")
        with self.assertRaises(AccessError):
            case.with_user(self.auditor)._reopen(self.stages['investigation'], "x")
        with self.assertRaises(AccessError):
            case.with_user(self.outsider)._reopen(self.stages['investigation'], "x")

    def test_undo_of_a_mistaken_closing_is_no_reopening(self):
        self.procedure.reopen_window_days = 30
        case = self._close()
        case.action_undo()
        self.assertEqual(case.round, 1)
