from odoo import fields, models


class RatingRating(models.Model):
    _inherit = 'rating.rating'

    complaint_round = fields.Integer(
        string="Round", readonly=True, help="Which handling of a complaint is rated."
    )
