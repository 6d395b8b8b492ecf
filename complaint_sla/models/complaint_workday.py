from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

WEEKDAYS = [
    ('0', "Monday"),
    ('1', "Tuesday"),
    ('2', "Wednesday"),
    ('3', "Thursday"),
    ('4', "Friday"),
    ('5', "Saturday"),
    ('6', "Sunday"),
]


class ComplaintWorkday(models.Model):
    """A day on which other hours hold than the calendars say: a day off, or a make-up day.

    What names calendars goes before what holds for a whole country. A closure (a leave without
    resource) is never opened by an exception: whoever closed the company on that very date knew
    better than the pattern.
    """

    _name = 'complaint.workday'
    _description = "Working-Day Exception"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'date, id'

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)

    # When
    date = fields.Date(required=True, index=True, tracking=True)
    weekday = fields.Selection(selection=WEEKDAYS, compute='_compute_weekday')
    kind = fields.Selection(
        selection=[('off', "Day off"), ('on', "Make-up working day")],
        required=True,
        default='off',
        tracking=True,
    )
    like_weekday = fields.Selection(
        selection=WEEKDAYS,
        string="Hours of",
        compute='_compute_like_weekday',
        store=True,
        readonly=False,
        precompute=True,
        help="The weekday whose hours hold on a make-up day; of the same kind of week where a "
        "calendar changes from week to week.",
    )

    # For whom
    country_id = fields.Many2one(
        comodel_name='res.country', default=lambda self: self.env.company.country_id, index=True
    )
    calendar_ids = fields.Many2many(
        comodel_name='resource.calendar',
        relation='complaint_workday_calendar_rel',
        column1='workday_id',
        column2='calendar_id',
        string="Only these working hours",
        help="Empty: all working hours of the companies in the country, except those that keep "
        "open on its days off.",
    )
    is_general = fields.Boolean(
        string="For the whole country", compute='_compute_is_general', store=True
    )

    # From where
    year = fields.Integer(
        string="Loaded for", readonly=True, copy=False, aggregator=False, help="Year of the notice."
    )
    source = fields.Char(readonly=True, copy=False)

    _like_weekday_needed = models.Constraint(
        "CHECK (kind != 'on' OR like_weekday IS NOT NULL)",
        "Say of which weekday a make-up working day has the hours.",
    )
    # Two people may load the same year at the same time.
    _date_country_uniq = models.UniqueIndex(
        '(date, country_id) WHERE active AND is_general',
        "There is an exception of this country for this day already. Change that one.",
    )

    # === COMPUTE METHODS === #

    @api.depends('date')
    def _compute_weekday(self):
        for workday in self:
            workday.weekday = workday.date and str(workday.date.weekday())

    @api.depends('kind')
    def _compute_like_weekday(self):
        for workday in self:
            workday.like_weekday = workday.kind == 'on' and (workday.like_weekday or '0')

    @api.depends('calendar_ids')
    def _compute_is_general(self):
        for workday in self:
            # Rules hide calendars of other companies, which make it special all the same.
            workday.is_general = not workday.sudo().with_context(active_test=False).calendar_ids

    @api.depends('name', 'date')
    def _compute_display_name(self):
        for workday in self:
            day = fields.Date.to_string(workday.date) or ''
            workday.display_name = f'{day} {workday.name or ""}'.strip()

    # === CONSTRAINTS === #

    @api.constrains('date', 'active', 'country_id', 'calendar_ids')
    def _check_scope(self):
        """Let each day have one answer in each calendar.

        :raise ValidationError: says for which day, and what to do
        """
        workdays = self.sudo().with_context(active_test=False)  # whoever may see the other one
        rivals = workdays.search([('date', 'in', self.mapped('date')), ('active', '=', True)])
        for workday in workdays.filtered('active'):
            if not workday.country_id and not workday.calendar_ids:
                raise ValidationError(
                    self.env._(
                        "%(day)s: choose a country or working hours for which it is an exception.",
                        day=workday.display_name,
                    )
                )
            if rivals.filtered(lambda rival, day=workday: day._is_rival(rival)):
                raise ValidationError(
                    self.env._(
                        "%(day)s: there is an exception for the same working hours already. Change "
                        "that one.",
                        day=workday.display_name,
                    )
                )

    def _is_rival(self, other):
        """Say whether another exception says something about the same day and scope."""
        if self == other or self.date != other.date or self.is_general != other.is_general:
            return False
        if self.is_general:
            return self.country_id == other.country_id
        return bool(self.calendar_ids & other.calendar_ids)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        workdays = super().create(vals_list)
        workdays._get_calendars()._renew_engine_token()
        self.env.registry.clear_cache()
        return workdays

    def write(self, vals):
        calendars = self._get_calendars()
        result = super().write(vals)
        (calendars | self._get_calendars())._renew_engine_token()
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        calendars = self._get_calendars()
        result = super().unlink()
        calendars._renew_engine_token()
        self.env.registry.clear_cache()
        return result

    # === BUSINESS METHODS === #

    def _get_calendars(self):
        """Return the calendars, as superuser, in which these exceptions count."""
        # Whoever keeps the days of a country need not see each company in it.
        workdays = self.sudo().with_context(active_test=False)
        general = workdays.filtered('is_general')
        calendars = (workdays - general).calendar_ids
        if not general:
            return calendars
        companies = self.env['res.company'].sudo()._get_in(general.country_id)  # idem
        return calendars | companies._get_working_calendars()

    @api.model
    def _get_for_calendar(self, calendar, company):
        """Return the exceptions of a calendar, those that name it after those of the country.

        :param calendar: resource.calendar record
        :param company: res.company for which the calendar is asked
        """
        domain = Domain('calendar_ids', 'in', calendar.ids)
        country = company.sudo().country_id  # where a company sits is no secret
        if country and not calendar.ignores_workdays:
            domain |= Domain('is_general', '=', True) & Domain('country_id', '=', country.id)
        workdays = self.sudo()  # public days are no secret, rules hide some
        return workdays.search(domain).sorted(lambda day: not day.is_general)

    @api.model
    def _translate_names(self, names):
        """Return names of days, as the engine knows them, in the language of the user."""
        translations = self._get_translations()
        return [translations.get(name, name) for name in names]

    @api.model
    @ormcache('self.env.lang')
    def _get_translations(self):
        workdays = self.sudo().with_context(active_test=False)  # only words are read
        workdays = workdays.search([('name', '!=', False)])
        sources = workdays.with_context(lang=None).mapped('name')
        pairs = zip(sources, workdays.mapped('name'), strict=True)
        return {source: name for source, name in pairs if source != name}
