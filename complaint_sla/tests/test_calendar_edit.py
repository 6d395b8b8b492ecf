from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from ..tools import schedule_store
from ..tools.work_timeline import WorkTimeline, to_seconds
from .common import to_utc
from .common_workday import WorkdayCommon


@tagged('post_install', '-at_install')
class TestCalendarEdit(WorkdayCommon):
    """Design 7, “calendar edited”: days after now are recomputed, the past never changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(limit_kind='work_time', limit_value=24, limit_unit='hour')
        cls.pasts = cls.env['complaint.sla.calendar.past']
        cls.recounts = cls.env['complaint.sla.recount']

    def _receive(self, text, **values):
        with self._at(text):
            return self._create_worked_case(**values)

    def _edit(self, text, change):
        """Make a change at a moment, as a transaction of its own would."""
        with self._at(text):
            change()
            self.env.cr.flush()

    def _moves(self, case):
        return [
            event.payload
            for event in case.sudo().event_ids.sorted('sequence')
            if event.milestone_id.code == 'deadline_moved'
        ]

    def _deadline(self, case, policy=None):
        return self._clock(case, policy or self.policy).deadline

    # === RECOUNTED === #

    def test_zammad_534_new_holiday_moves_running_clocks(self):
        """Zammad #534: “Calendar change did not recompute”."""
        case = self._receive('2026-11-18 09:00')  # Wednesday: 24 h are Wed, Thu, Fri
        self.assertMoment(self._deadline(case), '2026-11-20 18:00')
        self._edit(
            '2026-11-18 15:00', lambda: self._create_leave(self.office, '2026-11-20', '2026-11-20')
        )
        self.assertMoment(self._deadline(case), '2026-11-23 18:00')
        self.assertMoment(case.sla_deadline, '2026-11-23 18:00')
        moves = self._moves(case)
        self.assertEqual(len(moves), 1)
        self.assertIn('2026-11-20', str(moves[0]))
        self.assertIn('2026-11-23', str(moves[0]))

    def test_every_kind_of_edit_moves_running_clocks(self):
        """Attendance, closure of the company, exception, time zone, country, two weeks."""
        company = self.env.company
        leaves = self.env['resource.calendar.leaves']
        friday = self.office.attendance_ids.filtered(lambda a: a.dayofweek == '4')
        closure = {
            'name': "Founding day",
            'calendar_id': False,
            'resource_id': False,
            'date_from': to_utc('2026-11-20 00:00', 'Asia/Shanghai'),
            'date_to': to_utc('2026-11-20 23:59:59', 'Asia/Shanghai'),
        }

        def make_up():
            self._create_workday('2026-11-20', 'off')
            self._create_workday('2026-11-21', 'on')

        for number, (change, expected) in enumerate(
            (
                (lambda: friday[1].write({'hour_to': 17}), '2026-11-23 10:00'),
                (lambda: friday[1].unlink(), '2026-11-23 15:00'),
                (lambda: leaves.create(closure), '2026-11-23 18:00'),
                (make_up, '2026-11-21 18:00'),
                (lambda: self._create_workday('2026-11-20', 'off'), '2026-11-23 18:00'),
                (
                    lambda: self.office.write({'attendance_ids': [Command.delete(friday[1].id)]}),
                    '2026-11-23 15:00',
                ),
                (lambda: company.write({'country_id': self.env.ref('base.de').id}), None),
            )
        ):
            with self.subTest(number=number), self.env.cr.savepoint() as savepoint:
                if expected is None:
                    self._create_workday('2026-11-20', 'off')
                    self.env.cr.flush()
                case = self._receive('2026-11-18 09:00')
                before = self._deadline(case)
                self._edit('2026-11-18 15:00', change)
                self.assertMoment(self._deadline(case), expected or '2026-11-20 18:00')
                self.assertNotEqual(self._deadline(case), before)
                self.assertEqual(len(self._moves(case)), 1)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_edit_that_decides_nothing_moves_nothing(self):
        case = self._receive('2026-11-18 09:00')
        self._edit('2026-11-18 15:00', lambda: self.office.write({'name': "Renamed"}))
        self._edit('2026-11-18 15:00', lambda: self.office.write({'tz': 'Asia/Shanghai'}))
        self._edit(
            '2026-11-18 15:00', lambda: self._create_leave(self.london, '2026-11-20', '2026-11-20')
        )
        self.assertMoment(self._deadline(case), '2026-11-20 18:00')
        self.assertFalse(self._moves(case))
        self.assertFalse(self.pasts.search([]))

    def test_leave_of_one_person_asks_nothing(self):
        self._receive('2026-11-18 09:00')
        resource = self.env['resource.resource'].create(
            {'name': "Somebody", 'calendar_id': self.office.id}
        )
        self.env.flush_all()
        with self._at('2026-11-18 15:00'):
            self.env['resource.calendar.leaves'].create(
                {
                    'resource_id': resource.id,
                    'calendar_id': self.office.id,
                    'date_from': to_utc('2026-11-20 00:00'),
                    'date_to': to_utc('2026-11-21 00:00'),
                }
            )
            self.assertNotIn('complaint_sla.working_time', self.env.cr.precommit.data)

    def test_edits_of_one_transaction_are_one_event(self):
        case = self._receive('2026-11-18 09:00')

        def change():
            for day in ('2026-11-19', '2026-11-20', '2026-11-23'):
                self._create_leave(self.office, day, day)

        self._edit('2026-11-18 15:00', change)
        self.assertMoment(self._deadline(case), '2026-11-25 18:00')
        self.assertEqual(len(self._moves(case)), 1)

    def test_edit_and_its_undoing_in_one_transaction_are_none(self):
        case = self._receive('2026-11-18 09:00')
        self._edit(
            '2026-11-18 15:00',
            lambda: self._create_leave(self.office, '2026-11-20', '2026-11-20').unlink(),
        )
        self.assertFalse(self._moves(case))

    def test_stopped_clock_stays(self):
        case = self._receive('2026-11-18 09:00')
        with self._at('2026-11-18 12:00'):
            case._stamp('answered')
        self._edit(
            '2026-11-18 15:00', lambda: self._create_leave(self.office, '2026-11-20', '2026-11-20')
        )
        self.assertMoment(self._deadline(case), '2026-11-20 18:00')
        self.assertEqual(self._clock(case, self.policy).state, 'met')
        self.assertFalse(self._moves(case))

    # === THE PAST === #

    def test_day_off_in_the_past_changes_nothing(self):
        """Who worked on Thursday has worked on Thursday, whatever the calendar says later."""
        case = self._receive('2026-11-18 09:00')
        self._edit(
            '2026-11-20 10:00', lambda: self._create_leave(self.office, '2026-11-19', '2026-11-19')
        )
        self.assertMoment(self._deadline(case), '2026-11-20 18:00')
        self.assertFalse(self._moves(case))
        self.assertEqual(len(self.pasts.search([])), 1)

    def test_holiday_of_three_days_from_yesterday_takes_what_is_left(self):
        case = self._receive('2026-11-18 09:00')
        self._edit(
            '2026-11-19 15:00', lambda: self._create_leave(self.office, '2026-11-18', '2026-11-20')
        )
        # Wed 8 h and Thu 3 h + 2 h until the edit have passed; 11 h are left from Monday on.
        self.assertMoment(self._deadline(case), '2026-11-24 12:00')
        timeline = self._clock(case, self.policy)._get_timeline()
        day = to_utc('2026-11-19 00:00', 'Asia/Shanghai')
        self.assertEqual(timeline.work_seconds(day, day + timedelta(days=1)), 5 * 3600)

    def test_passed_days_stay_through_every_later_edit(self):
        case = self._receive('2026-11-18 09:00')
        monday = self.office.attendance_ids.filtered(lambda a: a.dayofweek == '0')
        self._edit(
            '2026-11-19 15:00', lambda: self._create_leave(self.office, '2026-11-18', '2026-11-20')
        )
        self._edit('2026-11-23 10:00', lambda: monday[0].write({'hour_from': 8}))
        # Mon 9-12 and 13-18, since eight o'clock had passed; Tuesday until noon.
        self.assertMoment(self._deadline(case), '2026-11-24 12:00')
        self._edit('2026-11-24 08:00', lambda: self.office.write({'tz': 'Asia/Tokyo'}))
        self.assertMoment(self._deadline(case), '2026-11-24 11:00')
        self.assertEqual(len(self.pasts.search([])), 3)

    def test_count_of_working_days_keeps_the_days_that_have_passed(self):
        policy = self._create_policy(
            'registered', limit_kind='workday_close', limit_value=3, limit_unit='day'
        )
        case = self._receive('2026-11-18 09:00')
        self.assertMoment(self._deadline(case, policy), '2026-11-23 18:00')
        self._edit(
            '2026-11-20 10:00', lambda: self._create_leave(self.office, '2026-11-19', '2026-11-19')
        )
        self.assertMoment(self._deadline(case, policy), '2026-11-23 18:00')
        self._edit(
            '2026-11-20 11:00', lambda: self._create_leave(self.office, '2026-11-23', '2026-11-23')
        )
        self.assertMoment(self._deadline(case, policy), '2026-11-24 18:00')

    def test_edit_makes_nobody_late(self):
        case = self._receive('2026-11-18 09:00')
        now = '2026-11-20 17:00'
        self._edit(now, lambda: self.office.attendance_ids.write({'hour_from': 7}))
        self.assertGreaterEqual(self._deadline(case), to_utc(now, 'Asia/Shanghai'))

    def test_future_edit_keeps_no_past(self):
        """Most edits are about days to come: nothing has to be kept for them."""
        self._receive('2026-11-18 09:00')
        self._edit(
            '2026-11-18 15:00', lambda: self._create_leave(self.office, '2026-11-20', '2026-11-20')
        )
        self.assertFalse(self.pasts.search([]))

    def test_schedule_survives_the_database(self):
        self._create_workday('2026-11-20', 'off')
        self._create_workday('2026-11-21', 'on')
        self._create_leave(self.office, '2026-11-23', '2026-11-23')
        schedule = self.office._prepare_schedule(self.env.company)
        past = self.pasts.create(
            {
                'calendar_id': self.office.id,
                'company_id': self.env.company.id,
                'until': to_utc('2026-11-24 12:00'),
                'schedule': schedule_store.dump(schedule),
            }
        )
        past.invalidate_recordset()
        self.assertEqual(schedule_store.load(past.schedule), schedule)

    def test_pieces_of_a_timeline_agree_with_their_schedules(self):
        """Before the moment of each edit the one, after it the other, to the second."""
        first = self.office._prepare_schedule(self.env.company)
        second = self.london._prepare_schedule(self.env.company)
        edits = [to_utc(text) for text in ('2026-03-02 04:30', '2026-03-29 01:00')]
        spliced = WorkTimeline(
            first._replace(earlier=((to_seconds(edits[0]), first), (to_seconds(edits[1]), second)))
        )
        begin, end = to_utc('2026-01-01 00:00'), to_utc('2026-06-01 00:00')
        pieces = [
            (begin, edits[0], WorkTimeline(first)),
            (edits[0], edits[1], WorkTimeline(second)),
            (edits[1], end, WorkTimeline(first)),
        ]
        for start, stop, timeline in pieces:
            day = start
            while day < stop:
                following = min(day + timedelta(hours=7), stop)
                self.assertEqual(
                    spliced.work_seconds(day, following), timeline.work_seconds(day, following)
                )
                day = following
        total = sum(timeline.work_seconds(start, stop) for start, stop, timeline in pieces)
        self.assertEqual(spliced.work_seconds(begin, end), total)
        last = spliced.intervals(begin, end)[-1][1]
        self.assertEqual(spliced.add_work(begin, total).deadline, last)

    # === MANY === #

    def test_job_recounts_what_the_editor_does_not_wait_for(self):
        cases = self.env['complaint.case']
        for _number in range(5):
            cases |= self._receive('2026-11-18 09:00')
        with self._at('2026-11-18 15:00'):
            self._create_leave(self.office, '2026-11-20', '2026-11-20')
            self.env['resource.calendar']._settle_working_time(limit=2)
            moved = cases.filtered('sla_deadline').sorted('id')
            self.assertEqual([len(self._moves(case)) for case in moved], [1, 1, 0, 0, 0])
            with self.enter_registry_test_mode():
                self.env.ref('complaint_sla.ir_cron_recount').method_direct_trigger()
        for case in cases:
            self.assertMoment(self._deadline(case), '2026-11-23 18:00')
            self.assertEqual(len(self._moves(case)), 1)
        self.assertFalse(self.recounts.search([]))

    def test_event_that_comes_before_the_job_tells_the_move_too(self):
        """No deadline ever moves without a record."""
        case = self._receive('2026-11-18 09:00')
        with self._at('2026-11-18 15:00'):
            self._create_leave(self.office, '2026-11-20', '2026-11-20')
            self.env['resource.calendar']._settle_working_time(limit=0)
            self.assertFalse(self._moves(case))
            case._stamp('contacted')
            self.assertMoment(self._deadline(case), '2026-11-23 18:00')
            self.assertEqual([move['cause'] for move in self._moves(case)], ['calendar_edited'])

    def test_complaint_that_was_registered_meanwhile_is_found_afterwards(self):
        """Another transaction reckons in the old hours while they are edited."""
        self._receive('2026-11-18 09:00')
        other = self._receive('2026-11-18 14:00')
        self._edit(
            '2026-11-18 15:00', lambda: self._create_leave(self.office, '2026-11-20', '2026-11-20')
        )
        clock = self._clock(other, self.policy)
        self.assertTrue(self.recounts.search([]))
        self._forget_edit(clock)
        with self._at('2026-11-18 15:02'), self.enter_registry_test_mode():
            self.env.ref('complaint_sla.ir_cron_recount').method_direct_trigger()
        clock.invalidate_recordset()
        self.assertMoment(clock.deadline, '2026-11-24 14:00')
        self.assertFalse(self.recounts.search([]))

    def _forget_edit(self, clock):
        """Bring a clock to what a transaction would have written that does not know the edit."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE complaint_sla_clock SET deadline = %s, write_date = %s, "
            "basis = split_part(basis, '/', 1) || '/' WHERE id = %s",
            [
                to_utc('2026-11-23 14:00', 'Asia/Shanghai'),
                to_utc('2026-11-18 15:00', 'Asia/Shanghai'),
                clock.id,
            ],
        )
        self.env.invalidate_all()

    def test_queries_of_an_edit_do_not_grow_with_the_cases(self):
        """Per batch, not per complaint, bar the event and the clock of each."""

        def cost(number):
            self._receive('2026-11-18 09:00')
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._edit(
                '2026-11-18 15:00',
                lambda: self._create_leave(
                    self.office, f'2026-12-{number:02}', f'2026-12-{number:02}'
                ),
            )
            return self.env.cr.sql_log_count - before

        cost(1)
        few = cost(2)
        for _number in range(20):
            self._receive('2026-11-18 09:00')
        self.assertLessEqual(cost(3), few + 2)
