from odoo import fields, models
from odoo.tools import SQL

from .complaint_form import CASES_KEY, FIRST_KEY

RECEIPT = 'complaint_reports.complaint_form_receipt_action'


class ComplaintCasePrint(models.Model):
    """Printing forms of a case: the paper stamps nothing."""

    _inherit = 'complaint.case'

    # To whom a written report goes, inside or outside (PROPERTY-5.1.2-B2, -C2).
    report_partner_ids = fields.Many2many(
        comodel_name='res.partner',
        relation='complaint_case_report_partner_rel',
        column1='case_id',
        column2='partner_id',
        string="Written report to",
        copy=False,
        help="Companies, bodies and people to whom special reports and reports upward are sent.",
    )

    def action_print_form(self):
        """Open the choice of the forms that fit all of these cases."""
        self.check_access('read')
        forms = self.env['complaint.form']._get_fitting(self)
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Print form"),
            'res_model': 'complaint.form',
            'view_mode': 'kanban',
            'views': [
                (self.env.ref('complaint_reports.complaint_form_view_kanban_print').id, 'kanban')
            ],
            'domain': [('id', 'in', forms.ids)],
            'target': 'new',
            'context': {
                CASES_KEY: self.ids,
                FIRST_KEY: forms._get_suggested(self).ids,
                'create': False,
            },
        }

    def action_print_receipt(self):
        """Print what the customer takes along from the counter."""
        self.check_access('read')
        report = self.env.ref(RECEIPT)
        return report.report_action(self, config=False)

    def _get_receipt_lang(self):
        """Return the language of the paper from the counter: the customer's or the channel's own.

        Of whom nothing is known, the person at the counter knows best: it is spoken there.
        """
        self.ensure_one()
        case = self.sudo()  # a language is no secret
        return case.partner_id.lang or case.channel_id.lang or self.env.lang

    def _get_follow_url(self):
        """Return the address where the customer follows the case, for the code on the receipt.

        Hook: an addon whose customers follow in another way answers otherwise; '' leaves the
        code out. Who may not work on the case gets no link that opens the customer's page.
        """
        self.ensure_one()
        return self._get_customer_url() if self._may_pass_link_on() else ''

    def _is_on_paper(self):
        return bool(self.env.context.get('complaint_on_paper')) or super()._is_on_paper()

    def _is_rating_asked(self):
        # A letter asks nothing that is answered by a click.
        return not self._is_on_paper() and super()._is_rating_asked()

    def _empty_own_fields(self):
        """Forget too which people were sent a report; bodies and companies stay."""
        people = self.report_partner_ids.filtered(
            lambda partner: not partner.is_company and all(u.share for u in partner.user_ids)
        )
        self.env.cr.execute(
            SQL(
                "DELETE FROM complaint_case_report_partner_rel"
                " WHERE case_id = ANY(%s) AND partner_id = ANY(%s)",
                self.ids,
                people.ids,
            )
        )
        return super()._empty_own_fields()
