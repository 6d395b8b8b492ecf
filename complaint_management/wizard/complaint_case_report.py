from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ComplaintCaseReport(models.TransientModel):
    """The quick form by which any employee passes on a complaint (PAWN-1.2-a).

    Who has no role in complaints has no access to them: this form hands over words, and the team
    registers the complaint.
    """

    _name = 'complaint.case.report'
    _description = "Report a Complaint"
    _inherit = ['complaint.dialog.mixin']

    description = fields.Text(string="What happened", required=True)
    complainant_name = fields.Char(string="Complainant")
    complainant_phone = fields.Char(string="Phone")
    complainant_email = fields.Char(string="E-mail")
    received_at = fields.Datetime(
        string="When you were told", required=True, default=fields.Datetime.now
    )
    # Employees may not read teams; the names of those that take complaints in are no secret.
    team_key = fields.Selection(
        selection='_selection_team', string="Team", default=lambda self: self._default_team_key()
    )
    attachment_ids = fields.Many2many(
        comodel_name='ir.attachment', string="Files", bypass_search_access=True
    )

    # === DEFAULTS AND CONSTRAINTS === #

    @api.model
    def _selection_team(self):
        return [(str(team.id), team.name) for team in self._get_teams()]

    @api.model
    def _get_teams(self):
        """Return, as superuser, the teams to which an employee of this company may report."""
        teams_sudo = self.env['complaint.team'].sudo()  # see `team_key`
        return teams_sudo.search([('company_id', 'in', (self.env.company.id, False))])

    @api.model
    def _default_team_key(self):
        return str(self._get_teams()[:1].id or '') or False

    @api.constrains('description')
    def _check_description(self):
        if not all((report.description or '').strip() for report in self):
            raise ValidationError(self.env._("Write what the customer complains about."))

    # === ACTIONS === #

    def action_report(self):
        """Hand the complaint over, and show what the employee has reported so far."""
        self.ensure_one()
        # Reporting is all that is granted: who may not read the complaint does not follow it.
        cases_sudo = self.env['complaint.case'].sudo().with_context(mail_create_nosubscribe=True)
        case_sudo = cases_sudo.create(self._prepare_case_values())
        own = self.attachment_ids.filtered(
            lambda file: file.create_uid == self.env.user and not file.res_field
        )
        own.sudo().write({'res_model': case_sudo._name, 'res_id': case_sudo.id})  # now the case's
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_case_reported_action'
        )
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'title': self.env._("Thank you"),
                'message': self.env._("The team has your report and registers the complaint."),
                'next': {**action, 'target': 'main'},
            },
        }

    def _prepare_case_values(self):
        """Return the create values of the case; the team registers it and gives it a number."""
        self.ensure_one()
        channel = self.env.ref('complaint_management.channel_colleague', raise_if_not_found=False)
        return {
            'description': self.description,
            'complainant_name': self.complainant_name,
            'complainant_phone': self.complainant_phone,
            'complainant_email': self.complainant_email,
            'received_at': self.received_at,
            'team_id': int(self.team_key or 0) or False,
            'company_id': self.env.company.id,
            'channel_id': channel.id if channel else False,
            'registered_at': False,
        }
