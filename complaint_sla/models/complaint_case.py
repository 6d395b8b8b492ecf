from odoo import api, fields, models
from odoo.fields import Domain


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
    sla_state = fields.Selection(
        selection=[
            ('on_time', "On time"),
            ('at_risk', "At risk"),
            ('late', "Late"),
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

    # === COMPUTE METHODS === #

    @api.depends('sla_clock_ids.state', 'sla_clock_ids.deadline', 'sla_clock_ids.warn_at')
    def _compute_sla_deadline(self):
        clocks = self.env['complaint.sla.clock'].sudo()  # dates of cases that are read anyhow
        dates = {
            case.id: (deadline, warn_at)
            for case, deadline, warn_at in clocks._read_group(
                [('case_id', 'in', self._origin.ids), ('state', '=', 'running')],
                ['case_id'],
                ['deadline:min', 'warn_at:min'],
            )
        }
        for case in self:
            case.sla_deadline, case.sla_warn_at = dates.get(case._origin.id, (False, False))

    @api.depends('sla_deadline', 'sla_warn_at')
    def _compute_sla_state(self):
        now = self.env['complaint.sla.clock']._get_now()
        for case in self:
            if not case.sla_deadline:
                case.sla_state = 'none'
            elif case.sla_deadline < now:
                case.sla_state = 'late'
            else:
                case.sla_state = 'at_risk' if case.sla_warn_at <= now else 'on_time'

    def _search_sla_state(self, operator, value):
        if operator != 'in':
            return NotImplemented
        now = self.env['complaint.sla.clock']._get_now()
        domains = {
            'late': Domain('sla_deadline', '<', now),
            'at_risk': Domain('sla_deadline', '>=', now) & Domain('sla_warn_at', '<=', now),
            'on_time': Domain('sla_deadline', '>=', now) & Domain('sla_warn_at', '>', now),
            'none': Domain('sla_deadline', '=', False),
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

    @api.depends('sla_deadline')
    def _compute_sla_time_left(self):
        running = self.filtered('sla_deadline')
        clocks = (
            self.env['complaint.sla.clock']
            .sudo()
            .search(  # of cases that are read anyhow
                [('case_id', 'in', running._origin.ids), ('state', '=', 'running')]
            )
        )
        following = {}
        for clock in clocks:  # in the order of deadlines
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
