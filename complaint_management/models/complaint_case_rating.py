from odoo import models
from odoo.exceptions import UserError
from odoo.tools.float_utils import float_compare

# (lowest rate of five, what it says), best first
RATE_SATISFACTION = ((4, 'satisfied'), (3, 'basically_satisfied'), (0, 'dissatisfied'))


class ComplaintCaseRating(models.Model):
    """Rating by one click in a mail: it counts like what customers say in a callback.

    A click changes no stage, opens no gate and stands for no callback.
    """

    _inherit = 'complaint.case'

    # === ASKING === #

    def _is_rating_asked(self):
        """Say whether mails to this customer may carry the faces of the rating."""
        self.ensure_one()
        return self.procedure_id.rating_request and not self._get_consent_obstacle('feedback')

    def _get_rating_url(self, rate):
        """Return the address where one click rates this round of the case.

        :param int rate: 1, 3 or 5
        """
        self.ensure_one()
        # Whoever may write to the customer may give the customer's own link.
        case = self.sudo()
        return f'{case.get_base_url()}/rate/{case._rating_get_access_token()}/{rate}'

    def _rating_get_operator(self):
        """Return whom the rating is about: who handles the case, never a recused one."""
        self.ensure_one()
        handlers = self._get_recipients('handler') or self._get_recipients('owner')
        return handlers.sudo().partner_id  # people may not read every colleague

    def _rating_get_access_token(self, partner=None):
        """Return the token of this round's rating: one customer rates a round once."""
        self.check_access('read')
        partner = partner or self._rating_get_partner()
        ratings = self.sudo().rating_ids  # tokens are the customer's
        rating = ratings.filtered(
            lambda rating: rating.partner_id == partner and rating.complaint_round == self.round
        )[:1]
        if not rating:
            rating = ratings.create(
                {
                    'partner_id': partner.id,
                    'rated_partner_id': self._rating_get_operator().id,
                    'res_model_id': self.env['ir.model']._get_id(self._name),
                    'res_id': self.id,
                    'is_internal': False,
                    'complaint_round': self.round,
                }
            )
        return rating.access_token

    # === TAKING === #

    def rating_apply(self, rate, token=None, rating=None, feedback=None, **kwargs):
        """Take what a customer clicked; core's page asks once more before it comes here.

        :raise AccessError: somebody of ours rates in the customer's name (TEL-1.5)
        :raise UserError: the rating belongs to another record
        """
        self.ensure_one()
        self.env['rating.rating']._check_customers_own(self)
        if token and not rating:
            rating = self.env['rating.rating'].search([('access_token', '=', token)], limit=1)
        if not rating or (rating.res_model, rating.res_id) != (self._name, self.id):
            raise UserError(self.env._("This rating does not belong to the complaint."))
        rating.with_user(self.env.user).sudo()._check_rater()  # people do not read their token
        case = self._in_nobodys_name()
        rating = super(ComplaintCaseRating, case).rating_apply(
            rate, rating=rating, feedback=feedback, **kwargs
        )
        case._take_rating(rating)
        case.env.flush_all()  # what waits would be written in the customer's name
        return rating

    def _take_rating(self, rating):
        """Let a rating count as what the customer says of its round."""
        self.ensure_one()
        callback = self._keep_rating(rating)
        if rating.complaint_round == self.round:
            self._note_satisfaction(callback.satisfaction)
        if callback._is_low() and not callback.needs_analysis:
            callback._ask_for_analysis()

    def _keep_rating(self, rating):
        """Write a rating down among the callbacks; a second click corrects the first."""
        values = self._prepare_rating_values(rating)
        callbacks = self.env['complaint.callback'].sudo()  # the software's own line
        callback = self.callback_ids.sudo().filtered(lambda line: line.rating_id == rating)
        if callback:
            callback._write_internal(values)
        else:
            callback = callbacks._create_internal(
                [{**values, 'case_id': self.id, 'planned_at': self.env.cr.now()}]
            )
            callback = callback.sudo()
            callback._write_internal({'round': rating.complaint_round or self.round})
        words = self.env._("Rating by mail: %(rate)s of 5", rate=int(rating.rating))
        self._create_answer_contacts(
            {
                'means': 'email',
                'direction': 'in',
                'purpose': 'opinion',
                'content': '\n'.join(filter(None, (words, rating.feedback))),
            }
        )
        return callback

    def _prepare_rating_values(self, rating):
        rate = rating.rating
        satisfaction = next(
            value for least, value in RATE_SATISFACTION if float_compare(rate, least, 2) >= 0
        )
        return {
            'state': 'done',
            'done_at': self.env.cr.now(),
            'means': 'online',
            'user_id': False,
            'result_score': str(max(int(rate), 1)),
            'satisfaction': satisfaction,
            'suggestions': rating.feedback,
            'rating_id': rating.id,
        }
