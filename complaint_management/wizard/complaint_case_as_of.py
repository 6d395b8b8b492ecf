from datetime import timedelta

from odoo import api, fields, models


class ComplaintCaseAsOf(models.TransientModel):
    """A look back: what was known about a case at a moment, beside what is known now."""

    _name = 'complaint.case.as.of'
    _description = "Complaint as It Was"
    _inherit = ['complaint.dialog.mixin']

    case_id = fields.Many2one(
        comodel_name='complaint.case', string="Complaint", required=True, readonly=True
    )
    moment = fields.Datetime(
        string="As known on",
        required=True,
        default=lambda self: self.env.cr.now().replace(microsecond=0) - timedelta(days=1),
        help="What had been recorded by then counts, whenever it happened.",
    )
    comparison = fields.Html(compute='_compute_comparison', sanitize=False)

    @api.depends('case_id', 'moment')
    def _compute_comparison(self):
        now = self.env.cr.now()
        for dialog in self:
            dialog.comparison = False
            if dialog.case_id and dialog.moment:
                dialog.comparison = self.env['ir.qweb']._render(
                    'complaint_management.case_as_of', dialog._prepare_comparison(now)
                )

    def _prepare_comparison(self, now):
        """Return what the table shows: {'message'} or {'rows': [{'label', 'then', 'now', …}]}."""
        self.ensure_one()
        case = self.case_id._origin
        if self.moment > now:
            return {'message': self.env._("Choose a moment in the past.")}
        [then] = case.get_as_of(self.moment)
        if not then['recorded']:
            return {'message': self.env._("The complaint was not recorded yet.")}
        [present] = case.get_as_of(now)
        then, present = then['values'], present['values']
        return {
            'rows': [
                {
                    'label': label,
                    'then': then[name]['name'],
                    'now': present[name]['name'],
                    'is_unknown': not then[name]['known'],
                    'is_other': then[name]['known']
                    and then[name]['value'] != present[name]['value'],
                }
                for name, label in case._get_as_of_labels().items()
            ]
        }
