from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintInvestigation(models.Model):
    """One step of an investigation: whom or what was asked, and what came out (PAWN-3.3-b)."""

    _name = 'complaint.investigation'
    _description = "Investigation"
    _inherit = ['complaint.guarded.line']
    _order = 'investigated_at, id'
    _rec_name = 'source'

    method = fields.Selection(
        selection=[
            ('customer', "Talk with the customer"),
            ('files', "Business files"),
            ('staff', "Talk with staff"),
            ('site', "Look on site"),
            ('systems', "Systems"),
            ('other', "Other"),
        ],
        required=True,
        default='customer',
    )
    source = fields.Char(string="Who or what", help="Who was asked, or what was read.")
    finding = fields.Text(required=True)
    investigated_at = fields.Datetime(
        string="Investigated at", required=True, default=lambda self: self.env.cr.now()
    )
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete='restrict',
    )
    attachment_ids = fields.Many2many(comodel_name='ir.attachment', string="Files")

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'user_id'}

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps._check_not_ahead()
        steps._adopt_attachments()
        steps._stamp_visits()
        return steps

    def write(self, vals):
        self._check_may_correct()
        not_on_site = self.filtered(lambda step: step.method != 'site')
        result = super().write(vals)
        self._check_not_ahead()
        if 'attachment_ids' in vals:
            self._adopt_attachments()
        not_on_site._stamp_visits()
        return result

    def _check_may_correct(self):
        """Findings are evidence: their author or a manager corrects them while it lasts.

        :raise UserError: somebody else's, or of a round that is over
        """
        manager = 'complaint_management.group_complaint_manager'
        others = self.filtered(lambda step: step.user_id != self.env.user)
        if others and not (self.env.su or self.env.user.has_group(manager)):
            raise UserError(
                self.env._(
                    "Only who wrote a finding, or a manager, corrects it. Add one of your own."
                )
            )
        if self.filtered(lambda step: step.case_id.is_closed or step.round != step.case_id.round):
            raise UserError(
                self.env._("Findings stay as they are once the complaint is closed or reopened.")
            )

    def _check_not_ahead(self):
        for moment in set(self.mapped('investigated_at')):
            # Findings are written down afterwards; they are their own reason for that.
            self.case_id._check_business_time(moment, self.env._("Investigation"))

    def _stamp_visits(self):
        """Record in the history that somebody looked on site."""
        self.env['complaint.event']._record(
            [
                step.case_id._prepare_event(
                    'visited', {'investigation_id': step.id}, step.finding, step.investigated_at
                )
                for step in self
                if step.method == 'site'
            ]
        )
