from odoo import api, models
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = 'ir.sequence'

    @api.constrains('prefix')
    def _check_complaint_prefix(self):
        """Keep the numbers of different complaint numberings apart when a prefix is changed."""
        procedures = self.env['complaint.procedure'].sudo().with_context(active_test=False)
        owners = procedures.search([('number_sequence_id', '!=', False)])  # whoever edits
        companies = self.env['res.company'].sudo()  # idem
        if self & (owners.number_sequence_id | companies._get_complaint_sequences()):
            owners._check_own_sequence_prefix()

    def _next_batch(self, count):
        """Return the next `count` numbers, in one query where the sequence allows it.

        :param int count: how many
        :rtype: list[str]
        """
        self.ensure_one()
        if self.use_date_range or self.implementation != 'standard':
            return [self._next() for _number in range(count)]
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f'ir_sequence_{self.id:03d}',
                count,
            )
        )
        prefix, suffix = self._get_prefix_suffix()
        return [f'{prefix}{number:0{self.padding}d}{suffix}' for (number,) in rows]

    def _skip_past(self, numbers):
        """Move on behind numbers that came from elsewhere, so that none is given twice.

        :param list numbers: texts; those without this sequence's fixed shape are ignored
        """
        self.ensure_one()
        counters = [counter for number in numbers if (counter := self._parse_counter(number))]
        if not counters or self.use_date_range:
            return
        if max(counters) >= self.number_next_actual:
            self.number_next = max(counters) + 1

    def _parse_counter(self, number):
        """Return the running number inside `number`, or 0 if it has another shape."""
        head = (self.prefix or '').split('%', 1)[0]
        if not number or not number.startswith(head):
            return 0
        suffix = '' if '%' in (self.suffix or '') else (self.suffix or '')
        digits = number.removesuffix(suffix)
        tail = digits[len(digits.rstrip('0123456789')) :]
        return int(tail) if tail and len(tail) <= 15 else 0
