from odoo import Command

from .test_approval_rule import ApprovalCommon


class RemedyCommon(ApprovalCommon):
    """A procedure that gives remedies, and rules about them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What an example installed beside our tests asks of remedies is none of theirs.
        cls.rules.search([('subject', '=', 'remedy')]).active = False
        cls.env['complaint.category'].search([]).remedy_rule_id = False
        cls.procedure.remedy_mode = 'open'
        cls.currency = cls.env.company.currency_id
        cls.remedies = cls.env['complaint.remedy'].with_user(cls.handler)

    @classmethod
    def _remedy_rule(cls, **values):
        return cls.env['complaint.remedy.rule'].create(
            {
                'name': "The rule",
                'procedure_id': cls.procedure.id,
                'legal_basis': "Tariff 7",
                'kind': 'compensation',
                **values,
            }
        )

    def _suggest(self, case=None, user=None, **values):
        """Let the handler suggest a compensation of 100."""
        return self.remedies.with_user(user or self.handler).create(
            {
                'case_id': (case or self._case()).id,
                'kind': 'compensation',
                'item': "The bag",
                'amount': 100,
                'basis': "Terms, clause 4",
                **values,
            }
        )

    def _grant(self, case=None, **values):
        remedy = self._suggest(case, **values)
        remedy.action_submit()
        self.assertEqual(remedy.state, 'approved')
        return remedy

    @classmethod
    def _currency(cls, name, rate, rounding=None):
        """Return a currency with so many units for one of the company's."""
        currency = cls.env['res.currency'].with_context(active_test=False)
        currency = currency.search([('name', '=', name)]) or currency.create(
            {'name': name, 'symbol': name, 'rounding': rounding or 0.01}
        )
        currency.write(
            {
                'active': True,
                **({'rounding': rounding} if rounding else {}),
                'rate_ids': [Command.clear(), Command.create({'name': '2020-01-01', 'rate': rate})],
            }
        )
        return currency
