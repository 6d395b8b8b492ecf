from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# What stands between the digits of a phone number.
PHONE_SIGNS = ' -+().·/'


class ResPartner(models.Model):
    _inherit = 'res.partner'

    complaint_count = fields.Integer(
        string="Complaints",
        compute='_compute_complaint_count',
        groups='complaint_management.group_complaint_user',
    )
    complaint_do_not_call = fields.Boolean(
        string="No more callbacks",
        tracking=True,
        help="The customer does not want to be called back about complaints, now and later.",
    )

    def _compute_complaint_count(self):
        """Count the complaints of each partner and of the contacts below it."""
        self.complaint_count = 0
        if not self.ids:
            return
        family = self.with_context(active_test=False).search_fetch(
            [('id', 'child_of', self.ids)], ['parent_id']
        )
        counts = self.env['complaint.case']._read_group(
            [('partner_id', 'in', family.ids)], ['partner_id'], ['__count']
        )
        for partner, count in counts:
            while partner:
                if partner in self:
                    partner.complaint_count += count
                partner = partner.parent_id

    @api.model
    def _search_display_name(self, operator, value):
        """Find customers by phone, too, where the form of a complaint asks for them.

        Who stands at the desk gives a number sooner than the spelling of a name. However it is
        written: the digits count.
        """
        domain = super()._search_display_name(operator, value)
        if not self.env.context.get('complaint_by_phone') or operator != 'ilike':
            return domain
        is_number = isinstance(value, str) and not any(char.isalpha() for char in value)
        digits = is_number and self.env['complaint.case']._get_phone_key(value)
        if not digits:
            return domain
        return Domain(domain) | Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "translate(%s, %s, '') LIKE %s",
                model._field_to_sql(alias, 'phone', query),
                PHONE_SIGNS,
                f'%{digits}%',
            )
        )

    def action_view_complaints(self):
        """Open the complaints of this partner and of the contacts below it."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_case_action_all'
        )
        return {
            **action,
            'domain': [('partner_id', 'child_of', self.ids)],
            'context': {'default_partner_id': self.id},
        }
