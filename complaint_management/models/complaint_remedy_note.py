from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..const import REMEDY_MONEY_KINDS

# Odoo's invoicing: where it is installed, a remedy can make a draft there. Nothing depends on it.
NOTE_MODEL = 'account.move'


class ComplaintRemedyNote(models.Model):
    """The credit note by which a remedy is booked, where invoicing is installed."""

    _inherit = 'complaint.remedy'

    can_make_note = fields.Boolean(string="Credit note possible", compute='_compute_can_make_note')

    # === COMPUTE METHODS === #

    @api.depends('state', 'kind', 'amount', 'document_id')
    @api.depends_context('uid')
    def _compute_can_make_note(self):
        offered = self._has_notes() and self.env[NOTE_MODEL].has_access('create')
        for remedy in self:
            remedy.can_make_note = (
                offered
                and remedy.state in ('approved', 'executed')
                and remedy.kind in REMEDY_MONEY_KINDS
                and not remedy.document_id
                and bool(remedy.amount)
            )

    @api.model
    def _has_notes(self):
        return NOTE_MODEL in self.env

    # === ACTIONS === #

    def action_make_note(self):
        """Make a draft credit note for the customer, and show it.

        :raise UserError: invoicing is missing, nothing is granted, or there is no customer
        """
        self.ensure_one()
        self.check_access('write')
        if not self._has_notes():
            raise UserError(
                self.env._("Invoicing is not installed. Write down the payment reference instead.")
            )
        if not self.can_make_note:
            raise UserError(
                self.env._("Only money that was granted is booked, once, by who may write bills.")
            )
        if not self.case_id.partner_id:
            raise UserError(self.env._("Set the customer of the complaint first."))
        self._link_note(self._make_note())
        return self.action_open_note()

    def action_open_note(self):
        """Show the credit note."""
        self.ensure_one()
        document = self.document_id
        if not document.res_id or document.res_model not in self.env:
            raise UserError(self.env._("The credit note is no record of this database."))
        return {
            'type': 'ir.actions.act_window',
            'res_model': document.res_model,
            'res_id': document.res_id,
            'views': [(False, 'form')],
        }

    # === BUSINESS METHODS === #

    def _make_note(self):
        """Hook: return a new draft credit note; whoever books otherwise overrides it."""
        self.ensure_one()
        line = {'name': self.item or self.display_name, 'quantity': 1, 'price_unit': self.amount}
        return (
            self.env[NOTE_MODEL]
            .with_company(self.company_id)
            .create(
                {
                    'move_type': 'out_refund',
                    'partner_id': self.case_id.partner_id.id,
                    'currency_id': self.currency_id.id,
                    'ref': self.case_id.number,
                    # What was granted is what the customer gets: no tax on top.
                    'invoice_line_ids': [Command.create({**line, 'tax_ids': [Command.clear()]})],
                }
            )
        )

    def _link_note(self, note):
        """Keep a record as the document of this remedy, with its name in words."""
        self.ensure_one()
        document = self.env['complaint.document'].create(
            {
                'case_id': self.case_id.id,
                'type_id': self.env.ref('complaint_management.document_type_credit_note').id,
                'number': note.display_name,
                'res_model': note._name,
                'res_id': note.id,
            }
        )
        self._write_internal({'document_id': document.id})
