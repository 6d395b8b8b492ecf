from odoo import api, models

# What the answer of a case is reckoned from.
ANSWER_MILESTONES = (
    'department_answered',
    'answered',
    'customer_accepted',
    'customer_rejected',
    'source_replied',
)


class ComplaintEventAnswer(models.Model):
    """The state of a case's answer follows from its events, also when one is revoked."""

    _inherit = 'complaint.event'

    def _after_stamp(self):
        """Let the cases know how their answers stand after what happened, or was revoked."""
        super()._after_stamp()
        codes = self._get_answer_milestones()
        about_answers = self.filtered(
            lambda event: (event.revokes_id or event).milestone_id.id in codes
        )
        about_answers.case_id._update_answer_state()

    @api.model
    def _get_answer_milestones(self):
        """Return {id: code} of the milestones that say how an answer stands."""
        milestones = self.env['complaint.milestone']
        return {milestones._get_id_by_code(code): code for code in ANSWER_MILESTONES}
