from odoo.tests import tagged
from odoo.tools import SQL

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestHistoryProof(ComplaintCommon):
    """Issue 2, section 3: a row that was changed by SQL is found and named."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case()
        for number in range(4):
            cls.case._stamp('contacted', note=f"Call {number}", payload={'call': number})
        cls.env.flush_all()

    def _tamper(self, statement, *args):
        """Do what the owner of the table can do: switch the trigger off and change rows."""
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(SQL("ALTER TABLE complaint_event DISABLE TRIGGER USER"))
        cr.execute(SQL(statement, *args))
        cr.execute(SQL("ALTER TABLE complaint_event ENABLE TRIGGER USER"))
        self.env.invalidate_all()

    def _problem(self):
        return self.case._find_broken_histories().get(self.case)

    def _row(self, sequence):
        return self.case.sudo().event_ids.filtered(lambda event: event.sequence == sequence)

    def test_an_untouched_history_is_intact(self):
        self.assertEqual(self.case.event_count, 6)
        self.assertIsNone(self._problem())
        notice = self.case.with_user(self.auditor).action_verify_history()['params']
        self.assertEqual((notice['type'], notice['sticky']), ('success', False))
        self.assertIn("6", notice['message'])

    def test_every_changed_column_is_found_and_its_row_named(self):
        changes = {
            'note': "'Call 9'",
            'payload': """'{"call": 9}'""",
            'content_salt': "'0'",
            'content_digest': "'0'",
            'occurred_at': "occurred_at - interval '1 second'",
            'recorded_at': "recorded_at - interval '1 hour'",
            'user_id': str(self.admin.id),
            'milestone_id': str(self.env.ref('complaint_management.milestone_closed').id),
            'round': '2',
            'revokes_id': str(self._row(3).id),
            'hash': "'0'",
            'previous_hash': "'0'",
        }
        for column, value in changes.items():
            with self.subTest(column=column):
                savepoint = self.env.cr.savepoint(flush=False)
                self._tamper(
                    "UPDATE complaint_event SET %s = %s WHERE id = %s",
                    SQL.identifier(column),
                    SQL(value),
                    self._row(4).id,
                )
                self.assertRegex(self._problem() or "", r"record 4\b|Record 4\b")
                savepoint.rollback()
                savepoint.close(rollback=True)
                self.env.invalidate_all()
        self.assertIsNone(self._problem(), "Every change was taken back")

    def test_the_first_broken_row_is_named_to_the_user(self):
        for sequence in (5, 3):
            self._tamper(
                "UPDATE complaint_event SET note = 'x' WHERE id = %s", self._row(sequence).id
            )
        notice = self.case.with_user(self.auditor).action_verify_history()['params']
        self.assertEqual((notice['type'], notice['sticky']), ('danger', True))
        self.assertIn(self.case.number, notice['message'])
        self.assertIn("record 3 ", notice['message'])

    def _rewrite(self, event, **changes):
        """Change a row and give it the hash that fits; return that hash."""
        names = ('sequence', 'round', 'occurred_at', 'recorded_at', 'payload', 'previous_hash')
        row = {name: event[name] for name in (*names, 'content_salt', 'note')}
        row |= {name: event[name].id for name in ('case_id', 'milestone_id', 'user_id')}
        row |= {'revokes_id': False, **changes}
        row['content_digest'] = event._compute_content_digest(row)
        new_hash = event._compute_row_hash(row)
        self._tamper(
            "UPDATE complaint_event SET note = %s, content_digest = %s, previous_hash = %s, "
            "hash = %s WHERE id = %s",
            row['note'],
            row['content_digest'],
            row['previous_hash'],
            new_hash,
            event.id,
        )
        return new_hash

    def test_a_row_with_a_new_hash_breaks_the_next_one(self):
        self._rewrite(self._row(4), note="Call 9")
        self.assertIn("Record 5 does not follow", self._problem())

    def test_a_row_that_is_tied_to_a_forged_one_is_found(self):
        forged = self._rewrite(self._row(4), note="Call 9")
        self._tamper(
            "UPDATE complaint_event SET previous_hash = %s WHERE id = %s", forged, self._row(5).id
        )
        self.assertIn("Record 5 was changed", self._problem())

    def test_a_forged_chain_does_not_match_the_head_of_the_case(self):
        forged = self._rewrite(self._row(4), note="Call 9")
        for sequence in (5, 6):
            forged = self._rewrite(self._row(sequence), previous_hash=forged)
        self.assertIn("Record 6, the last one", self._problem())

    def test_a_last_row_with_another_hash_is_named(self):
        self._tamper(
            "UPDATE complaint_event SET hash = repeat('0', 64) WHERE id = %s", self._row(6).id
        )
        self.assertIn("Record 6 was changed", self._problem())

    def test_another_head_of_the_case_is_found(self):
        self._tamper(
            "UPDATE complaint_case SET event_head = repeat('0', 64) WHERE id = %s", self.case.id
        )
        self.assertIn("Record 6, the last one", self._problem())

    def test_a_removed_row_in_the_middle_is_named(self):
        self._tamper("DELETE FROM complaint_event WHERE id = %s", self._row(4).id)
        self.assertIn("Record 4 is missing", self._problem())

    def test_a_removed_first_row_is_named(self):
        self._tamper("DELETE FROM complaint_event WHERE id = %s", self._row(1).id)
        self.assertIn("Record 1 is missing", self._problem())

    def test_a_removed_tail_is_found(self):
        self._tamper("DELETE FROM complaint_event WHERE id = %s", self._row(6).id)
        self.assertIn("After record 5", self._problem())
        self._tamper("DELETE FROM complaint_event WHERE case_id = %s", self.case.id)
        self.assertIn("After record 0", self._problem())

    def test_an_added_row_is_found(self):
        columns = SQL(
            "milestone_id, round, occurred_at, recorded_at, user_id, hash, previous_hash, "
            "content_digest"
        )
        self._tamper(
            "INSERT INTO complaint_event (case_id, sequence, %s) "
            "SELECT case_id, 7, %s FROM complaint_event WHERE id = %s",
            columns,
            columns,
            self._row(6).id,
        )
        self.assertIn("ecord 7", self._problem())

    def test_rows_that_changed_places_are_found(self):
        self._tamper(
            "UPDATE complaint_event SET sequence = CASE sequence WHEN 4 THEN 104 ELSE 4 END "
            "WHERE case_id = %s AND sequence IN (4, 5)",
            self.case.id,
        )
        self._tamper(
            "UPDATE complaint_event SET sequence = 5 WHERE case_id = %s AND sequence = 104",
            self.case.id,
        )
        self.assertIn("ecord 4", self._problem())

    def test_a_row_of_another_case_is_found(self):
        other = self._create_case()
        self._tamper(
            "UPDATE complaint_event SET case_id = %s, sequence = 99 WHERE id = %s",
            other.id,
            self._row(6).id,
        )
        problems = (self.case | other)._find_broken_histories()
        self.assertEqual(set(problems), {self.case, other})

    def test_erased_content_still_verifies(self):
        events = self._row(4) | self._row(5)
        events.with_user(self.admin)._erase_content("Kept for two years")
        self.assertFalse(any(events.mapped('note')) or any(events.mapped('payload')))
        self.assertIsNone(self._problem())
        last = self._row(7)
        self.assertEqual(last.milestone_id.code, 'content_erased')
        self.assertEqual((last.note, last.payload), ("Kept for two years", {'erased': [4, 5]}))
        self.env.cr.execute(
            SQL(
                "SELECT count(*) FROM complaint_event WHERE note LIKE 'Call%%' AND case_id = %s",
                self.case.id,
            )
        )
        self.assertEqual(self.env.cr.fetchall(), [(2,)])

    def test_content_can_be_erased_again_and_again(self):
        self.case.sudo().event_ids._erase_content("First time")
        self.case.sudo().event_ids._erase_content("Second time")
        self._row(7)._erase_content("Third time")
        self.assertIsNone(self._problem())
        self.assertTrue(self._row(7).payload, "What was erased stays known")

    def test_content_blanked_by_sql_is_found(self):
        self._tamper(
            "UPDATE complaint_event SET note = NULL, payload = NULL, content_salt = NULL "
            "WHERE id = %s",
            self._row(4).id,
        )
        self.assertIn("text of record 4", self._problem())

    def test_content_put_into_an_erased_row_is_found(self):
        self._row(4)._erase_content("Kept for two years")
        self._tamper("UPDATE complaint_event SET note = 'x' WHERE id = %s", self._row(4).id)
        self.assertIn("text of record 4", self._problem())

    def test_no_other_event_can_claim_an_erasure(self):
        self.case._stamp('contacted', payload={'erased': [4]})
        self._tamper(
            "UPDATE complaint_event SET note = NULL, payload = NULL, content_salt = NULL "
            "WHERE id = %s",
            self._row(4).id,
        )
        self.assertIn("text of record 4", self._problem())

    def test_any_payload_verifies(self):
        payload = {
            2: "two",
            10: "ten",
            1.5: "half",
            'numbers': [1, 2.5, 100.0, 1e16, 1e22, -0.0, 1e-7, True, None],
            'text': "投诉 “quoted” \\ \u00e9 \U0001f600\n\r\t",
            'empty': {},
            'deep': {'b': 1, 'a': [{}]},
        }
        self.case._stamp('contacted', note="\r\n  投诉 \\ ' \" % \t", payload=payload)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertIsNone(self._problem())

    def test_revocations_verify(self):
        self._row(4).with_user(self.manager)._revoke("Wrong customer")
        self.assertIsNone(self._problem())
