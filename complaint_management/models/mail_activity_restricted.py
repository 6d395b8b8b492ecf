from odoo import api, models
from odoo.exceptions import ValidationError


class MailActivityRestricted(models.Model):
    """Nobody is given something to do on a restricted complaint who may not read it."""

    _inherit = 'mail.activity'

    @api.constrains('user_id')
    def _check_complaint_reader(self):
        # What the software asks for goes to readers by itself.
        by_hand = self.filtered(
            lambda activity: activity.res_model == 'complaint.case' and not activity.automated
        )
        for activity in by_hand:
            case_sudo = self.env['complaint.case'].sudo().browse(activity.res_id)  # to tell why not
            user = activity.user_id
            if user and case_sudo.is_restricted and not case_sudo._get_restricted_readers(user):
                raise ValidationError(
                    self.env._(
                        "%(name)s may not read this restricted complaint. Choose the handler, the "
                        "first-contact owner, the team's leader or somebody of the committee.",
                        name=user.name,
                    )
                )
