from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import INTERNAL_KEY, INTERNAL_WRITE


class ComplaintCaseComplainant(models.Model):
    """Who complains and for whom, how they want to be reached, how soon we wrote it down."""

    _inherit = 'complaint.case'

    complainant_kind_id = fields.Many2one(
        comodel_name='complaint.complainant.kind',
        string="Kind of complainant",
        ondelete='restrict',
        index='btree_not_null',
    )
    complainant_role = fields.Selection(
        selection=[
            ('self', "For themselves"),
            ('proxy', "By a proxy"),
            ('heir', "By an heir"),
            ('representative', "By a representative"),
        ],
        string="Who complains",
        default='self',
        tracking=True,
    )
    representative_name = fields.Char(string="Representative", tracking=True)
    representative_relation = fields.Char(string="Relation to the complainant")
    authority_attachment_ids = fields.Many2many(
        comodel_name='ir.attachment',
        relation='complaint_case_authority_rel',
        column1='case_id',
        column2='attachment_id',
        string="Papers of authority",
        copy=False,
    )
    preferred_contact = fields.Selection(
        selection=[
            ('phone', "Phone"),
            ('email', "E-mail"),
            ('message', "SMS or WeChat"),
            ('letter', "Letter"),
            ('visit', "Visit"),
        ],
        string="Preferred contact",
    )
    do_not_call = fields.Boolean(
        string="No more callbacks",
        compute='_compute_do_not_call',
        inverse='_inverse_do_not_call',
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        copy=False,
        help="The customer does not want to be called back. Kept on the customer, so that it "
        "holds for later complaints too; of an informant only here.",
    )
    entry_delay = fields.Float(
        string="Entry delay (hours)",
        compute='_compute_entry_delay',
        store=True,
        precompute=True,
        aggregator='avg',
        help="From when the complaint was received until it was registered.",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'entry_delay'}

    # === COMPUTE METHODS === #

    @api.depends('partner_id.complaint_do_not_call')
    def _compute_do_not_call(self):
        for case in self:
            partner = case.partner_id
            keeps_own = not partner or case.hides_complainant
            case.do_not_call = (keeps_own and case.do_not_call) or partner.complaint_do_not_call

    def _inverse_do_not_call(self):
        """Keep on the customer that there are no more callbacks (PRIN-5-g).

        Whoever reads contacts sees which one changed just then, and by whom: an informant's wish
        stays on his complaint.
        """
        for case in self.filtered(lambda case: not case.hides_complainant):
            partner = case.partner_id.sudo()  # who may write the case may keep it
            if partner and partner.complaint_do_not_call != case.do_not_call:
                partner.complaint_do_not_call = case.do_not_call

    @api.depends('received_at', 'registered_at')
    def _compute_entry_delay(self):
        """Measure how long a complaint waited to be written down (INS-2.2-c)."""
        for case in self:
            seconds = 0
            if case.received_at and case.registered_at:
                seconds = (case.registered_at - case.received_at).total_seconds()
            case.entry_delay = max(seconds, 0) / 3600

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            if not vals.get('do_not_call'):
                # A new complaint says nothing about callbacks: what the customer said before holds.
                vals.pop('do_not_call', None)
        cases = super().create(vals_list)
        cases.browse(
            case.id
            for case, vals in zip(cases, vals_list, strict=True)
            if vals.get('authority_attachment_ids')
        )._adopt_attachments('authority_attachment_ids')
        return cases

    def write(self, vals):
        result = super().write(vals)
        if vals.get('authority_attachment_ids'):
            self._adopt_attachments('authority_attachment_ids')
        if {'complainant_role', 'representative_name'} & vals.keys():
            internal = self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE
            if not internal and not self._is_history_import():
                self.filtered('registered_at')._check_representative()
        return result

    def _adopt_attachments(self, field_name):
        """Let uploaded files belong to their case, so that whoever may read it can read them.

        Files of other records, or of other people, stay where they are.
        """
        for case in self:
            files = case.sudo()[field_name]  # just uploaded, they are the uploader's alone
            own = files.filtered(
                lambda file: (
                    not file.res_id
                    and file.create_uid == self.env.user
                    and file.res_model in (False, self._name)
                )
            )
            own.write({'res_model': self._name, 'res_id': case.id})

    # === BUSINESS METHODS === #

    def _get_registration_obstacles(self):
        sentences = super()._get_registration_obstacles()
        if sentence := self._get_representative_obstacle():
            sentences.append(sentence)
        return sentences

    def _get_representative_obstacle(self):
        """Return the sentence that asks who speaks for the complainant (INS-2.1-b), or None."""
        self.ensure_one()
        if self.complainant_role in ('self', False) or (self.representative_name or '').strip():
            return None
        return self.env._("Name the representative who complains for the complainant.")

    def _check_representative(self):
        obstacles = {
            case: [sentence] for case in self if (sentence := case._get_representative_obstacle())
        }
        if obstacles:
            raise UserError(self._format_obstacles(obstacles))

    # === CALLBACKS === #

    def _get_callback_refusal(self):
        if self.do_not_call:
            return self.env._("The customer does not want to be called back.")
        return super()._get_callback_refusal()

    def _keep_callback_refusal(self):
        super()._keep_callback_refusal()
        self._write_internal({'do_not_call': True})

    def _get_callback_exemptions(self):
        exemptions = super()._get_callback_exemptions()
        if any(self.flag_ids.mapped('exempts_from_callback')):
            exemptions.append('sensitive')
        if self.channel_id.exempt_from_callback:
            exemptions.append('channel')
        return exemptions
