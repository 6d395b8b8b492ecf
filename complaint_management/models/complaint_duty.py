from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ComplaintDuty(models.Model):
    """One sheet of the duty log: what a person on duty notes in a shift (PROPERTY-5.1.2-C1).

    Whoever is on duty writes the sheet and signs it. From then on only what became of its entries
    is filled in; the front desk reads all sheets of the company.
    """

    _name = 'complaint.duty'
    _description = "Sheet of the Duty Log"
    _inherit = ['complaint.guarded.record']
    _order = 'date desc, id desc'
    _check_company_auto = True

    user_id = fields.Many2one(
        comodel_name='res.users',
        string="On duty",
        required=True,
        ondelete='restrict',
        index=True,
        domain=[('share', '=', False)],
        default=lambda self: self.env.user,
    )
    date = fields.Date(
        string="Day of the shift",
        required=True,
        index=True,
        default=fields.Date.context_today,
        help="The day on which the shift begins.",
    )
    shift = fields.Char(help="For example: early, late, night. Empty: the whole day.")
    team_id = fields.Many2one(
        comodel_name='complaint.team',
        ondelete='set null',
        index='btree_not_null',
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company
    )
    line_ids = fields.One2many(
        comodel_name='complaint.duty.line', inverse_name='duty_id', string="Entries"
    )
    note = fields.Text(string="For the next shift")
    state = fields.Selection(
        selection=[('open', "Being written"), ('signed', "Signed off")],
        string="State of the sheet",
        required=True,
        readonly=True,
        default='open',
        index=True,
        copy=False,
    )
    signed_at = fields.Datetime(string="Signed at", readonly=True, copy=False)
    line_count = fields.Integer(string="Number of entries", compute='_compute_counts')
    open_count = fields.Integer(string="Not done", compute='_compute_counts')

    # === COMPUTE METHODS === #

    @api.depends('date', 'shift', 'user_id')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for duty in self:
            parts = (duty.date and format_date(self.env, duty.date), duty.shift, duty.user_id.name)
            duty.display_name = ' · '.join(filter(None, parts))

    @api.depends('line_ids.is_done')
    @api.depends_context('uid')
    def _compute_counts(self):
        """Count the entries that the reader may see."""
        counts = {
            (duty, is_done): count
            for duty, is_done, count in self.env['complaint.duty.line']._read_group(
                [('duty_id', 'in', self.ids)], ['duty_id', 'is_done'], ['__count']
            )
        }
        for duty in self:
            duty.open_count = counts.get((duty._origin, False), 0)
            duty.line_count = duty.open_count + counts.get((duty._origin, True), 0)

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'state', 'signed_at'}

    def write(self, vals):
        # A form sends its lines along; they look after themselves.
        changed = set() if self._is_internal() else vals.keys() - {'line_ids'}
        if changed and any(duty.state == 'signed' for duty in self):
            raise UserError(self.env._("A signed sheet of the duty log is not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_written(self):
        # Also entries that whoever deletes cannot see.
        if any(duty.state == 'signed' or duty.line_ids for duty in self.sudo()):
            raise UserError(self.env._("What was noted in the duty log is kept."))

    # === ACTIONS === #

    @api.model
    def action_write(self):
        """Open the sheet that the user is writing, or begin that of today."""
        return self._get_own_sheet()._get_form()

    def action_sign(self):
        """Sign the sheet at the end of the shift.

        :raise UserError: it is signed already, nothing is noted, or somebody else is on duty
        """
        self.ensure_one()
        self.check_access('write')
        if self.state == 'signed':
            raise UserError(self.env._("This sheet is signed already."))
        if self.user_id != self.env.user:
            raise UserError(
                self.env._("%(name)s was on duty and signs the sheet.", name=self.user_id.name)
            )
        if not (self.line_ids or (self.note or '').strip()):
            raise UserError(
                self.env._("Note what happened, or that nothing did, then sign the sheet.")
            )
        self._write_internal({'state': 'signed', 'signed_at': self._now()})
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _get_own_sheet(self):
        """Return the sheet that the user is writing in this company, made if there is none.

        A sheet of an earlier day that was left unsigned goes on: a night shift ends tomorrow.
        """
        company = self.env.company
        domain = [
            ('user_id', '=', self.env.uid),
            ('company_id', '=', company.id),
            ('state', '=', 'open'),
        ]
        if found := self.search(domain, limit=1):
            return found
        teams = self.env.user._get_complaint_teams().filtered(
            lambda team: team.company_id in (company, self.env['res.company'])
        )
        return self.create({'team_id': teams[:1].id})

    def _get_form(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Duty log"),
            'res_model': self._name,
            'res_id': self.id,
            'views': [(False, 'form')],
        }

    @api.model
    def _now(self):
        return self.env.cr.now().replace(microsecond=0)
