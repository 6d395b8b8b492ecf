from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import to_utc
from .common_reminder import ReminderCommon


@tagged('post_install', '-at_install')
class TestReminderLadder(ReminderCommon):
    """When the rungs of a ladder are due, for whom, and what moves them."""

    def _dues(self, case):
        return [row.due_at for row in self._rows(case) if row.state == 'planned']

    def assertDues(self, case, *texts, tz='Asia/Shanghai'):
        self.assertEqual(self._dues(case), [to_utc(text, tz) for text in texts])

    # === WHEN === #

    def test_every_kind_of_moment_in_working_and_plain_time(self):
        """Eight working hours from Thursday 14:00: due Friday 14:00 (design 7)."""
        self._add_rung(moment='at_risk')
        self._add_rung(moment='percent', moment_value=50)
        self._add_rung(moment='before', moment_value=2, time_kind='work')
        self._add_rung(moment='before', moment_value=30, moment_unit='minute', time_kind='plain')
        self._add_rung(moment='deadline')
        self._add_rung(moment='after', moment_value=1, moment_unit='day', time_kind='work')
        self._add_rung(moment='after', moment_value=1, moment_unit='day', time_kind='plain')
        case = self._receive('2026-11-19 14:00')
        self.assertDues(
            case,
            '2026-11-19 18:00',  # four hours used up at closing time
            '2026-11-20 11:00',  # six of eight hours, and two hours before
            '2026-11-20 11:00',
            '2026-11-20 13:30',
            '2026-11-20 14:00',
            '2026-11-21 14:00',
            '2026-11-23 14:00',
        )

    def test_servicenow_rounding_nothing_comes_a_second_early(self):
        """ServiceNow: 99.951 percent were rounded to 100 and counted as a breach."""
        self._add_rung(moment='percent', moment_value=100)
        self._add_rung(moment='percent', moment_value=99)
        case = self._receive('2026-11-20 09:00')
        self.assertDues(case, '2026-11-20 17:55:12', '2026-11-20 18:00')
        self._run_at('2026-11-20 17:59:59')
        self.assertEqual(len(self._activities(case)), 1)
        self._run_at('2026-11-20 18:00')
        self.assertEqual(len(self._activities(case)), 2)

    def test_share_that_is_no_whole_second_is_rounded_up(self):
        policy = self._create_policy(stop='closed', limit_value=1, limit_unit='minute')
        self._add_rung(policy, moment='percent', moment_value=33)  # 19.8 seconds
        case = self._receive('2026-11-20 09:00')
        row = self._rows(case).filtered(lambda r: r.clock_id.policy_id == policy)
        self.assertMoment(row.due_at, '2026-11-20 09:00:20')

    def test_more_than_the_whole_limit_is_after_the_deadline(self):
        self._add_rung(moment='percent', moment_value=150)
        case = self._receive('2026-11-19 09:00')
        self.assertDues(case, '2026-11-20 14:00')

    def test_before_never_comes_before_the_start(self):
        self._add_rung(moment='before', moment_value=9)
        case = self._receive('2026-11-20 09:00')
        self.assertDues(case, '2026-11-20 09:00')

    def test_daylight_saving_moves_the_plain_hour_not_the_working_one(self):
        """The clocks of London went back on Sunday 25 October 2026."""
        policy = self._create_policy(
            stop='closed', calendar_id=self.london.id, limit_value=1, limit_unit='hour'
        )
        self._add_rung(policy, moment='after', moment_value=8, time_kind='work')
        self._add_rung(policy, moment='after', moment_value=72, time_kind='plain')
        with self._at('2026-10-23 09:00', 'Europe/London'):
            case = self._create_worked_case()
        rows = self._rows(case).filtered(lambda r: r.clock_id.policy_id == policy)
        self.assertEqual(
            rows.mapped('due_at'),
            [to_utc(f'2026-10-26 {hour}', 'Europe/London') for hour in ('09:00', '09:30')],
        )

    def test_late_from_the_start_is_not_at_risk_any_more(self):
        self._add_rung(moment='at_risk')
        self._add_rung(moment='deadline', recipient='team_leader')
        with self._at('2026-11-20 09:00'):
            case = self._create_worked_case(received_at=to_utc('2026-11-17 09:00', 'Asia/Shanghai'))
            self.assertDues(case, '2026-11-17 18:00')
        self._run_at('2026-11-20 09:01')
        self.assertEqual(self._told(case), ['manager'])

    # === WHO === #

    def test_each_role_is_asked_by_its_name(self):
        for sequence, role in enumerate(
            ('handler', 'owner', 'department_head', 'team_leader', 'parent_leader')
        ):
            self._add_rung(sequence=sequence, recipient=role)
        case = self._receive()
        with self._at('2026-11-20 10:00'):
            case.sudo().write(
                {'contact_owner_id': self.receiver.id, 'department_id': self.department.id}
            )
        self._run_at('2026-11-20 18:00')
        self.assertEqual(
            sorted(self._told(case)),
            # Who heads the department and the team above is asked once.
            ['department_head', 'handler', 'manager', 'receiver'],
        )

    def _may_read(self, user, case):
        return case.with_user(user).has_access('read')

    def test_everybody_of_a_group_is_told_once(self):
        self.auditor.group_ids = [
            Command.link(self.env.ref('complaint_management.group_complaint_committee').id)
        ]
        self._add_rung(
            recipient='group',
            group_id=self.env.ref('complaint_management.group_complaint_committee').id,
        )
        case = self._receive()
        people = self.env.ref('complaint_management.group_complaint_committee').all_user_ids
        people = people.filtered(lambda user: self._may_read(user, case))
        self.assertGreater(len(people), 1)
        for moment in ('2026-11-20 18:00', '2026-11-20 18:10'):
            self._run_at(moment)
        self.assertEqual(sorted(self._activities(case).user_id.ids), sorted(people.ids))
        self.assertEqual(len(self._activities(case)), len(people))
        self.assertEqual(self._codes(case).count('escalated'), 1)

    def test_all_leaders_above_one_after_the_other(self):
        """TEL-2.3-a: up level by level."""
        self._add_rung(
            recipient='ancestor_leaders', repeat_value=1, repeat_unit='hour', repeat_max=1
        )
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        self.assertEqual(self._told(case), ['department_head'])
        self._run_at('2026-11-23 10:00')
        self.assertEqual(self._told(case), ['department_head', 'committee'])
        self._run_at('2026-11-24 10:00')
        self.assertEqual(len(self._activities(case)), 2)

    def test_recused_level_passes_to_the_next(self):
        """T16, and design 7: nobody recused is ever notified."""
        self._add_rung(recipient='team_leader')
        case = self._receive()
        case.sudo().accused_employee_ids = [
            Command.link(self.employees[role].id) for role in ('manager', 'department_head')
        ]
        self._run_at('2026-11-20 18:00')
        self.assertEqual(self._told(case), ['committee'])
        for user in (self.manager, self.department_head):
            self.assertFalse(self._mails(user))

    def test_who_may_not_read_the_complaint_is_not_told_of_it(self):
        self._add_rung(recipient='user', user_id=self.legal.id)
        case = self._receive()
        self.assertFalse(self._may_read(self.legal, case))
        self._run_at('2026-11-20 18:00')
        self.assertEqual(self._told(case), ['manager'])

    # === REPETITIONS === #

    def test_repeats_until_met_and_an_outage_is_not_made_up_for(self):
        self._add_rung(repeat_value=1, repeat_unit='hour', repeat_max=50)
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        self._run_at('2026-11-23 10:00')
        self.assertEqual(len(self._activities(case)), 2)
        self._run_at('2026-11-23 16:30')  # five hours of nobody at home
        self.assertEqual(len(self._activities(case)), 3)
        self._run_at('2026-11-23 17:00')
        self.assertEqual(len(self._activities(case)), 4)
        with self._at('2026-11-23 17:10'):
            case._stamp('answered')
        self._run_at('2026-11-24 17:00')
        self.assertFalse(self._activities(case))

    # === WHAT MOVES THEM === #

    def test_each_rung_fires_once_and_is_history(self):
        self._add_rung(sequence=1, moment='at_risk')
        self._add_rung(sequence=2, recipient='team_leader')
        case = self._receive()
        self._run_at('2026-11-20 16:00')
        self.assertEqual(self._told(case), ['handler'])
        self.assertIn("At risk", self._activities(case).summary)
        self.assertNotIn('escalated', self._codes(case))
        self._run_at('2026-11-20 18:00')
        self.assertEqual(self._told(case), ['handler', 'manager'])
        self.assertEqual(self._codes(case).count('escalated'), 1)
        event = case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'escalated')
        self.assertEqual(event.payload['told'], [self.manager.name])

    def test_ladder_of_a_version_stays_with_its_clocks(self):
        rung = self._add_rung(moment='deadline')
        old = self._receive()
        with self._at('2026-11-20 10:00'):
            self.policy.write(
                {
                    'escalation_ids': [
                        Command.update(rung.id, {'moment': 'after', 'moment_value': 1})
                    ]
                }
            )
        self.assertEqual(self.policy.version, 2)
        new = self._receive('2026-11-20 10:00')
        with self._at('2026-11-20 11:00'):
            old._stamp('informed')  # reconciles
        self.assertDues(old, '2026-11-20 18:00')
        self.assertDues(new, '2026-11-23 11:00')
        self._run_at('2026-11-23 11:00')
        self.assertEqual((len(self._activities(old)), len(self._activities(new))), (1, 1))

    def test_rung_changed_outside_of_the_form_begins_a_version_too(self):
        rung = self._add_rung(moment='deadline')
        self.assertEqual(self.policy.version, 1, "No clock runs by it yet")
        old = self._receive()
        rung.write({'moment': 'after', 'moment_value': 1})
        self.assertEqual(self.policy.version, 2)
        self.assertDues(old, '2026-11-20 18:00')
        with self.assertRaisesRegex(UserError, "earlier version"):
            self.policy.earlier_version_ids.escalation_ids.write({'moment': 'at_risk'})

    def test_change_of_the_start_plans_anew(self):
        case = self._receive()
        self.assertDues(case, '2026-11-20 18:00')
        event = case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'received')
        with self._at('2026-11-20 10:00'):
            clock = self._clock(case, self.policy).sudo()
            clock.write({'deadline': to_utc('2026-11-23 18:00', 'Asia/Shanghai')})
            clock._schedule_reminders()
        self.assertTrue(event)
        self.assertDues(case, '2026-11-23 18:00')

    def test_rung_whose_moment_lies_ahead_again_is_told_again(self):
        case = self._receive()
        self._run_at('2026-11-20 18:00')
        with self._at('2026-11-20 18:30'):
            clock = self._clock(case, self.policy).sudo()
            clock.write({'deadline': to_utc('2026-11-24 18:00', 'Asia/Shanghai')})
            clock._schedule_reminders()
        self.assertDues(case, '2026-11-24 18:00')
        self._run_at('2026-11-24 18:00')
        self.assertEqual(len(self._activities(case)), 2)
        self.assertEqual(len(self._rows(case)), 2)

    def test_imported_history_never_escalates(self):
        clock = self._clock(self._receive(), self.policy).sudo()
        clock.is_imported = True
        clock._schedule_reminders()
        self.assertFalse(self._rows(clock.case_id))

    # === CONFIGURATION === #

    def test_incomplete_rungs_are_refused_with_a_sentence(self):
        for values, pattern in (
            ({'moment': 'percent'}, "1 to 500 percent"),
            ({'moment': 'before'}, "at least 1 minute"),
            ({'recipient': 'group'}, "Choose the group"),
            ({'recipient': 'user'}, "Choose the person"),
            ({'action': 'set_grade'}, "Choose the grade"),
            ({'action': 'server_action'}, "server action that works on complaints"),
        ):
            with self.assertRaisesRegex(ValidationError, pattern):
                self._add_rung(**values)

    def test_copy_of_a_policy_has_a_ladder_of_its_own(self):
        self._add_rung(moment='at_risk')
        copied = self.policy.copy()
        self.assertEqual(len(copied.escalation_ids), 1)
        self.assertNotEqual(copied.escalation_ids, self.policy.escalation_ids)

    def test_standard_policies_come_with_a_ladder(self):
        policy = self.env.ref('complaint_sla.policy_standard_answer')
        self.assertEqual(
            policy.escalation_ids.mapped('recipient'),
            ['handler', 'handler', 'team_leader', 'parent_leader'],
        )
