from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..tools.reckoning import to_work_seconds
from ..tools.work_timeline import NoWorkingTime
from .complaint_sla_policy import CLOSING_MILESTONES

# Kinds whose date people set: it stays whatever happens.
UNPAUSABLE_KINDS = ('fixed',)

# An edit of one of these changes dates, so it makes the next version of a policy in use.
PAUSE_FIELDS = ('pause_allowed', 'pause_reason_ids', 'repeat')

PLAIN_UNITS = {'minute': 'minutes', 'hour': 'hours', 'day': 'days', 'week': 'weeks'}


class ComplaintSlaPolicyPause(models.Model):
    """What interrupts the limit of a policy, prolongs it, or starts it again."""

    _inherit = 'complaint.sla.policy'

    pause_allowed = fields.Boolean(
        string="May be paused",
        help="The limit stands still while the complaint is paused. A date that people set is "
        "never paused.",
    )
    pause_reason_ids = fields.Many2many(
        comodel_name='complaint.sla.pause.reason',
        relation='complaint_sla_policy_pause_reason_rel',
        column1='policy_id',
        column2='reason_id',
        string="Only for these reasons",
        help="Empty: every reason.",
    )
    extension_max = fields.Integer(
        string="Extensions at most", help="How many times one limit may be extended. 0: never."
    )
    extension_max_days = fields.Integer(
        string="Extended by days at most",
        help="How far the deadline may move in all, in calendar days. 0: no cap.",
    )
    extension_notice = fields.Boolean(
        string="Customer is told of extensions",
        help="An extension moves the deadline only when the customer has been told of it. Always "
        "so where the limit itself is promised to the customer.",
    )
    repeat = fields.Boolean(
        string="Starts again",
        help="Each time it is met it starts again, until the complaint is closed.",
    )

    _extension_max_range = models.Constraint(
        'CHECK (extension_max BETWEEN 0 AND 100)', "Extensions at most: a number from 0 to 100."
    )
    _extension_max_days_range = models.Constraint(
        'CHECK (extension_max_days BETWEEN 0 AND 10000)',
        "Extended by days at most: a number from 0 to 10,000.",
    )

    # === CONSTRAINTS === #

    @api.constrains('repeat', 'limit_kind')
    def _check_repeat(self):
        if any(policy.repeat and policy.limit_kind == 'fixed' for policy in self):
            raise ValidationError(
                self.env._(
                    "A limit that goes by one date cannot start again. Choose another kind of "
                    "limit, or switch off “Starts again”."
                )
            )

    # === VERSIONS === #

    def _changes_version(self, vals):
        self.ensure_one()
        if super()._changes_version(vals):
            return True
        names = [name for name in PAUSE_FIELDS if name in vals]
        wanted = self.new({name: vals[name] for name in names}, origin=self)
        return any(self._get_raw(name) != wanted._get_raw(name) for name in names)

    def _end_clocks(self):
        """Cancel paused clocks too: a policy that was switched off holds nobody any more."""
        super()._end_clocks()
        if self:
            # Every clock of the policy, whatever cases its author may see.
            clocks = self.env['complaint.sla.clock'].sudo()
            clocks.search([('policy_id', 'in', self.ids), ('state', '=', 'paused')])._cancel()

    # === WHAT THE CLOCKS ASK === #

    @api.model
    def _get_watched_fields(self):
        """Return the names of the case fields on which clocks depend; merging is one of them."""
        return (*super()._get_watched_fields(), 'duplicate_of_id')

    def _get_condition_fields(self):
        names = super()._get_condition_fields()
        if self.limit_kind == 'fixed' and self.date_from == 'limit_date':
            names.add('limit_date')
        return names

    @api.model
    def _follows_promises(self):
        """Say whether a policy in force goes by dates that people promise."""
        policies = self.sudo().browse(self._get_ids_in_force())  # the same for every user
        return any(p.limit_kind == 'fixed' and p.date_from == 'promise' for p in policies)

    @ormcache('self.id', 'self._get_pretence()')
    def _get_cancel_milestone_ids(self):
        """Return the ids of the milestones that end a clock of this policy; kept until one changes.

        A limit that starts again ends with the complaint in any case.
        """
        self.ensure_one()
        ids = frozenset(self.with_context(active_test=False).cancel_milestone_ids._ids)
        if self.repeat:
            milestones = self.env['complaint.milestone']
            ids |= set(map(milestones._get_id_by_code, CLOSING_MILESTONES))
        return ids

    @ormcache('self.id', 'self._get_pretence()')
    def _get_pause_reason_ids(self):
        """Return the ids of the reasons that pause this policy, empty for any; kept likewise."""
        self.ensure_one()
        return frozenset(self.with_context(active_test=False).pause_reason_ids._ids)

    @api.model
    def _get_fixed_dates(self, source, cases):
        """Return the dates by which limits of kind `fixed` go, {case id: UTC datetime}.

        Hook: an addon with another source of such dates answers for it, and calls super for the
        others.

        :param str source: a value of `date_from`
        :param cases: complaint.case records as superuser
        """
        if source == 'limit_date':
            return {case.id: case.limit_date for case in cases if case.limit_date}
        if source == 'promise':
            promises = self.env['complaint.contact'].search_fetch(
                [
                    ('case_id', 'in', cases.ids),
                    ('promise_state', '=', 'open'),
                    ('promise_date', '!=', False),
                ],
                ['case_id', 'promise_date'],
                order='occurred_at, id',
            )
            return {promise.case_id.id: promise.promise_date for promise in promises}
        return {}

    def _filter_holds(self, holds):
        """Return those interruptions of a case that this policy takes."""
        self.ensure_one()
        if not holds or not self.pause_allowed or self.limit_kind in UNPAUSABLE_KINDS:
            return ()
        reason_ids = self._get_pause_reason_ids()
        return [hold for hold in holds if not reason_ids or hold.reason_id in reason_ids]

    # === ARITHMETIC === #

    def _measure(self, begin, end, timeline):
        """Return the seconds between two moments as this kind of limit counts them."""
        if self._counts_working_time():
            return timeline.work_seconds(begin, end)
        return int((end - begin).total_seconds())

    def _add_span(self, moment, seconds, timeline):
        """Return the moment so many seconds later, as this kind of limit counts them."""
        if self._counts_working_time():
            return self._add_work(moment, seconds, timeline)
        return moment + timedelta(seconds=seconds)

    def _add_units(self, moment, value, unit, timeline):
        """Return the moment so many units later, as this kind of limit counts them."""
        if self._counts_working_time():
            return self._add_work(moment, to_work_seconds(value, unit, timeline), timeline)
        return moment + relativedelta(**{PLAIN_UNITS.get(unit, 'months'): value})

    @api.model
    def _add_work(self, moment, seconds, timeline):
        try:
            return timeline.add_work(moment, seconds).deadline
        except NoWorkingTime:
            return moment + timedelta(seconds=seconds)
