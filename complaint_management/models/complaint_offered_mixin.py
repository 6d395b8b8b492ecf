from odoo import api, fields, models
from odoo.fields import Domain


class ComplaintOfferedMixin(models.AbstractModel):
    """Terms of which a case is offered those of its procedure, or the general ones.

    Who took over a trade's own classification shall not choose a general term that the rules of
    the trade do not know.
    """

    _name = 'complaint.offered.mixin'
    _description = "Terms Offered by Procedure"

    # In domains alone: whether a case of that procedure is offered the term.
    offered_procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        string="Offered in",
        compute='_compute_offered_procedure_id',
        search='_search_offered_procedure_id',
    )

    @api.depends('procedure_id')
    def _compute_offered_procedure_id(self):
        for term in self:
            term.offered_procedure_id = term.procedure_id

    @api.model
    def _search_offered_procedure_id(self, operator, value):
        """Find what cases of procedures are offered: the procedure's own, else the general ones."""
        if operator != 'in':
            return NotImplemented
        groups = self._read_group([('procedure_id', 'in', list(value))], ['procedure_id'])
        own_ids = [procedure.id for (procedure,) in groups if procedure]
        domain = Domain('procedure_id', 'in', own_ids)
        if set(value) - set(own_ids):
            domain |= Domain('procedure_id', '=', False)
        return domain
