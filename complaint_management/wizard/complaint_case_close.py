from odoo import api, fields, models

from ..models.complaint_callback import SATISFACTION


class ComplaintCaseClose(models.TransientModel):
    _name = 'complaint.case.close'
    _description = "Close Complaint"

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
    closing_note = fields.Text(
        string="Closing explanation", compute='_compute_closing', store=True, readonly=False
    )

    @api.model
    def _get_validity_selection(self):
        """Return the rulings of a case, in the user's language."""
        return self.env['complaint.case']._fields['validity']._description_selection(self.env)

    @api.depends('case_id')
    def _compute_stage_id(self):
        for wizard in self:
            stages = wizard.case_id.procedure_id.stage_ids
            wizard.stage_id = stages.filtered(lambda stage: stage.phase == 'closed_normal')[:1]

    @api.depends('case_id')
    def _compute_closing(self):
        on_the_spot = self.env['complaint.closing.reason']
        if self.env.context.get('complaint_on_the_spot'):
            xmlid = 'complaint_management.closing_reason_on_the_spot'
            on_the_spot = self.env.ref(xmlid, raise_if_not_found=False) or on_the_spot
        for wizard in self:
            wizard.closing_reason_id = on_the_spot or wizard.case_id.closing_reason_id
            wizard.validity = wizard.case_id.validity
            wizard.closing_note = wizard.case_id.closing_note or wizard.case_id.validity_note
            wizard.customer_satisfied = wizard.case_id.customer_satisfied
            wizard.referred_to = wizard.case_id.referred_to

    @api.depends('stage_id', 'closing_reason_id')
    def _compute_reason_kind(self):
        kinds = {'closed_normal': 'normal', 'closed_abnormal': 'abnormal'}
        for wizard in self:
            wizard.reason_kind = kinds.get(wizard.phase)
            wizard.needs_text = not wizard.reason_kind or wizard.closing_reason_id.needs_text

    def action_confirm(self):
        self.ensure_one()
        self.case_id.write(
            {
                'closing_reason_id': self.closing_reason_id.id if self.reason_kind else False,
                'closing_note': self.closing_note,
                'validity': self.validity,
                'customer_satisfied': self.customer_satisfied,
                'referred_to': self.referred_to,
            }
        )
        self.case_id._move_to(self.stage_id, reason=self.closing_note)
        return {'type': 'ir.actions.act_window_close'}
