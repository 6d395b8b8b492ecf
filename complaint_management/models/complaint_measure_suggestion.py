from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.masked_fields import MaskedMany2one


class ComplaintMeasureSuggestion(models.Model):
    """A suggestion of a customer or of staff: assessed, adopted, rewarded (PAWN-4.1-d, 5.2-c)."""

    _inherit = 'complaint.measure'

    suggested_by = fields.Selection(
        selection=[('customer', "Customer"), ('staff', "Our own people")],
        string="Source of the suggestion",
    )
    suggester_id = MaskedMany2one(
        mask='name',
        comodel_name='res.partner',
        string="Who suggested it",
        ondelete='restrict',
        index='btree_not_null',
    )
    assessment = fields.Text(
        string="Assessment of the suggestion",
        help="What it is worth, and why it is adopted or not.",
    )
    assessed_at = fields.Datetime(string="Assessed at", readonly=True)
    assessed_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Assessed by",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )
    reward = fields.Char(help="Certificate, goods or money for whoever suggested it.")
    rewarded_at = fields.Datetime(string="Rewarded at", readonly=True)
    rewarded_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Rewarded by",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )

    # === MASK === #

    def _hides(self, mask):
        """Hide who suggested it as the complainant is hidden; who belongs to us is no secret.

        Whether it was the complainant is not asked: who tries names would learn it.
        """
        return self.sudo().suggester_id.partner_share and super()._hides(mask)  # is not told

    # === COURSE === #

    def _begin_suggestions(self):
        """A suggestion begins as one: somebody decides first whether it is carried out."""
        suggestions = self.filtered(lambda measure: measure.kind == 'suggestion')
        if suggestions:
            suggestions._write_course({'state': 'proposed'})

    # === ACTIONS === #

    def action_adopt(self):
        """Adopt suggestions: from now on they are to be done."""
        self._assess('todo')
        self._refresh_reminders()
        return True

    def action_decline(self):
        """Decide that suggestions are not carried out."""
        self._assess('declined')
        return True

    def action_reward(self):
        """Record that whoever made an adopted suggestion was rewarded for it."""
        self._check_decider()
        if any(
            measure.kind != 'suggestion' or measure.state in ('proposed', 'declined')
            for measure in self
        ):
            raise UserError(self.env._("Only an adopted suggestion is rewarded."))
        if any(measure.rewarded_at for measure in self):
            raise UserError(self.env._("This suggestion was rewarded already."))
        if not all((measure.reward or '').strip() for measure in self):
            raise UserError(self.env._("Write down what the reward is."))
        self._write_course({'rewarded_at': self._now(), 'rewarded_by_id': self.env.uid})
        return True

    def _assess(self, state):
        self._check_decider()
        self._check_course(
            ('proposed',), self.env._("Only a suggestion that is not assessed yet is decided on.")
        )
        if not all((measure.assessment or '').strip() for measure in self):
            raise UserError(self.env._("Write the assessment of the suggestion first."))
        self._write_course(
            {'state': state, 'assessed_at': self._now(), 'assessed_by_id': self.env.uid}
        )

    def _check_decider(self):
        """Managers and the committee decide on suggestions.

        :raise AccessError: the user is neither
        """
        self.check_access('write')
        groups = (
            'complaint_management.group_complaint_manager,'
            'complaint_management.group_complaint_committee'
        )
        if not (self.env.su or self.env.user.has_groups(groups)):
            raise AccessError(self.env._("Managers and the handling team decide on suggestions."))
