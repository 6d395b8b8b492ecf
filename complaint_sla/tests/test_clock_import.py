from odoo.tests import tagged

from .common import SlaCommon, to_utc


@tagged('post_install', '-at_install')
class TestClockImport(SlaCommon):
    """Imported history shows what was met and missed, and wakes nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy('received', 'closed', limit_value=2)

    def _import(self, *rows):
        cases = (
            self.env['complaint.case']
            .with_user(self.admin)
            .with_context(complaint_import='history')
        )
        return cases.create(
            [
                {
                    'name': number,
                    'number': number,
                    'team_id': self.team.id,
                    'procedure_id': self.procedure.id,
                    'received_at': to_utc(received, 'Asia/Shanghai'),
                    'closed_at': closed and to_utc(closed, 'Asia/Shanghai'),
                    'stage_id': self.stages['closed' if closed else 'investigation'].id,
                    'handler_id': self.handler.id,
                }
                for number, received, closed in rows
            ]
        )

    def test_old_cases_are_met_missed_or_late(self):
        met, missed, opened, odd = self._import(
            ('OLD-1', '2020-11-20 09:00', '2020-11-23 18:00'),
            ('OLD-2', '2020-11-20 09:00', '2020-11-24 09:00'),
            ('OLD-3', '2020-11-20 09:00', False),
            ('OLD-4', '2020-11-20 09:00', '2020-11-19 09:00'),
        )
        states = {case: self._clock(case, self.policy).state for case in (met, missed, opened)}
        self.assertEqual(states, {met: 'met', missed: 'missed', opened: 'running'})
        self.assertEqual(self._clock(odd, self.policy).state, 'met')
        clocks = (met | missed | opened).sla_clock_ids
        self.assertEqual(set(clocks.mapped('is_imported')), {True})
        self.assertFalse(any(clocks.mapped('has_grace')))
        self.assertMoment(self._clock(missed, self.policy).deadline, '2020-11-23 18:00')
        self.assertEqual(opened.sla_state, 'late')
        self.assertEqual(missed.sla_state, 'none')

    def test_nobody_is_reminded_of_history(self):
        case = self._import(('OLD-1', '2020-11-20 09:00', False))
        with self._at('2026-11-20 12:00'):
            self._run_job()
        self.assertFalse(case.activity_ids)
        self.assertFalse(self.env['complaint.sla.reminder'].search([('case_id', '=', case.id)]))

    def test_second_import_corrects_the_clock(self):
        case = self._import(('OLD-1', '2020-11-20 09:00', '2020-11-23 18:00'))
        case.write({'closed_at': to_utc('2020-11-25 18:00', 'Asia/Shanghai')})
        self.assertEqual(self._clock(case, self.policy).state, 'missed')
        case.write({'received_at': to_utc('2020-11-24 09:00', 'Asia/Shanghai')})
        clock = self._clock(case, self.policy)
        self.assertEqual(len(case.sla_clock_ids), 1)
        self.assertEqual(clock.state, 'met')
        self.assertMoment(clock.deadline, '2020-11-25 18:00')

    def test_round_after_the_import_is_reminded_of(self):
        case = self._import(('OLD-1', '2020-11-20 09:00', '2020-11-23 18:00'))
        with self._at('2026-11-20 09:00'):
            case.with_context(complaint_import=False).with_user(self.manager)._move_to(
                self.stages['intake']
            )
        clock = self._clock(case, self.policy, 2)
        self.assertEqual((clock.state, clock.is_imported), ('running', False))

    def test_many_rows_in_few_queries(self):
        def count(size, prefix):
            rows = [(f'{prefix}-{n}', '2020-11-20 09:00', '2020-11-23 18:00') for n in range(size)]
            cases = self._import(*rows)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.clocks._reconcile(cases)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1, 'A')
        self.assertEqual(count(300, 'C'), count(2, 'B'))
