from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.complaint_management.const import INTERNAL_KEY, INTERNAL_WRITE

from .complaint_sla_clock import OPEN_STATES


class ComplaintCase(models.Model):
    _inherit = 'complaint.case'

    sla_clock_ids = fields.One2many(
        comodel_name='complaint.sla.clock', inverse_name='case_id', string="Time limits"
    )
    # Both stored, so that lists sort by them and late is one comparison with an index.
    sla_deadline = fields.Datetime(
        string="Deadline",
        compute='_compute_sla_deadline',
        store=True,
        copy=False,
        index='btree_not_null',
        help="The next deadline of the limits that run.",
    )
    sla_warn_at = fields.Datetime(
        string="At risk from",
        compute='_compute_sla_deadline',
        store=True,
        copy=False,
        index='btree_not_null',
    )
    sla_paused_at = fields.Datetime(
        string="Paused since",
        compute='_compute_sla_deadline',
        store=True,
        copy=False,
        index='btree_not_null',
        help="Since when a time limit stands still.",
    )
    sla_state = fields.Selection(
        selection=[
            ('on_time', "On time"),
            ('at_risk', "At risk"),
            ('late', "Late"),
            ('paused', "Paused"),
            ('none', "No time limit"),
        ],
        string="Time limit",
        compute='_compute_sla_state',
        search='_search_sla_state',
    )
    sla_late_count = fields.Integer(string="Late time limits", compute='_compute_sla_late_count')
    sla_remaining = fields.Integer(
        string="Working seconds left", compute='_compute_sla_time_left', aggregator=False
    )
    sla_time_left = fields.Char(
        string="Time left",
        compute='_compute_sla_time_left',
        help="Working time until the next deadline; a day is a working day.",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'sla_deadline', 'sla_warn_at', 'sla_paused_at'}

    # === COMPUTE METHODS === #

    @api.depends(
        'sla_clock_ids.state',
        'sla_clock_ids.deadline',
        'sla_clock_ids.warn_at',
        'sla_clock_ids.paused_at',
    )
    def _compute_sla_deadline(self):
        clocks = self.env['complaint.sla.clock'].sudo()  # dates of cases that are read anyhow
        running, paused = {}, {}
        for case, state, deadline, warn_at, paused_at in clocks._read_group(
            [('case_id', 'in', self._origin.ids), ('state', 'in', OPEN_STATES)],
            ['case_id', 'state'],
            ['deadline:min', 'warn_at:min', 'paused_at:min'],
        ):
            if state == 'running':
                running[case.id] = (deadline, warn_at)
            else:
                paused[case.id] = paused_at
        for case in self:
            number = case._origin.id
            case.sla_deadline, case.sla_warn_at = running.get(number, (False, False))
            case.sla_paused_at = paused.get(number, False)

    @api.depends('sla_deadline', 'sla_warn_at', 'sla_paused_at')
    def _compute_sla_state(self):
        now = self.env['complaint.sla.clock']._get_now()
        for case in self:
            if not case.sla_deadline:
                case.sla_state = 'paused' if case.sla_paused_at else 'none'
            elif case.sla_deadline < now:
                case.sla_state = 'late'
            else:
                case.sla_state = 'at_risk' if case.sla_warn_at <= now else 'on_time'

    def _search_sla_state(self, operator, value):
        if operator != 'in':
            return NotImplemented
        now = self.env['complaint.sla.clock']._get_now()
        idle = Domain('sla_deadline', '=', False)
        domains = {
            'late': Domain('sla_deadline', '<', now),
            'at_risk': Domain('sla_deadline', '>=', now) & Domain('sla_warn_at', '<=', now),
            'on_time': Domain('sla_deadline', '>=', now) & Domain('sla_warn_at', '>', now),
            'paused': idle & Domain('sla_paused_at', '!=', False),
            'none': idle & Domain('sla_paused_at', '=', False),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends('sla_clock_ids.is_late')
    def _compute_sla_late_count(self):
        clocks = self.env['complaint.sla.clock'].sudo()  # of cases that are read anyhow
        counts = dict(
            clocks._read_group(
                [('case_id', 'in', self._origin.ids), ('is_late', '=', True)],
                ['case_id'],
                ['__count'],
            )
        )
        for case in self:
            case.sla_late_count = counts.get(case._origin.sudo(), 0)

    @api.depends('sla_deadline', 'sla_paused_at')
    def _compute_sla_time_left(self):
        limited = self.filtered(lambda case: case.sla_deadline or case.sla_paused_at)
        clocks = self.env['complaint.sla.clock'].sudo()  # of cases that are read anyhow
        clocks = clocks.search(
            [('case_id', 'in', limited._origin.ids), ('state', 'in', OPEN_STATES)]
        )
        following = {}
        # What runs comes first, in the order of deadlines.
        for clock in clocks.sorted(lambda clock: (clock.state == 'paused', clock.deadline)):
            following.setdefault(clock.case_id.id, clock)
        for case in self:
            clock = following.get(case._origin.id)
            case.sla_remaining = clock.remaining if clock else 0
            case.sla_time_left = clock.time_left if clock else False

    # === CRUD METHODS === #

    def write(self, vals):
        """Let the clocks follow when something changes that a policy asks for."""
        names = self.env['complaint.sla.policy']._get_watched_fields()
        before = self._get_watched_values(names)
        result = super().write(vals)
        after = self._get_watched_values(names)
        changed = {
            name
            for case_id, values in before.items()
            for name in names
            if values[name] != after[case_id][name]
        }
        if changed:
            moved = self.filtered(lambda case: before[case.id] != after[case.id])
            self.env['complaint.sla.clock']._reconcile(moved, changed)
        return result

    @api.model
    def _get_clock_fields(self):
        """Return the fields of a case that hold dates of its clocks."""
        return [self._fields[name] for name in ('sla_deadline', 'sla_warn_at', 'sla_paused_at')]

    def _set_clock_dates(self, clocks):
        """Set the dates that `_compute_sla_deadline` would find, given all clocks of the cases.

        :param clocks: complaint.sla.clock records
        """
        fields_to_set = self._get_clock_fields()
        # What waits to be reckoned is known now: nothing of it is read first.
        unknown = {f: set(self.env.records_to_compute(f)._ids) for f in fields_to_set}
        for field in fields_to_set:
            self.env.remove_to_compute(field, self)
        by_case = clocks.grouped('case_id')
        for case in self.with_context(**{INTERNAL_KEY: INTERNAL_WRITE}):
            own = by_case.get(case, clocks.browse())
            running = own.filtered(lambda clock: clock.state == 'running')
            paused = own.filtered(lambda clock: clock.state == 'paused')
            found = (
                running.mapped('deadline'),
                running.mapped('warn_at'),
                paused.mapped('paused_at'),
            )
            for field, dates in zip(fields_to_set, found, strict=True):
                date = min(filter(None, dates), default=False)
                if case.id in unknown[field] or case[field.name] != date:
                    case[field.name] = date

    def _update_promised_at(self):
        """Let limits follow that go by what the customer was promised."""
        super()._update_promised_at()
        if self.env['complaint.sla.policy']._follows_promises():
            self.env['complaint.sla.clock']._reconcile(self)

    def _get_watched_values(self, names):
        """Return {case id: {field name: value}}, whatever of it the user may read."""
        return {case.id: {name: case[name] for name in names} for case in self.sudo()}

    # === BUSINESS METHODS === #

    def _get_promised_date(self):
        """Return the next deadline of the limits that the customer is told.

        What a person promised the customer before that date holds.
        """
        promised = super()._get_promised_date()
        self.ensure_one()
        # The customer, who may not see clocks, reads this date in portal and letters.
        clocks_sudo = self.env['complaint.sla.clock'].sudo()
        clock = clocks_sudo.search(
            [
                ('case_id', '=', self.id),
                ('state', '=', 'running'),
                ('policy_id.is_promised', '=', True),
            ],
            limit=1,
        )
        return min(filter(None, (clock.deadline, promised)), default=False)
