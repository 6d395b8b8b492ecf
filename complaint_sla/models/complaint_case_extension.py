from odoo import api, fields, models

from .complaint_sla_extension import PENDING_STATES


class ComplaintCaseExtension(models.Model):
    """Extensions of the time limits of a case: decided by its approvals, told to its customer."""

    _inherit = 'complaint.case'

    sla_extension_ids = fields.One2many(
        comodel_name='complaint.sla.extension', inverse_name='case_id', string="Extensions"
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'sla_extension_ids'}

    # === DECIDED === #

    def _after_approval(self, subject, outcome):
        super()._after_approval(subject, outcome)
        if subject != 'extension':
            return
        extensions = self.sudo().sla_extension_ids.filtered(  # who approves may only read
            lambda extension: extension.state == 'asked' and extension.has_rule
        )
        for extension in extensions.sudo(self.env.su):
            approvals = extension.sudo().case_id._get_current_approvals('extension')  # idem
            last = approvals.sorted('decided_at')[-1:]
            if outcome == 'approved':
                extension._approve(last.note)
            else:
                extension._refuse(last.note)

    # === TOLD === #

    def _tell_extensions(self, moment):
        """Let what was approved come into force, now that the customers were told.

        :param datetime moment: UTC, when
        """
        extensions = self.sudo().sla_extension_ids  # who records the contact may only read them
        extensions.filtered(lambda extension: extension.state == 'approved')._put_in_force(moment)

    def _get_extension_date(self):
        """Return the date of an extension that is approved and still to be told, if any."""
        extensions = self.sudo().sla_extension_ids  # the customer may not see extensions
        approved = extensions.filtered(lambda extension: extension.state == 'approved')
        return approved[:1].planned_deadline or super()._get_extension_date()

    # === CLOSED === #

    def _stamp_move(self, stage, payloads, reopened, reason, moment):
        super()._stamp_move(stage, payloads, reopened, reason, moment)
        if stage.is_closed:
            extensions = self.sudo().sla_extension_ids  # nothing is left to extend
            extensions.filtered(lambda e: e.state in PENDING_STATES)._settle('cancelled')
