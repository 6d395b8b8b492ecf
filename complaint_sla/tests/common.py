from datetime import datetime
from unittest.mock import patch

import pytz

from odoo.fields import Command
from odoo.sql_db import BaseCursor
from odoo.tests import freeze_time

from odoo.addons.complaint_management.tests.common import ComplaintCommon


def to_utc(text, tz='UTC'):
    """Return the local wall clock `YYYY-MM-DD HH:MM[:SS]` of a zone as naive UTC datetime."""
    local = pytz.timezone(tz).localize(datetime.fromisoformat(text))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


class SlaCommon(ComplaintCommon):
    """The company of the base tests with working hours, and no policy but those a test makes.

    office:   Asia/Shanghai, Mon-Fri 9-12 and 13-18 (the team's hours)
    london:   Europe/London, Mon-Fri 9-17:30
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['complaint.sla.policy'].search([]).action_archive()
        cls.env['resource.calendar.leaves'].search([('resource_id', '=', False)]).unlink()
        cls.office = cls._create_calendar("Office", 'Asia/Shanghai', ((9, 12), (13, 18)))
        cls.london = cls._create_calendar("London", 'Europe/London', ((9, 17.5),))
        cls.team.calendar_id = cls.office
        cls.clocks = cls.env['complaint.sla.clock']

    # === HELPERS === #

    @classmethod
    def _create_calendar(cls, name, tz, windows, weekdays=range(5)):
        return cls.env['resource.calendar'].create(
            {
                'name': name,
                'tz': tz,
                'company_id': cls.env.company.id,
                'attendance_ids': [Command.clear()]
                + [
                    Command.create(
                        {
                            'name': f'{weekday} {start}',
                            'dayofweek': str(weekday),
                            'hour_from': start,
                            'hour_to': end,
                            'day_period': 'morning' if start < 12 else 'afternoon',
                        }
                    )
                    for weekday in weekdays
                    for start, end in windows
                ],
            }
        )

    @classmethod
    def _create_leave(cls, calendar, first, last, name="Holiday"):
        """Close a calendar on whole local days."""
        return cls.env['resource.calendar.leaves'].create(
            {
                'name': name,
                'calendar_id': calendar.id,
                'resource_id': False,
                'date_from': to_utc(f'{first} 00:00:00', calendar.tz),
                'date_to': to_utc(f'{last} 23:59:59', calendar.tz),
            }
        )

    @classmethod
    def _milestone(cls, code):
        return cls.env['complaint.milestone']._get_by_code(code)

    @classmethod
    def _create_policy(cls, start='received', stop='answered', **values):
        return cls.env['complaint.sla.policy'].create(
            {
                'name': f'{start} to {stop}',
                'start_milestone_id': cls._milestone(start).id,
                'stop_milestone_id': cls._milestone(stop).id,
                **values,
            }
        )

    def _at(self, text, tz='Asia/Shanghai'):
        """Let the transaction and the process believe that it is a moment of local time."""
        return _At(to_utc(text, tz))

    def _clock(self, case, policy, number=1):
        """Return the one clock of a case, policy and round."""
        return self.clocks.search(
            [('case_id', '=', case.id), ('policy_id', '=', policy.id), ('round', '=', number)]
        )

    def _run_job(self):
        """Run the job as the scheduler does, in this transaction."""
        with self.enter_registry_test_mode():
            self.env.ref('complaint_sla.ir_cron_remind').method_direct_trigger()

    def _reminders(self, case):
        """Return the activities by which somebody is told that a limit of a case is reached."""
        own_type = self.env.ref('complaint_sla.mail_activity_type_deadline')
        return case.sudo().activity_ids.filtered(lambda a: a.activity_type_id == own_type)

    def assertMoment(self, moment, text, tz='Asia/Shanghai'):
        """Check a naive UTC moment against a local wall clock."""
        self.assertEqual(moment, to_utc(text, tz))


class _At:
    """Frozen time, the transaction's included (which a freezer cannot reach)."""

    def __init__(self, moment):
        self._freezer = freeze_time(moment)
        self._patcher = patch.object(BaseCursor, 'now', lambda cursor: moment)

    def __enter__(self):
        self._freezer.__enter__()
        self._patcher.start()

    def __exit__(self, *exception):
        self._patcher.stop()
        self._freezer.__exit__(*exception)
