from odoo import api, fields, models
from odoo.exceptions import UserError

# Whom the procedure makes the follow-up owner: the role of `_get_recipients`.
FOLLOWUP_ROLES = {
    'contact_owner': 'owner',
    'handler': 'handler',
    'department_head': 'department_head',
    'team_leader': 'team_leader',
}


class ComplaintCaseOwner(models.Model):
    """Who answers for a case to the end, whoever works on it."""

    _inherit = 'complaint.case'

    investigator_id = fields.Many2one(
        comodel_name='res.users',
        tracking=True,
        copy=False,
        index='btree_not_null',
        ondelete='restrict',
        domain=[('share', '=', False)],
        help="The person whom the department names to investigate.",
    )
    is_followup_by_hand = fields.Boolean(
        string="Follow-up owner named by a person", readonly=True, copy=False
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'is_followup_by_hand'}

    # === FIRST CONTACT === #

    def _check_new_contact_owner(self, vals):
        """Keep the first-contact owner through all transfers (TEL-2.1-a).

        :raise UserError: somebody who is no manager changes the owner of a registered case
        """
        if 'contact_owner_id' not in vals or self.env.su:
            return
        owner_id = vals['contact_owner_id'] or False
        changed = self.filtered(
            lambda case: case.registered_at and case.contact_owner_id.id != owner_id
        )
        manager = 'complaint_management.group_complaint_manager'
        if changed and not self.env.user.has_group(manager):
            raise UserError(
                self.env._(
                    "The first-contact owner answers to the customer to the end and does not "
                    "change with a transfer. Only a manager may name somebody else."
                )
            )

    # === FOLLOW-UP === #

    @api.model
    def _complete_values(self, vals, history):
        super()._complete_values(vals, history)
        vals['is_followup_by_hand'] = bool(vals.get('followup_user_id'))

    def _apply_rules(self):
        super()._apply_rules()
        self._sync_followup_owner()

    def _sync_followup_owner(self):
        """Let the role that the procedure names follow the case (T1), unless a person chose."""
        groups = {}
        for case in self.filtered(lambda case: not case.is_followup_by_hand):
            user = case._get_followup_owner()
            if user != case.followup_user_id:
                groups[user] = groups.get(user, self.browse()) | case
        for user, cases in groups.items():
            cases.with_context(tracking_disable=True)._write_internal({'followup_user_id': user.id})

    def _get_followup_owner(self):
        """Return who follows this case by its procedure; while nobody does, the first contact."""
        self.ensure_one()
        owner = self.contact_owner_id
        if not (owner or self.registered_at or self.env.su) and self.env.user._is_internal():
            owner = self.env.user  # who registers becomes it
        switch = self.procedure_id.followup_owner
        if switch == 'contact_owner':
            return owner
        users = self._get_recipients(FOLLOWUP_ROLES[switch])[:1]
        return users if users and users._may_work_on_complaints() else owner
