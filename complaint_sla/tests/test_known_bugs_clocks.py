from odoo.fields import Command
from odoo.tests import tagged

from .common import SlaCommon, to_utc


def shanghai(text):
    return to_utc(text, 'Asia/Shanghai')


@tagged('post_install', '-at_install')
class TestKnownBugsClocks(SlaCommon):
    """Bugs of other products (anchors, D3) about what becomes of a clock; none may be ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.waiting = cls.env.ref('complaint_sla.pause_reason_customer')
        cls.court = cls.env.ref('complaint_sla.pause_reason_court')
        cls.major = cls.env['complaint.grade'].create({'name': "Grave", 'rank': 90})

    def _receive(self, text='2026-11-20 09:00', **values):
        """Register a case at a moment in Shanghai; Friday morning by default."""
        with self._at(text):
            return self._create_worked_case(**values)

    def test_pending_over_a_weekend_adds_no_time_twice(self):
        """GLPI #10594: a target in days and a pause in another calendar mode were mixed."""
        policy = self._create_policy(limit_value=2, pause_allowed=True)
        case = self._receive()
        with self._at('2026-11-20 17:00'):
            case._pause_limits(self.court)
        with self._at('2026-11-23 10:00'):
            case._resume_limits()
        # One hour on Friday and one on Monday do not count; the weekend never did.
        clock = self._clock(case, policy)
        self.assertEqual(clock.paused_seconds, 2 * 3600)
        self.assertMoment(clock.deadline, '2026-11-24 11:00')

    def test_the_deadline_stays_inside_working_hours_after_pending(self):
        """GLPI #9082: the deadline was pushed past closing time."""
        policy = self._create_policy(limit_kind='workday_close', limit_value=2, pause_allowed=True)
        case = self._receive()
        with self._at('2026-11-23 16:00'):
            case._pause_limits(self.court)
        with self._at('2026-11-24 09:30'):
            case._resume_limits()
        self.assertMoment(self._clock(case, policy).deadline, '2026-11-25 18:00')

    def test_pending_time_survives_a_change_of_policy(self):
        """GLPI #6902: the policy was swapped while pending, and the pending time was lost."""
        slow = self._create_policy(
            limit_value=5, pause_allowed=True, domain=f"[('grade_id', '!=', {self.major.id})]"
        )
        fast = self._create_policy(
            limit_value=8,
            limit_unit='hour',
            pause_allowed=True,
            domain=f"[('grade_id', '=', {self.major.id})]",
        )
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._pause_limits(self.court)
        with self._at('2026-11-20 12:00'):
            case.grade_id = self.major
            self.assertEqual(self._clock(case, slow).state, 'superseded')
        with self._at('2026-11-20 15:00'):
            case._resume_limits()
        clock = self._clock(case, fast)
        self.assertEqual(clock.paused_seconds, 4 * 3600)
        self.assertMoment(clock.deadline, '2026-11-23 14:00')

    def test_a_hand_set_date_stays_when_the_pause_ends(self):
        """GLPI #17186: a date that somebody had set moved when the ticket left pending."""
        policy = self._create_policy(limit_kind='fixed', pause_allowed=True)
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager).limit_date = shanghai('2026-11-25 12:00')
            case._pause_limits(self.court)
        with self._at('2026-11-24 10:00'):
            case._resume_limits()
        self.assertMoment(self._clock(case, policy).deadline, '2026-11-25 12:00')

    def test_nothing_is_late_at_creation_in_another_zone(self):
        """GLPI #15429, erpnext #38745: the zone shifted the calendar; escalated at creation."""
        policy = self._create_policy(limit_value=2, limit_unit='hour', calendar_id=self.london.id)
        for zone in ('Pacific/Honolulu', 'Asia/Shanghai', 'UTC'):
            self.receiver.tz = zone
            case = self._receive('2026-11-20 09:00')  # one in the morning in London
            with self._at('2026-11-20 09:00'):
                clock = self._clock(case, policy)
                self.assertFalse(clock.is_late)
                self.assertMoment(clock.deadline, '2026-11-20 11:00', 'Europe/London')

    def test_closed_and_reopened_several_times(self):
        """Zammad #188: deadlines were wrong after several closings."""
        policy = self._create_policy(limit_value=8, limit_unit='hour')
        case = self._receive()
        for day, closed in (('2026-11-20', 10), ('2026-11-24', 11), ('2026-11-26', 12)):
            with self._at(f'{day} {closed}:00'):
                case.closing_reason_id = self.reason_satisfied
                case.with_user(self.manager)._move_to(self.stages['closed'])
            if day != '2026-11-26':
                following = {'2026-11-20': '2026-11-24', '2026-11-24': '2026-11-26'}[day]
                with self._at(f'{following} 09:00'):
                    case.with_user(self.manager)._move_to(self.stages['investigation'])
        clocks = self.clocks.search([('case_id', '=', case.id), ('policy_id', '=', policy.id)])
        clocks = clocks.sorted('round')
        self.assertEqual(clocks.mapped('state'), ['cancelled'] * 3)
        self.assertEqual(
            clocks.mapped('deadline'), [shanghai(f'2026-11-{day} 18:00') for day in (20, 24, 26)]
        )

    def test_a_changed_calendar_is_reckoned_again(self):
        """Zammad #534: after a change of the calendar the old dates stayed."""
        policy = self._create_policy(limit_value=2)
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            self._create_leave(self.office, '2026-11-23', '2026-11-24')
            self.clocks._reconcile(case, cause='calendar_edited')
        self.assertMoment(self._clock(case, policy).deadline, '2026-11-25 18:00')

    def test_a_policy_that_is_switched_off_holds_nobody(self):
        """Zammad #4353: escalated tickets stayed escalated and kept on mailing."""
        policy = self._create_policy(limit_value=1, limit_unit='hour')
        case = self._receive()
        with self._at('2026-11-20 11:00'):
            self._run_job()
            self.assertEqual(case.sla_state, 'late')
            policy.action_archive()
            self._run_job()
            self.env.invalidate_all()
            self.assertEqual((case.sla_state, case.sla_late_count), ('none', 0))
            self.assertFalse(self._reminders(case))

    def test_a_merged_complaint_reminds_nobody(self):
        """Zammad #904: a merged ticket still escalated."""
        self._create_policy(limit_value=1)
        survivor, duplicate = self._receive(), self._receive()
        with self._at('2026-11-20 10:00'):
            duplicate._mark_duplicate(survivor)
        with self._at('2026-11-24 10:00'):
            self._run_job()
            self.env.invalidate_all()
            self.assertFalse(self._reminders(duplicate))
            self.assertTrue(self._reminders(survivor))

    def test_the_customer_s_answer_restarts_the_clock_whatever_its_way(self):
        """Zammad #1322: an answer by web note left the ticket pending."""
        policy = self._create_policy(limit_value=8, limit_unit='hour', pause_allowed=True)
        portal = self.env['res.users'].create(
            {
                'name': "Li Wei",
                'login': "li.wei.portal",
                'partner_id': self.customer.id,
                'group_ids': [Command.set(self.env.ref('base.group_portal').ids)],
            }
        )
        ways = {
            'mail': lambda case: case.sudo().message_post(
                body="Here", message_type='email', author_id=self.customer.id
            ),
            'portal': lambda case: (
                case.sudo()
                .with_user(portal)
                .sudo()
                .message_post(
                    body="Here",
                    message_type='comment',
                    subtype_xmlid='mail.mt_comment',
                    author_id=self.customer.id,
                )
            ),
            'phone': lambda case: case._record_contact({'direction': 'in', 'content': "Here"}),
        }
        for way, answer in ways.items():
            case = self._receive()
            with self._at('2026-11-20 10:00'):
                case._pause_limits(self.waiting)
            with self._at('2026-11-20 11:00'):
                answer(case)
            clock = self._clock(case, policy)
            self.assertEqual(clock.state, 'running', way)
            self.assertMoment(clock.deadline, '2026-11-23 10:00')

    def test_a_short_limit_does_not_overrule_another(self):
        """Zammad #5177: a shorter update target replaced the one for the first response."""
        first = self._create_policy('received', 'contacted', limit_value=4, limit_unit='hour')
        update = self._create_policy(
            'received', 'progress_reported', limit_value=1, limit_unit='hour', repeat=True
        )
        case = self._receive()
        self.assertMoment(self._clock(case, first).deadline, '2026-11-20 14:00')
        with self._at('2026-11-20 09:30'):
            case._stamp('progress_reported')
        self.assertEqual(self._clock(case, first).state, 'running')
        self.assertMoment(self._clock(case, first).deadline, '2026-11-20 14:00')
        self.assertEqual(len(self._clock(case, update)), 2)

    def test_who_answered_is_not_reminded_to_answer(self):
        """Zammad #3140: the update target escalated although the agent had answered."""
        policy = self._create_policy(
            'received', 'informed', limit_value=8, limit_unit='hour', repeat=True
        )
        case = self._receive()
        with self._at('2026-11-20 17:00'):
            case._record_contact({'purpose': 'progress', 'content': "We are at it."})
        with self._at('2026-11-20 18:00:01'):
            self._run_job()
            self.assertFalse(self._reminders(case))
            self.assertEqual(case.sla_state, 'on_time')
        self.assertEqual(self._clock(case, policy).mapped('state').count('running'), 1)

    def test_a_raised_grade_whose_limit_is_spent_gets_a_date_of_its_own(self):
        """iTop: the old deadline stayed when the new goal was already exceeded."""
        self._create_policy(limit_value=5, domain=f"[('grade_id', '!=', {self.major.id})]")
        fast = self._create_policy(
            limit_value=1,
            limit_unit='hour',
            grace_value=2,
            domain=f"[('grade_id', '=', {self.major.id})]",
        )
        case = self._receive()
        with self._at('2026-11-20 15:00'):
            case.grade_id = self.major
            clock = self._clock(case, fast)
            self.assertEqual((clock.has_grace, clock.is_late), (True, False))
            self.assertMoment(clock.deadline, '2026-11-20 17:00')
            self.assertMoment(case.sla_deadline, '2026-11-20 17:00')

    def test_a_fraction_of_a_percent_before_the_end_is_no_breach(self):
        """ServiceNow: 99.951 % was rounded to 100 % and counted as a breach."""
        policy = self._create_policy(limit_value=8, limit_unit='hour')
        case = self._receive()
        with self._at('2026-11-20 17:59:50'):  # 99.965 % of eight hours
            clock = self._clock(case, policy)
            self.assertFalse(clock.is_late)
            case._stamp('answered')
            self.assertEqual(clock.state, 'met')

    def test_a_pause_during_a_holiday_counts_its_working_time_only(self):
        """Dynamics 365: on hold during a holiday did not pause at all."""
        plain = self._create_policy(
            stop='closed', limit_kind='elapsed', limit_value=2, pause_allowed=True
        )
        work = self._create_policy(limit_value=2, pause_allowed=True)
        self._create_leave(self.office, '2026-11-23', '2026-11-23')
        case = self._receive()
        with self._at('2026-11-20 18:00'):
            case._pause_limits(self.court)
        with self._at('2026-11-23 18:00'):
            case._resume_limits()
        self.assertMoment(self._clock(case, plain).deadline, '2026-11-25 09:00')
        self.assertMoment(self._clock(case, work).deadline, '2026-11-24 18:00')

    def test_a_state_without_a_deadline_breaks_nothing(self):
        """Odoo #44115: a traceback when one SLA status had no deadline."""
        fixed = self._create_policy(limit_kind='fixed')
        other = self._create_policy(stop='closed', limit_value=3)
        case = self._receive()
        self.assertFalse(self._clock(case, fixed))
        self.assertEqual(case.sla_deadline, self._clock(case, other).deadline)
        paused = self._receive()
        other.action_archive()
        self.assertEqual((paused.sla_state, paused.sla_time_left), ('none', False))
        self.env['complaint.case'].search([], order='sla_deadline')
        (case | paused).read(['sla_state', 'sla_time_left', 'sla_late_count', 'sla_remaining'])

    def test_what_happens_after_the_closing_does_not_move_later_limits(self):
        """DIGIT: the reopening window ran from the last change of the record."""
        window = self._create_policy('closed', 'called_back', limit_value=3)
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        clock = self._clock(case, window)
        self.assertMoment(clock.deadline, '2026-11-25 10:00')
        with self._at('2026-11-24 10:00'):
            case.with_user(self.manager).name = "Another name"
            case.sudo()._record_contact({'direction': 'in', 'content': "Thanks"})
        self.assertMoment(clock.deadline, '2026-11-25 10:00')
