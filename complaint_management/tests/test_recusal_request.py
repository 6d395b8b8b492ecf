from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .test_recusal_doors import RecusalCommon


@tagged('post_install', '-at_install')
class TestRecusalRequest(RecusalCommon):
    """TEL-2.7-b, T16, market regulation 2022 art. 19: recusal on request, with a decision."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board = cls.env['complaint.team'].create({'name': "Board", 'leader_id': cls.peer.id})
        cls.team.parent_id = cls.board

    def _ask(self, by, person, **values):
        return (
            self.env['complaint.recusal']
            .with_user(by)
            .create(
                {
                    'case_id': self.case.id,
                    'user_id': person.id,
                    'reason': "Cousin of the customer",
                    **values,
                }
            )
        )

    def _is_readable(self, user):
        return self._as(user, self.case).has_access('read')

    def _asked(self, recusal):
        activities = self.env['mail.activity'].search(
            [('res_model', '=', recusal._name), ('res_id', '=', recusal.id)]
        )
        return activities.user_id

    def test_while_it_is_asked_nothing_changes(self):
        recusal = self._ask(self.receiver, self.accused)
        self.assertEqual((recusal.state, recusal.asked_by_id), ('asked', self.receiver))
        self.assertTrue(self._is_readable(self.accused))
        self.assertNotIn('recused', self._codes(self.case))

    def test_granted_it_holds_and_lifted_it_ends(self):
        recusal = self._ask(self.receiver, self.accused).with_user(self.manager)
        recusal._grant("True")
        self.assertFalse(self._is_readable(self.accused))
        self.assertTrue(self._is_readable(self.peer))
        self.assertEqual(self.case.sudo().recused_user_ids, self.accused)
        self.assertEqual(recusal.decided_by_id, self.manager)
        self.assertFalse(self._asked(recusal), "Nobody has to decide any more")
        with self._refused("why the person need not keep away"):
            recusal._lift(" ")
        recusal._lift("Not related after all")
        self.assertTrue(self._is_readable(self.accused))
        self.assertEqual(self._codes(self.case).count('recused'), 2)

    def test_refused_everything_stays(self):
        recusal = self._ask(self.receiver, self.accused).with_user(self.manager)
        recusal._refuse("No relation found")
        self.assertEqual(recusal.state, 'refused')
        self.assertTrue(self._is_readable(self.accused))
        with self._refused("decided already"):
            recusal._grant("Changed my mind")

    def test_lifting_does_not_reopen_the_case_to_who_is_complained_about(self):
        recusal = self._ask(self.receiver, self.accused).with_user(self.manager)
        recusal._grant("True")
        self._accuse('accused')
        recusal._lift("Not related")
        self.assertFalse(self._is_readable(self.accused))

    def test_somebody_not_involved_decides(self):
        """Team leader; is he the person or who asks, the leader above; then the committee."""
        recusal = self._ask(self.receiver, self.accused)
        self.assertEqual(self._asked(recusal), self.manager)
        for user in (self.peer, self.receiver, self.handler):
            with self._refused("Somebody who is not involved decides. Asked are: Manager."):
                recusal.with_user(user)._grant("Because")
        about_leader = self._ask(self.receiver, self.manager)
        self.assertEqual(self._asked(about_leader), self.peer)
        by_leader = self._ask(self.manager, self.legal)
        self.assertEqual(self._asked(by_leader), self.peer)
        written_down = self._ask(self.manager, self.auditor, is_by_customer=True)
        self.assertEqual(self._asked(written_down), self.manager)
        about_leader.with_user(self.peer)._refuse("No relation found")
        by_boss = self._ask(self.peer, self.manager)
        self.assertFalse(self._asked(by_boss) & (self.peer | self.manager))
        self.assertIn(self.committee, self._asked(by_boss))

    def test_when_the_whole_chain_is_recused_the_committee_decides(self):
        self._accuse('manager', 'peer')
        recusal = self._ask(self.receiver, self.legal)
        self.assertIn(self.committee, self._asked(recusal))
        self.assertFalse(self._asked(recusal) & (self.manager | self.peer))

    def test_who_reads_the_case_asks_and_nobody_else(self):
        self._ask(self.handler, self.handler)
        with self.assertRaises(AccessError):
            self._ask(self.outsider, self.accused)

    def test_the_person_never_learns_who_asked(self):
        recusal = self._ask(self.handler, self.accused)
        for grant in (False, True):
            if grant:
                recusal.with_user(self.manager)._grant("True")
                recusal.with_user(self.manager)._lift("Over")
            mine = self._as(self.accused, recusal)
            self.assertFalse(mine.has_access('read'))
            self.assertFalse(mine.search([('id', '=', recusal.id)]))
            self.assertFalse(self._as(self.accused, self.case).recusal_ids)
            activities = self.env['mail.activity'].with_user(self.accused)
            self.assertFalse(activities.search([('res_model', '=', 'complaint.recusal')]))
        event = self._as(self.accused, self.case).event_ids.filtered(
            lambda event: event.milestone_id.code == 'recused'
        )
        self.assertEqual(len(event), 2)
        words = str(event.mapped('payload')) + str(event.mapped('note'))
        for secret in (self.handler.name, self.accused.name, "Cousin"):
            self.assertNotIn(secret, words)
        peer = self._as(self.peer, recusal)
        self.assertTrue(peer.has_access('read'))
        self.assertTrue(self._as(self.peer, self.case).recusal_ids)

    def test_who_asked_about_himself_reads_the_answer(self):
        recusal = self._ask(self.accused, self.accused)
        recusal.with_user(self.manager)._refuse("We need you")
        self.assertEqual(self._as(self.accused, recusal).decision_note, "We need you")

    def test_what_the_person_holds_is_handed_on_in_the_same_dialog(self):
        measure = self._create_measure(self.handler)
        help_line = self.env['complaint.assistance'].create(
            {
                'case_id': self.case.id,
                'department_id': self.department.id,
                'user_id': self.handler.id,
                'request': "Look into the books",
            }
        )
        recusal = self._ask(self.receiver, self.handler).with_user(self.manager)
        with self._refused("Handler: Handler"), self.env.cr.savepoint():
            recusal._grant("True")
        with self._refused("Pack better"), self.env.cr.savepoint():
            recusal._grant("True")
        for wrong in (self.outsider, self.handler):
            with self._refused("cannot take it over"), self.env.cr.savepoint():
                recusal._grant("True", wrong)
        dialog = Form(
            self.env['complaint.recusal.decide']
            .with_user(self.manager)
            .with_context(**recusal.action_open_grant()['context'])
        )
        self.assertIn("Pack better", dialog.holdings)
        dialog.note = "True"
        dialog.successor_id = self.department_head
        dialog.save().action_confirm()
        case = self.case.sudo()
        self.assertEqual(case.handler_id, self.department_head)
        self.assertEqual((measure.owner_id, help_line.user_id), (self.department_head,) * 2)
        self.assertEqual(case.recused_user_ids, self.handler)
        self.assertFalse(self._is_readable(self.handler))

    def test_what_the_accused_had_to_do_passes_to_the_next_above(self):
        """The team's leader; when he is complained about too, the leader above."""
        self.case.sudo().handler_id = self.department_head
        self._accuse('handler')
        self.assertEqual(self.measure.owner_id, self.manager)
        self.assertFalse(self._is_readable(self.handler))
        self._accuse('handler', 'manager')
        self.assertEqual(self.measure.owner_id, self.peer)
        self.assertEqual(self.measure.activity_ids.user_id, self.peer)

    def test_a_request_is_neither_forged_nor_changed(self):
        for values in (
            {'state': 'granted'},
            {'asked_by_id': self.legal.id},
            {'decided_by_id': self.manager.id},
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._ask(self.receiver, self.accused, **values)
        recusal = self._ask(self.receiver, self.accused)
        for user in (self.receiver, self.manager):
            for values in ({'state': 'granted'}, {'reason': "x"}, {'user_id': self.legal.id}):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    recusal.with_user(user).write(values)
            with self.assertRaises(UserError), self.env.cr.savepoint():
                recusal.with_user(user).unlink()
        with self._refused("asked for already"), self.env.cr.savepoint():
            self._ask(self.handler, self.accused)
        with self._refused("Say why"), self.env.cr.savepoint():
            self._ask(self.receiver, self.legal, reason=" ")
        with self._refused("Only a manager lifts"), self.env.cr.savepoint():
            recusal.with_user(self.receiver)._lift("x")

    def test_erasing_the_case_leaves_no_activity_behind(self):
        recusal = self._ask(self.receiver, self.accused)
        self.assertTrue(self._asked(recusal))
        self.case.sudo()._erase("Privacy")
        self.assertFalse(self._asked(recusal))
