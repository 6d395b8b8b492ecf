from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache


class ComplaintProcedureKind(models.Model):
    """Praise, suggestions and enquiries may go a shorter way than complaints."""

    _inherit = 'complaint.procedure'

    other_procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        string="Praise, suggestions, enquiries",
        ondelete='set null',
        index='btree_not_null',
        domain="['&', ('id', '!=', id), '|', ('company_id', '=', False), "
        "('company_id', '=', company_id)]",
        help="The procedure for what is no complaint. Empty: it goes the same way.",
    )

    @api.constrains('other_procedure_id', 'company_id')
    def _check_other_procedure(self):
        for procedure in self.filtered('other_procedure_id'):
            other = procedure.other_procedure_id
            if other == procedure or other.company_id.id not in (False, procedure.company_id.id):
                raise ValidationError(
                    self.env._(
                        "Choose another procedure, of the same company or shared, for praise, "
                        "suggestions and enquiries."
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if {'other_procedure_id', 'active'} & vals.keys():
            self.env.registry.clear_cache()
        return result

    @api.model
    @ormcache()
    def _get_other_procedure_ids(self):
        """Return {id of a procedure: id of the one for what is no complaint}, kept in mind."""
        procedures = self.sudo()  # which way a case goes does not depend on who registers it
        found = procedures.search([('other_procedure_id.active', '=', True)])
        return {procedure.id: procedure.other_procedure_id.id for procedure in found}
