from odoo.tests import tagged

from .common_walk import REFUSALS, WalkCommon


@tagged('post_install', '-at_install')
class TestRegimeBank(WalkCommon):
    """Requirements 1.12: a bank, by business line, channel and cause.

    receiver: the complaint desk, led by manager; handler: the branch; department_head: its head;
    committee leads the consumer protection department.
    """

    preset_code = 'bank'

    @classmethod
    def _give_posts(cls):
        cls.team.write({'leader_id': cls.manager.id, 'member_ids': [(6, 0, cls.receiver.ids)]})
        cls.records['team_protection'].leader_id = cls.committee
        cls.branch = cls._create_department("Branch 1", 'department_head', 'handler')

    # === STEPS === #

    def _take_in(self, **values):
        return self._create_case(
            **{
                'name': "Wrong amount",
                'description': "900 were entered, 1000 were paid in.",
                'channel_id': self.records['channel_wechat'].id,
                'category_id': self.records['category_deposit'].id,
                'complexity': 'ordinary',
                **values,
            }
        )

    def _bring_to_solution(self, cause='cause_deposit_amount', **values):
        case = self._walk(self._take_in(**values), self.receiver, 'acceptance', 'assignment')
        self._as(self.receiver, case)._assign(
            {'department_id': self.branch.id, 'handler_id': self.handler.id}
        )
        self._walk(case, self.handler, 'investigation')
        self._as(self.handler, case).write(
            {
                'facts': "Mistyped.",
                'cause_id': self.records[cause].id,
                'expected_solution': "Put it right.",
                'basis': "Rule 3.",
                'validity': 'valid',
            }
        )
        return self._walk(case, self.handler, 'solution')

    def _propose(self, case, amount=0, proposal="Put it right and train the teller."):
        words = {'solution_proposal': proposal, 'solution_amount': amount}
        self._as(self.handler, case).write(words)
        return self._walk(case, self.handler, 'approval')

    def _execute(self, case):
        self._walk(case, self.handler, 'execution')
        self._as(self.handler, case).action_start_execution()
        self._as(self.handler, case).action_execute_solution()
        return case

    def _bring_to_answer(self, **values):
        case = self._propose(self._bring_to_solution(**values))
        self._assert_asked(case, 'solution', self.department_head).action_approve()
        self._walk(self._execute(case), self.handler, 'answer')
        self._as(self.receiver, case)._answer("It is put right.")
        return case

    def _call_back(self, case, **values):
        self._walk(case, self.receiver, 'callback')
        callback = self._as(self.receiver, case.callback_ids[:1])
        callback.write({'satisfaction': 'satisfied', **values})
        return callback

    # === THE MAIN PATH === #

    def test_a_business_error_is_made_good(self):
        """BDAY-1-a, -b, BDAY-2-a, BDAY-3-a: line, channel, cause; approved, paid, told, asked."""
        case = self._take_in(category_id=False, complexity=False, channel_id=False)
        self._assert_barred(case, self.receiver, 'acceptance', "by which channel it came")
        channel = self.records['channel_wechat']
        self._as(self.receiver, case).channel_id = channel
        self._walk(case, self.receiver, 'acceptance')
        self._assert_barred(
            case, self.receiver, 'assignment', "Set the business line and the grade"
        )
        deposit = self.records['category_deposit']
        self._as(self.receiver, case).write({'category_id': deposit.id, 'complexity': 'ordinary'})
        self.assertEqual(case.grade_id, self.records['grade_simple'])
        self._walk(case, self.receiver, 'assignment')
        self._assert_barred(case, self.receiver, 'investigation', "Name the responsible department")
        self._as(self.receiver, case)._assign(
            {'department_id': self.branch.id, 'handler_id': self.handler.id}
        )
        self._walk(case, self.handler, 'investigation')
        self._assert_barred(
            case,
            self.handler,
            'solution',
            "established facts and the cause",
            "Ask the customer what",
        )
        self._as(self.handler, case).write(
            {
                'facts': "Mistyped.",
                'cause_id': self.records['cause_deposit_amount'].id,
                'expected_solution': "Put it right.",
            }
        )
        self._walk(case, self.handler, 'solution')
        self._assert_barred(
            case, self.handler, 'approval', "Write down the basis", "Write a solution first"
        )
        self._as(self.handler, case).basis = "Rule 3."
        self._propose(case, 100)
        self._assert_barred(
            case, self.handler, 'execution', "needs the approval of: Department Head"
        )
        self._assert_barred(case, self.handler, 'answer', "Rule whether", "must be approved first")
        self._assert_asked(case, 'solution', self.department_head).action_approve()
        self._finish(case)

    def _finish(self, case):
        self._walk(case, self.handler, 'execution')
        self._assert_barred(case, self.handler, 'department_answer', "record it as executed")
        self._execute(case)
        headings = case.procedure_id._get_feedback_headings()
        self._walk(case, self.handler, 'department_answer')
        self._as(self.handler, case)._answer_department(dict.fromkeys(headings, "Trained."))
        self._as(self.handler, case).validity = 'valid'
        self._walk(case, self.receiver, 'answer')
        self._assert_barred(case, self.receiver, 'callback', "Answer the customer first")
        self._as(self.receiver, case)._answer("It is put right, the teller was trained.")
        self._call_back(case).action_done()
        self._close(case, self.receiver, 'closed', self.records['closing_error'])
        self._assert_in_order(
            case, 'accepted', 'assigned', 'solution_proposed', 'solution_approved',
            'execution_started', 'executed', 'department_answered', 'answered', 'called_back',
            'closed',
        )  # fmt: skip
        self.assertFalse(case._find_broken_histories())

    def test_each_cause_has_its_business_lines_and_ends(self):
        """BDAY-2-b…d, BDAY-3-b…d: attitude, system, environment, each closed by its own reason."""
        reasons = {'cause_cold': 'attitude', 'cause_login': 'system', 'cause_queue': 'environment'}
        measures = {
            'attitude': ('training', "training of the staff"),
            'environment': ('rectification', "plan the rectification"),
        }
        for cause, reason in reasons.items():
            case = self._bring_to_solution(cause)
            self._propose(case)
            self._assert_asked(case, 'solution', self.department_head).action_approve()
            self._walk(self._execute(case), self.handler, 'answer')
            self._as(self.handler, case)._answer("Done.")
            self._as(self.handler, case).closing_reason_id = self.records[f'closing_{reason}']
            if reason in measures:
                kind, sentence = measures[reason]
                self._assert_barred(case, self.handler, 'closed', sentence)
                self.env['complaint.measure'].with_user(self.handler).create(
                    case._prepare_measure_values(kind, "Better", owner_id=self.handler.id)
                )
            self._walk(case, self.handler, 'closed')
            self.assertEqual(case.open_measure_count, int(reason in measures))
            self.assertIn(case.cause_id.parent_id, self.records.values())

    # === COMPENSATION === #

    def test_compensation_is_approved_by_amount(self):
        """BDAY-3-a, T6: head of department, complaint desk, consumer protection department."""
        case = self._propose(self._bring_to_solution(), 1000)
        self._assert_asked(case, 'solution', self.department_head)
        case = self._propose(self._bring_to_solution(), 1000.01)
        approval = self._assert_asked(case, 'solution', self.manager)
        with self._refused("you are not asked"):
            approval.with_user(self.department_head).action_approve()
        case = self._propose(self._bring_to_solution(), 10001)
        self._assert_asked(case, 'solution', self.manager).action_approve()
        self._assert_barred(case, self.handler, 'execution', "needs the approval of: Committee")
        self._assert_asked(case, 'solution', self.committee).action_approve()
        self._walk(case, self.handler, 'execution')

    def test_a_refused_solution_comes_as_a_new_version(self):
        """BDAY-3-a: too much is refused with a reason; the next version is asked about anew."""
        case = self._propose(self._bring_to_solution(), 5000)
        self._assert_asked(case, 'solution', self.manager)._refuse("Too much.")
        self._assert_barred(case, self.handler, 'execution', "refused by Manager: Too much")
        self._as(self.handler, case).current_solution_id.action_new_version()
        self._walk(case, self.handler, 'solution')
        self._propose(case, 100)
        self._assert_asked(case, 'solution', self.department_head).action_approve()
        self._walk(case, self.handler, 'execution')

    def test_specially_complex_ones_are_followed_by_consumer_protection(self):
        """T8: the grade follows from the complexity; another one needs a reason."""
        case = self._take_in(complexity='complex')
        self.assertEqual(case.grade_id, self.records['grade_complex'])
        self._as(self.receiver, case).complexity = 'knotty'
        self.assertEqual(case.grade_id, self.records['grade_specially_complex'])
        self.assertEqual(self._get_told(case, "please follow it"), self.committee)
        with self._refused("Reason for another grade"):
            self._as(self.receiver, case).grade_id = self.records['grade_simple']

    # === LOOPS AND ENDS === #

    def test_an_unhappy_customer_goes_back_to_investigation(self):
        """T5: at the answer and at the callback; the next round needs a solution of its own."""
        case = self._bring_to_answer()
        self._as(self.receiver, case)._reject_answer("Where is the interest?")
        self.assertEqual((case.stage_id, case.round), (self.stages['investigation'], 2))
        self._walk(case, self.handler, 'solution')
        self._propose(case, 20, "With interest.")
        self._assert_asked(case, 'solution', self.department_head).action_approve()
        self._walk(self._execute(case), self.handler, 'answer')
        self._as(self.receiver, case)._answer("With interest.")
        callback = self._call_back(case, satisfaction='dissatisfied', suggestions="Too late.")
        callback.action_done_and_back()
        self.assertEqual((case.stage_id, case.round), (self.stages['investigation'], 3))

    def test_what_a_regulator_referred_is_answered_to_it(self):
        """Requirements 2.3: the customer first, then the body, under its reference."""
        regulator = self.env['res.partner'].create({'name': "Regulator"})
        channel = self.env.ref('complaint_management.channel_regulator')
        case = self._bring_to_answer(
            channel_id=channel.id, source_partner_id=regulator.id, source_reference="2026/17"
        )
        self._as(self.receiver, case).closing_reason_id = self.records['closing_error']
        self._assert_barred(case, self.receiver, 'closed', "Answer the body that referred")
        self._walk(case, self.receiver, 'source_reply')
        words = self._as(self.receiver, case)._get_source_reply()
        self._as(self.receiver, case)._reply_to_source({'means': 'letter', 'content': words})
        self._walk(case, self.receiver, 'closed')

    def test_a_wrong_complaint_is_explained_without_a_solution(self):
        """Requirements 2.12: invalid, explained; nothing is approved or paid."""
        case = self._bring_to_solution()
        values = {'validity': 'invalid', 'validity_note': "The slip says 900."}
        self._as(self.handler, case).write(values)
        self._walk(case, self.handler, 'answer')
        self._as(self.handler, case)._answer("The slip says 900.")
        explained = self.env.ref('complaint_management.closing_reason_explained')
        self._close(case, self.handler, 'closed', explained)

    def test_the_other_ends(self):
        """Requirements 2.12: final answer, not ours, withdrawn, on the spot."""
        case = self._bring_to_answer()
        final = self.records['closing_final']
        self._as(self.receiver, case).closing_reason_id = final
        self._assert_barred(case, self.receiver, 'closed_abnormal', "closing explanation")
        self._close(case, self.receiver, 'closed_abnormal', final, "Court or arbitration.")
        case = self._take_in()
        self._assert_barred(case, self.receiver, 'refused', "Only what is out of scope")
        self._as(self.receiver, case).write(
            {'validity': 'out_of_scope', 'validity_note': "Tax.", 'referred_to': "Tax office"}
        )
        self._walk(case, self.receiver, 'refused')
        case = self._take_in()
        self._as(self.receiver, case)._withdraw('self', 'phone', "Found the slip.")
        self.assertEqual(case.phase, 'withdrawn')

    def test_solved_on_the_spot(self):
        """Requirements 2.12: with business line, cause and ruling; no answer besides."""
        case = self._take_in()
        on_the_spot = self.env.ref('complaint_management.closing_reason_on_the_spot')
        self._as(self.receiver, case).closing_reason_id = on_the_spot
        self._assert_barred(
            case, self.receiver, 'closed', "Set business line and cause", "Rule whether"
        )
        cause = self.records['cause_queue']
        self._as(self.receiver, case).write({'cause_id': cause.id, 'validity': 'valid'})
        self._walk(case, self.receiver, 'closed')

    def test_a_draft_cannot_be_carried_out(self):
        """BDAY-3-a: what is not submitted is not paid; a closing does not hide it."""
        case = self._bring_to_solution()
        self._assert_barred(case, self.handler, 'execution', "without an approved solution")
        self._as(self.handler, case).solution_proposal = "Pay."
        with self._refused("Only an approved solution", REFUSALS):
            self._as(self.handler, case).action_execute_solution()
        self._as(self.handler, case).closing_reason_id = self.records['closing_error']
        self._assert_barred(case, self.handler, 'closed', "not approved or not carried out")
