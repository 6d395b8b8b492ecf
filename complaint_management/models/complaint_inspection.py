from datetime import datetime, time, timedelta
from random import Random
from secrets import randbelow

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# More complaints than these nobody goes through one by one.
SAMPLE_LIMIT = 200
SEED_LIMIT = 2**31 - 1


class ComplaintInspection(models.Model):
    """Some complaints are looked at again, and what is wrong is put right (PAWN-5.1-a).

    The sample is drawn by rule or by chance. A chance draw keeps its seed and how many it was
    drawn from: whoever doubts it draws again and gets the same complaints.
    """

    _name = 'complaint.inspection'
    _description = "Inspection of Complaints"
    _inherit = [
        'complaint.restricted.door',
        'complaint.guarded.record',
        'complaint.condition.mixin',
        'mail.thread',
    ]
    _order = 'id desc'
    # Its messages and files may be about any complaint drawn (see `ir.rule`).
    _recusal_path = 'line_ids.case_id'

    name = fields.Char(string="Subject of the inspection", required=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company
    )
    responsible_id = fields.Many2one(
        comodel_name='res.users',
        string="Inspector",
        required=True,
        ondelete='restrict',
        index=True,
        domain=[('share', '=', False)],
        default=lambda self: self.env.user,
    )
    date_from = fields.Date(string="Received from", required=True)
    date_to = fields.Date(string="Received until", required=True)
    method = fields.Selection(
        selection=[('chance', "By chance"), ('rule', "All that fit")],
        string="How the sample is drawn",
        required=True,
        default='chance',
    )
    sample_size = fields.Integer(string="Complaints to draw", default=10)
    seed = fields.Integer(
        string="Seed of the draw",
        readonly=True,
        copy=False,
        aggregator=False,
        help="With it the same complaints can be drawn again from the same ones.",
    )
    population = fields.Integer(
        string="Drawn from", readonly=True, copy=False, help="So many complaints fitted."
    )
    state = fields.Selection(
        selection=[('draft', "Being prepared"), ('drawn', "Being checked"), ('done', "Finished")],
        string="State of the inspection",
        required=True,
        readonly=True,
        default='draft',
        index=True,
        copy=False,
    )
    line_ids = fields.One2many(
        comodel_name='complaint.inspection.line', inverse_name='inspection_id', string="Checks"
    )
    case_count = fields.Integer(string="Complaints drawn", compute='_compute_counts')
    open_count = fields.Integer(string="Checks to do", compute='_compute_counts')
    finding_count = fields.Integer(string="Findings", compute='_compute_counts')
    conclusion = fields.Text(string="What the inspection shows")
    bulletin_user_ids = fields.Many2many(
        comodel_name='res.users',
        relation='complaint_inspection_bulletin_user_rel',
        string="Bulletin to",
        domain=[('share', '=', False)],
        help="Who is told about delays, errors and breaches.",
    )
    bulletin_sent_at = fields.Datetime(string="Bulletin sent at", readonly=True, copy=False)

    _period = models.Constraint(
        'CHECK (date_from <= date_to)', "The period of an inspection ends before it begins."
    )

    # === COMPUTE METHODS === #

    @api.depends('line_ids.result', 'line_ids.case_id')
    @api.depends_context('uid')
    def _compute_counts(self):
        """Count the checks of complaints that the reader may see."""
        for inspection in self:
            lines = inspection.line_ids
            inspection.case_count = len(lines.case_id)
            inspection.open_count = len(lines.filtered(lambda line: not line.result))
            inspection.finding_count = len(lines.filtered('is_finding'))

    # === CONSTRAINTS === #

    @api.constrains('sample_size', 'method')
    def _check_sample_size(self):
        for inspection in self.filtered(lambda i: i.method == 'chance'):
            if not 1 <= inspection.sample_size <= SAMPLE_LIMIT:
                raise ValidationError(
                    self.env._("Draw between 1 and %(limit)s complaints.", limit=SAMPLE_LIMIT)
                )

    # === ACCESS METHODS === #

    @api.model
    def _get_narrowed_domain(self):
        # Whoever inspects finishes what he drew, even if he does not read all of it any more.
        return Domain('responsible_id', '!=', self.env.uid)

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'seed', 'population', 'state', 'bulletin_sent_at'}

    def write(self, vals):
        fixed = {'date_from', 'date_to', 'method', 'sample_size', 'domain', 'company_id'}
        if not self._is_internal():
            if fixed & vals.keys() and self.filtered(lambda i: i.state != 'draft'):
                raise UserError(
                    self.env._("The sample is drawn: what it was drawn by stays as it is.")
                )
            if self.filtered(lambda i: i.state == 'done') and vals.keys() - {'bulletin_user_ids'}:
                raise UserError(self.env._("An inspection that is finished stays as it is."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if self.filtered(lambda inspection: inspection.state != 'draft'):
            raise UserError(self.env._("An inspection whose sample was drawn is kept."))

    # === ACTIONS === #

    def action_draw(self):
        """Draw the sample, with a check of every criterion for each complaint."""
        self.check_access('write')
        for inspection in self:
            if inspection.state != 'draft':
                raise UserError(self.env._("The sample of this inspection is drawn already."))
            seed = inspection.seed or 1 + randbelow(SEED_LIMIT - 1)
            population = inspection._get_population()
            cases = self.env['complaint.case'].browse(inspection._pick(population, seed))
            inspection._write_internal(
                {'state': 'drawn', 'seed': seed, 'population': len(population)}
            )
            inspection._create_checks(cases)
        return True

    def action_finish(self):
        """Finish inspections on which every check is done; findings become measures."""
        self.check_access('write')
        self._raise_obstacles(self._get_obstacles())
        self.line_ids._make_measures()
        self._write_internal({'state': 'done'})
        return True

    def action_view_measures(self):
        """Open the rectification measures that the findings led to."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_measure_action'
        )
        return {**action, 'domain': [('id', 'in', self.line_ids.measure_id.ids)], 'context': {}}

    # === THE SAMPLE === #

    def _get_population(self):
        """Return the ids of the complaints that fit and that the inspector may read, ascending.

        :raise UserError: there is none, or supervision is turned on nowhere
        """
        self.ensure_one()
        procedures = self.env['complaint.procedure']
        if not procedures.search_count([('use_inspections', '=', True)], limit=1):
            raise UserError(
                self.env._(
                    "No procedure is supervised by samples. An administrator can turn it on there."
                )
            )
        domain = (
            self._get_domain()
            & Domain('company_id', '=', self.company_id.id)
            & Domain('procedure_id.use_inspections', '=', True)
            & Domain('registered_at', '!=', False)
            & Domain('received_at', '>=', self._get_utc(self.date_from))
            & Domain('received_at', '<', self._get_utc(self.date_to + timedelta(days=1)))
        )
        found = self.env['complaint.case'].search(domain, order='id').ids
        if not found:
            raise UserError(self.env._("No complaint fits. Change the period or the condition."))
        return found

    def _get_utc(self, date):
        """Return when a day begins for the inspector, in UTC."""
        zone = pytz.timezone(self.responsible_id.tz or self.env.user.tz or 'UTC')
        begin = zone.localize(datetime.combine(date, time.min))
        return begin.astimezone(pytz.utc).replace(tzinfo=None)

    def _pick(self, population, seed):
        """Return the ids drawn from `population`; the same for the same seed and population.

        :raise UserError: a rule that finds more than anybody goes through
        """
        self.ensure_one()
        if self.method == 'chance':
            size = min(self.sample_size, len(population))
            return sorted(Random(seed).sample(population, size))
        if len(population) > SAMPLE_LIMIT:
            raise UserError(
                self.env._(
                    "%(count)s complaints fit, more than %(limit)s. Narrow the condition, or draw "
                    "by chance.",
                    count=len(population),
                    limit=SAMPLE_LIMIT,
                )
            )
        return population

    def _create_checks(self, cases):
        """Add a check of every criterion for each complaint; one batch."""
        self.ensure_one()
        criteria = self.env['complaint.inspection.criterion'].search([('active', '=', True)])
        rows = [
            {'inspection_id': self.id, 'case_id': case.id, 'criterion_id': criterion.id}
            for case in cases
            for criterion in criteria
            if criterion.procedure_id.id in (False, case.procedure_id.id)
        ]
        if not rows:
            raise UserError(
                self.env._("There is nothing to check for. Add criteria in the configuration.")
            )
        # Whoever inspects need not be one who may change the complaints.
        self.env['complaint.inspection.line'].sudo()._create_internal(rows)

    def _get_obstacles(self):
        """Return {inspection: [sentences]} that say what keeps it from being finished."""
        obstacles = {}
        for inspection in self:
            lines = inspection.line_ids
            sentences = []
            if inspection.state != 'drawn':
                sentences.append(self.env._("Draw the sample first; it is finished only once."))
            if inspection.open_count:
                sentences.append(
                    self.env._("%(count)s checks have no result yet.", count=inspection.open_count)
                )
            if lines.filtered(lambda line: line.is_finding and not line._is_described()):
                sentences.append(
                    self.env._("Say of each finding what is wrong, and by when it is put right.")
                )
            if sentences:
                obstacles[inspection] = sentences
        return obstacles
