import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache


class ComplaintProcedure(models.Model):
    _name = 'complaint.procedure'
    _description = "Complaint Procedure"
    _inherit = ['mail.thread']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="Letters, digits and underscores: it names the files of an export.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name='res.company', index=True)
    version = fields.Char(default="1", tracking=True)
    effective_from = fields.Date(string="Effective from", tracking=True)
    policy_html = fields.Html(
        string="Policy",
        translate=True,
        help="Purpose, scope, principles, rights and duties. Staff read it beside the case.",
    )
    stage_ids = fields.One2many(comodel_name='complaint.stage', inverse_name='procedure_id')
    grade_ids = fields.One2many(comodel_name='complaint.grade', inverse_name='procedure_id')
    number_sequence_id = fields.Many2one(
        comodel_name='ir.sequence',
        string="Own numbering",
        ondelete='restrict',
        help="Empty: complaints take the next number of the company's one sequence.",
    )
    case_properties_definition = fields.PropertiesDefinition(string="Case properties")
    allow_anonymous = fields.Boolean(
        string="Allow anonymous complaints",
        default=True,
        help="A complaint may be registered without any way to reach the complainant.",
    )
    basis_required = fields.Boolean(
        string="Decisions need facts and basis",
        help="Facts, the basis of the decision and its kind are filled in before a complaint goes "
        "to approval or execution, or closes normally.",
    )
    callback_mode = fields.Selection(
        selection=[
            ('none', "No callbacks"),
            ('after', "After closing"),
            ('gate', "Before closing: the customer must agree"),
        ],
        string="Callbacks",
        required=True,
        default='none',
    )
    callback_max_attempts = fields.Integer(
        string="Failed callbacks",
        default=3,
        help="So many failed attempts in a row allow an abnormal closing: the customer cannot be "
        "reached.",
    )
    callback_window_days = fields.Integer(
        string="Within days", default=30, help="From the first to the last failed attempt."
    )
    callback_low_score = fields.Integer(
        string="Low score",
        default=2,
        help="A score up to this one, of 5, opens an analysis for the team.",
    )
    low_score_role = fields.Selection(
        selection=[
            ('team_leader', "Leader of the team"),
            ('parent_leader', "Leader of the team above"),
            ('department_head', "Head of the responsible department"),
            ('follow_up', "Follow-up owner"),
        ],
        string="Who analyses a low score",
        default='team_leader',
        required=True,
    )
    low_score_measure = fields.Boolean(
        string="A low score suggests a measure",
        help="The customer's words become a suggestion among the measures, for somebody to assess.",
    )
    rating_request = fields.Boolean(
        string="Ask for a rating by mail",
        default=True,
        help="The mail about the closing carries three faces: one click rates the handling.",
    )
    followup_owner = fields.Selection(
        selection=[
            ('contact_owner', "First-contact owner"),
            ('handler', "Handler"),
            ('department_head', "Head of the responsible department"),
            ('team_leader', "Leader of the team"),
        ],
        string="Who follows to the end",
        default='contact_owner',
        required=True,
        help="The follow-up owner of a complaint, unless a person names somebody else.",
    )
    confirmation_required = fields.Selection(
        selection=[('no', "Not needed"), ('any', "By any means"), ('signature', "Signature")],
        string="Customer's confirmation",
        default='no',
        required=True,
        help="What a normal closing needs from the customer.",
    )
    remedy_mode = fields.Selection(
        selection=[
            ('none', "Not used"),
            ('open', "Staff put them forward"),
            ('suggest', "Staff suggest, managers put them forward"),
        ],
        string="Remedies",
        default='none',
        required=True,
        help="Refunds, compensation and the like on complaints of this procedure.",
    )
    remedy_rule_required = fields.Boolean(
        string="Amounts only by a rule", help="No amount is granted that no remedy rule gives."
    )
    remedy_credit_first = fields.Boolean(
        string="Credit to the account first", help="Any other way of paying needs a reason."
    )
    reopen_window_days = fields.Integer(
        string="Reopening window",
        help="Days after closing during which a complaint can be reopened. 0: always.",
    )
    handling_complaint_team_id = fields.Many2one(
        comodel_name='complaint.team',
        string="Team for complaints about the handling",
        ondelete='set null',
        index='btree_not_null',
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        help="Empty: the team to which the complained-about team escalates, else the leader of "
        "the same team.",
    )

    required_field_ids = fields.Many2many(
        comodel_name='ir.model.fields',
        relation='complaint_procedure_required_field_rel',
        column1='procedure_id',
        column2='field_id',
        string="Fields to fill before registration",
        domain=[('model', '=', 'complaint.case'), ('store', '=', True)],
        ondelete='cascade',
    )

    _code_company_uniq = models.UniqueIndex(
        '(code, COALESCE(company_id, 0))', "Another procedure of this company has the same code."
    )

    # === CONSTRAINTS === #

    @api.constrains('code')
    def _check_code(self):
        """A code names folders and external ids.

        :raise ValidationError: it has other characters
        """
        for procedure in self:
            if not re.fullmatch(r'\w+', procedure.code):
                raise ValidationError(
                    self.env._(
                        "The code “%(code)s” cannot be used: it consists of letters, digits and "
                        "underscores, without spaces.",
                        code=procedure.code,
                    )
                )

    @api.constrains('number_sequence_id', 'company_id')
    def _check_own_sequence_prefix(self):
        """A procedure's own numbers can never meet those of another sequence of its company.

        :raise ValidationError: the sequence has no prefix of its own
        """
        for procedure in self.filtered('number_sequence_id'):
            own = procedure.number_sequence_id.sudo()  # prefix is no secret, sequences are admin's
            others = procedure._get_neighbour_sequences() - own
            # As they read today: "C%(year)s-" and "C2026-" give the same numbers.
            taken = {sequence._get_prefix_suffix()[0] for sequence in others}
            if not own.prefix or own._get_prefix_suffix()[0] in taken:
                raise ValidationError(
                    self.env._(
                        "The numbering of “%(procedure)s” needs a prefix that no other complaint "
                        "numbering uses. Change the prefix of the sequence “%(sequence)s”.",
                        procedure=procedure.name,
                        sequence=own.name,
                    )
                )

    def _get_neighbour_sequences(self):
        """Return the sequences that number other complaints of the same company, as superuser."""
        self.ensure_one()
        # Whoever edits a procedure may not read all of them, and their prefixes are no secret.
        self_sudo = self.sudo().with_context(active_test=False)
        domain = [('number_sequence_id', '!=', False), ('id', '!=', self.id)]
        if not self.company_id:
            companies = self_sudo.company_id._get_complaint_sequences()
            return companies | self_sudo.search(domain).number_sequence_id
        domain.append(('company_id', 'in', (self.company_id.id, False)))
        own = self_sudo.company_id.complaint_sequence_id
        return own | self_sudo.search(domain).number_sequence_id

    # === CRUD METHODS === #

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for procedure, vals in zip(self, vals_list, strict=True):
            vals['name'] = self.env._("%s (copy)", procedure.name)
            vals.setdefault('code', self.env._("%s_copy", procedure.code))
        return vals_list

    def write(self, vals):
        result = super().write(vals)
        if 'required_field_ids' in vals:
            self.env.registry.clear_cache()
        return result

    # === BUSINESS METHODS === #

    @ormcache('self.id')
    def _get_required_field_names(self):
        """Return the names of the fields to fill before registration, read once for all cases."""
        return tuple(self.sudo().required_field_ids.mapped('name'))  # definitions are admin's

    @api.model
    def _get_default_procedure(self, company):
        """Return the procedure for a case whose team names none: the company's first, else a
        shared one.

        :param company: res.company record
        :rtype: complaint.procedure recordset of at most one record
        """
        return self.search(
            [('company_id', 'in', (company.id, False))], order='company_id, sequence, id', limit=1
        )

    def _get_first_stage(self):
        """Return the stage where cases of this procedure begin, possibly none."""
        self.ensure_one()
        return self.env['complaint.stage'].browse(self._get_first_stage_ids())

    @ormcache('self.id')
    def _get_first_stage_ids(self):
        # Every case that comes in asks. Whoever may see the procedure may see its stages.
        domain = [('procedure_id', '=', self.id)]
        return self.env['complaint.stage'].sudo().search(domain, order='sequence, id', limit=1).ids

    def _get_duplicate_stage(self):
        """Return the stage where duplicates end, possibly none."""
        self.ensure_one()
        abnormal = self.stage_ids.filtered(lambda stage: stage.phase == 'closed_abnormal')
        return abnormal.sorted(lambda stage: (stage.sequence, stage.id))[:1]

    def action_export(self):
        """Download the procedure, with all that belongs to it, as a zip to import elsewhere."""
        self.ensure_one()
        attachment = self.env['ir.attachment'].create(
            {
                'name': f'{self.code}.zip',
                'raw': self.env['complaint.preset.exporter']._export(self),
                'mimetype': 'application/zip',
            }
        )
        return {
            'type': 'ir.actions.act_url',
            'url': f'/web/content/{attachment.id}?download=true',
            'target': 'download',
        }

    def action_open_cases(self):
        """Open the board with this procedure's stages as columns."""
        self.ensure_one()
        return self.env['complaint.case']._get_board_action(self)
