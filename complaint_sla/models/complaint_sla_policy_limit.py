from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.reckoning import KIND_UNITS, WORKING_KINDS, Limit

# More weeks or months than these are no time limit that anybody means.
LONGEST = 1000

# Kinds of which 0 units mean the day of the start.
SAME_DAY_KINDS = ('workday_close', 'workday_at', 'day_at', 'calendar_days')


class ComplaintSlaPolicyLimit(models.Model):
    """How long a policy gives: the kinds of limit and what each of them needs."""

    _inherit = 'complaint.sla.policy'

    limit_kind = fields.Selection(
        selection=[
            ('work_time', "Working time"),
            ('workday_close', "Close of the nth working day following"),
            ('workday_at', "Time of day on the nth working day following"),
            ('day_at', "Time of day on the nth calendar day following"),
            ('elapsed', "Clock time, day and night"),
            ('calendar_days', "End of the nth calendar day following"),
            ('month_day', "End of a day of the month"),
            ('fixed', "Date of the complaint"),
        ],
        string="Kind of limit",
        required=True,
        default='work_time',
    )
    limit_value = fields.Integer(
        string="Limit",
        required=True,
        default=1,
        help="With days following, 0 is the day of the start.",
    )
    limit_unit = fields.Selection(
        selection=[
            ('minute', "Minutes"),
            ('hour', "Hours"),
            ('day', "Days"),
            ('week', "Weeks"),
            ('month', "Months"),
        ],
        required=True,
        default='day',
        help="Of working time and working days: a day has as many hours as the calendar's own "
        "working day, a week as many days as the calendar's working week. Day and night: days, "
        "weeks and months end at the same time of day, a month on its last day if it is shorter.",
    )
    time_of_day = fields.Float(
        string="At",
        help="Local time. 00:00: the time of day of the start; 24:00: the end of the day.",
    )
    month_day = fields.Integer(
        string="By day of the month",
        default=27,
        help="The limit ends with this day; “before the 28th” is 27. What starts later in a month "
        "is due in the next, and a month that is too short has it on its last day.",
    )
    roll = fields.Selection(
        selection=[
            ('keep', "Keep the date"),
            ('next', "Next working day"),
            ('previous', "Working day before"),
        ],
        string="When it falls on a day off",
        required=True,
        default='keep',
        help="The time of day stays. When the working day before is already over at the start, "
        "the next one counts.",
    )
    date_from = fields.Selection(
        selection=[
            ('limit_date', "Time limit set on the complaint"),
            ('promise', "Last open promise to the customer"),
            ('return_due', "Due date of the returned goods"),
        ],
        string="Which date",
        required=True,
        default='limit_date',
        help="Without such a date no clock runs; a new date moves it.",
    )
    cutoff_time = fields.Float(
        string="Cut-off",
        help="What starts at or after this local time counts as the next working day. "
        "00:00: no cut-off.",
    )

    _limit_value_range = models.Constraint(
        'CHECK (limit_value BETWEEN 0 AND 10000)', "A time limit is a number from 0 to 10,000."
    )
    _cutoff_time_range = models.Constraint(
        'CHECK (cutoff_time >= 0 AND cutoff_time < 24)', "The cut-off is a time of day."
    )
    _time_of_day_range = models.Constraint(
        'CHECK (time_of_day BETWEEN 0 AND 24)', "The time of day is between 00:00 and 24:00."
    )

    # === CONSTRAINTS AND ONCHANGE METHODS === #

    @api.constrains('limit_kind', 'limit_value', 'limit_unit', 'time_of_day', 'month_day')
    def _check_limit(self):
        """Refuse limits that mean nothing.

        :raise ValidationError: says what to choose instead
        """
        for policy in self:
            policy._check_limit_unit()
            policy._check_limit_value()

    def _check_limit_unit(self):
        units = KIND_UNITS.get(self.limit_kind, ())
        if not units or self.limit_unit in units:
            return
        if self.limit_kind in ('workday_close', 'workday_at'):
            raise ValidationError(
                self.env._(
                    "A limit that ends on a working day is counted in working days or weeks. "
                    "Choose days or weeks, or the kind working time."
                )
            )
        if self.limit_kind == 'work_time':
            raise ValidationError(
                self.env._(
                    "Months have no fixed working time. Choose minutes, hours, days or weeks, or "
                    "the kind clock time."
                )
            )
        raise ValidationError(
            self.env._(
                "A limit that ends on a calendar day is counted in days, weeks or months. Choose "
                "one of them, or the kind clock time."
            )
        )

    def _check_limit_value(self):
        if self.limit_kind == 'month_day' and not 1 <= self.month_day <= 31:
            raise ValidationError(
                self.env._("The day of the month is a number from 1 to 31, not %s.", self.month_day)
            )
        if self.limit_kind in KIND_UNITS:
            self._check_limit_long()
        if self.limit_kind not in KIND_UNITS or self.limit_value > 0:
            return
        if self.limit_kind not in SAME_DAY_KINDS:
            raise ValidationError(
                self.env._(
                    "A limit of working time or clock time needs at least 1 minute, hour or day. "
                    "For the same day choose the close or the end of the nth day following with "
                    "0 days."
                )
            )
        if self.limit_kind in ('workday_at', 'day_at') and not self.time_of_day:
            raise ValidationError(
                self.env._(
                    "A limit on the day of the start itself needs a time of day; otherwise it "
                    "would end when it starts."
                )
            )

    def _check_limit_long(self):
        if self.limit_unit in ('week', 'month') and self.limit_value > LONGEST:
            raise ValidationError(
                self.env._(
                    "A time limit has at most %s weeks or months. Give a smaller number.", LONGEST
                )
            )

    def _check_unsaved(self):
        """Refuse what the database would refuse, before it is asked.

        :raise ValidationError: says which number is wrong
        """
        self.ensure_one()
        if not 0 <= self.limit_value <= 10000:
            raise ValidationError(self.env._("A time limit is a number from 0 to 10,000."))
        if not 0 <= self.cutoff_time < 24:
            raise ValidationError(self.env._("The cut-off is a time of day."))
        if not 0 <= self.time_of_day <= 24:
            raise ValidationError(self.env._("The time of day is between 00:00 and 24:00."))

    @api.onchange('limit_kind')
    def _onchange_limit_kind(self):
        units = KIND_UNITS.get(self.limit_kind, ())
        if units and self.limit_unit not in units:
            self.limit_unit = 'day'

    # === BUSINESS METHODS === #

    def _get_limit(self):
        """Return what this policy gives as a Limit for the engine.

        :rtype: Limit
        """
        self.ensure_one()
        return Limit(
            kind=self.limit_kind,
            value=self.limit_value,
            unit=self.limit_unit,
            cutoff=self._to_clock(self.cutoff_time),
            clock=self._to_clock(self.time_of_day),
            month_day=self.month_day,
            roll=self.roll,
        )

    @api.model
    def _to_clock(self, hour):
        """Return a time of day as seconds after midnight, None for 00:00, which means none."""
        return self.env['resource.calendar']._hour_to_seconds(hour) or None if hour else None

    def _counts_working_time(self):
        """Say whether the time of this limit passes only when people work."""
        self.ensure_one()
        return self.limit_kind in WORKING_KINDS

    def _get_extension_units(self):
        """Return the units in which this limit can be extended, as a tuple of names."""
        self.ensure_one()
        units = ('minute', 'hour', 'day', 'week')
        return units if self._counts_working_time() else (*units, 'month')
