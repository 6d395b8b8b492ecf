from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import ComplaintCommon

SECRETS = ("Li Wei", "0000 0001", "li.wei@customer", "Zhang San", "blue door")


@tagged('post_install', '-at_install')
class TestRetention(ComplaintCommon):
    """Issue 6, item 6 (DISP 1.9, C17): whom a closed case is about is kept for a time only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.reopen_window_days = 30
        cls.job = cls.env.ref('complaint_management.ir_cron_anonymise')
        cls.category.write({'retention': 'period', 'retention_value': 2, 'retention_unit': 'year'})
        cls.cases = cls.env['complaint.case']

    def _close(self, **values):
        case = self._create_worked_case(closing_note="Done", **values)
        return self._move(case, 'closed')

    def _get_over(self):
        self.env.invalidate_all()
        return self.cases.search([('is_retention_over', '=', True)])

    def _run_job(self):
        with self.enter_registry_test_mode():
            self.job.method_direct_trigger()
        self.env.invalidate_all()

    # === HOW LONG === #

    def test_periods_come_from_the_nearest_category_else_from_the_company(self):
        env = self.env
        top = env['complaint.category'].create(
            {'name': "Top", 'retention': 'period', 'retention_value': 18, 'retention_unit': 'month'}
        )
        below = env['complaint.category'].create({'name': "Below", 'parent_id': top.id})
        leaf = env['complaint.category'].create(
            {'name': "Leaf", 'parent_id': below.id, 'retention': 'never'}
        )
        other = env['complaint.category'].create({'name': "Other"})
        months = env['complaint.category']._get_retention_months()
        found = [months[category.id] for category in (top, below, leaf, other)]
        self.assertEqual(found, [18, 18, 0, None])

        env.company.write({'complaint_retention_value': 5, 'complaint_retention_unit': 'year'})
        for category, expected in ((below, 18), (leaf, None), (other, 60)):
            case = self._close(category_id=category.id)
            until = case.closed_at + relativedelta(months=expected) if expected else False
            self.assertEqual(case.retention_until, until)
        self.assertIn("Years after closing: 5", case.retention_reason)

    def test_a_period_of_nothing_is_refused(self):
        with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'):
            self.category.write({'retention_value': 0})
            self.env.flush_all()

    def test_only_what_is_closed_and_old_enough_is_due(self):
        case = self._close()
        opened = self._create_worked_case()
        self.assertFalse(self._get_over() & (case | opened))
        self._pass_time(days=729)
        self.assertFalse(case.is_retention_over)
        self._pass_time(days=3)
        self.assertEqual(self._get_over() & (case | opened), case)
        self.assertTrue(case.is_retention_over)
        self.assertFalse(opened.is_retention_over)
        self.assertNotIn(case, self.cases.search([('is_retention_over', '=', False)]))

    def test_no_period_means_never(self):
        self.category.retention = 'above'
        case = self._close()
        self._pass_time(days=36500)
        self.assertFalse(case.retention_until or case.is_retention_over)
        self.assertFalse(self._get_over())

    def test_what_can_be_reopened_is_held_is_an_example_or_asked_about_waits(self):
        reopenable, held, example, asked, lead = (self._close() for _number in range(5))
        late = self.procedure.copy({'name': "Late", 'code': 'late', 'reopen_window_days': 4000})
        self.env.cr.execute(
            SQL("UPDATE complaint_case SET procedure_id = %s WHERE id = %s", late.id, reopenable.id)
        )
        self.env.cr.execute(
            SQL("UPDATE complaint_case SET is_example = TRUE WHERE id = %s", example.id)
        )
        held.with_user(self.manager)._set_legal_hold("Proceedings")
        self._create_case(parent_id=asked.id)
        self._create_case()._write_internal({'lead_case_id': lead.id})
        due = self._close()
        self._pass_time(days=800)
        self.assertEqual(self._get_over() & (reopenable | held | example | asked | lead | due), due)

    # === THE JOB === #

    def test_the_job_runs_only_where_a_period_is_set(self):
        self.assertTrue(self.job.active)
        self.category.retention = 'never'
        self.assertFalse(self.job.active)
        self.env.company.complaint_retention_value = 3
        self.assertTrue(self.job.active)
        self.env.company.complaint_retention_value = 0
        self.assertFalse(self.job.active)

    def test_the_job_anonymises_what_is_due_and_nothing_else(self):
        due, later = self._close(), self._close()
        # The job has a cursor and a time of its own.
        self.env.cr.execute(
            SQL(
                "UPDATE complaint_case SET closed_at = closed_at - interval '800 days' "
                "WHERE id = %s",
                due.id,
            )
        )
        self._run_job()
        self.assertTrue(due.anonymised_at)
        self.assertFalse(later.anonymised_at)
        self.assertEqual(later.complainant_name, "Li Wei")
        event = due.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual(event.milestone_id.code, 'content_erased')
        self.assertIn("Years after closing: 2", event.note)
        self.assertFalse(self._get_over() & due)

    def test_a_case_that_fails_does_not_keep_the_others_waiting(self):
        broken, due = self._close(), self._close()
        self.env.cr.execute(
            SQL("UPDATE complaint_case SET closed_at = closed_at - interval '800 days'")
        )
        anonymise = type(self.cases)._anonymise

        def fail_on_one(case, reason):
            anonymise(case, reason)
            if case.id == broken.id:
                raise ValueError("Out of order")

        logger = 'odoo.addons.complaint_management.models.complaint_case_retention'
        with (
            patch.object(type(self.cases), '_anonymise', fail_on_one),
            self.assertLogs(logger, 'ERROR'),
        ):
            self._run_job()
        self.assertTrue(due.anonymised_at)
        self.assertFalse(broken.anonymised_at)
        self.assertEqual(broken.complainant_name, "Li Wei", "Nothing of it was half done")

    # === WHAT GOES AND WHAT STAYS === #

    def _make_rich_case(self):
        """Return a closed case that tells of its customer wherever that is possible."""
        case = self._create_worked_case(
            name="Li Wei's parcel",
            description="Li Wei of the blue door waited.",
            complainant_role='proxy',
            representative_name="Zhang San",
            expected_solution="An apology to Li Wei",
            closing_note="Li Wei is content",
        )
        paper = self.env['ir.attachment'].create(
            {'name': "proxy of Li Wei.txt", 'raw': b"Zhang San may speak for Li Wei"}
        )
        case.sudo().authority_attachment_ids = paper
        paper.write({'res_model': 'complaint.case', 'res_id': case.id})
        case.message_post(
            body="Dear Li Wei",
            subject="To Li Wei",
            email_from='li.wei@customer.example',
            author_id=self.customer.id,
            message_type='comment',
            attachments=[("blue door.txt", b"x")],
        )
        case.message_subscribe(self.customer.ids)
        case.with_user(self.receiver)._answer("Dear Li Wei, it comes on Friday.")
        case._stamp('contacted', note="Li Wei rang", payload={'words': "blue door"})
        self.env['complaint.measure'].create(
            {'case_id': case.id, 'name': "Call Li Wei's carrier", 'kind': 'corrective'}
        )
        case.partner_id = self.env['res.partner'].create({'name': "Zhang San"})
        case.partner_id = self.customer
        rating = self.env['rating.rating'].create(
            {
                'res_model_id': self.env['ir.model']._get_id('complaint.case'),
                'res_id': case.id,
                'partner_id': self.customer.id,
                'rating': 5,
                'feedback': "Li Wei says thanks",
                'consumed': True,
            }
        )
        self.env.cr.precommit.run()
        return self._move(case, 'closed'), rating

    def _find_secrets(self, case):
        """Return {table: what it still tells} over every row that hangs on a case."""
        self.env.flush_all()
        models = case.sudo()._get_line_models()
        messages = self.env['mail.message'].search(
            ['&', ('model', '!=', False), ('res_id', '=', case.id), ('model', '=', case._name)]
        )
        queries = [
            *((model._table, 'case_id', [case.id]) for model in models),
            ('complaint_case', 'id', [case.id]),
            ('mail_message', 'id', messages.ids),
            ('mail_tracking_value', 'mail_message_id', messages.ids),
            ('mail_mail', 'mail_message_id', messages.ids),
            ('rating_rating', 'res_id', [case.id]),
        ]
        found = {}
        for table, column, ids in queries:
            [[text]] = self.env.execute_query(
                SQL(
                    "SELECT string_agg(t::text, ' ') FROM %s t WHERE %s = ANY(%s)",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    ids,
                )
            )
            if told := [secret for secret in SECRETS if secret in (text or '')]:
                found[table] = told
        return found

    def test_nothing_tells_any_more_whom_the_case_was_about(self):
        case, rating = self._make_rich_case()
        before = self._find_secrets(case)
        for table in ('complaint_case', 'complaint_contact', 'complaint_event', 'mail_message'):
            self.assertIn(table, before, "The case told it before")
        case._anonymise("Retention")
        self.assertEqual(self._find_secrets(case), {})
        self.assertFalse(
            self.env['ir.attachment'].search(
                [('res_model', '=', 'complaint.case'), ('res_id', '=', case.id)]
            )
        )
        self.assertFalse(case.partner_id or case.authority_attachment_ids or case.access_token)
        self.assertNotIn(self.customer, case.message_partner_ids)
        self.assertNotIn(self.customer, case.message_ids.author_id)
        self.assertFalse(rating.partner_id or rating.feedback)
        self.assertEqual(self.customer.name, "Li Wei", "His record is another matter")

    def test_what_rests_on_the_case_tells_it_no_more(self):
        """Rewards and penalties, drafts of lessons, and the papers of returned goods."""
        self.procedure.use_conduct = True
        case = self._create_worked_case(
            accused_employee_ids=self.employees['committee'].ids, closing_note="Done"
        )
        words = "Committee let Li Wei (138-0000-0001) wait."
        conduct = self.env['complaint.conduct'].create(
            {
                'kind_id': self.env.ref('complaint_management.conduct_kind_poor').id,
                'employee_id': self.employees['committee'].id,
                'case_ids': [Command.set(case.ids)],
                'reason': words,
            }
        )
        lesson = self.env['complaint.lesson'].create({'name': "Wait", 'case_id': case.id})
        self.env.flush_all()
        self.env.cr.execute("UPDATE complaint_lesson SET learnt = %s", [words])  # learnt of later
        goods = self.env['complaint.return'].create(
            {'case_id': case.id, 'product': "Lamp", 'quantity': 1, 'defect': "Li Wei dropped it"}
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE complaint_return SET res_model = 'stock.picking', res_id = 1")
        self._move(case, 'closed')._anonymise("Retention")
        self.assertEqual(conduct.reason, "Committee let *** (***) wait.")
        self.assertNotIn("Li Wei", lesson.learnt)
        self.assertEqual((goods.defect, goods.product), ("*** dropped it", "Lamp"))
        self.assertFalse(goods.res_model or goods.res_id)
        self.assertEqual(conduct.employee_id.id, self.employees['committee'].id)

    def test_figures_staff_and_history_stay(self):
        case, rating = self._make_rich_case()
        names = ('number', 'received_at', 'registered_at', 'closed_at', 'stage_id', 'category_id')
        names += (
            'grade_id',
            'handler_id',
            'department_id',
            'validity',
            'closing_reason_id',
            'round',
        )
        before = {name: case[name] for name in names}
        codes = self._codes(case)
        events = case.sudo().event_ids
        dates = events.sorted('sequence').mapped('occurred_at')
        case._anonymise("Retention")
        self.assertEqual({name: case[name] for name in names}, before)
        self.assertEqual(self._codes(case), [*codes, 'content_erased'])
        events = case.sudo().event_ids
        self.assertEqual(events.sorted('sequence')[:-1].mapped('occurred_at'), dates)
        self.assertFalse(case._find_broken_histories())
        self.assertEqual(rating.rating, 5)
        self.assertTrue(case.measure_ids.name)
        self.assertEqual(
            case.event_ids.filtered(lambda e: e.milestone_id.code == 'closed').payload['to_stage'],
            self.stages['closed'].id,
            "What a look back builds on tells nobody's name",
        )

    def test_nothing_more_happens_to_it(self):
        case = self._close()
        case._anonymise("Retention")
        for user in (self.admin, self.manager):
            with self._refused(f"anonymised.*{case.number}"):
                case.with_user(user).write({'complainant_name': "Li Wei"})
            with self._refused("anonymised"):
                case.with_user(user)._reopen(self.stages['investigation'], "Again")
            with self.assertRaises(AccessError):
                case.with_user(user)._record_contact({'purpose': 'other', 'content': "Li Wei"})
            with self.assertRaises(AccessError):
                case.with_user(user).message_post(body="Li Wei")
        with self._refused("anonymised"):
            case.with_user(self.admin)._anonymise_on_request("Again")

    # === ON REQUEST === #

    def test_legal_staff_and_administrators_anonymise_on_request(self):
        for user in (self.handler, self.receiver, self.manager, self.committee, self.auditor):
            with self.assertRaises(AccessError):
                self._close().with_user(user)._anonymise_on_request("Asked for")
        with self._refused("(?s)is not closed.*reason"):
            self._create_worked_case().with_user(self.admin)._anonymise_on_request(" ")
        case = self._close()
        action = case.with_user(self.admin).action_anonymise()
        dialog = self.env[action['res_model']].with_user(self.admin)
        dialog.with_context(**action['context']).create({'reason': "Asked for"}).action_confirm()
        self.assertTrue(case.anonymised_at)

    def test_nobody_goes_round_recusal(self):
        case = self._close(accused_employee_ids=[Command.link(self.employees['admin'].id)])
        with self.assertRaises(AccessError):
            self._as(self.admin, case)._anonymise_on_request("Asked for")

    def test_a_batch_of_reasons_costs_the_same_number_of_queries(self):
        cases = self.cases.union(*(self._close() for _number in range(6)))

        def count(some):
            return self._count_queries(
                lambda: some.with_user(self.admin).mapped('retention_reason')
            )

        self.assertEqual(count(cases[:2]), count(cases))

    def test_negative_periods_of_a_company_are_refused(self):
        with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'):
            self.env.company.complaint_retention_value = -1
            self.env.flush_all()
