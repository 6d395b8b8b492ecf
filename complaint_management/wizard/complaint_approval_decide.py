from odoo import api, fields, models


class ComplaintApprovalDecide(models.TransientModel):
    _name = 'complaint.approval.decide'
    _description = "Decide Approval"
    _inherit = ['complaint.dialog.mixin']

    approval_ids = fields.Many2many(
        comodel_name='complaint.approval', relation='complaint_approval_decide_rel', required=True
    )
    decision = fields.Selection(
        selection=[('approve', "Approve"), ('refuse', "Refuse")], required=True, default='approve'
    )
    is_single = fields.Boolean(compute='_compute_approval')
    proposal = fields.Text(compute='_compute_approval')
    criterion_ids = fields.Many2many(
        comodel_name='complaint.approval.criterion', compute='_compute_approval'
    )
    met_criterion_ids = fields.Many2many(
        comodel_name='complaint.approval.criterion',
        relation='complaint_approval_decide_criterion_rel',
        string="It is",
        domain="[('id', 'in', criterion_ids)]",
    )
    note = fields.Text(string="Your words")
    evidence_attachment_ids = fields.Many2many(
        comodel_name='ir.attachment',
        relation='complaint_approval_decide_evidence_rel',
        string="Evidence",
    )

    @api.depends('approval_ids')
    def _compute_approval(self):
        for wizard in self:
            single = wizard.approval_ids if len(wizard.approval_ids) == 1 else None
            wizard.is_single = bool(single)
            wizard.proposal = single and single.proposal
            wizard.criterion_ids = single and single.criterion_ids

    def action_confirm(self):
        self.ensure_one()
        if self.decision == 'refuse':
            self.approval_ids._refuse(self.note, self.evidence_attachment_ids)
        else:
            self.approval_ids._approve(
                self.note, self.met_criterion_ids, self.evidence_attachment_ids
            )
        return {'type': 'ir.actions.act_window_close'}
