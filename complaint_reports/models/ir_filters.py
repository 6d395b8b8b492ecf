from odoo import api, models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# What our favourites are called: questions that managers ask (requirements, 2.15).
NAMES = (
    _lt("What are the root causes?"),
    _lt("Why were faults not found before?"),
    _lt("What is complained about most, month by month?"),
    _lt("Who has to complain about the same again?"),
    _lt("Which departments and people have the same problem again?"),
    _lt("Which complaints took more than one round?"),
    _lt("Which complaints did customers escalate?"),
    _lt("How content are the customers?"),
    _lt("How content are customers with a complaint, and with a grievance?"),
    _lt("How many complaints were justified?"),
    _lt("How many complaints come, month by month?"),
    _lt("How fast does a complaint reach who must solve it?"),
    _lt("How long does each step take?"),
    _lt("What is hard and still open?"),
    _lt("What do failures cost us?"),
    _lt("What do we pay back and compensate?"),
    _lt("Which solution works for which cause?"),
    _lt("Which departments keep their time limits?"),
    _lt("Which time limits are missed most?"),
    _lt("What is at risk now?"),
    _lt("Which improvements are past their limit?"),
    _lt("Which measures had an effect?"),
    _lt("Which measures are still to be deployed elsewhere?"),
    _lt("Which suggestions were adopted?"),
    _lt("What did inspections find?"),
    _lt("Which products cause failure costs?"),
    _lt("What was given, month by month?"),
    _lt("Who did not keep promises?"),
    _lt("What was promised, month by month?"),
    _lt("Ledger by department"),
    _lt("Ledger by month"),
    _lt("Repeats by department"),
    _lt("Repeats by category"),
    _lt("Satisfaction by department"),
    _lt("Who is dissatisfied?"),
)


class IrFilters(models.Model):
    _inherit = 'ir.filters'

    @api.model
    def get_filters(self, model, action_id=None, *args, **kwargs):
        """Show the favourites that come with the suite in the language of the user.

        Odoo keeps one name for all languages; the record stays as it is.
        """
        favourites = super().get_filters(model, action_id, *args, **kwargs)
        if not model.startswith('complaint.'):
            return favourites
        names = self._get_complaint_names()
        return [{**row, 'name': names.get(row['name'], row['name'])} for row in favourites]

    @api.model
    def _get_complaint_names(self):
        """Return {name of a favourite of ours: the same in the language of the user}."""
        return {name._source: self.env._(name) for name in NAMES}
