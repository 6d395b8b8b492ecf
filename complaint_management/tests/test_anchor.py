import hashlib
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestAnchor(ComplaintCommon):
    """Issue 6, item 5 (C8): one hash over all histories of a company at a moment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env['res.company'].create({'name': "The house"})
        cls.user = cls.env.user
        cls.user.company_ids |= cls.company
        cls.procedure.company_id = False
        cls.house_team = cls.env['complaint.team'].create(
            {'name': "House", 'procedure_id': cls.procedure.id, 'company_id': cls.company.id}
        )
        cls.anchors = cls.env['complaint.anchor']
        cls.cases = cls._make() | cls._make() | cls._make()

    @classmethod
    def _make(cls, **values):
        return cls._create_case(
            user=cls.user,
            team_id=cls.house_team.id,
            company_id=cls.company.id,
            partner_id=False,
            complainant_name="Li Wei",
            **values,
        )

    def _take(self, moment=None):
        return self.anchors._get_anchor(self.company, moment or self.env.cr.now())

    def _end_transaction(self):
        self.env.cr.flush()
        self.env.cr.precommit.run()
        self.env.cr.flush()

    def _tamper(self, statement, *args):
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(SQL("ALTER TABLE complaint_event DISABLE TRIGGER USER"))
        cr.execute(SQL(statement, *args))
        cr.execute(SQL("ALTER TABLE complaint_event ENABLE TRIGGER USER"))
        self.env.invalidate_all()

    def test_anybody_can_reckon_it_from_the_heads(self):
        """The recipe of the documentation gives the same hash."""
        self._pass_time(hours=1)
        anchor = self._take()
        lines = [f'{self.company.id} {anchor.at}']
        lines += [f'{case.id} {case.event_head}' for case in self.cases.sorted('id')]
        text = ''.join(f'{line}\n' for line in lines)
        self.assertEqual(anchor.hash, hashlib.sha256(text.encode()).hexdigest())
        self.assertEqual(anchor.case_count, 3)

    def test_the_same_moment_gives_the_same_anchor(self):
        moment = self._pass_time(hours=1)
        anchor = self._take(moment - timedelta(minutes=20))
        self.assertEqual(self._take(moment - timedelta(minutes=20)), anchor)
        self.assertEqual(anchor.at, (moment - timedelta(minutes=20)).replace(microsecond=0))

    def test_a_moment_that_is_not_settled_is_taken_back(self):
        """A transaction that runs now may still record something at an earlier time."""
        now = self._pass_time(hours=1)
        anchor = self._take(now)
        self.assertEqual(anchor.at, (now - timedelta(minutes=15)).replace(microsecond=0))

    def test_what_comes_later_does_not_move_an_old_anchor(self):
        self._pass_time(hours=1)
        anchor = self._take()
        self._pass_time(hours=1)
        self.cases[0]._stamp('contacted', note="By phone")
        self._make()
        self.assertFalse(anchor._find_broken())
        later = self._take(self._pass_time(hours=1))
        self.assertEqual((later.case_count, anchor.case_count), (4, 3))
        self.assertNotEqual(later.hash, anchor.hash)

    def test_a_forged_chain_that_verifies_does_not_match_the_anchor(self):
        """Whoever owns the database can forge rows, hashes and heads; not what is printed."""
        case = self.cases[0]
        self._pass_time(hours=1)
        anchor = self._take()
        event = case.event_ids.sorted('sequence')[-1]
        names = ('sequence', 'round', 'occurred_at', 'recorded_at', 'payload', 'content_salt')
        row = {name: event[name] for name in (*names, 'previous_hash')}
        row |= {name: event[name].id for name in ('case_id', 'milestone_id', 'user_id')}
        row |= {'revokes_id': False, 'note': "Never happened so"}
        row['content_digest'] = event._compute_content_digest(row)
        forged = event._compute_row_hash(row)
        self._tamper(
            "UPDATE complaint_event SET note = %s, content_digest = %s, hash = %s WHERE id = %s",
            row['note'],
            row['content_digest'],
            forged,
            event.id,
        )
        self._tamper("UPDATE complaint_case SET event_head = %s WHERE id = %s", forged, case.id)
        self.assertFalse(case._find_broken_histories(), "The chain itself looks intact")
        self.assertIn(anchor, anchor._find_broken())
        notice = anchor.action_verify()['params']
        self.assertEqual(notice['type'], 'danger')
        self.assertIn("another anchor", notice['message'])

    def test_a_case_that_vanished_is_found(self):
        self._pass_time(hours=1)
        anchor = self._take()
        self._tamper("DELETE FROM complaint_event WHERE case_id = %s", self.cases[1].id)
        self.assertIn(anchor, anchor._find_broken())

    def test_erasing_a_case_or_its_words_leaves_old_anchors_whole(self):
        self.cases[0]._stamp('contacted', note="By phone")
        self._pass_time(hours=1)
        anchor = self._take()
        self._pass_time(hours=1)
        self.cases[0].event_ids._erase_content("Retention")
        self.cases[1]._erase("Asked for by the customer")
        self.cases[2]._erase("Asked for by the customer")
        self.assertFalse(anchor._find_broken())
        tombstone = self.env['complaint.tombstone'].search([], order='id desc', limit=1)
        self.assertNotIn("phone", str(tombstone.chain))

    def test_examples_have_no_part_in_it(self):
        example = self._make(is_example=True)
        self._pass_time(hours=1)
        anchor = self._take()
        self.assertEqual(anchor.case_count, 3)
        example._erase("Examples removed")
        self.assertFalse(anchor._find_broken())

    def test_a_case_counts_for_the_company_that_had_it(self):
        self._end_transaction()
        self._pass_time(hours=1)
        anchor = self._take()
        self._pass_time(hours=1)
        self.cases[0]._write_internal(
            {'company_id': self.env.company.id, 'team_id': False, 'number': 'MOVED-1'}
        )
        self._end_transaction()
        self.assertFalse(anchor._find_broken())
        self._pass_time(hours=1)
        self.assertEqual(self._take().case_count, 2)

    def test_anchors_stay_as_they_are(self):
        self._pass_time(hours=1)
        anchor = self._take()
        for change in (
            lambda: anchor.write({'hash': '0' * 64}),
            anchor.unlink,
            lambda: anchor.create({'company_id': anchor.company_id.id, 'at': anchor.at}),
        ):
            with self._refused("is kept as it was taken"):
                change()
        for user in (self.admin, self.auditor):
            for operation in ('write', 'create', 'unlink'):
                self.assertFalse(anchor.with_user(user).has_access(operation))

    def test_auditors_and_administrators_take_and_verify_them(self):
        self._pass_time(hours=1)
        for user in (self.auditor, self.admin):
            anchors = self.anchors.with_user(user)
            self.assertEqual(anchors.action_take()['params']['type'], 'success')
            anchor = anchors.search([], limit=1)
            self.assertEqual(anchor.action_verify()['params']['type'], 'success')
        for user in (self.handler, self.receiver, self.manager, self.committee):
            with self.assertRaises(AccessError):
                self.anchors.with_user(user).action_take()
            with self.assertRaises(AccessError):
                anchor.with_user(user).action_verify()


@tagged('post_install', '-at_install')
class TestHistoryCheck(ComplaintCommon):
    """Issue 6, item 5: all histories are verified by a job that names the first broken rows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls._create_case() | cls._create_case() | cls._create_case()
        cls.checks = cls.env['complaint.history.check']

    def _run_job(self):
        with self.enter_registry_test_mode():
            cron = self.env.ref('complaint_management.ir_cron_check_histories')
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def _start(self, user=None):
        action = self.checks.with_user(user or self.auditor).action_start()
        return self.checks.browse(action['res_id'])

    def test_whole_histories_are_intact(self):
        check = self._start()
        self.assertEqual((check.state, check.progress), ('waiting', 0))
        self._run_job()
        self.assertEqual((check.state, check.progress), ('intact', 100))
        self.assertEqual(check.checked_count, check.case_count)
        self.assertGreaterEqual(check.case_count, 3)
        self.assertGreaterEqual(check.event_count, sum(self.cases.mapped('event_count')))

    def test_each_broken_history_is_named_with_its_first_broken_row(self):
        case = self.cases[1]
        case._stamp('contacted', note="By phone")
        self.env.flush_all()
        self.env.cr.execute(SQL("ALTER TABLE complaint_event DISABLE TRIGGER USER"))
        self.env.cr.execute(
            SQL("UPDATE complaint_event SET note = 'x' WHERE case_id = %s", case.id)
        )
        self.env.cr.execute(SQL("ALTER TABLE complaint_event ENABLE TRIGGER USER"))
        check = self._start()
        self._run_job()
        self.assertEqual((check.state, check.broken_count), ('broken', 1))
        line = check.with_user(self.auditor).line_ids
        self.assertEqual(line.case_id, case)
        self.assertIn("record 1 ", line.problem)

    def test_a_batch_costs_the_same_number_of_queries(self):
        events = self.env['complaint.event']
        few = self._count_queries(lambda: events._find_breaks(self.cases[:1]))
        many = self._count_queries(lambda: events._find_breaks(self.cases))
        self.assertEqual(few, many)

    def test_only_auditors_and_administrators_ask_for_it(self):
        for user in (self.handler, self.receiver, self.manager, self.committee, self.outsider):
            with self.assertRaises(AccessError):
                self.checks.with_user(user).action_start()
            self.assertFalse(self.checks.with_user(user).has_access('read'))
        check = self._start(self.admin)
        for operation in ('write', 'create', 'unlink'):
            self.assertFalse(check.with_user(self.admin).has_access(operation))
        with self.assertRaises(AccessError):
            check.with_user(self.admin).write({'state': 'intact'})
