from odoo import api, fields, models
from odoo.tools import float_round

from ..const import INTERNAL_KEY, INTERNAL_WRITE
from .complaint_remedy import LIVE_STATES


class ComplaintCaseRemedy(models.Model):
    """What the customer gets on a case, and who must agree to it."""

    _inherit = 'complaint.case'

    remedy_ids = fields.One2many(
        comodel_name='complaint.remedy', inverse_name='case_id', string="Remedies"
    )
    remedy_total = fields.Monetary(
        string="Granted in total",
        compute='_compute_remedy_total',
        currency_field='company_currency_id',
        help="What was granted or given, in the company's currency.",
    )
    company_currency_id = fields.Many2one(
        related='company_id.currency_id', string="Currency of the company"
    )
    shows_remedies = fields.Boolean(string="Remedies in use", compute='_compute_shows_remedies')

    # === COMPUTE METHODS === #

    @api.depends('remedy_ids.company_amount', 'remedy_ids.state')
    def _compute_remedy_total(self):
        for case in self:
            granted = case.remedy_ids.filtered(lambda r: r.state in ('approved', 'executed'))
            case.remedy_total = sum(granted.mapped('company_amount'))

    @api.depends('procedure_id.remedy_mode', 'remedy_ids')
    def _compute_shows_remedies(self):
        for case in self:
            mode = case.procedure_id.remedy_mode
            case.shows_remedies = (mode and mode != 'none') or bool(case.remedy_ids)

    # === ACTIONS === #

    def action_suggest_remedy(self):
        """Open a new suggestion in a dialog."""
        return self._get_dialog('complaint.remedy', self.env._("Suggest a remedy"))

    # === APPROVAL === #

    def _request_remedies(self):
        """Ask for the approvals of what is put forward on these cases, all of a case together.

        The amount at stake is everything that was granted or put forward in this round: many
        small remedies need the approval of a large one. Without a rule that asks they are granted.
        """
        proposals = {}
        for case in self:
            submitted = case._get_submitted_remedies()
            if submitted:
                proposals[case] = {
                    'proposal': '\n'.join(submitted.mapped(lambda r: r._get_proposal())),
                    'amount': case._get_approval_amount('remedy'),
                }
        if not proposals:
            return
        # What a rule asks does not hang on the requests that it replaces.
        asked = self._request_approvals('remedy', proposals).sudo().case_id
        free = self.union(*proposals) - asked
        free._get_submitted_remedies()._set_decided('approved', was_asked=False)

    def _get_live_remedies(self):
        """Return what was put forward, granted or given in the rounds of these cases."""
        return self.sudo().remedy_ids.filtered(  # limits do not depend on who asks
            lambda remedy: remedy.state in LIVE_STATES and remedy.round == remedy.case_id.round
        )

    def _get_submitted_remedies(self):
        return self._get_live_remedies().filtered(lambda remedy: remedy.state == 'submitted')

    def _get_remedy_authors(self):
        """Return who suggested or wrote what is put forward now."""
        submitted = self._get_submitted_remedies()
        return submitted.prepared_by_id | submitted.create_uid

    def _get_approval_amount(self, subject):
        if subject == 'remedy' and (live := self._get_live_remedies()):
            # Approvals keep two decimals; a third one may not fall below what is at stake.
            total = sum(live.mapped('company_amount'))
            return float_round(total, precision_digits=2, rounding_method='UP')
        return super()._get_approval_amount(subject)

    def _get_approval_obstacle(self, subject):
        obstacle = super()._get_approval_obstacle(subject)
        if subject != 'remedy' or not obstacle:
            return obstacle
        live = self._get_live_remedies()
        decided = live and all(r.was_asked and r.state != 'submitted' for r in live)
        asked = self._get_current_approvals('remedy')
        if decided and not asked.filtered(lambda line: line.state in ('waiting', 'pending')):
            return None  # people approved what is left; another one was refused or taken back
        return obstacle

    def _after_approval(self, subject, outcome):
        super()._after_approval(subject, outcome)
        if subject == 'remedy':
            self._get_submitted_remedies()._set_decided(outcome)

    def _request_on_entry(self, subject):
        """Put suggestions forward with the case; without any, the case itself is asked about."""
        if subject != 'remedy':
            return super()._request_on_entry(subject)
        drafts = self._get_suggested_remedies()
        if drafts:
            drafts.action_submit()
        rest = self - drafts.case_id
        return super(ComplaintCaseRemedy, rest)._request_on_entry(subject) if rest else None

    def _get_suggested_remedies(self):
        return self.remedy_ids.filtered(
            lambda remedy: remedy.state == 'draft' and remedy.round == remedy.case_id.round
        )

    def _is_fault_confirmed(self):
        """Say whether the history holds that the fault or the wrong charge is proven."""
        self.ensure_one()
        # What a gate asks does not depend on who asks.
        return bool(self.sudo().event_ids._get_effective(['confirmed']))

    # === MOVES === #

    def _get_move_obstacles(self, stage):
        obstacles = super()._get_move_obstacles(stage)
        if stage.approval_subject == 'remedy':
            for remedy, sentences in self._get_suggested_remedies()._get_submit_obstacles().items():
                obstacles.setdefault(remedy.case_id, []).extend(sentences)
        return obstacles

    def _get_closing_obstacles(self, stage):
        sentences = super()._get_closing_obstacles(stage)
        if stage.phase != 'closed_normal':
            return sentences
        owed = self.sudo().remedy_ids.filtered(  # also what the mover does not see
            lambda remedy: remedy.state in ('submitted', 'approved')
        )
        if owed:
            sentences.append(
                self.env._(
                    "Give the customer what was granted first, or take it back: %(remedies)s.",
                    remedies=', '.join(owed.mapped('display_name')),
                )
            )
        return sentences

    def _after_move(self, stage):
        super()._after_move(stage)
        if stage.is_closed:
            # Suggestions end with the complaint; what was granted is still owed.
            left = self.sudo().remedy_ids.filtered(  # who closes need not have written them
                lambda remedy: remedy.state in ('draft', 'submitted')
            )
            if left:
                left._write_internal({'state': 'cancelled'})

    def unlink(self):
        if self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE:
            self.remedy_ids.unlink()
        return super().unlink()
