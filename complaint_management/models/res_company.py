from odoo import api, fields, models
from odoo.tools import ormcache

from ..const import RETENTION_UNITS, UNIT_MONTHS


class ResCompany(models.Model):
    _inherit = 'res.company'

    complaint_sequence_id = fields.Many2one(
        comodel_name='ir.sequence', string="Complaint numbering", ondelete='restrict', copy=False
    )
    complaint_mail_delay = fields.Integer(
        string="Delay of stage mails (minutes)",
        default=2,
        help="Mails of a stage wait so long, and Undo cancels them meanwhile.",
    )
    complaint_lookup_days = fields.Integer(
        string="Look back for known complaints (days)",
        default=90,
        help="While a complaint is taken in, similar ones of so many days are shown; repeats are "
        "counted within the same time. 0: nothing is looked up.",
    )

    _complaint_lookup_days_positive = models.Constraint(
        'CHECK (complaint_lookup_days >= 0)', "The days to look back cannot be negative."
    )

    complaint_acceptance_hours = fields.Integer(
        string="Hours to accept a complaint",
        default=4,
        help="A department that has not accepted a complaint after so many hours is shown.",
    )

    complaint_retention_value = fields.Integer(
        string="Retention of personal data",
        default=0,
        help="So long after closing a complaint keeps whom it is about, unless its category says "
        "otherwise. 0: for good.",
    )
    complaint_retention_unit = fields.Selection(
        selection=RETENTION_UNITS, string="Unit of retention", required=True, default='year'
    )

    complaint_public_pages = fields.Boolean(
        string="Public complaint pages",
        default=True,
        help="Off: nobody without a log-in can send or follow a complaint of this company, "
        "whatever its teams say.",
    )
    complaint_publish_online = fields.Boolean(
        string="Published results on the web",
        help="Anybody can read the published results of complaints, without names.",
    )

    _complaint_retention_positive = models.Constraint(
        'CHECK (complaint_retention_value >= 0)', "A retention period cannot be negative."
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._create_complaint_sequences()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if 'complaint_acceptance_hours' in vals:
            self.env.registry.clear_cache()
        if 'complaint_retention_value' in vals:
            self.env['complaint.case']._sync_retention_job()
        return result

    # === BUSINESS METHODS === #

    @ormcache('self.id')
    def _get_complaint_acceptance_hours(self):
        """Return the hours a department has to accept; every card of a board asks for them."""
        return self.sudo().complaint_acceptance_hours  # no secret

    def _get_complaint_retention_months(self):
        """Return after how many months from closing complaints are anonymised; 0: never."""
        self.ensure_one()
        return self.complaint_retention_value * UNIT_MONTHS[self.complaint_retention_unit]

    def _create_complaint_sequences(self):
        """Give every company among `self` that has none its one sequence of complaint numbers."""
        companies = self.filtered(lambda company: not company.complaint_sequence_id)
        # A company may be made by somebody who may not make sequences.
        sequences = (
            self.env['ir.sequence']
            .sudo()
            .create([company._prepare_complaint_sequence_values() for company in companies])
        )
        for company, sequence in zip(companies, sequences, strict=True):
            company.sudo().complaint_sequence_id = sequence  # same reason

    def _prepare_complaint_sequence_values(self):
        self.ensure_one()
        return {
            'name': self.env._("Complaint numbers"),
            'code': 'complaint.case',
            'company_id': self.id,
            'prefix': 'C%(year)s-',
            'padding': 6,
            'implementation': 'standard',
        }

    @api.model
    def _get_complaint_sequences(self):
        """Return the complaint sequences of all companies."""
        return self.search([('complaint_sequence_id', '!=', False)]).complaint_sequence_id
