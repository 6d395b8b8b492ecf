from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestPolicy(SlaCommon):
    """What a policy may say, and how its versions keep running clocks as they are."""

    def _receive(self, text='2026-11-20 09:00'):
        with self._at(text):
            return self._create_worked_case()

    def _check_refused(self, sentence, **values):
        with self.assertRaisesRegex(ValidationError, sentence), self.env.cr.savepoint():
            self._create_policy(**values)

    # === WHAT IT MAY SAY === #

    def test_nonsense_is_refused_with_a_sentence(self):
        self._check_refused("needs at least 1", limit_kind='work_time', limit_value=0)
        self._check_refused(
            "counted in working days", limit_kind='workday_close', limit_unit='hour'
        )
        self._check_refused("same milestone", start='received', stop='received')
        for domain in ("[('no_such_field', '=', 1)]", "not a domain", "[('name', 'like'"):
            self._check_refused("cannot be understood", domain=domain)
        self.assertTrue(self._create_policy(limit_kind='workday_close', limit_value=0))
        for values in (
            {'limit_value': -1},
            {'limit_value': 10001},
            {'cutoff_time': 24.0},
            {'at_risk_percent': 101},
            {'grace_value': -1},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(CheckViolation),
                mute_logger('odoo.sql_db'),
                self.env.cr.savepoint(),
            ):
                self._create_policy(limit_kind='workday_close', **values)

    def test_longest_limit_has_an_end(self):
        self._create_leave(self.office, '2026-11-01', '2199-12-31', "Wound up")
        for kind in ('work_time', 'workday_close'):
            for calendar in (self.office, self.london):
                policy = self._create_policy(
                    limit_kind=kind, limit_value=10000, calendar_id=calendar.id
                )
                self.assertGreater(policy.preview('2026-11-20 09:00:00')['deadline'].year, 2050)

    def test_domain_with_a_field_that_was_removed_gets_a_sentence(self):
        policy = self._create_policy()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE complaint_sla_policy SET domain = '[(''x_gone'', ''='', 1)]' WHERE id = %s",
            [policy.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "received to answered.*cannot be understood"):
            self._receive()

    def test_policy_without_a_calendar_takes_team_s_then_company_s_then_all_hours(self):
        policy = self._create_policy(limit_value=10, limit_unit='hour')
        company = self.env.company
        company.resource_calendar_id = self.london
        case = self._receive('2026-11-20 17:00')
        self.assertEqual(self._clock(case, policy).calendar_id, self.office)
        self.team.calendar_id = False
        case = self._receive('2026-11-20 17:00')
        self.assertEqual(self._clock(case, policy).calendar_id, self.london)
        self.assertMoment(self._clock(case, policy).deadline, '2026-11-23 10:30', 'Europe/London')
        flexible = self.env['resource.calendar'].create(
            {'name': "As you like", 'schedule_type': 'flexible', 'tz': 'Asia/Shanghai'}
        )
        company.resource_calendar_id = flexible
        case = self._receive('2026-11-20 17:00')
        clock = self._clock(case, policy)
        self.assertFalse(clock.calendar_id)
        self.assertEqual(clock.tz, 'Asia/Shanghai')
        self.assertMoment(clock.deadline, '2026-11-21 03:00')
        self.assertEqual(clock.time_left[-4:], "late")

    def test_calendar_that_never_opens_again_counts_all_hours_and_says_so(self):
        self._create_leave(self.office, '2026-11-01', '2199-12-31', "Wound up")
        policy = self._create_policy(limit_value=10, limit_unit='hour')
        case = self._receive('2026-11-20 17:00')
        clock = self._clock(case, policy)
        self.assertMoment(clock.deadline, '2026-11-21 03:00')
        self.assertIn('never_open', [step['code'] for step in clock.trace])
        self.assertIn("never open", clock.explanation)

    def test_only_administrators_configure(self):
        policy = self._create_policy()
        for user in (self.handler, self.manager, self.auditor):
            self.assertEqual(policy.with_user(user).name, "received to answered")
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                policy.with_user(user).limit_value = 3
        policy.with_user(self.admin).limit_value = 3

    def test_form(self):
        with Form(self.env['complaint.sla.policy'].with_user(self.admin)) as form:
            form.name = "Answer"
            form.start_milestone_id = self._milestone('received')
            form.stop_milestone_id = self._milestone('answered')
            form.limit_unit = 'hour'
            form.limit_kind = 'workday_close'
            form.limit_value = 2
        policy = form.record
        self.assertEqual(policy.limit_unit, 'day')
        self.assertEqual((policy.state, policy.version), ('active', 1))
        self.assertEqual(policy.on_reopen, 'new')
        self.assertEqual(
            set(policy.cancel_milestone_ids.mapped('code')), {'closed', 'refused', 'withdrawn'}
        )

    def test_default_policies_of_the_standard_procedure(self):
        policies = self.env['complaint.sla.policy'].union(
            *[
                self.env.ref(f'complaint_sla.policy_standard_{name}')
                for name in ('acknowledge', 'answer', 'close')
            ]
        )
        policies.action_unarchive()
        self.assertEqual(set(policies.mapped('state')), {'active'})
        case = self._receive()
        deadlines = {
            clock.policy_id.stop_milestone_id.code: clock.deadline for clock in case.sla_clock_ids
        }
        self.assertMoment(deadlines['acknowledged'], '2026-11-20 18:00')
        self.assertMoment(deadlines['answered'], '2026-11-27 18:00')
        self.assertMoment(deadlines['closed'], '2027-01-01 18:00')
        self.assertMoment(case._get_promised_date(), '2026-11-27 18:00')
        with self._at('2026-11-20 10:00'):
            case._move_to(self.stages['communication'])
        states = {
            clock.policy_id.stop_milestone_id.code: clock.state for clock in case.sla_clock_ids
        }
        self.assertEqual(
            states, {'acknowledged': 'cancelled', 'answered': 'met', 'closed': 'running'}
        )

    def test_applied_to_open_complaints_it_counts_from_their_first_event(self):
        opened, closed = self._receive(), self._receive()
        with self._at('2026-11-20 10:00'):
            closed.with_user(self.manager)._move_to(self.stages['closed'])
        policy = self._create_policy(limit_value=8, limit_unit='hour')
        other = self._create_policy('received', 'contacted')
        with self._at('2026-11-23 10:00'):
            policy.with_user(self.admin).action_apply_to_open()
            clock = self._clock(opened, policy)
            self.assertMoment(clock.deadline, '2026-11-20 18:00')
            self.assertTrue(clock.is_late)
            self.assertFalse(clock.has_grace)
        self.assertFalse(self._clock(closed, policy))
        self.assertFalse(self._clock(opened, other))
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            policy.with_user(self.manager).action_apply_to_open()

    # === VERSIONS === #

    def test_running_clocks_keep_their_version(self):
        policy = self._create_policy(limit_value=8, limit_unit='hour')
        case = self._receive()
        policy.limit_value = 1
        self.assertEqual(policy.version, 2)
        earlier = policy.earlier_version_ids
        self.assertEqual((earlier.version, earlier.limit_value, earlier.state), (1, 8, 'archived'))
        clock = self._clock(case, policy)
        self.assertEqual(clock.policy_version, 1)
        # A corrected start is reckoned by the version that the clock runs by.
        with self._at('2026-11-20 11:00'):
            case.with_user(self.manager)._correct_received_at(clock.started_at.replace(minute=30))
        self.assertMoment(clock.started_at, '2026-11-20 09:30')
        self.assertMoment(clock.deadline, '2026-11-23 09:30')
        self.assertMoment(self._clock(self._receive(), policy).deadline, '2026-11-20 10:00')

    def test_clock_keeps_the_milestones_of_its_version(self):
        policy = self._create_policy('received', 'answered')
        case = self._receive()
        policy.stop_milestone_id = self._milestone('contacted')
        with self._at('2026-11-20 10:00'):
            case._stamp('contacted')
            self.assertEqual(self._clock(case, policy).state, 'running')
            case._stamp('answered')
        self.assertEqual(self._clock(case, policy).state, 'met')

    def test_edit_without_effect_or_without_clocks_makes_no_version(self):
        policy = self._create_policy(limit_value=8)
        policy.limit_value = 7
        self.assertEqual(policy.version, 1)
        self._receive()
        policy.write({'limit_value': 7, 'name': "Other words", 'sequence': 3})
        policy.is_promised = True
        self.assertEqual(policy.version, 1)
        self.assertFalse(policy.earlier_version_ids)

    def test_earlier_versions_cannot_be_changed_or_deleted(self):
        policy = self._create_policy()
        self._receive()
        policy.limit_value = 9
        earlier = policy.earlier_version_ids
        with self.assertRaisesRegex(UserError, "earlier version"):
            earlier.limit_value = 4
        with self.assertRaisesRegex(UserError, "Earlier versions"):
            earlier.unlink()
        with self.assertRaisesRegex(UserError, "archive them"):
            policy.unlink()
        unused = self._create_policy()
        unused.unlink()
        self.assertFalse(unused.exists())

    def test_draft_starts_nothing_until_it_is_put_in_force(self):
        policy = self._create_policy(state='draft')
        self.assertFalse(self._clock(self._receive(), policy))
        policy.action_activate()
        self.assertTrue(self._clock(self._receive(), policy))

    def test_archiving_ends_running_clocks_for_good(self):
        """Nobody is chased by a rule that was switched off."""
        policy = self._create_policy()
        case = self._receive()
        policy.action_archive()
        clock = self._clock(case, policy)
        self.assertEqual((policy.state, clock.state), ('archived', 'cancelled'))
        self.assertFalse(case.sla_deadline)
        with self._at('2026-12-20 10:00'):
            case._stamp('answered')
            self.assertEqual(clock.state, 'cancelled')
            self.assertFalse(clock.is_late)

    def test_policy_of_another_company_does_not_apply(self):
        other = self.env['res.company'].create({'name': "Elsewhere"})
        policy = self._create_policy(company_id=other.id)
        self.assertFalse(self._clock(self._receive(), policy))

    def test_copy_is_a_policy_of_its_own(self):
        policy = self._create_policy(limit_value=8)
        self._receive()
        policy.limit_value = 9
        copy = policy.copy()
        self.assertEqual((copy.version, copy.limit_value, copy.state), (1, 9, 'active'))
        self.assertFalse(copy.earlier_version_ids)
