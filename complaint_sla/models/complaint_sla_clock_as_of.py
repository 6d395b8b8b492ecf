from odoo import fields, models

# What a look back needs of a clock.
KEPT_FIELDS = ('state', 'deadline')


class ComplaintSlaClockAsOf(models.Model):
    """What a clock said before: kept in its own row, so that keeping it costs no query."""

    _inherit = 'complaint.sla.clock'

    # [{'until': text in UTC, 'state': …, 'deadline': text in UTC}, …], oldest first
    past = fields.Json(readonly=True)

    def write(self, vals):
        """Keep what state and deadline were until now."""
        if not vals.keys() & set(KEPT_FIELDS):
            return super().write(vals)
        for clock in self:
            super(ComplaintSlaClockAsOf, clock).write({**vals, **clock._prepare_past(vals)})
        return True

    def _prepare_past(self, vals):
        self.ensure_one()
        now = fields.Datetime.to_string(self._get_now())
        past = self.past or []
        is_change = any(
            name in vals and self._fields[name].convert_to_write(self[name], self) != vals[name]
            for name in KEPT_FIELDS
        )
        if not is_change or (past and past[-1]['until'] == now):
            return {}
        deadline = fields.Datetime.to_string(self.deadline)
        return {'past': [*past, {'until': now, 'state': self.state, 'deadline': deadline}]}

    def _get_as_of(self, moment):
        """Return the state and the deadline of this clock at a moment, None if it was not there.

        :param datetime moment: UTC, whole seconds
        :return: (state, naive UTC datetime)
        """
        self.ensure_one()
        if self.create_date.replace(microsecond=0) > moment:
            return None
        text = fields.Datetime.to_string(moment)
        for row in self.past or ():
            if row['until'] > text:
                return row['state'], fields.Datetime.to_datetime(row['deadline'])
        return self.state, self.deadline
