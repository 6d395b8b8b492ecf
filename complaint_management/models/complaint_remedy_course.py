from odoo import models
from odoo.exceptions import UserError

from ..const import REMEDY_MONEY_KINDS
from ..tools.dialogs import get_dialog, get_record_dialog
from .complaint_remedy import OPEN_STATES

# Who puts forward what others suggest, where the procedure lets staff only suggest.
FORWARDING_ROLES = ('manager', 'committee')


class ComplaintRemedyCourse(models.Model):
    """How a remedy goes on: put forward, decided, given, told; one method for each step."""

    _inherit = 'complaint.remedy'

    # === ACTIONS === #

    def action_submit(self):
        """Put suggestions forward; where no rule asks anybody, they are granted at once.

        :raise UserError: says of each what is missing; none is put forward then
        """
        self.check_access('write')
        self.filtered(lambda remedy: remedy.state == 'draft')._refresh_computed_amount()
        self._raise_obstacles(self._get_submit_obstacles())
        self._write_internal(
            {
                'state': 'submitted',
                'submitted_at': self._now(),
                'submitted_by_id': self.env.uid,
                'decided_at': False,
                'was_asked': False,
            }
        )
        self.case_id._request_remedies()
        return True

    def action_take_back(self):
        """Make suggestions again of what was put forward and not given yet; or of dropped ones."""
        self.check_access('write')
        self._check_states(
            ('submitted', 'approved', 'refused', 'cancelled'),
            self.env._("What was given stays as it is. Only what was not given is taken back."),
        )
        self._reset('draft')
        return True

    def action_drop(self):
        """Give up what was not given."""
        self.check_access('write')
        self._check_states(
            ('draft', 'submitted', 'approved', 'refused'),
            self.env._("What was given stays as it is. Only what was not given is dropped."),
        )
        self._reset('cancelled')
        return True

    def action_execute(self):
        """Ask when and how it was given."""
        self.ensure_one()
        self.check_access('write')
        self._raise_obstacles(self._get_state_obstacles())
        return self._get_execute_dialog(self.env._("Given to the customer"))

    def action_tell(self):
        """Ask how the customer was told that it was given."""
        self.ensure_one()
        self.check_access('write')
        self._check_states(('executed',), self.env._("Tell the customer when it was given."))
        return self._get_execute_dialog(self.env._("The customer was told"), default_told=True)

    def action_open(self):
        """Open the remedy in a dialog."""
        self.ensure_one()
        return get_record_dialog(self, self.env._("Remedy"))

    def _get_execute_dialog(self, title, **context):
        return get_dialog('complaint.remedy.execute', title, default_remedy_id=self.id, **context)

    # === BUSINESS METHODS === #

    def _execute(self, values=None, executed_at=None, reason=None):
        """Record that these remedies were given (TEL-2.8).

        :param dict values: `means`, `means_reason` and `reference`, where they are settled now
        :param datetime executed_at: UTC; default now
        :param str reason: why it is recorded so late, needed when `executed_at` lies back
        :raise UserError: says of each what is missing; none is given then
        """
        self.check_access('write')
        self.case_id._check_business_time(executed_at, reason)
        if values:
            self._raise_obstacles(self._get_state_obstacles())
            self.write(values)
        self._raise_obstacles(self._get_execute_obstacles())
        moment = (executed_at or self.env.cr.now()).replace(microsecond=0)
        self._write_internal(
            {'state': 'executed', 'executed_at': moment, 'executed_by_id': self.env.uid}
        )
        self._record_events('remedied', moment=moment, note=reason)
        return True

    def _tell(self, means, content):
        """Keep that the customer was told what was given (TEL-2.8-d).

        :param str means: one of CONTACT_MEANS
        :raise UserError: nothing is written, or it was not given yet
        """
        self.ensure_one()
        self.check_access('write')
        self._check_states(('executed',), self.env._("Tell the customer when it was given."))
        if not (content or '').strip():
            raise UserError(self.env._("Write what the customer was told."))
        self.case_id._record_contact({'purpose': 'progress', 'means': means, 'content': content})
        self._write_internal({'told_at': self._now()})
        return True

    def _set_decided(self, outcome, was_asked=True):
        """Take over how the approvals of these remedies ended.

        :param str outcome: 'approved' or 'refused'
        """
        if self:
            # An approver who may not write the complaint decides about its remedies.
            self.sudo()._write_internal(
                {'state': outcome, 'decided_at': self._now(), 'was_asked': was_asked}
            )

    def _reset(self, state):
        """Bring remedies to a state in which nobody decides about them."""
        asked = self.filtered(lambda remedy: remedy.state == 'submitted').case_id
        self._write_internal({'state': state, 'decided_at': False, 'was_asked': False})
        if asked:
            asked._withdraw_approvals('remedy')
            asked._request_remedies()

    def _now(self):
        return self.env.cr.now().replace(microsecond=0)

    def _check_states(self, states, sentence):
        if any(remedy.state not in states for remedy in self):
            raise UserError(sentence)

    # === OBSTACLES === #

    def _get_submit_obstacles(self):
        """Return {remedy: [sentences]} that say why it cannot be put forward."""
        obstacles = {}
        for remedy in self:
            if remedy.state != 'draft':
                obstacles[remedy] = [self.env._("Only a suggestion can be put forward.")]
                continue
            sentences = remedy._get_amount_obstacles()
            sentences += filter(
                None, (remedy._get_suggest_obstacle(), remedy._get_unproven_obstacle())
            )
            if sentences:
                obstacles[remedy] = sentences
        return obstacles

    def _get_suggest_obstacle(self):
        """Return the sentence that says that the user only suggests, or None (PROPERTY-5.5)."""
        self.ensure_one()
        if self.procedure_id.remedy_mode != 'suggest' or self.env.su:
            return None
        if any(
            self.env.user.has_group(f'complaint_management.group_complaint_{role}')
            for role in FORWARDING_ROLES
        ):
            return None
        return self.env._("You suggest only: a manager puts it forward. Promise nothing.")

    def _get_unproven_obstacle(self):
        """Return the sentence that asks to verify first, or None (TEL-2.8-a)."""
        self.ensure_one()
        if not self.rule_id.needs_confirmation or self.case_id._is_fault_confirmed():
            return None
        return self.env._(
            "Verify first, give after: the fault or wrong charge is not confirmed in the history "
            "(milestone “%(milestone)s”).",
            milestone=self.env['complaint.milestone']._get_by_code('confirmed').name,
        )

    def _get_state_obstacles(self):
        return {
            remedy: [self.env._("Only what was granted can be given.")]
            for remedy in self
            if remedy.state != 'approved'
        }

    def _get_execute_obstacles(self):
        """Return {remedy: [sentences]} that say why it cannot be given yet."""
        obstacles = self._get_state_obstacles()
        for remedy in self.filtered(lambda remedy: remedy not in obstacles):
            sentences = list(
                filter(
                    None,
                    (
                        remedy._get_unproven_obstacle(),
                        remedy._get_means_obstacle(),
                        # Granted without anybody asked: do the rules of now ask somebody?
                        not remedy.was_asked and remedy.case_id._get_approval_obstacle('remedy'),
                    ),
                )
            )
            if sentences:
                obstacles[remedy] = sentences
        return obstacles

    def _get_means_obstacle(self):
        """Return the sentence about the way it is given, or None (TEL-2.8-c)."""
        self.ensure_one()
        if not self.means:
            if self.kind not in REMEDY_MONEY_KINDS:
                return None
            return self.env._("Say how it is given.")
        is_other = self.procedure_id.remedy_credit_first and self.means != 'credit'
        if self.kind in REMEDY_MONEY_KINDS and is_other and not (self.means_reason or '').strip():
            return self.env._(
                "Credit to the account comes first: say why it is given in another way."
            )
        return None

    def _filter_open(self):
        """Return those that are neither given nor given up."""
        return self.filtered(lambda remedy: remedy.state in OPEN_STATES)
