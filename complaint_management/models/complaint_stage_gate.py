from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_list, ormcache

from ..const import APPROVAL_SUBJECTS


class ComplaintStageGate(models.Model):
    _name = 'complaint.stage.gate'
    _description = "Stage Gate"
    _inherit = ['complaint.condition.mixin']
    _order = 'stage_id, sequence, id'

    name = fields.Char(
        string="Sentence",
        translate=True,
        help="What the user reads when the condition is not met. "
        "Empty: the missing fields are named.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    stage_id = fields.Many2one(
        comodel_name='complaint.stage', required=True, ondelete='cascade', index=True
    )
    company_id = fields.Many2one(related='stage_id.company_id', store=True, index=True)
    domain = fields.Char(help="The case must match this filter before it enters the stage.")
    field_ids = fields.Many2many(
        comodel_name='ir.model.fields',
        string="Fields to fill",
        domain=[('model', '=', 'complaint.case'), ('store', '=', True)],
        ondelete='cascade',
    )
    approval_subject = fields.Selection(
        selection=APPROVAL_SUBJECTS,
        string="Approval needed",
        help="Everything that the approval rules demand for it must be approved in this round.",
    )

    # === CONSTRAINTS === #

    @api.constrains('stage_id', 'domain', 'field_ids', 'name', 'approval_subject')
    def _check_condition(self):
        """A gate asks for something, in a sentence that can be read."""
        for gate in self:
            domain = gate._get_domain()
            if domain.is_true() and not gate.field_ids and not gate.approval_subject:
                raise ValidationError(
                    self.env._(
                        "A gate needs a condition or at least one field to fill, or an approval."
                    )
                )
            if not domain.is_true() and not gate.name:
                raise ValidationError(
                    self.env._(
                        "Write the sentence that the user reads when the condition is not met."
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if 'field_ids' in vals:
            self.env.registry.clear_cache()
        return result

    # === BUSINESS METHODS === #

    def _get_obstacle(self, case):
        """Return the sentence that says what `case` lacks, or None.

        Note: both are single records.
        """
        case = case.sudo()  # what a gate asks does not depend on who asks
        fields_to_fill = [case._fields[name] for name in self._get_field_names()]
        missing = [
            field
            for field in fields_to_fill
            if field.type != 'boolean' and not self._is_filled(case[field.name])
        ]
        unmatched = not case.filtered_domain(self._get_domain())
        unapproved = self.approval_subject and case._get_approval_obstacle(self.approval_subject)
        if not (missing or unmatched or unapproved):
            return None
        if self.name:
            return self.name
        sentences = [unapproved] if unapproved else []
        if missing:
            labels = [field._description_string(self.env) for field in missing]
            sentences.insert(
                0, self.env._("Fill in: %(fields)s.", fields=format_list(self.env, labels))
            )
        return ' '.join(sentences)

    @ormcache('self.id')
    def _get_field_names(self):
        """Return the names of the fields to fill, read once for all cases."""
        return tuple(self.sudo().field_ids.mapped('name'))  # staff may not read definitions

    @api.model
    def _is_filled(self, value):
        return bool(value.strip() if isinstance(value, str) else value)
