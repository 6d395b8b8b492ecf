from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.dialogs import get_record_dialog

CONFIRMATION_FIELDS = (
    *('confirmation_means', 'confirmed_at', 'confirmed_by_name', 'confirmation_round'),
    *('confirmation_signature', 'confirmation_attachment_ids'),
)


class ComplaintCaseConfirmation(models.Model):
    """The customer's word that it is settled: signature, call, message, file (T17)."""

    _inherit = 'complaint.case'

    confirmation_means = fields.Selection(
        selection=[
            ('signature', "Signature"),
            ('phone', "Consent by phone"),
            ('message', "Message"),
            ('file', "File"),
            ('portal', "Customer portal"),
        ],
        string="Confirmed by way of",
        readonly=True,
        copy=False,
    )
    confirmed_at = fields.Datetime(string="Confirmed at", readonly=True, copy=False)
    confirmed_by_name = fields.Char(string="Confirmed by", readonly=True, copy=False)
    confirmation_round = fields.Integer(
        string="Round of the confirmation", readonly=True, copy=False
    )
    confirmation_signature = fields.Image(
        string="Signature",
        readonly=True,
        copy=False,
        attachment=True,
        max_width=1024,
        max_height=1024,
    )
    confirmation_attachment_ids = fields.Many2many(
        comodel_name='ir.attachment',
        relation='complaint_case_confirmation_attachment_rel',
        string="Proof of the confirmation",
        readonly=True,
        copy=False,
    )

    has_signature = fields.Boolean(
        string="Signed by the customer",
        compute='_compute_has_signature',
        search='_search_has_signature',
        help="In the round in which the complaint is now.",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | set(CONFIRMATION_FIELDS)

    # === COMPUTE METHODS === #

    @api.depends('confirmation_means', 'confirmation_round', 'round')
    def _compute_has_signature(self):
        for case in self:
            is_current = case.confirmation_round == case.round
            case.has_signature = is_current and case.confirmation_means == 'signature'

    @api.model
    def _search_has_signature(self, operator, value):
        if operator != 'in':
            return NotImplemented
        signed = Domain('confirmation_means', '=', 'signature') & Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = %s",
                model._field_to_sql(alias, 'confirmation_round', query),
                model._field_to_sql(alias, 'round', query),
            )
        )
        return signed if True in value else ~signed

    # === ACTIONS === #

    def action_confirm_by_customer(self):
        """Ask for the customer's confirmation, with a signature where the customer stands here."""
        return self._get_dialog('complaint.case.confirm', self.env._("Customer's confirmation"))

    def action_view_confirmation(self):
        """Show signature and files, which the form itself need not load."""
        self.ensure_one()
        view = self.env.ref('complaint_management.complaint_case_view_form_confirmation')
        return get_record_dialog(self, self.env._("Customer's confirmation"), view_id=view.id)

    # === BUSINESS METHODS === #

    def _confirm_by_customer(self, means, name, note=None, occurred_at=None, proof=None):
        """Record that the customer accepts the result.

        :param str means: value of the field `confirmation_means`
        :param str name: who confirmed
        :param str note: needed when `occurred_at` lies back
        :param datetime occurred_at: UTC; default now
        :param dict proof: `signature` (base64 image), `attachments` (ir.attachment records)
        :raise UserError: all that is missing
        """
        self.ensure_one()
        self.check_access('write')
        proof = proof or {}
        signature = proof.get('signature')
        # With the rights of the user: nobody takes somebody else's file along.
        attachments = (proof.get('attachments') or self.env['ir.attachment']).with_env(self.env)
        if sentences := self._get_confirmation_obstacles(means, name, signature, attachments):
            raise UserError('\n'.join(sentences))
        self._check_business_time(occurred_at, note)
        moment = (occurred_at or self.env.cr.now()).replace(microsecond=0)
        kept = self._keep_old_signature()
        attachments.write({'res_model': self._name, 'res_id': self.id})
        self._write_internal(
            {
                'confirmation_means': means,
                'confirmed_at': moment,
                'confirmed_by_name': name,
                'confirmation_round': self.round,
                'confirmation_signature': signature or False,
                'confirmation_attachment_ids': [(4, file.id) for file in kept | attachments],
            }
        )
        accepted = self.event_ids._get_effective(['customer_accepted'])
        if self.round not in accepted.mapped('round'):
            payload = {'means': means}
            if not self.hides_complainant:  # the history has no masks
                payload['name'] = name
            self._stamp('customer_accepted', occurred_at, note, payload)

    def _get_confirmation_obstacles(self, means, name, signature, attachments):
        self.ensure_one()
        sentences = []
        if not self.registered_at:
            sentences.append(self.env._("Register the complaint first."))
        if means not in dict(self._fields['confirmation_means'].selection):
            sentences.append(self.env._("Say how the customer confirmed."))
        if not (name or '').strip():
            sentences.append(self.env._("Say who confirmed."))
        if means == 'signature' and not (signature or attachments):
            sentences.append(
                self.env._("Let the customer sign here, or add the file with the signature.")
            )
        if means == 'file' and not attachments:
            sentences.append(self.env._("Add the file."))
        return sentences

    def _keep_old_signature(self):
        """Turn the signature that is about to be replaced into a file of the case."""
        self.ensure_one()
        files = self.env['ir.attachment']
        if not self.confirmation_signature:
            return files
        # Not a file of whoever brings the next one, who may not know who signed before.
        return files.with_user(SUPERUSER_ID).create(
            {
                'name': self.env._("Signature of round %(round)s", round=self.confirmation_round),
                'datas': self.confirmation_signature,
                'res_model': self._name,
                'res_id': self.id,
            }
        )

    def _take_back_confirmation(self):
        """The customer's acceptance was revoked in the history; the proof stays on file."""
        for case in self.filtered('confirmation_means'):
            kept = case._keep_old_signature()
            case._write_internal(
                {
                    **dict.fromkeys(CONFIRMATION_FIELDS[:-1], False),
                    'confirmation_attachment_ids': [(4, file.id) for file in kept],
                }
            )

    # === OBSTACLES === #

    def _get_closing_obstacles(self, stage):
        sentences = super()._get_closing_obstacles(stage)
        if stage.phase != 'closed_normal':
            return sentences
        needed = self.procedure_id.confirmation_required
        if needed == 'no':
            return sentences
        if needed == 'any' and self.closing_reason_id.on_the_spot:
            return sentences
        means = self.confirmation_means if self.confirmation_round == self.round else False
        if needed == 'signature' and means != 'signature':
            sentences.append(
                self.env._(
                    "Get the customer's signature: this procedure closes no complaint without it."
                )
            )
        elif not means:
            sentences.append(
                self.env._(
                    "Get the customer's confirmation: signature, consent by phone, message or file."
                )
            )
        return sentences
