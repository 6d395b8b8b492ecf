from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import to_utc
from .common_workday import WorkdayCommon

NOW = '2026-11-19 10:00'  # Thursday


@tagged('post_install', '-at_install')
class TestWhatIf(WorkdayCommon):
    """What a change would do to every live complaint, before anything is changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(
            limit_kind='work_time', limit_value=16, limit_unit='hour', pause_allowed=True
        )

        # Whatever complaints the database has besides.
        cls.ours = f"[('team_id', '=', {cls.team.id})]"

    def setUp(self):
        super().setUp()
        self.cases = self.env['complaint.case']
        for text in ('2026-11-16 09:00', '2026-11-17 15:00', '2026-11-18 17:00'):
            with self._at(text):
                self.cases |= self._create_worked_case()
        # Due at 16 h of work: Tuesday 18:00 (late), Thursday 15:00, Friday 17:00.

    def _open(self, policy=None, **values):
        form = Form(
            self.env['complaint.sla.what.if']
            .with_user(self.admin)
            .with_context(default_subject='policy', default_policy_id=(policy or self.policy).id)
        )
        for name, value in values.items():
            setattr(form, name, value)
        return form.save()

    def _open_calendar(self, days=(), **values):
        form = Form(
            self.env['complaint.sla.what.if']
            .with_user(self.admin)
            .with_context(default_subject='calendar', default_hours_id=self.office.id)
        )
        for name, value in values.items():
            setattr(form, name, value)
        for day, kind in days:
            with form.day_ids.new() as line:
                line.date = day
                line.kind = kind
                line.name = "Move of the office"
        return form.save()

    def _figures(self, what_if):
        names = ('moved', 'late', 'rescued', 'new', 'ended')
        return tuple(what_if[f'{name}_count'] for name in names)

    def _read_database(self):
        """Return everything that a change could leave behind."""
        self.env.cr.flush()  # and what waits for the commit
        tables = (
            'complaint_sla_clock',
            'complaint_sla_policy',
            'complaint_event',
            'complaint_case',
            'complaint_workday',
            'complaint_sla_recount',
            'complaint_sla_reminder',
            'complaint_sla_calendar_past',
            'complaint_team',
            'resource_calendar',
            'mail_message',
            'mail_activity',
            'mail_mail',
            'ir_cron_trigger',
        )
        state = {}
        for table in tables:
            self.env.cr.execute(f"SELECT to_jsonb(t) FROM {table} t ORDER BY id")
            state[table] = self.env.cr.fetchall()
        return state

    def _deadlines(self):
        self.env.invalidate_all()
        clocks = self.clocks.search([('case_id', 'in', self.cases.ids)])
        return {clock.case_id: clock.deadline for clock in clocks if clock.state == 'running'}

    def _calculate_and_apply(self, what_if):
        """Check that the figures before are the figures after; return them."""
        what_if.action_calculate()
        before = self._figures(what_if)
        fields = ('case_id', 'change', 'old_deadline', 'new_deadline', 'is_newly_late')
        lines = what_if.line_ids.read(fields, load=None)
        what_if.action_apply()
        self.assertEqual(self._figures(what_if), before)
        after = what_if.line_ids.read(fields, load=None)
        for line in lines + after:
            del line['id']
        self.assertEqual(after, lines)
        for line in what_if.line_ids.filtered('new_deadline'):
            clock = self.clocks.search(
                [('case_id', '=', line.case_id.id), ('policy_id', '=', line.policy_id.id)]
            )
            self.assertEqual(clock.deadline, line.new_deadline)
        return before

    def _count_moves(self, case):
        return self._codes(case).count('deadline_moved')

    # === A POLICY === #

    def test_calculating_writes_nothing(self):
        """No event, no version, no trigger, no message: the database is the same to the byte."""
        with self._at(NOW):
            what_if = self._open(limit_value=26, pause_allowed=False)
            before = self._read_database()
            waiting = len(self.env.cr.postcommit._funcs)
            what_if.action_calculate()
            self.assertEqual(self._figures(what_if), (3, 0, 1, 0, 0))
            self.assertEqual(self._read_database(), before)
            self.assertEqual(len(self.env.cr.postcommit._funcs), waiting)
            self.assertEqual(self.policy.version, 1)
            self.assertEqual(self.policy.limit_value, 16)

    def test_longer_limit_rescues_and_shorter_one_makes_late(self):
        with self._at(NOW):
            longer = self._open(limit_value=26)
            longer.action_calculate()
            self.assertEqual(longer.live_count, 3)
            self.assertEqual(self._figures(longer), (3, 0, 1, 0, 0))
            rescued = longer.line_ids.filtered('is_rescued')
            self.assertEqual(rescued.case_id, self.cases[0])
            self.assertMoment(rescued.old_deadline, '2026-11-17 18:00')
            self.assertMoment(rescued.new_deadline, '2026-11-19 11:00')
        with self._at('2026-11-19 09:30'):
            shorter = self._open(limit_value=8)
            shorter.action_calculate()
            self.assertEqual(self._figures(shorter), (3, 1, 0, 0, 0))

    def test_applied_figures_are_the_calculated_ones_with_an_event_each(self):
        with self._at(NOW):
            figures = self._calculate_and_apply(self._open(limit_value=26))
        self.assertEqual(figures, (3, 0, 1, 0, 0))
        self.assertEqual(self.policy.version, 2)
        for case in self.cases:
            clock = self._clock(case, self.policy)
            self.assertEqual(clock.policy_version, 2)
            self.assertEqual(self._count_moves(case), 1)
            event = case.sudo().event_ids.filtered(
                lambda e: e.milestone_id.code == 'deadline_moved'
            )
            self.assertEqual(event.payload['cause'], 'policy_applied')
            self.assertEqual(event.user_id, self.admin)

    def test_running_limits_keep_their_version_without_apply(self):
        """Design 7, “policy edited”."""
        before = self._deadlines()
        self.policy.limit_value = 24
        self.assertEqual(self._deadlines(), before)
        with self._at(NOW):
            # And what was edited on the form can be applied afterwards.
            figures = self._calculate_and_apply(self._open())
        self.assertEqual(figures[0], 3)

    def test_stopped_limits_stay(self):
        with self._at('2026-11-19 09:30'):
            self.cases[1]._stamp('answered')
        with self._at(NOW):
            figures = self._calculate_and_apply(self._open(limit_value=24))
        self.assertEqual(figures[0], 2)
        self.assertMoment(self._clock(self.cases[1], self.policy).deadline, '2026-11-19 15:00')
        self.assertEqual(self._count_moves(self.cases[1]), 0)

    def test_narrower_condition_ends_limits(self):
        self.cases[0].priority = '1'
        with self._at(NOW):
            figures = self._calculate_and_apply(self._open(domain="[('priority', '=', '1')]"))
        self.assertEqual(figures, (0, 0, 0, 0, 2))
        states = [self._clock(case, self.policy).state for case in self.cases]
        self.assertEqual(states, ['running', 'superseded', 'superseded'])

    def test_other_kind_of_limit_and_other_hours(self):
        always = self._create_calendar("Always", 'Asia/Shanghai', ((0, 24),), weekdays=range(7))
        with self._at(NOW):
            figures = self._calculate_and_apply(
                self._open(limit_kind='elapsed', limit_value=3, limit_unit='day')
            )
            self.assertEqual(figures[0], 3)
            figures = self._calculate_and_apply(
                self._open(
                    limit_kind='work_time', limit_value=90, limit_unit='hour', calendar_id=always
                )
            )
        clock = self._clock(self.cases[1], self.policy)
        self.assertEqual(clock.calendar_id, always)
        self.assertMoment(clock.deadline, '2026-11-21 09:00')
        self.assertEqual(figures[0], 3)

    def test_draft_policy_shows_its_new_limits_and_comes_in_force(self):
        draft = self._create_policy(
            'registered', 'closed', state='draft', limit_value=2, domain=self.ours
        )
        with self._at(NOW):
            what_if = self._open(draft)
            self.assertEqual(what_if.scope, 'open')
            what_if.action_calculate()
            self.assertEqual(self._figures(what_if)[3], 3)
            self.assertEqual(draft.state, 'draft')
            self.assertNotIn(draft.id, self.env['complaint.sla.policy']._get_ids_in_force())
            self.assertFalse(self.clocks.search([('policy_id', '=', draft.id)]))
            figures = self._calculate_and_apply(what_if)
        self.assertEqual(figures[3], 3)
        self.assertEqual(draft.state, 'active')

    def test_all_open_complaints_get_the_limit(self):
        young = self._create_policy('received', 'closed', limit_value=3, domain=self.ours)
        self.assertFalse(self.clocks.search([('policy_id', '=', young.id)]))
        with self._at(NOW):
            what_if = self._open(young)
            with self._refused("Nothing is different"):
                what_if.action_calculate()
            figures = self._calculate_and_apply(self._open(young, scope='open'))
        self.assertEqual(figures[3], 3)

    def test_what_is_pretended_is_known_to_nobody_else(self):
        """Memory that all users of the process share never holds what is only tried out."""
        policies = self.env['complaint.sla.policy']
        draft = self._create_policy('registered', 'closed', state='draft', limit_value=2)
        what_if = self._open(draft)
        with what_if._pretend() as pretended:
            pretended.policy_id.sudo().state = 'active'
            self.assertIn(draft.id, pretended.env['complaint.sla.policy']._get_ids_in_force())
        self.assertNotIn(draft.id, policies._get_ids_in_force())
        self.assertEqual(draft.state, 'draft')

    def test_no_caller_can_pretend(self):
        """A context from outside changes neither memory nor reminders."""
        policies = self.env['complaint.sla.policy'].with_context(complaint_pretence="x")
        self.assertIsNone(policies._get_pretence())

    def test_apply_needs_the_figures_of_this_very_change(self):
        with self._at(NOW):
            what_if = self._open(limit_value=24)
            with self._refused("Calculate first"):
                what_if.action_apply()
            what_if.action_calculate()
            what_if.limit_value = 32
            with self._refused("Calculate first"):
                what_if.action_apply()
        self.assertEqual(self.policy.limit_value, 16)

    def test_impossible_change_is_a_sentence_and_leaves_nothing(self):
        with self._at(NOW):
            before = self._read_database()
            for values, pattern in (
                ({'limit_value': 0}, "needs at least"),
                ({'domain': "[('nonsense', '=', 1)]"}, "cannot be understood"),
            ):
                with self._refused(pattern, ValidationError), self.env.cr.savepoint():
                    self._open(**values).action_calculate()
            after = self._read_database()
        self.assertEqual(after, before)

    def test_impossible_change_leaves_the_dialog_usable(self):
        with self._at(NOW):
            what_if = self._open(limit_value=0)
            with self.assertRaises(ValidationError):
                what_if.action_calculate()
            what_if.limit_value = 24
            what_if.action_calculate()
            self.assertEqual(what_if.moved_count, 3)

    # === WORKING HOURS === #

    def test_day_off_tried_out_and_applied(self):
        with self._at(NOW):
            what_if = self._open_calendar([('2026-11-20', 'off'), ('2026-11-21', 'on')])
            before = self._read_database()
            what_if.action_calculate()
            self.assertEqual(self._read_database(), before)
            self.assertTrue(self._hours('2026-11-20'))
            figures = self._calculate_and_apply(what_if)
        self.assertEqual(figures, (1, 0, 0, 0, 0))
        self.assertMoment(self._deadlines()[self.cases[2]], '2026-11-21 17:00')
        self.assertEqual(self._count_moves(self.cases[2]), 1)
        self.assertFalse(self._hours('2026-11-20'))
        workdays = self.workdays.search([])
        self.assertEqual(workdays.calendar_ids, self.office)
        self.assertEqual(workdays.mapped('date'), [date(2026, 11, 20), date(2026, 11, 21)])

    def test_day_that_is_there_already_changes(self):
        self._create_workday('2026-11-20', 'on', calendar_ids=self.office.ids)
        shared = self._create_workday(
            '2026-11-23', 'on', calendar_ids=(self.office | self.london).ids
        )
        with self._at(NOW):
            self._calculate_and_apply(
                self._open_calendar([('2026-11-20', 'off'), ('2026-11-23', 'off')])
            )
        self.assertFalse(self._hours('2026-11-20'))
        self.assertFalse(self._hours('2026-11-23'))
        self.assertEqual(shared.calendar_ids, self.london)

    def test_other_hours_instead(self):
        """Teams and policies name the others; what runs moves, from its own start."""
        long = self._create_calendar("Long", 'Asia/Shanghai', ((8, 20),), weekdays=range(7))
        with self._at(NOW):
            figures = self._calculate_and_apply(self._open_calendar(other_hours_id=long))
        self.assertEqual(figures, (3, 1, 0, 0, 0))
        self.assertEqual(self.team.calendar_id, long)
        # Tuesday 15:00-20:00, Wednesday 8:00-19:00
        self.assertMoment(self._deadlines()[self.cases[1]], '2026-11-18 19:00')
        self.assertEqual([self._count_moves(case) for case in self.cases], [1, 1, 1])

    # === WHO === #

    def test_only_administrators(self):
        for user in (self.manager, self.handler, self.auditor):
            with self.assertRaises(AccessError):
                self.env['complaint.sla.what.if'].with_user(user).create(
                    {'subject': 'policy', 'policy_id': self.policy.id}
                )

    def test_recused_administrator_learns_nothing_of_the_complaint(self):
        self.cases[0].accused_employee_ids = [Command.link(self.employees['admin'].id)]
        with self._at(NOW):
            what_if = self._open(limit_value=24)
            what_if.action_calculate()
            self.assertEqual(what_if.line_ids.case_id, self.cases[1] | self.cases[2])
            self.assertEqual(self._figures(what_if), (2, 0, 0, 0, 0))
            self.assertTrue(what_if.has_hidden)

    def test_nothing_chosen_is_a_sentence(self):
        with self.assertRaisesRegex(UserError, "Nothing is different"):
            self._open_calendar().action_calculate()
        with self.assertRaisesRegex(UserError, "Nothing is different"):
            self._open().action_calculate()

    def test_drill_down_and_list(self):
        with self._at(NOW):
            what_if = self._open(limit_value=24)
            what_if.action_calculate()
        action = what_if.action_open_lines()
        lines = self.env[action['res_model']].with_user(self.admin).search(action['domain'])
        self.assertEqual(lines, what_if.line_ids)
        action = lines[0].action_open_case()
        self.assertEqual(action['res_model'], 'complaint.case')
        self.assertEqual(action['res_id'], lines[0].case_id.id)

    def test_caller_says_only_what_differs(self):
        with self._at(NOW):
            what_if = self.env['complaint.sla.what.if'].create(
                {'policy_id': self.policy.id, 'limit_value': 24}
            )
            self.assertEqual(
                what_if._get_change(),
                {'policy': self.policy.id, 'scope': 'running', 'values': {'limit_value': 24}},
            )

    def test_display_name_tells_what_is_tried(self):
        self.assertEqual(self._open().display_name, "What if: received to answered")
        self.assertMoment(self._deadlines()[self.cases[0]], '2026-11-17 18:00')
        self.assertEqual(to_utc('2026-11-19 02:00'), to_utc(NOW, 'Asia/Shanghai'))
