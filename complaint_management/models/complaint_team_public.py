import base64
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

SLUG = re.compile(r'[a-z0-9]+(?:-[a-z0-9]+)*')


class ComplaintTeamPublic(models.Model):
    """Whether and how people without a log-in send their complaints to a team."""

    _inherit = 'complaint.team'

    is_public = fields.Boolean(
        string="Public form",
        help="Everybody who knows the address can send a complaint to this team, without a log-in.",
    )
    public_slug = fields.Char(
        string="Word in the address",
        compute='_compute_public_slug',
        store=True,
        readonly=False,
        copy=False,
        help="Small letters, digits and hyphens. Printed addresses no longer work once it is "
        "changed.",
    )
    public_intro = fields.Html(
        string="Introduction of the public form",
        translate=True,
        help="What people read above the form: what to complain about here, their rights and "
        "duties, how else they can reach you.",
    )
    public_registers = fields.Boolean(
        string="Register at once",
        default=True,
        help="A complaint gets its number as soon as it is sent. Otherwise, or while something is "
        "missing that the procedure demands, the desk registers it.",
    )
    public_url = fields.Char(string="Address of the public form", compute='_compute_public_url')
    public_qr = fields.Binary(string="Address as a QR code", compute='_compute_public_url')

    _public_slug_uniq = models.UniqueIndex(
        '(public_slug) WHERE public_slug IS NOT NULL',
        "Another team uses the same word in the address of its public form.",
    )

    # === COMPUTE METHODS === #

    @api.depends('is_public')
    def _compute_public_slug(self):
        for team in self:
            if team.is_public and not team.public_slug and team._origin:
                team.public_slug = f'team-{team._origin.id}'

    @api.depends('is_public', 'public_slug')
    def _compute_public_url(self):
        reports = self.env['ir.actions.report']
        for team in self:
            team.public_url = team.public_qr = False
            if team.is_public and team.public_slug:
                team.public_url = f'{team.get_base_url()}/complaint/new/{team.public_slug}'
                image = reports.barcode('QR', team.public_url, width=300, height=300)
                team.public_qr = base64.b64encode(image)

    # === CONSTRAINTS === #

    @api.constrains('is_public', 'company_id')
    def _check_public_company(self):
        for team in self:
            if team.is_public and not team.company_id:
                raise ValidationError(
                    self.env._(
                        "Say to which company “%(team)s” belongs before it gets a public form.",
                        team=team.name,
                    )
                )

    @api.constrains('public_slug')
    def _check_public_slug(self):
        for team in self:
            if team.public_slug and not SLUG.fullmatch(team.public_slug):
                raise ValidationError(
                    self.env._(
                        "The word in the address of the public form may hold only small letters, "
                        "digits and single hyphens: %(slug)s",
                        slug=team.public_slug,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        # Only now do they have the ids that their addresses are made of.
        teams.filtered(lambda team: team.is_public and not team.public_slug)._compute_public_slug()
        return teams

    # === BUSINESS METHODS === #

    @api.model
    def _get_public_teams(self, slug=None):
        """Return the teams to which anybody may send a complaint, as superuser.

        :param str slug: only the one with this word in its address
        """
        domain = [('is_public', '=', True), ('company_id.complaint_public_pages', '=', True)]
        if slug is not None:
            domain.append(('public_slug', '=', slug))
        teams = self.sudo().search(domain)  # visitors have no rights of their own
        return teams.filtered(lambda team: team._get_public_procedure()._get_first_stage())

    def _get_public_procedure(self):
        """Return the procedure by which a complaint from the public form is handled."""
        self.ensure_one()
        procedures = self.env['complaint.procedure']
        return self.procedure_id or procedures._get_default_procedure(self.company_id)

    def _get_public_categories(self):
        """Return what a complaint to this team can be about, as the form offers it."""
        self.ensure_one()
        return self.env['complaint.category'].search(
            [
                ('offered_procedure_id', '=', self._get_public_procedure().id),
                ('company_id', 'in', (self.company_id.id, False)),
            ]
        )
