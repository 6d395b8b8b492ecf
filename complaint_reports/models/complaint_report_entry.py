from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class ComplaintReportEntry(models.Model):
    """What a person adds to a report: a text under a heading, or a figure with a name."""

    _name = 'complaint.report.entry'
    _description = "Entry in the Report of a Period"
    _inherit = ['complaint.guarded.record']
    _order = 'run_id, sequence, id'
    _rec_name = 'heading'

    run_id = fields.Many2one(
        comodel_name='complaint.report.run',
        required=True,
        readonly=True,
        ondelete='cascade',
        index=True,
    )
    section_key = fields.Char(readonly=True, required=True)
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(
        selection=[('narrative', "Text"), ('manual', "Figure")],
        string="Kind of entry",
        required=True,
        readonly=True,
    )
    heading = fields.Char(readonly=True, required=True)
    guidance = fields.Text(string="What to write", readonly=True)
    is_required = fields.Boolean(string="Must be filled in", readonly=True)
    text = fields.Text()
    amount = fields.Float(string="Figure", aggregator=False)
    is_entered = fields.Boolean(
        string="Entered",
        help="Ticked by itself as soon as a figure is entered; tick it yourself for zero.",
    )

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return {
            *('run_id', 'section_key', 'sequence', 'kind', 'heading', 'guidance', 'is_required')
        }

    def write(self, vals):
        if not self._is_internal():
            self._check_may_write()
            if 'amount' in vals:
                vals = {'is_entered': True, **vals}
        return super().write(vals)

    @api.onchange('amount')
    def _onchange_amount(self):
        self.is_entered = True

    # === BUSINESS METHODS === #

    def _check_may_write(self):
        """Keep what was signed, and let only its author or its reviewer write.

        :raise UserError: the report is issued
        :raise AccessError: somebody else's report
        """
        for run in self.run_id:
            if run.state == 'issued':
                raise UserError(self.env._("This report is issued: what it says stays as it is."))
            if not (run.can_sign or run.can_issue):
                raise AccessError(
                    self.env._(
                        "Only %(people)s writes in this report.",
                        people=(run.author_id | run.reviewer_id)[:1].name or '–',
                    )
                )

    def _is_empty(self):
        self.ensure_one()
        return not self.is_entered if self.kind == 'manual' else not (self.text or '').strip()
