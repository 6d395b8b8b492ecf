from odoo import api, models


class ComplaintSlaTraceNames(models.AbstractModel):
    """Names of holidays and make-up days in an explanation, in the reader's language."""

    _inherit = 'complaint.sla.trace'

    @api.model
    def _add_names(self, sentence, step):
        if names := step.get('names'):
            step = {**step, 'names': self.env['complaint.workday']._translate_names(names)}
        return super()._add_names(sentence, step)
