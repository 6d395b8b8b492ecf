import re

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_mail_out import LetterCommon


class RatingCommon(LetterCommon):
    """A case that was handled, and clicks of its customer."""

    def _token(self, case):
        return self.env['rating.rating'].search(
            [('access_token', '=', case._get_rating_url(5).split('/')[-2])]
        )

    def _rate(self, case, rate, feedback=None):
        """Rate as core's public page does it: as nobody in particular."""
        rating = self._token(case)
        public = case.with_user(self.env.ref('base.public_user')).sudo()
        public.rating_apply(
            rate, rating=rating.with_user(public.env.user).sudo(), feedback=feedback
        )
        self.env.invalidate_all()
        return rating

    def _analyses(self, case):
        activity_type = self.env.ref('complaint_management.activity_type_callback_analysis')
        return case.sudo().activity_ids.filtered(lambda a: a.activity_type_id == activity_type)


@tagged('post_install', '-at_install')
class TestRating(RatingCommon):
    """Issue 7, item 5: one click counts like what customers say in a callback (2.11, TEL-1.5)."""

    def test_a_click_is_the_satisfaction_of_the_case(self):
        for rate, satisfaction in (
            (5, 'satisfied'),
            (3, 'basically_satisfied'),
            (1, 'dissatisfied'),
        ):
            case = self._create_worked_case()
            rating = self._rate(case, rate, "As I said.")
            self.assertEqual(case.customer_satisfied, satisfaction)
            [line] = case.callback_ids
            self.assertEqual(
                (line.state, line.means, line.result_score, line.satisfaction, line.rating_id),
                ('done', 'online', str(rate), satisfaction, rating),
            )
            self.assertEqual(line.suggestions, "As I said.")
            self.assertEqual(case.rating_last_value, rate)

    def test_what_the_customer_said_last_counts(self):
        """One place: callback, acceptance and rating write the same field by the same method."""
        case = self._create_worked_case()
        self._rate(case, 1)
        callback = self.env['complaint.callback'].with_user(self.receiver)
        callback = callback.create({'case_id': case.id, 'satisfaction': 'satisfied'})
        callback.action_done()
        self.assertEqual(case.customer_satisfied, 'satisfied')
        self._rate(case, 3)
        self.assertEqual(case.customer_satisfied, 'basically_satisfied')

    def test_a_second_click_corrects_the_first(self):
        case = self._create_worked_case()
        self._rate(case, 1, "Bad.")
        self._rate(case, 5, "I misread it.")
        self.assertEqual(len(case.callback_ids), 1)
        self.assertEqual(case.customer_satisfied, 'satisfied')
        self.assertEqual(case.rating_count, 1)

    def test_a_low_score_opens_the_analysis(self):
        """PAWN-3.6-c: the team looks into it; who, and from which score on, the procedure says."""
        case = self._create_worked_case(department_id=self.department.id)
        self._rate(case, 3)
        self.assertFalse(self._analyses(case))
        self._rate(case, 1, "Nobody called.")
        self.assertEqual(self._analyses(case).user_id, self.manager)
        self.assertTrue(case.callback_ids.needs_analysis)
        case.callback_ids.with_user(self.manager).analysis = "The call was forgotten."
        self.assertFalse(self._analyses(case))

    def test_the_procedure_says_who_and_from_which_score(self):
        self.procedure.write({'callback_low_score': 3, 'low_score_role': 'department_head'})
        case = self._create_worked_case(department_id=self.department.id)
        self._rate(case, 3)
        self.assertEqual(self._analyses(case).user_id, self.department_head)

    def test_a_low_score_suggests_a_measure_where_the_procedure_wants_it(self):
        case = self._create_worked_case()
        self._rate(case, 1, "Call before you come.")
        self.assertFalse(case.sudo().measure_ids)
        self.procedure.low_score_measure = True
        case = self._create_worked_case()
        self._rate(case, 1, "Call before you come.")
        measure = case.sudo().measure_ids
        self.assertEqual(
            (measure.kind, measure.state, measure.description),
            ('suggestion', 'proposed', "Call before you come."),
        )

    def test_a_click_changes_no_stage_and_opens_no_gate(self):
        """DEVG-1.2-a: where the customer must agree before closing, a click agrees to nothing."""
        self.procedure.callback_mode = 'gate'
        case = self._create_worked_case()
        self._move(case, 'communication')
        self._rate(case, 5)
        self.assertEqual((case.stage_id, case.round), (self.stages['communication'], 1))
        self.assertNotIn('called_back', self._codes(case))
        with self._refused("Call the customer back first", Exception):
            self._move(case, 'closed')

    def test_each_round_is_rated_for_itself(self):
        case = self._create_worked_case()
        self._move(case, 'closed')
        old = self._token(case)
        self._rate(case, 5)
        case.with_user(self.manager)._move_to(self.stages['investigation'], "Once more")
        new = self._token(case)
        self.assertNotEqual(old, new)
        self._rate(case, 1)
        self.assertEqual(case.customer_satisfied, 'dissatisfied')
        public = case.with_user(self.env.ref('base.public_user')).sudo()
        public.rating_apply(3, rating=old.with_user(public.env.user).sudo())
        self.env.invalidate_all()
        self.assertEqual(case.customer_satisfied, 'dissatisfied', "An old link speaks of its round")
        scores = {line.round: line.result_score for line in case.callback_ids}
        self.assertEqual(scores, {1: '3', 2: '1'})

    def test_a_rating_belongs_to_its_complaint(self):
        case, other = self._create_worked_case(), self._create_worked_case()
        rating = self._token(case)
        with self._refused("does not belong"):
            other.sudo().rating_apply(5, rating=rating)
        with self._refused("does not belong"):
            other.sudo().rating_apply(5, token=rating.access_token)

    def test_staff_cannot_rate_for_a_customer(self):
        """TEL-1.5: satisfaction is entered truthfully."""
        case = self._create_worked_case()
        token = self._token(case).access_token
        for user in (self.handler, self.manager, self.admin):
            with self._refused("Only the customer", AccessError):
                case.with_user(user).rating_apply(5, token=token)
        ratings = self._token(case).with_user(self.handler)
        with self._refused("Only the customer", AccessError):
            ratings.write({'rating': 5, 'consumed': True})
        with self._refused("Only the customer", AccessError):
            ratings.copy({'rating': 5, 'consumed': True})
        with self.assertRaises(AccessError):
            ratings.unlink()
        with self._refused("Only the customer", AccessError):
            ratings.with_user(self.env.ref('base.user_admin')).unlink()
        self.env.invalidate_all()
        self.assertFalse(case.customer_satisfied or case.callback_ids)

    def test_nobody_reads_the_key_by_which_a_customer_rates(self):
        """Issue 6: whoever has it could rate in the customer's name."""
        case = self._create_worked_case()
        token = self._token(case).access_token
        name = 'access_token'
        for user in (self.handler, self.manager, self.committee, self.admin):
            rating, seen = self._token(case).with_user(user), case.with_user(user)
            for road, call in {
                'read': lambda r=rating: r.read([name]),
                'web_read': lambda r=rating: r.web_read({name: {}}),
                'export': lambda r=rating: r.export_data([name])['datas'],
                'group': lambda r=rating: r.formatted_read_group([], [name], ['__count']),
                'case': lambda c=seen: c.web_read({'rating_ids': {'fields': {name: {}}}}),
            }.items():
                self.assertNotIn(token, self._hear(call), f"{user.name} {road}")
            self.assertFalse(rating.search([(name, '=', token)]), user.name)
        other = self.env['rating.rating'].create(
            {
                'res_model_id': self.env['ir.model']._get_id('res.partner'),
                'res_id': self.customer.id,
            }
        )
        self.assertTrue(other.with_user(self.handler).read([name])[0][name], "Not a complaint's")

    def test_whom_the_complaint_is_about_is_not_rated_and_sees_no_rating(self):
        """TEL-2.7-b, PAWN-5.1-b."""
        case = self._create_worked_case()
        self.assertEqual(case._rating_get_operator(), self.handler.partner_id)
        case.handler_id = False
        accused = self.env['hr.employee.public'].browse(self.employees['handler'].id)
        case.with_user(self.manager).accused_employee_ids = accused
        self._rate(case, 1, "He was rude.")
        self.assertNotEqual(case._rating_get_operator(), self.handler.partner_id)
        self.assertNotEqual(self._token(case).rated_partner_id, self.handler.partner_id)
        seen = self.env['complaint.callback'].with_user(self.handler)
        self.assertFalse(seen.search([('case_id', '=', case.id)]))

    def test_nobody_calls_back_less_because_of_a_click(self):
        self.procedure.callback_mode = 'after'
        case = self._create_worked_case()
        self._rate(case, 5)
        self._move(case, 'closed')
        planned = case.callback_ids.filtered(lambda line: line.state == 'planned')
        self.assertEqual(len(planned), 1)

    def test_a_stranger_rates_too(self):
        case = self._create_worked_case(
            partner_id=False, complainant_email='stranger@customer.example'
        )
        self._rate(case, 5)
        self.assertEqual(case.customer_satisfied, 'satisfied')

    def test_the_closing_asks_where_the_procedure_wants_it(self):
        case = self._create_worked_case()
        self.assertIn('/rate/', self._render('closing', case)[1])
        self.procedure.rating_request = False
        self.assertNotIn('/rate/', self._render('closing', case)[1])


@tagged('post_install', '-at_install')
class TestRatingPage(RatingCommon, HttpCase):
    """F7: opening a link of a mail changes nothing; only what the customer sends then does."""

    def test_get_changes_nothing_and_post_rates(self):
        case = self._create_worked_case()
        rating = self._token(case)
        path = f'/rate/{rating.access_token}'
        for url in (f'{path}/1', f'{path}/submit_feedback?rate=1&feedback=x'):
            self.assertEqual(self.url_open(url).status_code, 200)
        self.env.invalidate_all()
        self.assertFalse(rating.consumed or case.customer_satisfied or case.callback_ids)
        form = re.search(r'name="csrf_token" value="(\w+)"', self.url_open(f'{path}/1').text)
        answer = {'rate': '1', 'feedback': "Slow.", 'csrf_token': form[1]}
        reply = self.url_open(f'{path}/submit_feedback', data=answer)
        self.assertEqual(reply.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(case.customer_satisfied, 'dissatisfied')
        self.assertEqual(case.callback_ids.suggestions, "Slow.")
        self.assertEqual(self.url_open('/rate/0000/5').status_code, 404)

    @mute_logger('odoo.http')
    def test_who_is_logged_in_as_one_of_us_does_not_rate(self):
        """TEL-1.5: the letter in the thread holds the link, too."""
        case = self._create_worked_case()
        rating = self._token(case)
        self.authenticate('complaint_handler', 'complaint_handler')
        answer = {'rate': '5', 'csrf_token': http.Request.csrf_token(self)}
        reply = self.url_open(f'/rate/{rating.access_token}/submit_feedback', data=answer)
        self.assertEqual(reply.status_code, 403)
        self.assertIn("Only the customer rates", reply.text)
        self.env.invalidate_all()
        self.assertFalse(rating.consumed or case.customer_satisfied or case.callback_ids)
