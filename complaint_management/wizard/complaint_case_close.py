from odoo import api, fields, models

from ..models.complaint_callback import SATISFACTION
from ..models.complaint_case_ruling import REFUSALS


class ComplaintCaseClose(models.TransientModel):
    """One dialog for all ways in which a case ends; the context says which one is meant.

    `complaint_on_the_spot`, `complaint_withdraw`, `complaint_apply` (to apply for closing).
    """

    _name = 'complaint.case.close'
    _description = "Close Complaint"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    procedure_id = fields.Many2one(related='case_id.procedure_id')
    stage_id = fields.Many2one(
        comodel_name='complaint.stage',
        string="How it ends",
        required=True,
        compute='_compute_stage_id',
        store=True,
        readonly=False,
        domain="[('procedure_id', '=', procedure_id), ('is_closed', '=', True)]",
    )
    phase = fields.Selection(related='stage_id.phase')
    reason_kind = fields.Selection(
        selection=[('normal', "Normal"), ('abnormal', "Abnormal")], compute='_compute_reason_kind'
    )
    closing_reason_id = fields.Many2one(
        string="Closing reason",
        comodel_name='complaint.closing.reason',
        domain="[('kind', '=', reason_kind), '|', ('procedure_id', '=', False), "
        "('procedure_id', '=', procedure_id)]",
        compute='_compute_closing',
        store=True,
        readonly=False,
    )
    validity = fields.Selection(
        selection=lambda self: self._get_validity_selection(),
        string="Ruling",
        compute='_compute_closing',
        store=True,
        readonly=False,
    )
    customer_satisfied = fields.Selection(
        selection=SATISFACTION,
        string="Satisfaction",
        compute='_compute_closing',
        store=True,
        readonly=False,
    )
    can_rule = fields.Boolean(related='case_id.can_rule')
    referred_to = fields.Char(
        string="Referred to (in words)", compute='_compute_closing', store=True, readonly=False
    )
    needs_text = fields.Boolean(compute='_compute_reason_kind')
    is_application = fields.Boolean(compute='_compute_reason_kind')
    closing_note = fields.Text(
        string="Closing explanation", compute='_compute_closing', store=True, readonly=False
    )
    withdrawn_by = fields.Selection(
        selection=lambda self: self._get_case_selection('withdrawn_by'), default='self'
    )
    withdrawal_means = fields.Selection(
        selection=lambda self: self._get_case_selection('withdrawal_means'),
        string="How",
        default='phone',
    )
    needs_public_notice = fields.Boolean(related='case_id.needs_public_notice')
    public_notice = fields.Text(
        string="Public notice", compute='_compute_closing', store=True, readonly=False
    )
    lessons = fields.Text(
        string="Lessons learnt", compute='_compute_closing', store=True, readonly=False
    )

    @api.model
    def _get_validity_selection(self):
        """Return the rulings of a case, in the user's language."""
        return self._get_case_selection('validity')

    @api.model
    def _get_case_selection(self, name):
        return self.env['complaint.case']._fields[name]._description_selection(self.env)

    @api.depends('case_id')
    def _compute_stage_id(self):
        for wizard in self:
            phase = wizard._get_likely_phase()
            stages = wizard.case_id.procedure_id.stage_ids.filtered('is_closed')
            likely = stages.filtered(lambda stage, phase=phase: stage.phase == phase)
            wizard.stage_id = (likely or stages.filtered(lambda s: s.phase == 'closed_normal'))[:1]

    def _get_likely_phase(self):
        """Return how the case probably ends, from the context and from what it knows."""
        self.ensure_one()
        context, case = self.env.context, self.case_id
        if context.get('complaint_withdraw'):
            return 'withdrawn'
        if context.get('complaint_on_the_spot'):
            return 'closed_normal'
        if case.closing_reason_id.kind == 'abnormal':
            return 'closed_abnormal'
        is_early = case.phase in ('intake', 'assessment') and not context.get('complaint_apply')
        return 'refused' if is_early and case.validity in REFUSALS else 'closed_normal'

    @api.depends('case_id')
    def _compute_closing(self):
        on_the_spot = self.env['complaint.closing.reason']
        if self.env.context.get('complaint_on_the_spot'):
            xmlid = 'complaint_management.closing_reason_on_the_spot'
            on_the_spot = self.env.ref(xmlid, raise_if_not_found=False) or on_the_spot
        for wizard in self:
            wizard.closing_reason_id = on_the_spot or wizard.case_id.closing_reason_id
            for name in ('validity', 'closing_note', 'public_notice', 'lessons'):
                wizard[name] = wizard.case_id[name]
            wizard.closing_note = wizard.closing_note or wizard.case_id.validity_note
            if on_the_spot and wizard.validity == 'undetermined' and wizard.can_rule:
                wizard.validity = 'valid'  # what is solved at once was worth solving
            wizard.customer_satisfied = wizard.case_id.customer_satisfied
            wizard.referred_to = wizard.case_id.referred_to

    @api.depends('stage_id', 'closing_reason_id')
    def _compute_reason_kind(self):
        kinds = {'closed_normal': 'normal', 'closed_abnormal': 'abnormal'}
        asked = self.env.context.get('complaint_apply')
        for wizard in self:
            reason = wizard.closing_reason_id
            wizard.reason_kind = kinds.get(wizard.phase)
            wizard.needs_text = not wizard.reason_kind or reason._needs_explanation()
            is_open = wizard.case_id.closing_ruling != 'granted'
            wizard.is_application = bool(
                wizard.reason_kind and (asked or (reason.needs_ruling and is_open))
            )

    def action_confirm(self):
        self.ensure_one()
        case = self.case_id
        if self.phase == 'withdrawn':
            case._withdraw(self.withdrawn_by, self.withdrawal_means, self.closing_note)
            return {'type': 'ir.actions.act_window_close'}
        values = {
            'closing_reason_id': self.closing_reason_id.id if self.reason_kind else False,
            'closing_note': self.closing_note,
            'validity': self.validity,
            'customer_satisfied': self.customer_satisfied,
            'referred_to': self.referred_to,
        }
        for name in ('public_notice', 'lessons'):
            if (self[name] or '') != (case[name] or ''):
                values[name] = self[name]
        case.write(values)
        case._move_to(self.stage_id, reason=self.closing_note)
        return {'type': 'ir.actions.act_window_close'}

    def action_apply(self):
        """Apply for closing instead of closing."""
        self.ensure_one()
        if self.validity and self.validity != self.case_id.validity:
            self.case_id.write({'validity': self.validity})
        self.case_id._apply_for_closing(self.closing_reason_id, self.closing_note)
        return {'type': 'ir.actions.act_window_close'}
