from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.complaint_management.const import INTERNAL_WRITE

from .complaint_sla_escalation import LADDER_KEY


class ComplaintSlaPolicyEscalation(models.Model):
    """The ladder of a policy; running clocks keep the one under which they started."""

    _inherit = 'complaint.sla.policy'

    escalation_ids = fields.One2many(
        comodel_name='complaint.sla.escalation',
        inverse_name='policy_id',
        string="Escalations",
        copy=True,
        help="Empty: the handler is told at the deadline.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        policies = super(ComplaintSlaPolicyEscalation, self._with_ladder()).create(vals_list)
        return policies.with_env(self.env)

    def write(self, vals):
        return super(ComplaintSlaPolicyEscalation, self._with_ladder()).write(vals)

    def _with_ladder(self):
        return self.with_context(**{LADDER_KEY: INTERNAL_WRITE})

    # === VERSIONS === #

    def _changes_version(self, vals):
        # The form sends the ladder along only when a rung of it changed.
        return bool(vals.get('escalation_ids')) or super()._changes_version(vals)

    def _begin_ladder_version(self):
        """Begin the next version of those policies by which clocks run: their ladder changes."""
        used = self._filtered_used()
        used._keep_version()
        for policy in used:
            policy.write({'version': policy.version + 1})
        self.env.registry.clear_cache()

    def _keep_version(self):
        """Keep the ladder with the version, and let what is planned go on by the kept one."""
        result = super(ComplaintSlaPolicyEscalation, self._with_ladder())._keep_version()
        kept = self.with_context(active_test=False).search(
            [('current_id', 'in', self.ids)], order='id desc'
        )
        for policy in self:
            version = kept.filtered(
                lambda p, policy=policy: p.current_id == policy and p.version == policy.version
            )[:1]
            policy._hand_reminders_to(version)
        return result

    def _hand_reminders_to(self, version):
        """Let the reminders of this policy's rungs belong to the same rungs of a kept version."""
        self.ensure_one()
        reminders = self.env['complaint.sla.reminder']
        for own, copied in zip(self.escalation_ids, version.escalation_ids, strict=True):
            copied._with_origin(own)
            reminders.flush_model(['escalation_id'])
            self.env.cr.execute(
                SQL(
                    "UPDATE complaint_sla_reminder SET escalation_id = %s WHERE escalation_id = %s",
                    copied.id,
                    own.id,
                )
            )
        reminders.invalidate_model(['escalation_id'])
