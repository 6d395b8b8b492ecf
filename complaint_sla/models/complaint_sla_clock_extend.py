from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from odoo.addons.complaint_management.tools.dialogs import get_dialog

from ..tools.adjustments import Extension
from .complaint_sla_clock import OPEN_STATES
from .complaint_sla_clock_reconcile import Ending
from .complaint_sla_extension import COUNTED_STATES, PENDING_STATES


class ComplaintSlaClockExtend(models.Model):
    """How more time is asked for, and what it would mean."""

    _inherit = 'complaint.sla.clock'

    def _ask_extension(self, reason, value=0, unit='day', new_deadline=None):
        """Ask for more time for this limit: a span, or a new deadline.

        :param str reason: why; whoever decides reads it, and the notice to the customer
        :param int value: how many units more, or 0 with a new deadline
        :param str unit: minute, hour, day, week or month
        :param datetime new_deadline: UTC
        :return: complaint.sla.extension record
        :raise UserError: every reason why it cannot be asked for
        """
        self.ensure_one()
        self.case_id.check_access('write')
        extension = Extension(value or 0, unit, new_deadline or None, (reason or '').strip())
        if obstacles := self._get_extension_obstacles(extension):
            raise UserError('\n'.join(obstacles))
        return self.env['complaint.sla.extension']._ask(
            self,
            {
                'value': extension.value,
                'unit': False if new_deadline else unit,
                'new_deadline': new_deadline or False,
                'reason': extension.name,
                'planned_deadline': self._preview_extension(extension),
            },
        )

    def _get_extension_obstacles(self, extension):
        """Return the sentences that say why this much more time cannot be asked for."""
        obstacles = self._get_asking_obstacles()
        if not extension.name:
            obstacles.append(self.env._("Say why more time is needed."))
        if bool(extension.value) == bool(extension.until):
            obstacles.append(self.env._("Give either a number of units or a new deadline."))
        elif extension.value < 0:
            obstacles.append(self.env._("An extension adds time: give a positive number."))
        elif extension.value and extension.unit not in self.policy_id._get_extension_units():
            obstacles.append(
                self.env._("A limit of working time is not extended by months: months have none.")
            )
        elif not obstacles:
            obstacles += self._get_date_obstacles(self._preview_extension(extension))
        return obstacles

    def _get_asking_obstacles(self):
        """Return the sentences that say why nothing more can be asked for now."""
        self.ensure_one()
        clock = self.sudo()  # requests of others count too, and a policy is no secret
        policy = clock.policy_id
        obstacles = []
        if clock.state not in OPEN_STATES:
            obstacles.append(self.env._("This time limit has ended: there is nothing to extend."))
        elif clock.is_late:
            obstacles.append(self.env._("The deadline has passed: what is late is not extended."))
        counted = clock.extension_ids.filtered(lambda e: e.state in COUNTED_STATES)
        if not policy.extension_max:
            obstacles.append(
                self.env._("The time limit “%(limit)s” cannot be extended.", limit=policy.name)
            )
        elif len(counted) >= policy.extension_max:
            obstacles.append(
                self.env._(
                    "“%(limit)s” may be extended %(count)s time(s), and was already.",
                    limit=policy.name,
                    count=policy.extension_max,
                )
            )
        waiting = clock.case_id.sla_extension_ids.filtered(lambda e: e.state in PENDING_STATES)
        if waiting:
            obstacles.append(
                self.env._(
                    "Another extension of this complaint is not settled yet: %(limit)s.",
                    limit=waiting[0].clock_id.policy_id.name,
                )
            )
        return obstacles

    def _get_date_obstacles(self, deadline):
        """Return the sentences that say why this deadline cannot be granted."""
        clock = self.sudo()  # idem
        if deadline <= clock.deadline:
            return [self.env._("The new deadline must be later than the one that holds now.")]
        cap = clock.policy_id.extension_max_days
        first = clock._preview_extension(None)
        if cap and deadline > first + timedelta(days=cap):
            return [
                self.env._(
                    "“%(limit)s” may be extended by %(days)s days in all, until %(latest)s.",
                    limit=clock.policy_id.name,
                    days=cap,
                    latest=format_datetime(
                        self.env, first + timedelta(days=cap), tz=clock.tz, dt_format='short'
                    ),
                )
            ]
        return []

    def _preview_extension(self, extension):
        """Return the deadline that this clock would have; nothing is written.

        :param Extension extension: on top of those in force; None: without any at all
        :return: naive UTC datetime
        """
        self.ensure_one()
        clock = self.sudo()  # reckoned from what the engine reads
        case = clock.case_id
        batch = clock._prepare_batch(case, case.sla_clock_ids, set(), set())
        granted = batch.terms.extensions
        granted[clock.id] = [*granted.get(clock.id, ()), extension] if extension else []
        rule = clock._get_rule(batch)
        span = clock._get_own_span(rule, batch)
        inputs = clock._get_inputs(case, rule, span, Ending(None, None), clock.applied_at, batch)
        calendar = clock.calendar_id if clock._has_countable_calendar() else clock.calendar_id[:0]
        return clock._reckon_dates(case, rule, calendar, inputs)['deadline']

    # === ACTIONS === #

    def action_extend(self):
        """Ask how much more time is needed, and why."""
        self.ensure_one()
        return get_dialog(
            'complaint.sla.clock.extend',
            self.env._("Extend the time limit"),
            default_clock_id=self.id,
        )
