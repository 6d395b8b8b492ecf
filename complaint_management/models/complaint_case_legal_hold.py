from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class ComplaintCaseLegalHold(models.Model):
    """While a court, an authority or the law may ask for a case, nothing of it is erased (C17)."""

    _inherit = 'complaint.case'

    is_legal_hold = fields.Boolean(string="Legal hold", readonly=True, copy=False)
    legal_hold_reason = fields.Text(string="Reason of the legal hold", readonly=True, copy=False)
    legal_hold_user_id = fields.Many2one(
        comodel_name='res.users',
        string="Legal hold set by",
        readonly=True,
        copy=False,
        ondelete='restrict',
        index='btree_not_null',
    )
    legal_hold_since = fields.Datetime(string="Legal hold since", readonly=True, copy=False)

    _legal_hold_idx = models.Index('(id) WHERE is_legal_hold')

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('is_legal_hold', 'legal_hold_reason', 'legal_hold_user_id', 'legal_hold_since')
        }

    def action_set_legal_hold(self):
        """Ask why these cases must be kept whole."""
        return self._get_dialog(
            'complaint.case.legal.hold', self.env._("Set a legal hold"), default_case_ids=self.ids
        )

    def action_release_legal_hold(self):
        """Ask why these cases need no longer be kept whole."""
        return self._get_dialog(
            'complaint.case.legal.hold',
            self.env._("Release the legal hold"),
            default_case_ids=self.ids,
            default_is_release=True,
        )

    def _set_legal_hold(self, reason):
        """Keep these cases whole until the hold is released.

        :param str reason: kept on the case and in the history
        :raise UserError: no reason, or a case that is held already or anonymised
        """
        self.check_access('read')
        self._check_legal_hold(
            reason,
            [
                self.env._(
                    "There is a legal hold on it already: %(complaint)s",
                    complaint=case.display_name,
                )
                for case in self.filtered('is_legal_hold')
            ],
        )
        cases = self.sudo()  # legal and managers decide, also on cases that they only read
        cases._write_internal(
            {
                'is_legal_hold': True,
                'legal_hold_reason': reason,
                'legal_hold_user_id': self.env.uid,
                'legal_hold_since': self.env.cr.now().replace(microsecond=0),
            }
        )
        return cases._stamp('legal_hold_set', note=reason)

    def _release_legal_hold(self, reason):
        """Let retention go on for these cases.

        :param str reason: kept in the history
        :raise UserError: no reason, or a case that is not held
        """
        self.check_access('read')
        self._check_legal_hold(
            reason,
            [
                self.env._(
                    "There is no legal hold on it: %(complaint)s", complaint=case.display_name
                )
                for case in self
                if not case.is_legal_hold
            ],
        )
        cases = self.sudo()  # idem
        cases._write_internal(
            {
                'is_legal_hold': False,
                'legal_hold_reason': False,
                'legal_hold_user_id': False,
                'legal_hold_since': False,
            }
        )
        return cases._stamp('legal_hold_released', note=reason)

    def _check_legal_hold(self, reason, sentences):
        """Refuse what is wrong with the cases, and a reason that is missing, all at once.

        :param list sentences: what is wrong with the cases
        """
        roles = ('manager', 'legal')
        if not (
            self.env.su
            or any(
                self.env.user.has_group(f'complaint_management.group_complaint_{role}')
                for role in roles
            )
        ):
            raise AccessError(self.env._("Only managers and legal staff decide on legal holds."))
        if not (reason or '').strip():
            sentences = [*sentences, self.env._("Write down the reason.")]
        if sentences:
            raise UserError('\n'.join(sentences))

    def _check_not_held(self):
        """Refuse to erase what must be kept.

        :raise UserError: names the cases, why they are held and by whom
        """
        if held := self.sudo().filtered('is_legal_hold'):  # whoever asks must be told
            raise UserError(
                '\n'.join(
                    self.env._(
                        "%(complaint)s is under a legal hold by %(name)s: %(reason)s. Legal staff "
                        "or a manager releases it first.",
                        complaint=case.display_name,
                        name=case.legal_hold_user_id.name,
                        reason=case.legal_hold_reason,
                    )
                    for case in held
                )
            )

    def _erase(self, reason):
        self.check_access('read')
        self._check_not_held()
        return super()._erase(reason)
