from odoo import api, models


class ComplaintSlaTraceMerge(models.AbstractModel):
    """Tells where a deadline comes from that another complaint had."""

    _inherit = 'complaint.sla.trace'

    @api.model
    def _say_merged(self, step, tz):
        return self.env._(
            "A complaint was merged into this one on %(moment)s, and its earlier deadline holds.",
            moment=self._format_moment(step['at'], tz),
        )
