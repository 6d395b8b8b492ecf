from odoo import api, fields, models
from odoo.tools import ormcache


class ComplaintClosingReason(models.Model):
    _name = 'complaint.closing.reason'
    _description = "Closing Reason"
    _inherit = ['complaint.cached.mixin']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        string="Normal or abnormal",
        selection=[('normal', "Normal"), ('abnormal', "Abnormal")],
        required=True,
        default='normal',
    )
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        ondelete='restrict',
        index='btree_not_null',
        help="Empty: it serves every procedure.",
    )
    company_id = fields.Many2one(related='procedure_id.company_id', store=True, index=True)
    needs_text = fields.Boolean(
        string="Needs an explanation", help="Whoever closes a case so must say why."
    )
    needs_failed_callbacks = fields.Boolean(
        string="Needs failed callbacks",
        help="A case closes so only after as many failed callbacks as its procedure asks for.",
    )
    needs_ruling = fields.Boolean(
        string="Needs a ruling",
        help="The handler applies with an explanation, and somebody else rules on it.",
    )
    to_court = fields.Boolean(
        string="Goes to court", help="The complaint is flagged so that legal staff see it."
    )
    on_the_spot = fields.Boolean(
        string="Solved on the spot",
        help="Settled while the customer stands there: a confirmation is not asked for where any "
        "means would do.",
    )

    # === BUSINESS METHODS === #

    @api.model
    @ormcache()
    def _get_ruled_procedure_ids(self):
        """Return the ids of the procedures in which a closing may need a ruling; False is all."""
        reasons_sudo = self.sudo().search([('needs_ruling', '=', True)])  # of every company
        return frozenset(reason.procedure_id.id for reason in reasons_sudo)

    def _needs_explanation(self):
        """Say whether a case closed for this reason needs an explanation."""
        return self.needs_text or self.needs_ruling or self.to_court
