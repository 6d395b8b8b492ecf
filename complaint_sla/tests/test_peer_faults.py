from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SlaCommon, to_utc


@tagged('post_install', '-at_install')
class TestPeerFaults(SlaCommon):
    """Faults of other help desks (peers, section 5) that concern clocks; ours must survive them."""

    def _receive(self, text='2026-11-20 09:00', **values):
        """Register a case at a moment in Shanghai; Friday morning by default."""
        with self._at(text):
            return self._create_worked_case(**values)

    def test_f3d_one_complaint_without_a_team_does_not_stop_the_others(self):
        """F3d: `check_sla` failed for every ticket because one had no team."""
        policy = self._create_policy(limit_value=1)
        case, other = self._receive(), self._receive()
        self.env.flush_all()
        case.sudo().write({'team_id': False})
        with self._at('2026-11-20 10:00'):
            self.clocks._reconcile(case | other)
            self._run_job()
        self.assertEqual(self._clock(case, policy).state, 'running')
        self.assertEqual(self._clock(other, policy).state, 'running')

    def test_f4b_f4c_a_complaint_without_a_team_has_clocks_and_moves(self):
        """F4c: a ticket whose team was taken away could not be moved any more."""
        policy = self._create_policy(limit_value=1)
        case = self._receive()
        case.sudo().write({'team_id': False})
        with self._at('2026-11-20 10:00'):
            case.sudo()._move_to(self.stages['investigation'])
            case.sudo()._stamp('answered')
        self.assertEqual(self._clock(case, policy).state, 'met')

    def test_f4d_a_team_without_any_working_hours(self):
        """F4d: no ticket could be created for a team without a calendar."""
        policy = self._create_policy(limit_value=8, limit_unit='hour')
        self.team.calendar_id = False
        self.env.company.resource_calendar_id = False
        clock = self._clock(self._receive(), policy)
        self.assertFalse(clock.calendar_id)
        self.assertMoment(clock.deadline, '2026-11-20 17:00')
        self.assertTrue(clock.explanation)

    def test_f8b_a_merged_complaint_has_no_running_and_no_late_clock(self):
        """F8b: the limit of a merged ticket stayed in progress and counted as expired later."""
        self._create_policy(limit_value=1)
        survivor, duplicate = self._receive(), self._receive('2026-11-18 09:00')
        with self._at('2026-11-20 10:00'):
            duplicate._mark_duplicate(survivor)
            self._run_job()
        with self._at('2026-12-20 10:00'):
            self.env.invalidate_all()
            clock = duplicate.sla_clock_ids
            self.assertEqual((clock.state, clock.is_late), ('cancelled', False))
            self.assertNotIn(clock, self.clocks.search([('is_late', '=', True)]))
            self.assertFalse(self._reminders(duplicate))

    def test_f10a_a_limit_without_its_stop_is_never_met(self):
        """F10a: a policy without target stage was accomplished at creation."""
        policy = self._create_policy('received', 'lesson_trained', cancel_milestone_ids=False)
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        self.assertEqual(self._clock(case, policy).state, 'running')

    def test_f10b_refused_is_not_accomplished(self):
        """F10b: rejecting or cancelling a ticket fulfilled its limit."""
        policy = self._create_policy('received', 'answered')
        for stage in ('refused', 'withdrawn'):
            case = self._receive()
            with self._at('2026-11-20 10:00'):
                case.with_user(self.manager).closing_note = "Not ours"
                case.with_user(self.manager)._move_to(self.stages[stage])
            self.assertEqual(self._clock(case, policy).state, 'cancelled', stage)

    def test_f10c_nobody_writes_a_deadline(self):
        """F10c: every agent could set the deadline to 2099."""
        self._create_policy()
        clock = self._receive().sla_clock_ids
        for user in (self.handler, self.manager, self.committee, self.admin):
            own = clock.with_user(user)
            for vals in ({'deadline': '2099-01-01'}, {'paused_at': '2026-11-20'}, {'basis': ''}):
                with self.assertRaises(AccessError):
                    own.write(vals)
            with self.assertRaises(AccessError):
                own.copy()
            with self.assertRaises(AccessError):
                own.case_id.write({'sla_clock_ids': [(1, clock.id, {'deadline': '2099-01-01'})]})

    def test_f10d_a_complaint_is_in_one_group_and_time_alone_moves_it(self):
        """F10d: late and not late at once, without limit in neither, until somebody moves it."""
        self._create_policy(stop='contacted', limit_value=1, limit_unit='hour')
        self._create_policy(stop='answered', limit_value=5)
        both = self._receive()
        idle = self._receive()
        idle.sla_clock_ids.sudo()._cancel()
        groups = ('on_time', 'at_risk', 'late', 'paused', 'none')
        with self._at('2026-11-20 11:00'):
            cases = both | idle
            found = {
                group: cases.filtered_domain([('sla_state', '=', group)])
                | cases.search([('id', 'in', cases.ids), ('sla_state', '=', group)])
                for group in groups
            }
        self.assertEqual(found['late'], both)
        self.assertEqual(found['none'], idle)
        self.assertEqual(sum(len(cases) for cases in found.values()), 2)

    def test_f10e_a_policy_of_another_company_does_not_apply(self):
        """F10e: the superuser's mail gateway applied the policies of every company."""
        elsewhere = self.env['res.company'].create({'name': "Elsewhere"})
        foreign = self._create_policy(company_id=elsewhere.id)
        case = self.env['complaint.case'].message_new(
            {'subject': "Late", 'body': "<p>Late</p>", 'email_from': "li@customer.example"},
            {'team_id': self.team.id},
        )
        case.action_register()
        self.assertEqual(case.company_id, self.env.company)
        self.assertFalse(self._clock(case, foreign))

    def test_f10f_a_changed_category_changes_the_clocks(self):
        """F10f: somebody had to press a button after the category changed."""
        category = self.env['complaint.category'].create({'name': "Injury"})
        policy = self._create_policy(domain=f"[('category_id', '=', {category.id})]")
        case = self._receive()
        self.assertFalse(self._clock(case, policy))
        with self._at('2026-11-20 10:00'):
            case.category_id = category
        self.assertEqual(self._clock(case, policy).state, 'running')

    def test_f18_on_hold_for_a_week(self):
        """F18: the deadline moves by the week."""
        policy = self._create_policy(limit_value=8, limit_unit='hour', pause_allowed=True)
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._pause_limits(self.env.ref('complaint_sla.pause_reason_court'))
        with self._at('2026-11-27 10:00'):
            case._resume_limits()
        clock = self._clock(case, policy)
        self.assertEqual(clock.deadline, to_utc('2026-11-20 18:00', 'Asia/Shanghai') + timedelta(7))

    def test_f18c_closed_while_on_hold_beyond_the_frozen_deadline(self):
        """F18c: the limit stayed in progress on the closed ticket and expired later."""
        answer = self._create_policy(limit_value=8, limit_unit='hour', pause_allowed=True)
        close = self._create_policy(
            stop='closed', limit_value=8, limit_unit='hour', pause_allowed=True
        )
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._pause_limits(self.env.ref('complaint_sla.pause_reason_court'))
        with self._at('2026-12-04 10:00'):
            case.with_user(self.manager)._move_to(self.stages['closed'])
        with self._at('2027-01-04 10:00'):
            self.env.invalidate_all()
            self.assertEqual(self._clock(case, answer).state, 'cancelled')
            self.assertEqual(self._clock(case, close).state, 'met')
            self.assertFalse(any(case.sla_clock_ids.mapped('is_late')))
            self.assertEqual((case.sla_state, case.sla_late_count), ('none', 0))

    def test_f21_the_order_of_stages_means_nothing(self):
        """F21: a stage placed after Done accomplished the limit."""
        policy = self._create_policy('received', 'answered')
        self.stages['investigation'].sequence = 9999
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case._move_to(self.stages['investigation'])
        self.assertEqual(self._clock(case, policy).state, 'running')
