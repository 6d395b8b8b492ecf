from odoo import api, fields, models

from .complaint_public_throttle import LIMITS


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    complaint_sequence_id = fields.Many2one(
        related='company_id.complaint_sequence_id', readonly=False
    )
    complaint_mail_delay = fields.Integer(related='company_id.complaint_mail_delay', readonly=False)
    complaint_acceptance_hours = fields.Integer(
        related='company_id.complaint_acceptance_hours', readonly=False
    )
    complaint_lookup_days = fields.Integer(
        related='company_id.complaint_lookup_days', readonly=False
    )
    complaint_retention_value = fields.Integer(
        related='company_id.complaint_retention_value', readonly=False
    )
    complaint_retention_unit = fields.Selection(
        related='company_id.complaint_retention_unit', readonly=False
    )
    complaint_public_pages = fields.Boolean(
        related='company_id.complaint_public_pages', readonly=False
    )
    complaint_publish_online = fields.Boolean(
        related='company_id.complaint_publish_online', readonly=False
    )
    complaint_question_after = fields.Integer(
        string="Complaints before a question is asked",
        config_parameter='complaint_management.question_after',
        default=LIMITS['question_after'],
    )
    complaint_filing_limit = fields.Integer(
        string="Forms an hour",
        config_parameter='complaint_management.filing_limit',
        default=LIMITS['filing_limit'],
    )
    complaint_lookup_limit = fields.Integer(
        string="Keys tried an hour",
        config_parameter='complaint_management.lookup_limit',
        default=LIMITS['lookup_limit'],
    )
    complaint_text_note = fields.Char(compute='_compute_complaint_text_note')

    @api.depends('company_id')
    def _compute_complaint_text_note(self):
        """Say why subjects are not compared while a complaint is typed, if they are not."""
        note = False
        if not self.env.registry.has_trigram:
            note = self.env._(
                "Similar subjects are not looked up: the PostgreSQL extension pg_trgm is missing. "
                "The database administrator adds it, then restart Odoo."
            )
        elif not self.env['complaint.case']._can_compare_texts():
            note = self.env._(
                "Similar subjects are not looked up: the locale of this database takes Chinese "
                "characters for no letters. It takes a database made with a UTF-8 locale."
            )
        self.complaint_text_note = note
