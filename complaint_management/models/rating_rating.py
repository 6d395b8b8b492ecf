from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

from ..tools.masked_fields import MaskedChar

CASE = 'complaint.case'


class RatingRating(models.Model):
    _name = 'rating.rating'
    _inherit = ['complaint.people.door', 'complaint.masked.mixin', 'rating.rating']

    complaint_round = fields.Integer(
        string="Round", readonly=True, help="Which handling of a complaint is rated."
    )

    # Whoever has it rates without a log-in.
    access_token = MaskedChar(mask='token')

    # === MASK === #

    def _get_masked_case(self):
        return self._get_case_of_thread()

    def _hides(self, mask):
        case = self._get_masked_case()
        return bool(case) and case._hides(mask)

    @api.model
    def _get_shown_domain(self, mask):
        return self._get_shown_domain_of_thread(mask)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        ratings = super().create(vals_list)
        ratings._check_customers_own(ratings.filtered(lambda rating: rating.res_model == CASE))
        return ratings

    def write(self, vals):
        self._check_customers_own(self.filtered(lambda rating: rating.res_model == CASE))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_customers_own(self):
        self._check_customers_own(self.filtered(lambda rating: rating.res_model == CASE))

    @api.model
    def _check_customers_own(self, records):
        """Let ratings of complaints come in by the customer's own page alone (TEL-1.5).

        That page works as superuser, once it has asked for the token.

        :param records: what would be changed; nothing to check when there is none
        :raise AccessError: a user does it himself
        """
        if records and not self.env.su:
            raise self._make_customers_own_error()

    def _check_rater(self):
        """Let nobody of ours follow the customer's link, which letters in the thread hold.

        :raise AccessError: somebody is logged in who is not the one that is asked
        """
        user = self.env.user
        if user.id != SUPERUSER_ID and user._is_internal() and user.partner_id != self.partner_id:
            raise self._make_customers_own_error()

    def _make_customers_own_error(self):
        return AccessError(
            self.env._("Only the customer rates a complaint, by the link in the mail.")
        )
