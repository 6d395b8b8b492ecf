from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..const import INTERNAL_KEY, INTERNAL_WRITE, UNMASK_MINUTES
from ..tools.contact_mask import mask_email
from ..tools.masked_fields import (
    NAME_MASKS,
    MaskedChar,
    MaskedField,
    MaskedFiles,
    MaskedImage,
    MaskedMany2one,
)

# What decides who gets contact data masked. Whoever changes it may lift a mask for himself.
MASKING_FIELDS = {'team_id', 'procedure_id', 'contact_owner_id', 'flag_ids'}


class ComplaintCaseMasking(models.Model):
    """Contact data is for those who talk to the customer; others show it with a reason.

    (PAWN-4.4-b; informants who asked not to be named: order 20 of 2022, anchors 1.)
    """

    _inherit = 'complaint.case'

    partner_id = MaskedMany2one(mask='name')
    complainant_name = MaskedChar(mask='name')
    complainant_phone = MaskedChar(mask='phone')
    complainant_email = MaskedChar(mask='email')
    complainant_phone_digits = MaskedChar(mask='phone')
    complainant_email_key = MaskedChar(mask='email')
    representative_name = MaskedChar(mask='name')
    confirmed_by_name = MaskedChar(mask='name')
    # A signature tells who signed; papers tell where somebody lives, and what number to call.
    confirmation_signature = MaskedImage(mask='name')
    confirmation_attachment_ids = MaskedFiles(mask='files')
    authority_attachment_ids = MaskedFiles(mask='files')
    access_token = MaskedChar(mask='token')
    # A rating, too, is asked for its rights when a search looks through it.
    rating_ids = fields.One2many(bypass_search_access=False)
    hides_complainant = fields.Boolean(
        string="Hides who complains",
        compute='_compute_hides_complainant',
        store=True,
        precompute=True,
    )
    is_contact_masked = fields.Boolean(string="Contact data masked", compute='_compute_masks')
    is_name_masked = fields.Boolean(string="Complainant masked", compute='_compute_masks')

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'hides_complainant'}

    # === COMPUTE METHODS === #

    @api.depends('flag_ids.hides_complainant')
    def _compute_hides_complainant(self):
        for case in self:
            case.hides_complainant = any(case.flag_ids.mapped('hides_complainant'))

    @api.depends('team_id', 'procedure_id', 'contact_owner_id', 'hides_complainant')
    @api.depends_context('uid')
    def _compute_masks(self):
        """Say what the user gets masked, for many cases at once."""
        self.is_contact_masked = self.is_name_masked = False
        if self.env.user._sees_complaint_contacts():
            return
        cases = self.sudo()._origin  # whether something is masked does not depend on rights
        masking = self.env['complaint.procedure']._get_masking_ids()
        teams = self.env.user._get_complaint_contact_team_ids()
        masked = cases.filtered(
            lambda case: (
                (case.hides_complainant or case.procedure_id.id in masking)
                and case.team_id.id not in teams
                and case.contact_owner_id != self.env.user
            )
        )
        if not masked:
            return
        shown = self.env['complaint.read.log']._get_unmasked_ids(masked)
        masked_ids = set(masked.ids) - shown
        for case in self:
            if case._origin.id in masked_ids:
                case.is_contact_masked = True
                case.is_name_masked = case.sudo()._origin.hides_complainant

    def _fetch_query(self, query, fields):
        # What decides on a mask comes along with what may be masked.
        names = ('hides_complainant', *MASKING_FIELDS)
        deciding = [field for name in names if (field := self._fields[name]).column_type]
        if any(isinstance(field, MaskedField) for field in fields):
            fields = [*fields, *(field for field in deciding if field not in fields)]
        return super()._fetch_query(query, fields)

    @api.model
    def _search_message_partner_ids(self, operator, operand):
        """Let no search by followers tell that a hidden complainant is one."""
        domain = super()._search_message_partner_ids(operator, operand)
        if domain is NotImplemented or self.env.su:
            return domain
        shown = self._get_shown_domain('name')
        return domain if shown.is_true() else Domain(domain) & shown

    # === SEAMS OF THE MASK === #

    def _get_masked_case(self):
        return self

    def _hides(self, mask):
        # The key of the customer's link is nobody's to read: `get_portal_url` asks who gets it.
        return mask == 'token' or super()._hides(mask)

    @api.model
    def _get_shown_domain(self, mask):
        user = self.env.user
        if mask == 'token':
            return Domain.FALSE
        if user._sees_complaint_contacts():
            return Domain.TRUE
        open_to_all = Domain('hides_complainant', 'in', (False,))
        if mask not in NAME_MASKS:
            masking = self.env['complaint.procedure']._get_masking_ids()
            open_to_all &= Domain('procedure_id', 'not in', masking) if masking else Domain.TRUE
        return (
            open_to_all
            | Domain('team_id', 'in', user._get_complaint_contact_team_ids())
            | Domain('contact_owner_id', '=', user.id)
            | Domain('id', 'any!', self.env['complaint.read.log']._get_unmasked_sql())
        )

    def _get_shown_name(self):
        """Return the complainant's name for a dialog, False where it is hidden from the user."""
        return not self.is_name_masked and self.complainant_name

    def _in_nobodys_name(self):
        """Return this case as superuser; what a hidden complainant does there bears no name.

        The history, and who made or changed a record, tell everybody who reads the case.
        """
        self.ensure_one()
        case = self.sudo()  # customers have no rights of their own
        return case._as_visitor() if case.hides_complainant else case

    # === CRUD METHODS === #

    def write(self, vals):
        if self.env.su or self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE:
            return super().write(vals)
        self._drop_masked_values(vals := dict(vals))
        masked = self.browse()
        if MASKING_FIELDS & vals.keys():
            masked = self.filtered('is_contact_masked')
        result = super().write(vals)
        if lifted := masked.filtered(lambda case: not case.is_contact_masked):
            names = sorted(MASKING_FIELDS & vals.keys())
            labels = [self._fields[name]._description_string(self.env) for name in names]
            lifted._log_reading(
                'unmask', self.env._("By a change of: %(fields)s", fields=', '.join(labels))
            )
        return result

    # === UNMASKING === #

    def action_unmask(self):
        """Ask why the contact data must be seen."""
        return self._get_dialog('complaint.case.unmask', self.env._("Show contact data"))

    def _unmask(self, reason):
        """Show these cases' contact data to the user for a while; it is recorded.

        :param str reason: why it must be seen
        :raise UserError: without a reason
        """
        self.check_access('read')
        if not (reason or '').strip():
            raise UserError(self.env._("Say why you must see the contact data."))
        self._log_reading('unmask', reason.strip(), minutes=UNMASK_MINUTES)
        self.invalidate_recordset(['is_contact_masked', 'is_name_masked'])

    # === LOOK-UP AND MAIL === #

    def _hides_key(self, key):
        """Say whether a key by which a similar complaint was found would tell what is masked."""
        names = {condition.field_expr for condition in key['domain'].iter_conditions()}
        return any(self._hides(self._fields[name].mask) for name in self._get_masked_names(names))

    def _message_get_suggested_recipients_batch(
        self, *args, no_create=True, additional_partners=None, **kwargs
    ):
        """Suggest the customer without the address; the server knows it.

        Of an address that no contact has, none is made: every employee would read it.
        """
        masked = self.browse() if self.env.su else self.filtered('is_contact_masked')
        suggested = {}
        for cases, creates_none in ((self - masked, no_create), (masked, True)):
            suggested |= super(ComplaintCaseMasking, cases)._message_get_suggested_recipients_batch(
                *args, no_create=creates_none, additional_partners=additional_partners, **kwargs
            )
        for case in masked:
            # Without a contact the address itself would have to leave the server.
            rows = [row for row in suggested[case.id] if row.get('partner_id')]
            if case.is_name_masked:
                rows = self._get_shown_suggestions(rows, additional_partners)
            suggested[case.id] = [
                {**row, 'email': row.get('email') and mask_email(row['email']), 'create_values': {}}
                for row in rows
            ]
        return suggested

    @api.model
    def _get_shown_suggestions(self, rows, named):
        """Return, of suggested recipients, the staff, and whomever the reader named himself.

        One of these missing would tell that it is the complainant, or follows the complaint.
        """
        named = named or self.env['res.partner']
        partners = self.env['res.partner'].browse(row['partner_id'] for row in rows)
        known = self.env['mail.message']._fields['partner_ids']._get_shown(partners) - named
        return [row for row in rows if row['partner_id'] in known.ids] + [
            {'partner_id': partner.id, 'name': partner.name, 'email': partner.email}
            for partner in named
        ]

    def _complain_about_handling(self, *args, **kwargs):
        """Whoever registers the new complaint sees the contact data there: it is recorded."""
        case = super()._complain_about_handling(*args, **kwargs)
        if self.is_contact_masked and not case.is_contact_masked:
            case._log_reading('unmask', self.env._("By a complaint about the handling"))
        return case
