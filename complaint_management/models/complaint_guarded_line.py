from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import INTERNAL_KEY


class ComplaintGuardedLine(models.AbstractModel):
    """A line of a case that has a course of its own: only its buttons lead it on.

    What `_get_guarded_fields` names is written by the software; whatever road a value comes on
    (form, import, RPC, a context of a client), it is refused.
    """

    _name = 'complaint.guarded.line'
    _description = "Guarded Line of a Complaint"
    _inherit = ['complaint.case.line', 'complaint.guarded.mixin']

    round = fields.Integer(required=True, readonly=True, default=1, aggregator=False)

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'round', 'company_id'}

    @api.model
    def _get_guarded_defaults(self):
        defaults = super()._get_guarded_defaults()
        return {
            name: value for name, value in defaults.items() if name not in ('round', 'company_id')
        }

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        is_internal = self._is_internal()
        for vals in vals_list:
            vals['case_id'] = vals.get('case_id') or self.env.context.get('default_case_id')
            if not is_internal:
                self._check_guarded_values(vals, self._get_guarded_defaults())
                vals.update(self._get_guarded_defaults())
        # One read for all; the round of a case is no secret to who may add a line to it.
        cases = self.env['complaint.case'].sudo()
        cases = cases.browse({vals['case_id'] for vals in vals_list if vals['case_id']})
        rounds = {case.id: case.round for case in cases}
        for vals in vals_list:
            vals['round'] = rounds.get(vals['case_id'], 1)
        return super(ComplaintGuardedLine, self.with_context(**{INTERNAL_KEY: None})).create(
            vals_list
        )

    def write(self, vals):
        if self._is_internal():
            return super().write(vals)
        if 'case_id' in vals and any(line.case_id.id != vals['case_id'] for line in self):
            raise UserError(self.env._("An entry stays with its complaint."))
        for line in self:
            line._check_guarded_values(vals, {name: line[name] for name in vals})
        return super().write(vals)

    # === FILES AND OBSTACLES === #

    def _get_whole(self):
        """Files of a line belong to its case, and sentences about it name the case."""
        return self.case_id
