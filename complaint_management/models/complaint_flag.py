from odoo import fields, models


class ComplaintFlag(models.Model):
    _name = 'complaint.flag'
    _description = "Complaint Flag"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)
    restricts_access = fields.Boolean(
        string="Restricts access",
        help="Only the handler, the first-contact owner, the team leader, the committee and the "
        "auditor see a case with this flag.",
    )
    requires_legal_opinion = fields.Boolean(
        string="Requires a legal opinion", help="Legal staff see a case with this flag."
    )
    hides_complainant = fields.Boolean(
        string="Hides who complains",
        help="The complainant asked not to be named: outside the receiving team name, customer, "
        "phone and e-mail are masked, whatever the procedure says.",
    )
    exempts_from_callback = fields.Boolean(string="Exempts from callback")
    implied_grade_id = fields.Many2one(
        comodel_name='complaint.grade',
        string="Implied grade",
        ondelete='set null',
        help="A case with this flag is at least this grave.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get('restricts_access'):
            # Whoever follows a case that is restricted from now on may be out of its reach.
            cases = self.env['complaint.case'].sudo()
            cases.search(
                [('flag_ids', 'in', self.ids), ('is_closed', '=', False)]
            )._shut_out_strangers()
        return result
