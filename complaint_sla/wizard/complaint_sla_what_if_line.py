from odoo import fields, models


class ComplaintSlaWhatIfLine(models.TransientModel):
    """One limit of one complaint that would change."""

    _name = 'complaint.sla.what.if.line'
    _description = "Complaint That Would Change"
    _inherit = ['complaint.dialog.mixin']
    _order = 'id'

    what_if_id = fields.Many2one(
        comodel_name='complaint.sla.what.if', required=True, ondelete='cascade', index=True
    )
    case_id = fields.Many2one(
        comodel_name='complaint.case', string="Complaint", readonly=True, ondelete='cascade'
    )
    policy_id = fields.Many2one(
        comodel_name='complaint.sla.policy', string="Time limit", readonly=True, ondelete='cascade'
    )
    change = fields.Selection(
        selection=[
            ('later', "Later"),
            ('earlier', "Earlier"),
            ('new', "New limit"),
            ('ended', "Ends"),
        ],
        readonly=True,
    )
    old_deadline = fields.Datetime(string="Deadline now", readonly=True)
    new_deadline = fields.Datetime(string="Deadline afterwards", readonly=True)
    is_newly_late = fields.Boolean(string="Newly late", readonly=True)
    is_rescued = fields.Boolean(string="Newly rescued", readonly=True)
    responsible_id = fields.Many2one(comodel_name='res.users', readonly=True, ondelete='set null')
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Responsible department",
        readonly=True,
        ondelete='set null',
    )

    def action_open_case(self):
        """Open the complaint."""
        self.ensure_one()
        return self.case_id.get_formview_action()
