from odoo.tests import tagged

from .common import SlaCommon, to_utc


def shanghai(text):
    return to_utc(text, 'Asia/Shanghai')


@tagged('post_install', '-at_install')
class TestClockBatch(SlaCommon):
    """Events out of order, rules and calendars that change, a thousand complaints at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(limit_value=8, limit_unit='hour', pause_allowed=True)
        cls.reason = cls.env.ref('complaint_sla.pause_reason_court')

    def _receive(self, text='2026-11-20 09:00', **values):
        """Register a case at a moment in Shanghai; Friday morning by default."""
        with self._at(text):
            return self._create_worked_case(**values)

    def _rows(self, cases):
        """Return what the clocks of cases say, whatever their ids and the order of entry."""
        return sorted(
            (
                clock.policy_id.id,
                clock.round,
                clock.lap,
                clock.state,
                clock.started_at,
                clock.deadline,
                clock.stopped_at or clock.started_at,
                clock.paused_seconds,
            )
            for clock in cases.sla_clock_ids
        )

    def test_events_out_of_order_lead_to_the_same_rows(self):
        """The answer is noted before the pause, and the assignment last of all."""
        self._create_policy('assigned', 'answered', limit_value=2)
        steps = [
            ('assigned', '2026-11-20 09:30'),
            ('pause', '2026-11-20 10:00', '2026-11-20 11:00'),
            ('answered', '2026-11-20 17:00'),
        ]
        rows = []
        for order in (steps, steps[::-1], [steps[2], steps[0], steps[1]]):
            case = self._receive()
            with self._at('2026-11-23 10:00'):
                for code, begin, *end in order:
                    if code == 'pause':
                        case._pause_limits(self.reason, "Noted later", shanghai(begin))
                        case._resume_limits("Noted later", shanghai(end[0]))
                    else:
                        case._stamp(code, shanghai(begin), "Noted later")
            rows.append(self._rows(case))
        self.assertEqual(rows[0], rows[1])
        self.assertEqual(rows[0], rows[2])
        self.assertEqual([row[3] for row in rows[0]], ['met', 'met'])

    def test_a_new_holiday_moves_running_clocks_and_tells_so(self):
        late, running, met = (
            self._receive('2026-11-18 09:00'),
            self._receive('2026-11-20 15:00'),
            self._receive('2026-11-20 15:00'),
        )
        with self._at('2026-11-20 16:00'):
            met._stamp('answered')
            before = {case: self._clock(case, self.policy).deadline for case in (late, met)}
            self._create_leave(self.office, '2026-11-23', '2026-11-23')
            cases = late | running | met
            self.clocks._reconcile(cases, cause='calendar_edited')
            clock = self._clock(running, self.policy)
            self.assertMoment(clock.deadline, '2026-11-24 15:00')
            for case, deadline in before.items():  # the past never changes
                self.assertEqual(self._clock(case, self.policy).deadline, deadline)
            self.clocks._reconcile(cases, cause='calendar_edited')
        moved = cases.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'deadline_moved')
        self.assertEqual(moved.case_id, running)
        self.assertEqual(
            moved.payload,
            {
                'cause': 'calendar_edited',
                'clocks': [
                    {
                        'policy': self.policy.name,
                        'clock': clock.id,
                        'old': '2026-11-23 07:00:00',
                        'new': '2026-11-24 07:00:00',
                    }
                ],
            },
        )

    def test_a_calendar_edit_makes_nobody_late(self):
        """A holiday of the past that is taken away would end the limit before now."""
        leave = self._create_leave(self.office, '2026-11-20', '2026-11-20')
        case = self._receive('2026-11-19 14:00')
        clock = self._clock(case, self.policy)
        self.assertMoment(clock.deadline, '2026-11-23 14:00')
        with self._at('2026-11-23 12:30'):
            leave.unlink()
            self.clocks._reconcile(case, cause='calendar_edited')
            self.assertFalse(clock.is_late)
            self.assertMoment(clock.deadline, '2026-11-23 14:00')

    def test_the_clock_keeps_its_calendar(self):
        case = self._receive()
        clock = self._clock(case, self.policy)
        with self._at('2026-11-20 10:00'):
            self.team.calendar_id = self.london
            self.clocks._reconcile(case)
        self.assertEqual((clock.calendar_id, clock.tz), (self.office, 'Asia/Shanghai'))
        self.assertMoment(clock.deadline, '2026-11-20 18:00')

    def test_the_clock_keeps_its_version(self):
        case = self._receive()
        clock = self._clock(case, self.policy)
        self.policy.limit_value = 2
        with self._at('2026-11-20 10:00'):
            case._pause_limits(self.reason)
        with self._at('2026-11-20 11:00'):
            case._resume_limits()
        self.assertEqual(clock.policy_version, 1)
        self.assertMoment(clock.deadline, '2026-11-23 10:00')

    def test_regraded_while_paused_the_new_clock_has_the_same_pauses(self):
        major = self.env['complaint.grade'].create({'name': "Grave", 'rank': 90})
        fast = self._create_policy(
            limit_value=4,
            limit_unit='hour',
            pause_allowed=True,
            domain=f"[('grade_id', '=', {major.id})]",
        )
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._pause_limits(self.reason)
        with self._at('2026-11-23 10:00'):
            case.grade_id = major
        clock = self._clock(case, fast)
        self.assertEqual((clock.state, clock.has_grace), ('paused', False))
        self.assertMoment(clock.paused_at, '2026-11-20 10:00')
        with self._at('2026-11-23 11:00'):
            case._resume_limits()
        self.assertMoment(clock.deadline, '2026-11-23 15:00')

    def test_grace_moves_on_with_a_pause(self):
        major = self.env['complaint.grade'].create({'name': "Grave", 'rank': 90})
        fast = self._create_policy(
            limit_value=1,
            limit_unit='hour',
            pause_allowed=True,
            grace_value=2,
            domain=f"[('grade_id', '=', {major.id})]",
        )
        case = self._receive()
        with self._at('2026-11-20 13:00'):
            case.grade_id = major
        clock = self._clock(case, fast)
        self.assertMoment(clock.deadline, '2026-11-20 15:00')
        with self._at('2026-11-20 14:00'):
            case._pause_limits(self.reason)
        with self._at('2026-11-20 16:00'):
            case._resume_limits()
            self.assertTrue(clock.has_grace)
            self.assertMoment(clock.deadline, '2026-11-20 17:00')
            self.assertFalse(clock.is_late)

    def test_regrading_a_closed_complaint_leaves_its_cancelled_clocks(self):
        major = self.env['complaint.grade'].create({'name': "Grave", 'rank': 90})
        self.policy.domain = f"[('grade_id', '!=', {major.id})]"
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        with self._at('2026-12-20 10:00'):
            case.sudo().grade_id = major
            self.env.invalidate_all()
            clock = self._clock(case, self.policy)
            self.assertEqual((clock.state, clock.is_late), ('cancelled', False))

    def test_a_policy_that_is_switched_off_ends_paused_clocks_too(self):
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._pause_limits(self.reason)
            self.policy.action_archive()
        self.assertEqual(self._clock(case, self.policy).state, 'cancelled')
        self.assertFalse(case.sla_paused_at)

    def test_a_thousand_complaints_cost_as_many_queries_as_ten(self):
        for number in range(4):
            self._create_policy(
                stop='closed', limit_value=10 + number, pause_allowed=True, repeat=number == 3
            )
        cases = self.env['complaint.case'].with_user(self.receiver)
        values = {'name': "Case", 'team_id': self.team.id, 'category_id': self.category.id}
        with self._at('2026-11-20 09:00'):
            cases = cases.create([values] * 1000)
        with self._at('2026-11-20 10:00'):
            cases._pause_limits(self.reason)
        self.assertEqual(set(cases.sla_clock_ids.mapped('state')), {'paused'})
        with self._at('2026-11-20 11:00'):
            cases._resume_limits()
        self.assertEqual(len(cases.sla_clock_ids), 5000)
        self.assertEqual(len(set(cases.sla_clock_ids.mapped('deadline'))), 5)
        self.env.flush_all()
        with self._at('2026-11-20 12:00'):
            few = self._count(cases[:10]) and self._count(cases[:10])
            # Core fetches a thousand rows at a time: 5,000 clocks are four fetches more.
            self.assertLessEqual(self._count(cases), few + 4)

    def _count(self, cases):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.clocks._reconcile(cases)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_pausing_ten_complaints_costs_as_many_queries_as_two(self):
        def count(size):
            values = {'name': "Case", 'team_id': self.team.id, 'category_id': self.category.id}
            with self._at('2026-11-20 09:00'):
                cases = self.env['complaint.case'].create([values] * size)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with self._at('2026-11-20 10:00'):
                cases._pause_limits(self.reason)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(10), count(2))
