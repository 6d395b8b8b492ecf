from odoo import api, models
from odoo.fields import Domain

from ..const import INTERNAL_KEY, INTERNAL_WRITE
from .complaint_case_repeat import REPEAT_FIELDS

REPEAT_FIELDS.add('kind_id')


class ComplaintCaseKind(models.Model):
    """What is no complaint goes its own short way (PAWN-4.1-d, PAWN-5.2-b, ADAY-3)."""

    _inherit = 'complaint.case'

    # === ONCHANGE AND CRUD METHODS === #

    @api.onchange('kind_id')
    def _onchange_kind_id(self):
        if not self._origin and self.procedure_id:
            self.procedure_id = self._get_procedure_of_kind()

    @api.model
    def _complete_routing(self, vals_list):
        given = [(vals.get('procedure_id'), vals.get('stage_id')) for vals in vals_list]
        result = super()._complete_routing(vals_list)
        kinds = self.env['complaint.kind']._get_other_ids()
        ways = self.env['complaint.procedure']._get_other_procedure_ids()
        for vals, (procedure_id, stage_id) in zip(vals_list, given, strict=True):
            kind_id = vals.get('kind_id', self.env.context.get('default_kind_id'))
            other_id = ways.get(vals['procedure_id']) if kind_id in kinds else None
            if not other_id or procedure_id:
                continue
            procedure = self.env['complaint.procedure'].browse(other_id)
            stage = self.env['complaint.stage'].browse(stage_id or [])
            stage = stage or procedure._get_first_stage()
            if stage.procedure_id == procedure:  # a stage that somebody chose is his choice
                vals |= {'procedure_id': other_id, 'stage_id': stage.id}
        return result

    def write(self, vals):
        result = super().write(vals)
        internal = self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE
        if 'kind_id' in vals and 'procedure_id' not in vals and not internal:
            self._follow_kind()
        return result

    # === BUSINESS METHODS === #

    def _follow_kind(self):
        """Hand open cases whose kind changed to the procedure of the kind."""
        if self._is_history_import():
            return
        cases = self.filtered(lambda case: not case.is_closed)
        for procedure, group in cases.grouped(lambda c: c._get_procedure_of_kind()).items():
            group._change_procedure(procedure)

    def _get_procedure_of_kind(self):
        """Return the procedure in which a case of this kind belongs, seen from where it is."""
        self.ensure_one()
        procedures = self.env['complaint.procedure']
        ways = procedures._get_other_procedure_ids()
        procedure = self.procedure_id
        if self.kind_id.id in self.env['complaint.kind']._get_other_ids():
            return procedures.browse(ways.get(procedure.id, procedure.id))
        if procedure.id in ways.values():
            back = self.team_id.procedure_id
            if ways.get(back.id) != procedure.id:
                back = procedures._get_default_procedure(self.company_id)
            return back or procedure
        return procedure

    # === COUNTING === #

    @api.model
    def _get_complaints_domain(self):
        """Return the domain of what counts as a complaint; without a kind it does."""
        return Domain('kind_id', 'not in', self.env['complaint.kind']._get_other_ids())

    def _get_problem_domain(self, key, since):
        return super()._get_problem_domain(key, since) & self._get_complaints_domain()
