from odoo.tests import tagged

from odoo.addons.complaint_management.tests import test_regime_developer

from .common_walk import STARTS, steps_of


@tagged('post_install', '-at_install')
class TestDeveloperClocks(steps_of(test_regime_developer.TestRegimeDeveloper)):
    """TL-023 … TL-025, TL-027 … TL-054, TL-114 … TL-117: a developer of estates."""

    def _take_in_doubtful(self):
        return self._walk(self._take_in(), self.receiver, 'acceptance')

    def test_a_doubtful_complaint_is_ruled_on_in_two_steps(self):
        """TL-052, TL-053: 4 hours to ask, 4 hours to rule."""
        case = self._take_in_doubtful()
        self._assert_clocks(case, 'met', 'record', 'named_post')
        self._assert_clocks(case, 'running', 'ruling_request')
        self._assert_no_clocks(case, 'ruling')
        self._pass_time(hours=3)
        self._as(self.receiver, case)._request_ruling("The wall is the neighbour's.", 'invalid')
        self._assert_clocks(case, 'met', 'ruling_request')
        self._assert_clocks(case, 'running', 'ruling')
        clock = self._get_clock(case, 'ruling')
        self.assertEqual((clock.deadline - clock.started_at).total_seconds(), 4 * 3600)
        self._pass_time(hours=3)
        self._as(self.manager, case).validity = 'valid'
        self._assert_clocks(case, 'met', 'ruling_request', 'ruling')

    def test_who_can_decide_need_not_ask(self):
        """TL-052: with a ruling of the officer's own the limit has lost its sense."""
        case = self._take_in_doubtful()
        self._pass_time(minutes=1)
        self._as(self.receiver, case).validity = 'valid'
        self.assertIn(self._get_clock(case, 'ruling_request').state, ('cancelled', 'superseded'))

    def test_a_general_complaint_is_fed_back_closed_and_called_back(self):
        """TL-023, TL-024, TL-035, TL-045, TL-046, TL-050."""
        case = self._take_in()
        self._pass_time(minutes=1)
        self._pass_on(case)
        self._assert_clocks(case, 'running', 'feedback_general', 'close_handover', 'first_feedback')
        clock = self._get_clock(case, 'first_feedback')
        self.assertEqual(clock.deadline, case.sudo().promised_at.replace(microsecond=0))
        self._assert_no_clocks(case, 'feedback_group', 'close_lift', 'handle_other')
        self._walk(case, self.receiver, 'first_reply')
        self._assert_clocks(case, 'met', 'first_feedback', 'pass_on')
        self._pass_time(minutes=1)
        self._apply(self._execute(self._agree(self._draft(self._feed_back(case)))))
        self._assert_clocks(case, 'met', 'feedback_general')
        self._assert_clocks(case, 'running', 'callback_closing', 'close_handover')
        self._assert_no_clocks(case, 'ruling_abnormal')
        self._walk(case, self.receiver, 'callback')
        self._assert_clocks(case, 'running', 'callback_verified')
        self._pass_time(minutes=1)
        self._call_back(case).action_done()
        self._assert_clocks(case, 'met', 'callback_closing', 'callback_verified')
        self._walk(case, self.receiver, 'case_library', 'closed')
        self._assert_clocks(case, 'met', 'close_handover')
        self._assert_clocks(case, 'running', 'training')
        self._pass_time(minutes=1)
        self._as(self.manager, case)._stamp('lesson_trained')
        self._assert_clocks(case, 'met', 'training')

    def test_each_topic_has_its_own_limit(self):
        """TL-027 … TL-042: exactly one limit by topic runs for each."""
        names = {
            'category_marketing_service': 'close_sales_service',
            'category_marketing_promise': 'close_promise',
            'category_marketing_refund': 'examine_refund',
            'category_marketing_contract': 'examine_contract',
            'category_marketing_late_fee': 'close_late_fee',
            'category_marketing_papers': 'close_papers',
            'category_marketing_deed': 'close_deed',
            'category_marketing_commission': 'close_commission',
            'category_repair_handover': 'close_handover',
            'category_repair_engineer': 'close_engineer',
            'category_finance_claim': 'close_claim',
            'category_finance_refund': 'close_refund',
            'category_rental_service': 'close_rental',
            'category_property_service': 'close_property',
            'category_property_lift': 'close_lift',
            'category_other_shuttle': 'handle_other',
        }
        by_topic = {self.records[f'policy_{name}']: name for name in names.values()}
        for category, name in names.items():
            case = self._take_in(category_id=self.records[category].id, validity='valid')
            self._walk(case, self.receiver, 'acceptance')
            with self.subTest(category):
                running = case.sudo().sla_clock_ids.policy_id
                self.assertEqual([by_topic[p] for p in running if p in by_topic], [name])

    def test_examined_and_handed_to_finance_stops_the_limit_not_the_case(self):
        """TL-029, TL-030."""
        for category, name, code in (
            ('category_marketing_refund', 'examine_refund', 'developer_papers_to_finance'),
            ('category_marketing_contract', 'examine_contract', 'developer_examined'),
        ):
            case = self._pass_on(self._take_in(category_id=self.records[category].id))
            self._pass_time(minutes=1)
            self._as(self.handler, case)._stamp(code)
            self._assert_clocks(case, 'met', name)
            self.assertFalse(case.is_closed)

    def test_a_group_complaint_is_fed_back_by_three_the_next_day(self):
        """TL-043."""
        channel = self.env.ref('complaint_management.channel_group')
        case = self._take_in(channel_id=channel.id, source_partner_id=self.customer.id)
        self._pass_on(case)
        self._assert_clocks(case, 'running', 'feedback_group')
        self._assert_no_clocks(case, 'feedback_general')
        self._pass_time(minutes=1)
        self._feed_back(case, "Situation", "Progress", "Reply wording")
        self._assert_clocks(case, 'met', 'feedback_group')

    def test_abnormal_closing_is_ruled_on(self):
        """TL-025: the ruling on validity that came before is another one."""
        case = self._draft(self._feed_back(self._pass_on(self._take_in())))
        self._apply(case, 'reason_contract', note="Clause 7 of the contract.")
        self._assert_clocks(case, 'running', 'ruling_abnormal')
        self._assert_no_clocks(case, 'callback_closing')
        self._pass_time(minutes=1)
        self._as(self.manager, case)._rule_closing(True, "Clause 7")
        self._assert_clocks(case, 'met', 'ruling_abnormal')

    def test_replies_are_due_when_agreed_or_set(self):
        """TL-049."""
        case = self._feed_back(self._pass_on(self._take_in()))
        self._as(self.manager, case).limit_date = '2031-02-01 09:00:00'
        self._draft(case)
        self._assert_clocks(case, 'running', 'reply_agreed', 'reply_set')
        self.assertEqual(str(self._get_clock(case, 'reply_set').deadline), '2031-02-01 09:00:00')
        promised = case.sudo().promised_at.replace(microsecond=0)
        self.assertEqual(self._get_clock(case, 'reply_agreed').deadline, promised)
        self._pass_time(minutes=1)
        self._agree(case)
        self._assert_clocks(case, 'met', 'reply_agreed', 'reply_set')

    def test_a_major_complaint_hears_from_the_centre_within_a_day(self):
        """TL-054."""
        case = self._walk(self._take_in(), self.receiver, 'acceptance')
        self._as(self.receiver, case).write(
            {'grade_id': self.records['grade_major'].id, 'grade_reason': "The house may fall."}
        )
        panel = self.env['complaint.panel'].with_user(self.manager)
        panel = panel.create(
            {'case_id': case.id, 'kind': 'expert', 'attendee_ids': [(4, self.legal.id)]}
        )
        self._walk(case, self.manager, 'experts')
        self._assert_clocks(case, 'running', 'major_first_reply')
        panel.write({'minutes': "All agreed.", 'opinion': "Prop the wall up."})
        panel.action_decide()
        self._promise(case)
        self._as(self.receiver, case).department_id = self.port
        self._walk(case, self.receiver, 'passed_on', 'first_reply')
        self._assert_clocks(case, 'met', 'major_first_reply')

    def test_the_head_comes_in_person(self):
        """TL-044."""
        case = self._pass_on(self._take_in())
        self._as(self.receiver, case).flag_ids = self.env.ref('complaint_management.flag_mass')
        self._assert_clocks(case, 'running', 'head_present')
        self._pass_time(minutes=1)
        self._as(self.receiver, case)._stamp('developer_head_present')
        self._assert_clocks(case, 'met', 'head_present')

    def test_beyond_our_power_each_notice_starts_the_next_limit(self):
        """TL-117."""
        case = self._pass_on(self._take_in(cause_id=self.records['cause_external'].id))
        self._assert_clocks(case, 'running', 'progress_external')
        for _time in range(2):
            self._pass_time(minutes=1)
            self._as(self.receiver, case)._record_contact(
                {'purpose': 'progress', 'content': "The city still builds."}
            )
        states = self._get_clock(case, 'progress_external').sorted('id').mapped('state')
        self.assertEqual(states, ['met', 'met', 'running'])

    def test_deadlines_at_three_given_starts(self):
        """TL-023, TL-024, TL-035, TL-043, TL-052: working days, the next day at three, 4 hours."""
        self._keep_chinese_hours()
        dues = (
            ('2026-09-11 18:00', '2026-09-16 18:00', '2026-09-10 15:00', '2026-09-09 14:00'),
            ('2026-09-21 18:00', '2026-09-24 18:00', '2026-09-19 15:00', '2026-09-18 23:10'),
            ('2026-10-09 18:00', '2026-10-13 18:00', '2026-10-01 15:00', '2026-09-30 20:30'),
        )
        group = {
            'channel_id': self.env.ref('complaint_management.channel_group').id,
            'source_partner_id': self.customer.id,
        }
        for start, (second, fifth, next_day, hours) in zip(STARTS, dues, strict=True):
            with self.subTest(start), self._at(start):
                case = self._handle(self._take_in())
                self._assert_due(case, feedback_general=second, callback_closing=second)
                self._assert_due(case, close_handover=fifth)
                doubtful = self._walk(self._take_in(**group), self.receiver, 'acceptance')
                self._assert_due(doubtful, feedback_group=next_day, ruling_request=hours)
