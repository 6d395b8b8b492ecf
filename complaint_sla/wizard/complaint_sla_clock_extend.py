from odoo import api, fields, models

from ..models.complaint_sla_extension import EXTENSION_UNITS
from ..tools.adjustments import Extension


class ComplaintSlaClockExtend(models.TransientModel):
    _name = 'complaint.sla.clock.extend'
    _description = "Extend a Time Limit"
    _inherit = ['complaint.dialog.mixin']

    clock_id = fields.Many2one(
        comodel_name='complaint.sla.clock', required=True, ondelete='cascade'
    )
    old_deadline = fields.Datetime(related='clock_id.deadline', string="Deadline now")
    mode = fields.Selection(
        selection=[('span', "By a span of time"), ('date', "Until a date")],
        string="How far",
        required=True,
        default='span',
    )
    value = fields.Integer(string="By how much", default=1)
    unit = fields.Selection(selection=EXTENSION_UNITS, default='day')
    new_deadline = fields.Datetime(string="New deadline")
    planned_deadline = fields.Datetime(string="Deadline then", compute='_compute_planned_deadline')
    reason = fields.Text(required=True)
    obstacles = fields.Text(compute='_compute_obstacles')

    @api.depends('clock_id', 'mode', 'value', 'unit', 'new_deadline')
    def _compute_planned_deadline(self):
        for wizard in self:
            clock, extension = wizard.clock_id, wizard._get_extension()
            is_given = extension.until or (extension.value > 0 and extension.unit)
            wizard.planned_deadline = (
                clock._preview_extension(extension) if clock and is_given else False
            )

    @api.depends('clock_id')
    def _compute_obstacles(self):
        for wizard in self:
            clock = wizard.clock_id
            wizard.obstacles = clock and '\n'.join(clock._get_asking_obstacles())

    def _get_extension(self):
        is_span = self.mode == 'span'
        return Extension(
            is_span and self.value or 0,
            self.unit,
            None if is_span else self.new_deadline or None,
            self.reason or '',
        )

    def action_confirm(self):
        self.ensure_one()
        extension = self._get_extension()
        self.clock_id._ask_extension(self.reason, extension.value, extension.unit, extension.until)
        return {'type': 'ir.actions.act_window_close'}
