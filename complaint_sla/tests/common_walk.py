from odoo.addons.complaint_management.tests.common_walk import WalkCommon


def steps_of(regime):
    """Return the walk of a regime's test without its tests: its company, people and steps.

    :param type regime: a test class of complaint_management
    :rtype: type
    """
    names = {
        name: value
        for name, value in vars(regime).items()
        if not name.startswith(('test', '__')) or name == '__doc__'
    }
    return type(f'{regime.__name__}Clocks', (ClockWalkCommon,), {**names, '__module__': __name__})


class ClockWalkCommon(WalkCommon):
    """A regime's company in which every time limit of its preset is in force.

    Those that are off because the source gives no number run too, so that the walk shows which
    of its steps starts and stops them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policies = cls.env['complaint.sla.policy'].search(
            [('procedure_id', '=', cls.procedure.id), ('state', '=', 'draft')]
        )
        policies.action_activate()

    def _get_clock(self, case, name, number=1):
        """Return the clock of a case by the policy `policy_<name>` in a round, possibly empty."""
        self.env.flush_all()
        return self.env['complaint.sla.clock'].search(
            [
                ('case_id', '=', case.id),
                ('policy_id', '=', self.records[f'policy_{name}'].id),
                ('round', '=', number),
            ]
        )

    def _assert_clocks(self, case, state, *names):
        """Assert that the limits with these names are in a state, from start to stop."""
        for name in names:
            with self.subTest(name):
                clock = self._get_clock(case, name)
                self.assertEqual(clock.mapped('state'), [state])
                policy = clock.policy_id
                self.assertIn(
                    clock.started_at, self._get_moments(case, policy.start_milestone_id.code)
                )
                if state in ('met', 'missed'):
                    self.assertIn(
                        clock.stopped_at, self._get_moments(case, policy.stop_milestone_id.code)
                    )
                    self.assertGreaterEqual(clock.stopped_at, clock.started_at)

    def _assert_no_clocks(self, case, *names):
        """Assert that the limits with these names do not run for a case."""
        for name in names:
            with self.subTest(name):
                self.assertFalse(self._get_clock(case, name))

    def _get_moments(self, case, code):
        """Return when a milestone happened in a case."""
        return (
            case.sudo()
            .event_ids.filtered(lambda e: e.milestone_id.code == code)
            .mapped('occurred_at')
        )
