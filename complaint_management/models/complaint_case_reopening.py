from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

REASON_KEY = 'complaint_reopening_reason'


class ReopeningReason(str):
    """A reason that came through `_move_to`: no client can send an object of this class."""

    __slots__ = ()


class ComplaintCaseReopening(models.Model):
    """Taking a closed case up again, within the window of its procedure."""

    _inherit = 'complaint.case'

    def action_reopen(self):
        """Ask for the stage where the case is taken up again, and why."""
        return self._get_dialog('complaint.case.reopen', self.env._("Reopen"))

    def _reopen(self, stage, reason):
        """Take closed cases up again in an open stage.

        :param str reason: kept in the history
        :raise UserError: not closed, no open stage, no reason, or anything `_move_to` refuses
        """
        sentences = []
        if opened := self.filtered(lambda case: not case.is_closed):
            sentences += [
                self.env._("%(complaint)s is not closed.", complaint=case.display_name)
                for case in opened
            ]
        if stage.is_closed:
            sentences.append(self.env._("Choose an open stage."))
        if not (reason or '').strip():
            sentences.append(self.env._("Say why the complaint is taken up again."))
        if sentences:
            raise UserError('\n'.join(sentences))
        return self._move_to(stage, reason=reason)

    def _get_reopening_stage(self):
        """Return the stage where work on a closed case usually begins again."""
        self.ensure_one()
        stages = self.procedure_id.stage_ids.filtered(lambda stage: not stage.is_closed)
        stages = stages.sorted(lambda stage: (stage.sequence, stage.id))
        fitting = stages.filtered(lambda stage: stage.phase == 'investigation')
        return fitting[:1] or stages.filtered(lambda stage: stage.phase != 'intake')[:1]

    # === OBSTACLES === #

    def _move_to(self, stage, reason=None, occurred_at=None, new_round=False):
        # The cases first: the stage is read later, together with the one they leave.
        if not any(self.mapped('is_closed')) or stage.is_closed:
            return super()._move_to(stage, reason, occurred_at, new_round)
        told = ReopeningReason((reason or '').strip())
        cases = self.with_context(**{REASON_KEY: told})
        moved = super(ComplaintCaseReopening, cases)._move_to(stage, reason, occurred_at, new_round)
        return moved.with_env(self.env)

    def _get_move_obstacles(self, stage):
        obstacles = super()._get_move_obstacles(stage)
        if not stage.is_closed:
            for case in self:
                if sentence := case._get_reopening_obstacle():
                    obstacles.setdefault(case, []).append(sentence)
        return obstacles

    def _get_reopening_obstacle(self):
        """Return the sentence why this case cannot be taken up again any more, or None."""
        self.ensure_one()
        if not (self.is_closed and self.closed_at):
            return None
        days = self.procedure_id.reopen_window_days
        if not days or self.closed_at + timedelta(days=days) >= self.env.cr.now():
            return None
        roles = ('committee', 'admin')
        if not any(
            self.env.user.has_group(f'complaint_management.group_complaint_{role}')
            for role in roles
        ):
            return self.env._(
                "It was closed on %(date)s, more than %(days)s days ago. Register a new complaint "
                "and link it to this one; only the committee or an administrator may reopen it, "
                "for a reason.",
                date=format_date(self.env, self.closed_at),
                days=days,
            )
        reason = self.env.context.get(REASON_KEY)
        if isinstance(reason, ReopeningReason) and reason:
            return None
        return self.env._(
            "It was closed on %(date)s, more than %(days)s days ago. Use Reopen and say why.",
            date=format_date(self.env, self.closed_at),
            days=days,
        )
