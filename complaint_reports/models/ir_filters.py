from odoo import api, models


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
        _ = self.env._
        return {
            "What are the root causes?": _("What are the root causes?"),
            "What is complained about most, month by month?": _(
                "What is complained about most, month by month?"
            ),
            "Who has to complain about the same again?": _(
                "Who has to complain about the same again?"
            ),
            "Which departments and people have the same problem again?": _(
                "Which departments and people have the same problem again?"
            ),
            "Which complaints took more than one round?": _(
                "Which complaints took more than one round?"
            ),
            "How content are the customers?": _("How content are the customers?"),
            "How many complaints were justified?": _("How many complaints were justified?"),
            "How many complaints come, month by month?": _(
                "How many complaints come, month by month?"
            ),
            "How fast does a complaint reach who must solve it?": _(
                "How fast does a complaint reach who must solve it?"
            ),
            "How long does each step take?": _("How long does each step take?"),
            "What is hard and still open?": _("What is hard and still open?"),
            "What do failures cost us?": _("What do failures cost us?"),
            "What do we pay back and compensate?": _("What do we pay back and compensate?"),
            "Which solution works for which cause?": _("Which solution works for which cause?"),
            "Which departments keep their time limits?": _(
                "Which departments keep their time limits?"
            ),
            "Which time limits are missed most?": _("Which time limits are missed most?"),
            "What is at risk now?": _("What is at risk now?"),
            "Which improvements are past their limit?": _(
                "Which improvements are past their limit?"
            ),
            "Which measures had an effect?": _("Which measures had an effect?"),
            "Which measures are still to be deployed elsewhere?": _(
                "Which measures are still to be deployed elsewhere?"
            ),
            "Which suggestions were adopted?": _("Which suggestions were adopted?"),
            "What did inspections find?": _("What did inspections find?"),
            "Which products cause failure costs?": _("Which products cause failure costs?"),
            "What was given, month by month?": _("What was given, month by month?"),
            "Who did not keep promises?": _("Who did not keep promises?"),
            "What was promised, month by month?": _("What was promised, month by month?"),
            "Ledger by department": _("Ledger by department"),
            "Ledger by month": _("Ledger by month"),
            "Repeats by department": _("Repeats by department"),
            "Repeats by category": _("Repeats by category"),
            "Satisfaction by department": _("Satisfaction by department"),
            "Who is dissatisfied?": _("Who is dissatisfied?"),
        }
