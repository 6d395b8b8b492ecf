import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.complaint_workday_watch import WARN_FROM

# What decides which days there are.
INPUTS = ('country_id', 'state_id', 'year', 'calendar_ids', 'origin', 'file', 'filename')

LINE_FIELDS = ('date', 'kind', 'like_weekday', 'name', 'source_name', 'name_zh', 'status')


class ComplaintWorkdayLoad(models.TransientModel):
    """Shows what the exceptions of a year would be, and loads them."""

    _name = 'complaint.workday.load'
    _description = "Load Working Days"

    country_id = fields.Many2one(
        comodel_name='res.country', required=True, default=lambda self: self.env.company.country_id
    )
    state_id = fields.Many2one(
        comodel_name='res.country.state',
        string="Region",
        domain="[('country_id', '=', country_id)]",
        help="Its own public holidays too.",
    )
    year = fields.Integer(required=True, default=lambda self: self._get_default_year())
    calendar_ids = fields.Many2many(
        comodel_name='resource.calendar',
        string="Only these working hours",
        help="Empty: all working hours of the companies in the country.",
    )
    origin = fields.Selection(
        selection=[('package', "Package on the server"), ('file', "File")],
        string="From",
        required=True,
        default='package',
    )
    file = fields.Binary(attachment=False)
    filename = fields.Char()

    # What would happen
    line_ids = fields.One2many(
        comodel_name='complaint.workday.load.line',
        inverse_name='load_id',
        string="Days",
        compute='_compute_line_ids',
        store=True,
        readonly=False,
    )
    title = fields.Char(string="Source", compute='_compute_source')
    loaded_year = fields.Integer(string="Loaded for", compute='_compute_source')
    problem = fields.Text(compute='_compute_source')
    new_count = fields.Integer(string="New", compute='_compute_counts')
    changed_count = fields.Integer(string="Changed", compute='_compute_counts')
    gone_count = fields.Integer(string="No longer official", compute='_compute_counts')
    calendar_count = fields.Integer(string="Working hours concerned", compute='_compute_counts')

    # === COMPUTE METHODS === #

    @api.model
    def _get_default_year(self):
        today = fields.Date.context_today(self)
        return today.year + ((today.month, today.day) >= WARN_FROM)

    @api.depends(*INPUTS)
    def _compute_line_ids(self):
        for load in self:
            source = load._read()[0]
            lines = source and self.env['complaint.workday']._compare(
                source, load.country_id._origin, load.calendar_ids._origin
            )
            load.line_ids = [Command.clear()] + [Command.create(line) for line in lines or ()]

    @api.depends(*INPUTS)
    def _compute_source(self):
        for load in self:
            source, load.problem = load._read()
            load.title = source and source.title
            load.loaded_year = source.year if source else load.year

    def _read(self):
        """Return what the chosen source says, and what is wrong with it (None, or a sentence)."""
        self.ensure_one()
        # The web client shows the size of a saved file instead of its content.
        content = self.with_context(bin_size=False).file if self.origin == 'file' else None
        if not self.country_id or (self.origin == 'file' and not content):
            return None, None
        try:
            source = self.env['complaint.workday']._read_source(
                self.country_id,
                self.year,
                region=self.state_id,
                content=base64.b64decode(content) if content else None,
                filename=self.filename,
            )
        except UserError as error:
            return None, str(error)
        return source, None

    @api.depends('line_ids.status', 'country_id', 'calendar_ids')
    def _compute_counts(self):
        for load in self:
            statuses = load.line_ids.mapped('status')
            load.new_count = statuses.count('new')
            load.changed_count = statuses.count('changed')
            load.gone_count = statuses.count('gone')
            load.calendar_count = len(load.calendar_ids or load._get_general_calendars())

    def _get_general_calendars(self):
        """Return the working hours in which exceptions of the whole country count."""
        companies = self.env['res.company']._get_in(self.country_id)
        calendars = companies._get_working_calendars()
        return calendars.filtered(lambda calendar: not calendar.ignores_workdays)

    # === ACTIONS === #

    def action_load(self):
        """Load the days of the preview and show them.

        :raise UserError: there is nothing to load, and why
        """
        self.ensure_one()
        if self.problem or not self.line_ids:
            raise UserError(self.problem or self.env._("Choose a file with the days to load."))
        self.env['complaint.workday']._load(
            [
                {**{name: line[name] for name in LINE_FIELDS}, 'workday_id': line.workday_id.id}
                for line in self.line_ids
            ],
            self.title,
            self.loaded_year,
            self.country_id,
            self.calendar_ids,
        )
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_sla.complaint_workday_action'
        )
        action['domain'] = [('year', '=', self.loaded_year)]
        action['context'] = {}
        return action
