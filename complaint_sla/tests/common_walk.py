from odoo.addons.complaint_management.tests.common_walk import WalkCommon

from .common import SlaCommon, _At, to_utc

# Three starts in local time: a Wednesday morning; a Friday evening, followed by a Sunday on which
# work is made up; the Wednesday afternoon before National Day, with a Saturday made up after it.
STARTS = ('2026-09-09 10:00', '2026-09-18 19:10', '2026-09-30 16:30')

# What the State Council announced for these weeks. Working days after the starts, by hand:
#   9 Sep: 10, 11, 14, 15, 16, 17, 18, 20 (made up), 21, 22 …
#  18 Sep: 20 (made up), 21, 22, 23, 24, 28, 29, 30, 8 Oct, 9 …
#  30 Sep: 8 Oct, 9, 10 (made up), 12, 13, 14, 15, 16, 19, 20 …
DAYS = [
    ('2026-09-20', 'on'),
    ('2026-09-25', 'off'),
    *((f'2026-10-{day:02}', 'off') for day in range(1, 8)),
    ('2026-10-10', 'on'),
]


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

    # === GIVEN STARTS === #

    _create_calendar = classmethod(SlaCommon._create_calendar.__func__)

    def _at(self, text):
        """Let the transaction and the process believe that it is a moment in Shanghai."""
        return _At(to_utc(text, 'Asia/Shanghai'))

    def _keep_chinese_hours(self, company=None):
        """Let the company work Monday to Friday, 9-12 and 13-18, on the working days of China."""
        company = company or self.company
        china = self.env.ref('base.cn')
        self.env['resource.calendar.leaves'].search([('resource_id', '=', False)]).unlink()
        self.env['complaint.workday'].search([]).unlink()
        self.env['complaint.workday'].create(
            [
                {
                    'name': "Working days of 2026",
                    'date': date,
                    'kind': kind,
                    'like_weekday': '1' if kind == 'on' else False,
                    'country_id': china.id,
                }
                for date, kind in DAYS
            ]
        )
        calendar = self._create_calendar("China", 'Asia/Shanghai', ((9, 12), (13, 18)))
        calendar.company_id = company
        company.write({'country_id': china.id, 'resource_calendar_id': calendar.id})

    def _assert_due(self, case, number=1, **dues):
        """Assert by when the limits with these names are due: `name='YYYY-MM-DD HH:MM[:SS]'`."""
        for name, due in dues.items():
            with self.subTest(name):
                clock = self._get_clock(case, name, number)
                self.assertEqual(clock.mapped('deadline'), [to_utc(due, 'Asia/Shanghai')])

    # === CLOCKS === #

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
