from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintCaseAssign(models.TransientModel):
    _name = 'complaint.case.assign'
    _description = "Assign Complaint"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(comodel_name='complaint.case', required=True, ondelete='cascade')
    company_id = fields.Many2one(related='case_id.company_id')
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Responsible department",
        compute='_compute_people',
        store=True,
        readonly=False,
        domain="[('company_id', 'in', (company_id, False))]",
    )
    handler_id = fields.Many2one(
        comodel_name='res.users',
        compute='_compute_people',
        store=True,
        readonly=False,
        domain=[('share', '=', False)],
    )
    investigator_id = fields.Many2one(
        comodel_name='res.users',
        compute='_compute_people',
        store=True,
        readonly=False,
        domain=[('share', '=', False)],
    )
    limit_date = fields.Datetime(
        string="Limit date",
        compute='_compute_people',
        store=True,
        readonly=False,
        groups='complaint_management.group_complaint_manager',
    )
    note = fields.Text()

    @api.depends('case_id')
    def _compute_people(self):
        for wizard in self:
            case = wizard.case_id
            wizard.department_id = case.department_id
            wizard.handler_id = case.handler_id
            wizard.investigator_id = case.investigator_id
            wizard.sudo().limit_date = case.limit_date  # hidden from those who may not set it

    def action_confirm(self):
        self.ensure_one()
        names = ['department_id', 'handler_id', 'investigator_id']
        if not any(self[name] for name in names):
            raise UserError(self.env._("Choose a department, a handler or an investigator."))
        if self.env.user.has_group('complaint_management.group_complaint_manager'):
            names.append('limit_date')
        # What stays as it is must not look like a decision.
        vals = {}
        for name in names:
            if self[name] != self.case_id[name]:
                vals[name] = self._fields[name].convert_to_write(self[name], self)
        self.case_id._assign(vals, self.note)
        if self.case_id.has_access('read'):
            return {'type': 'ir.actions.act_window_close'}
        return {**self.env['complaint.case'].action_open_board(), 'target': 'main'}
