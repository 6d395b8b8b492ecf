from odoo import api, fields, models
from odoo.exceptions import AccessError

CASE = 'complaint.case'


class RatingRating(models.Model):
    _name = 'rating.rating'
    _inherit = ['complaint.people.door', 'rating.rating']

    complaint_round = fields.Integer(
        string="Round", readonly=True, help="Which handling of a complaint is rated."
    )

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
            raise AccessError(
                self.env._("Only the customer rates a complaint, by the link in the mail.")
            )
