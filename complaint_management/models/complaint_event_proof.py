from odoo import api, models
from odoo.tools import SQL

from .complaint_event import ERASE_SETTING

# Facts in a payload that tell nobody whom the case is about.
PLAIN_FACTS = {
    *('from_stage', 'to_stage', 'from_name', 'to_name', 'from_procedure', 'to_procedure'),
    *('names', 'codes', 'flag_ids', 'imported', 'rung', 'case', 'number', 'is_survivor', 'lead'),
    *('channel', 'kind', 'contact', 'panel_id', 'measure_id', 'extension', 'policy', 'clocks'),
    *('cause', 'old', 'new', 'from', 'to', 'by', 'from_team', 'returned', 'satisfaction'),
    *('closing_reason', 'limit_date', 'erased', 'category', 'grade'),
}


class ComplaintEventProof(models.Model):
    """Proving that nobody changed the history, and the only ways to erase parts of it."""

    _inherit = 'complaint.event'

    # === VERIFYING === #

    @api.model
    def _find_breaks(self, cases):
        """Return {case id: the sentence that names the first broken row of its history}.

        Reads the tables themselves, not the cache of the ORM; two queries for the batch.

        :param cases: complaint.case records, as superuser; intact ones have no entry
        """
        self.flush_model()
        cases.flush_recordset(['event_count', 'event_head'])
        rows = self._read_rows(cases)
        heads = self.env.execute_query(
            SQL(
                "SELECT id, event_count, event_head FROM complaint_case WHERE id = ANY(%s) "
                "ORDER BY id",
                cases.ids,
            )
        )
        found = {
            case_id: self._find_first_break(rows.get(case_id, []), count or 0, head or '')
            for case_id, count, head in heads
        }
        return {case_id: problem for case_id, problem in found.items() if problem}

    @api.model
    def _find_first_break(self, rows, count, head):
        """Return the sentence that names the first broken row of one history, or None.

        :param list rows: the rows, as `_read_rows` gives them
        :param int count: how many the case counts
        :param str head: the hash that the case knows as the last one
        """
        erasure = self.env['complaint.milestone']._get_by_code('content_erased')
        erased = {
            sequence
            for row in rows
            if row['milestone_id'] == erasure.id
            for sequence in (row['payload'] or {}).get('erased', ())
        }
        previous = None
        for expected, row in enumerate(rows, 1):
            if problem := self._find_row_problem(row, expected, previous, erased):
                return problem
            previous = row['hash']
        if len(rows) != count:
            return self.env._(
                "After record %(number)s the rest of the history is missing: the case counts "
                "%(count)s records.",
                number=len(rows),
                count=count,
            )
        if (previous or '') != head:
            return self.env._(
                "Record %(number)s, the last one, is not the one that the case knows.",
                number=len(rows),
            )
        return None

    @api.model
    def _read_rows(self, cases):
        """Return {case id: [row as a dict, by its number]}."""
        columns = ('id', 'case_id', 'sequence', 'milestone_id', 'round', 'user_id', 'revokes_id')
        columns += ('occurred_at', 'recorded_at', 'note', 'payload', 'content_salt')
        columns += ('content_digest', 'previous_hash', 'hash')
        rows = {}
        for row in self.env.execute_query_dict(
            SQL(
                "SELECT %s FROM complaint_event WHERE case_id = ANY(%s) "
                "ORDER BY case_id, sequence, id",
                SQL(', ').join(map(SQL.identifier, columns)),
                cases.ids,
            )
        ):
            rows.setdefault(row['case_id'], []).append(row)
        return rows

    @api.model
    def _find_row_problem(self, row, expected, previous, erased):
        if row['sequence'] != expected:
            return self.env._("Record %(number)s is missing.", number=expected)
        if (row['previous_hash'] or '') != (previous or ''):
            return self.env._(
                "Record %(number)s does not follow the one before it.", number=expected
            )
        if row['hash'] != self._compute_row_hash(row):
            return self.env._("Record %(number)s was changed afterwards.", number=expected)
        blank = not (row['note'] or row['payload'] or row['content_salt'])
        if blank and expected in erased:
            return None
        if row['content_digest'] != self._compute_content_digest(
            {**row, 'content_salt': row['content_salt'] or ''}
        ):
            return self.env._(
                "The text of record %(number)s was changed afterwards.", number=expected
            )
        return None

    # === ERASING === #

    @api.model
    def _allow_erasing(self):
        """Let the trigger pass for the rest of this transaction.

        The setting holds the number of the transaction, so it is worthless in any other one.
        """
        self.env.cr.execute(SQL("SELECT set_config(%s, txid_current()::text, true)", ERASE_SETTING))

    @api.model
    def _end_erasing(self):
        self.env.cr.execute(SQL("SELECT set_config(%s, '', true)", ERASE_SETTING))

    def _get_telling(self):
        """Return the events in self whose words may tell whom a case is about.

        What clocks, figures and a look back build on is kept: facts without words of people.
        """
        milestone = self.env['complaint.milestone']._get_by_code('content_erased')
        return self.filtered(
            lambda event: (
                event.milestone_id != milestone
                and (
                    event.note
                    or any(
                        value and name not in PLAIN_FACTS
                        for name, value in (event.payload or {}).items()
                    )
                )
            )
        )

    def _erase_content(self, reason):
        """Blank notes and payloads; the chain still verifies and says what was erased.

        :param str reason: kept in the new event that lists the erased numbers
        """
        milestone = self.env['complaint.milestone']._get_by_code('content_erased')
        # What lists the erased records is needed to tell erasing from tampering.
        erasable = self.filtered(lambda event: event.milestone_id != milestone)
        self._record(
            [
                {
                    'case_id': case.id,
                    'milestone_id': milestone.id,
                    'occurred_at': self.env.cr.now(),
                    'note': reason,
                    'payload': {'erased': sorted(events.mapped('sequence'))},
                }
                for case, events in erasable.grouped('case_id').items()
            ]
        )
        self.flush_model()
        self._allow_erasing()
        self.env.cr.execute(
            SQL(
                "UPDATE complaint_event SET note = NULL, payload = NULL, content_salt = NULL "
                "WHERE id = ANY(%s)",
                erasable.ids,
            )
        )
        self._end_erasing()
        erasable.invalidate_recordset(['note', 'payload', 'content_salt'])
