from contextlib import contextmanager
from threading import Barrier, Thread
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.sql_db import BaseCursor
from odoo.tests import BaseCase, get_db_name, tagged

from .common import to_utc

# Four days apart: whatever working hours the company has, the hour of the limit is over.
RECEIVED, DUE = to_utc('2026-11-20 09:00'), to_utc('2026-11-24 18:00')
CASES, TICKS = 250, 4


@tagged('post_install', '-at_install')
class TestReminderParallel(BaseCase):
    """Several processes run the job at once on rows that are really committed."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.case_ids = []
        self.addCleanup(self._clean_up)
        with self._open(RECEIVED) as env:
            # Drafts stay out of it: they would come back in force.
            self.others = env['complaint.sla.policy'].search([('state', '=', 'active')])
            self.other_ids = self.others.ids
            self.others.action_archive()
            self.handler_id = (
                env['res.users']
                .with_context(no_reset_password=True)
                .create(
                    {
                        'name': "Parallel",
                        'login': 'parallel_handler',
                        'group_ids': [
                            Command.link(env.ref('complaint_management.group_complaint_user').id)
                        ],
                    }
                )
                .id
            )
            # Whatever working hours the company has, people are told at once.
            grade = env['complaint.grade'].create({'name': "Parallel", 'notify_out_of_hours': True})
            self.grade_id = grade.id
            self.policy_id = (
                env['complaint.sla.policy']
                .create(
                    {
                        'name': "Parallel",
                        'start_milestone_id': env['complaint.milestone']
                        ._get_by_code('received')
                        .id,
                        'stop_milestone_id': env['complaint.milestone']._get_by_code('answered').id,
                        'limit_value': 1,
                        'limit_unit': 'hour',
                    }
                )
                .id
            )
            self.case_ids = (
                env['complaint.case']
                .create(
                    [
                        {
                            'name': f"Parallel {number}",
                            'handler_id': self.handler_id,
                            'grade_id': self.grade_id,
                            'is_example': True,
                            'complainant_name': "Somebody",
                        }
                        for number in range(CASES)
                    ]
                )
                .ids
            )

    @contextmanager
    def _open(self, moment):
        """Open a connection of its own whose transactions happen at a moment; commit at the end."""
        with patch.object(BaseCursor, 'now', lambda cursor: moment), self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _clean_up(self):
        with self._open(DUE) as env:
            cases = env['complaint.case'].browse(self.case_ids)
            cases._erase("End of the test")
            policy = env['complaint.sla.policy'].browse(self.policy_id)
            policy.unlink()
            env['res.users'].browse(self.handler_id).action_archive()
            env['complaint.grade'].browse(self.grade_id).unlink()
            others = env['complaint.sla.policy'].with_context(active_test=False)
            others.browse(self.other_ids).action_unarchive()
            env['ir.cron.trigger'].search(
                [('cron_id', '=', env.ref('complaint_sla.ir_cron_remind').id)]
            ).unlink()

    def _tick(self, barrier, errors):
        try:
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                barrier.wait()
                env['complaint.sla.reminder']._cron_tick()
        except Exception as error:  # shown by the test
            errors.append(error)

    def test_four_ticks_at_once_tell_everybody_once(self):
        barrier, errors = Barrier(TICKS), []
        with patch.object(BaseCursor, 'now', lambda cursor: DUE):
            threads = [Thread(target=self._tick, args=(barrier, errors)) for _n in range(TICKS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertFalse(errors)
        with self._open(DUE) as env:
            env['complaint.sla.reminder']._cron_tick()  # what a lost race left over
            activities = env['mail.activity'].search(
                [
                    ('res_model', '=', 'complaint.case'),
                    ('res_id', 'in', self.case_ids),
                    (
                        'activity_type_id',
                        '=',
                        env.ref('complaint_sla.mail_activity_type_deadline').id,
                    ),
                ]
            )
            rows = env['complaint.sla.reminder'].search([('case_id', 'in', self.case_ids)])
            self.assertEqual(
                set(rows.mapped(lambda row: (row.state, row.error, row.next_try_at))),
                {('done', False, False)},
            )
            self.assertEqual(len(activities), CASES)
            self.assertEqual(len(set(activities.mapped('res_id'))), CASES)
            self.assertEqual(len(rows), CASES)
