import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

# A schedule that was silent for years is made up bit by bit.
BATCH_SIZE = 20

SPLIT_FIELDS = {
    'res.users': 'user_id',
    'hr.department': 'department_id',
    'complaint.team': 'team_id',
}
SCOPE_FIELDS = {
    'res.users': 'handler_id',
    'hr.department': 'department_id',
    'complaint.team': 'team_id',
    'res.company': 'company_id',
}


class ComplaintReportScheduleJob(models.Model):
    """The job that opens what is due: each period once, also after an outage."""

    _inherit = 'complaint.report.schedule'

    error = fields.Char(
        string="Could not be opened",
        readonly=True,
        copy=False,
        help="It is tried again with every run of the job.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        schedules = super().create(vals_list)
        schedules._wake_job()
        return schedules

    def write(self, vals):
        starts = vals.get('active') and 'next_date' not in vals
        rested = self.filtered(lambda schedule: starts and not schedule.active)
        result = super().write(vals)
        rested._skip_the_past()
        if vals.keys() - {'error', 'name', 'note'}:
            self._wake_job()
        return result

    def _skip_the_past(self):
        """Begin with the period that runs now: what was at rest missed nothing."""
        for schedule in self.sudo():  # whoever may put it in use need not be whose rights count
            schedule.next_date = max(schedule.next_date, schedule._get_current_period().first)

    def _wake_job(self):
        """Let the job run when the next of these schedules opens."""
        moments = [schedule.next_open_at for schedule in self if schedule.next_open_at]
        if moments:
            cron = self.env.ref('complaint_reports.ir_cron_report', raise_if_not_found=False)
            if cron:
                cron.sudo()._trigger(min(moments))  # when something is due is for no one to forbid

    # === THE JOB === #

    @api.model
    def _cron_open_due(self):
        """Open the reports of all periods that are due, oldest first; commit after each."""
        cron = self.env['ir.cron']
        failed = self.browse()
        while due := self._get_due(failed)[:BATCH_SIZE]:
            for schedule in due:
                if not schedule._open_next_isolated():
                    failed |= schedule
                remaining = len(self._get_due(failed))
                if not cron._commit_progress(1, remaining=remaining):
                    return
        self.search([('next_open_at', '!=', False)], order='next_open_at', limit=1)._wake_job()

    @api.model
    def _get_due(self, failed):
        return self.search(
            Domain('next_open_at', '<=', self.env.cr.now()) & Domain('id', 'not in', failed.ids),
            order='next_open_at, id',
        )

    def _open_next_isolated(self):
        """Open the next period of one schedule; a failure is noted and stops no other one.

        :return: False when it failed
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return False  # another worker has it
        self.invalidate_recordset(['next_date', 'next_open_at'])
        if not self.next_open_at or self.next_open_at > self.env.cr.now():
            return True  # another worker was faster
        try:
            with self.env.cr.savepoint():
                self._open_next()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # nothing in this transaction can succeed any more
        except Exception as error:  # whatever an administrator set up
            _logger.info("Period report %s could not be opened", self.id, exc_info=True)
            self.error = str(error) or type(error).__name__
            return False
        if self.error:
            self.error = False
        return True

    def _open_next(self):
        """Open the reports of the next period and move on to the one after it."""
        self.ensure_one()
        period = self._get_period(self.next_date)
        self._open_runs(period)
        self.next_date = self._get_next_period(period).first

    # === OPENING === #

    def action_open_now(self):
        """Open the report of the period that ended last, unless it is there; show it."""
        self.ensure_one()
        self.check_access('write')
        self._check_may_change()
        period = self._get_last_period()
        runs = self._open_runs(period)
        self.next_date = max(self.next_date, self._get_next_period(period).first)
        return runs._open_action()

    def _open_runs(self, period):
        """Open the reports of a period, one for each part; those that are there stay.

        :param Period period: local days
        :rtype: complaint.report.run recordset, as superuser
        """
        self.ensure_one()
        # Runs are made by nobody but the software.
        runs = self.env['complaint.report.run'].sudo().with_context(mail_create_nolog=True)
        there = runs.search(
            [
                ('schedule_id', '=', self.id),
                ('date_from', '=', period.first),
                ('rerun_of_id', '=', False),
            ]
        )
        known = set(there.mapped('split_key'))
        parts = self._get_parts() if self.split_by != 'none' else [self.env['res.users']]
        rows = [self._prepare_run_values(period, part) for part in parts]
        new = runs._create_internal([row for row in rows if row['split_key'] not in known])
        new._prepare_entries()
        new._freeze_figures()
        new._start()
        return there | new

    def _prepare_run_values(self, period, part):
        """Return the create values of the report of a period.

        :param part: the person, department, team or company that it is about; empty: all
        """
        self.ensure_one()
        author = self._get_part_author(part)
        company = part if part._name == 'res.company' and part else self.company_id
        lang = author.lang or company.partner_id.lang or 'en_US'
        tz = self._get_part_tz(part)
        begin, end = period.get_bounds(tz)
        named = self.with_context(lang=lang)
        name = f'{named.name} {period.first}' + (
            f' – {period.last}' if period.last != period.first else ''
        )
        values = {
            **{'schedule_id': self.id, 'company_id': company.id, 'lang': lang, 'tz': tz},
            **{'date_from': period.first, 'date_to': period.last},
            **{'begin_at': begin, 'end_at': end, 'due_at': self._get_due_at(period)},
            **{'author_id': author.id, 'reviewer_id': self._get_reviewer(part, author).id},
            'runs_as_id': self.runs_as_id.id,
            'definition': named._prepare_definition(part),
            'name': f'{name} – {part.display_name}' if part else name,
            'split_key': f'{part._name},{part.id}' if part else '-',
            'split_name': part.display_name if part else False,
        }
        if part and part._name in SPLIT_FIELDS:
            values[SPLIT_FIELDS[part._name]] = part.id
        return values

    def _get_part_author(self, part):
        """Return who writes the report about a person, department, team or company."""
        self.ensure_one()
        own = self.env['res.users']
        if part._name == 'res.users':
            own = part
        elif part._name == 'hr.department':
            own = part.sudo().manager_id.user_id  # who heads a department is no secret
        elif part._name == 'complaint.team':
            own = part.leader_id
        return own or self._get_author()

    def _get_part_tz(self, part):
        if part and part._name == 'res.company' and part != self.company_id:
            calendar = part.sudo().resource_calendar_id  # working hours are no secret
            return calendar.tz or part.partner_id.tz or self.tz
        return self.tz

    def _prepare_definition(self, part):
        """Return what the figures of a report count, as plain data that stays with it."""
        self.ensure_one()
        scope, companies = self._get_scope(), self.company_id
        if part:
            scope &= Domain(SCOPE_FIELDS[part._name], '=', part.id)
        if part and part._name == 'res.company':
            companies = part
        return {
            'scope': _to_plain(list(scope)),
            'company_ids': companies.ids,
            'sections': [
                _to_plain(section._prepare_definition(self._get_ceiling(part)))
                for section in self.section_ids.sorted(lambda s: (s.sequence, s.id))
            ],
        }

    def _get_ceiling(self, part):
        """Return the ceiling of justified complaints of the team that a month is about, or 0."""
        team = part if part._name == 'complaint.team' and part else self.team_id
        return team.justified_target if self.period == 'month' else 0


def _to_plain(value):
    """Return a value as JSON keeps it."""
    if isinstance(value, dict):
        return {key: _to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_to_plain(item) for item in value]
    if isinstance(value, Domain):
        return _to_plain(list(value))
    return value
