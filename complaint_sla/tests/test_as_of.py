import random
from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.complaint_sla.models.complaint_sla_clock import OPEN_STATES

from .common import SlaCommon, to_utc


@tagged('post_install', '-at_install')
class TestAsOf(SlaCommon):
    """Issue 6, item 5 (C8): the deadlines of a case as they were known at a moment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policies = cls._create_policy(
            'received',
            'answered',
            limit_kind='work_time',
            limit_value=24,
            limit_unit='hour',
            pause_allowed=True,
        ) | cls._create_policy(
            'registered',
            'closed',
            limit_kind='workday_close',
            limit_value=5,
            domain=[('priority', '!=', '2')],
        )

    def _as_of(self, case, moment):
        with self._at('2027-03-01 09:00'):
            [found] = case.get_as_of(moment)
        return found['values']

    def _snapshot(self, case):
        open_clocks = case.sla_clock_ids.filtered(lambda clock: clock.state in OPEN_STATES)
        return {
            'sla_deadline': str(case.sla_deadline) if case.sla_deadline else False,
            'deadlines': [
                {
                    'policy': clock.policy_id.id,
                    'state': clock.state,
                    'deadline': str(clock.deadline),
                }
                for clock in open_clocks.sorted('id').sorted('deadline')
            ],
        }

    def _get_steps(self, case, dice):
        """Return things that move deadlines, start clocks or end them, as functions."""

        def leave():
            first = to_utc('2026-11-20 00:00:00') + timedelta(days=dice.randrange(12))
            self._create_leave(self.office, first.date(), first.date())

        def stamp(code):
            case._stamp(code, note="By phone")

        def revoke():
            events = case.sudo().event_ids._get_effective(['answered'])
            if events:
                events[:1].with_user(self.manager)._revoke("Wrong customer")
            else:
                stamp('answered')

        def pause():
            if case.sudo()._get_open_pauses():
                case._resume_limits()
            else:
                case._pause_limits(self.env.ref('complaint_sla.pause_reason_court'))

        def receive():
            case.with_user(self.manager).received_at -= timedelta(hours=1)

        return [
            leave,
            lambda: stamp('answered'),
            revoke,
            receive,
            lambda: case.write({'priority': dice.choice('012')}),
            pause,
            pause,
        ]

    def test_every_deadline_of_a_random_life_is_told_as_it_was(self):
        for seed in (2, 5):
            dice = random.Random(seed)
            moment = to_utc('2026-11-20 09:00', 'Asia/Shanghai')
            with self._at('2026-11-20 09:00'):
                case = self._create_worked_case()
                self.env.flush_all()
            snapshots = {}
            for _step in range(36):
                moment += timedelta(minutes=dice.choice([7, 90, 600]))
                local = str(moment + timedelta(hours=8))
                with self._at(local):
                    dice.choice(self._get_steps(case, dice))()
                    self.env.cr.flush()  # and the hook by which calendars recount
                    snapshots[moment] = self._snapshot(case)
            self.env.invalidate_all()
            self.assertGreater(len(set(map(str, snapshots.values()))), 5)
            for at, expected in snapshots.items():
                values = self._as_of(case, at)
                found = {name: values[name]['value'] for name in expected}
                self.assertEqual(found, expected, f"{seed} {at}")

    def test_open_limits_are_named_with_their_deadlines(self):
        with self._at('2026-11-20 09:00'):
            case = self._create_worked_case()
        with self._at('2026-11-20 10:00'):
            case._stamp('answered')
        [first, second] = self._as_of(case, '2026-11-20 01:30:00')['deadlines']['value']
        self.assertEqual(
            [first['policy'], second['policy']], self.policies.ids, "The nearest one first"
        )
        self.assertEqual(first['state'], 'running')
        self.assertEqual(first['deadline'], str(to_utc('2026-11-24 18:00', 'Asia/Shanghai')))
        later = self._as_of(case, '2026-11-20 02:00:00')['deadlines']
        self.assertEqual([row['policy'] for row in later['value']], self.policies[1:].ids)
        self.assertIn(self.policies[1].name, later['name'])

    def test_all_that_changed_since_is_told_at_once(self):
        with self._at('2026-11-20 09:00'):
            case, still = self._create_worked_case(), self._create_worked_case()
            before = {name: case[name] for name in ('sla_deadline', 'sla_warn_at')}
            [clock] = case.sla_clock_ids.filtered(lambda c: c.policy_id == self.policies[0])
            deadline = clock.deadline
        moment = to_utc('2026-11-20 09:30', 'Asia/Shanghai')
        with self._at('2026-11-20 10:00'):
            case._stamp('answered')
            self.env.flush_all()
        with self._at('2027-03-01 09:00'):
            found = self.env['complaint.case'].sudo()._read_changed_since(moment)
            changed = self.env['complaint.sla.clock'].sudo()._find_changed_since(moment)
            clocks = changed._read_changed(moment)
            only = self.env['complaint.case'].sudo()._read_changed_since(moment, still.ids)
        for name, value in before.items():
            self.assertEqual(found[name][case.id]['value'], value and str(value))
            self.assertNotIn(still.id, found[name])
            self.assertNotIn(name, only)
        self.assertNotEqual(case.sla_deadline, before['sla_deadline'])
        told = {name: answers[clock.id]['value'] for name, answers in clocks.items()}
        self.assertEqual(told, {'state': 'running', 'deadline': str(deadline), 'is_late': False})

    def test_when_a_limit_was_at_risk_is_not_guessed(self):
        """Rows that were kept before do not tell it."""
        with self._at('2026-11-20 09:00'):
            case = self._create_worked_case()
            clock = case.sudo().sla_clock_ids[0]
        moment = to_utc('2026-11-20 09:30', 'Asia/Shanghai')
        past = {'until': '2026-11-20 02:00:00', 'state': 'running'}
        for deadline, expected in (
            (str(clock.deadline), clock.warn_at),
            ('2026-12-24 01:00:00', None),
        ):
            clock.write({'past': [{**past, 'deadline': deadline}]})
            self.assertEqual(clock._get_warning_as_of(moment), expected)
        clock.write({'past': [{**past, 'deadline': deadline, 'warn_at': '2026-12-20 01:00:00'}]})
        self.assertEqual(str(clock._get_warning_as_of(moment)), '2026-12-20 01:00:00')

    def test_before_the_case_was_recorded_there_is_nothing(self):
        with self._at('2026-11-20 09:00'):
            case = self._create_worked_case()
        self.assertFalse(self._as_of(case, '2026-11-20 00:59:59'))

    def test_an_extension_counts_from_when_it_came_into_force(self):
        policy = self._create_policy(
            'received',
            'answered',
            limit_kind='workday_close',
            limit_value=3,
            is_promised=True,
            extension_max=2,
            extension_max_days=30,
        )
        self.policies.action_archive()
        self.env['complaint.approval.rule'].create(
            {
                'name': "Extensions",
                'subject': 'extension',
                'approver': 'team_leader',
                'procedure_id': self.procedure.id,
            }
        )
        with self._at('2026-11-20 09:00'):
            case = self._create_worked_case().with_user(self.handler)
        with self._at('2026-11-23 10:00'):
            clock = self._clock(case, policy).with_user(self.handler)
            clock._ask_extension("The laboratory needs longer", value=2)
            case.sudo().approval_ids.with_user(self.manager)._approve("Agreed")
        with self._at('2026-11-24 10:00'):
            case._record_contact({'purpose': 'extension', 'content': "Until Friday, please."})
        for moment, deadline in (
            ('2026-11-23 10:00', '2026-11-25 18:00'),
            ('2026-11-24 09:59', '2026-11-25 18:00'),
            ('2026-11-24 10:00', '2026-11-27 18:00'),
        ):
            found = self._as_of(case, to_utc(moment, 'Asia/Shanghai'))['sla_deadline']['value']
            self.assertEqual(found, str(to_utc(deadline, 'Asia/Shanghai')))
