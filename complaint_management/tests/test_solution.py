from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.service.model import call_kw
from odoo.tests import Form, tagged

from .test_approval_rule import ApprovalCommon


@tagged('post_install', '-at_install')
class TestSolution(ApprovalCommon):
    """Issue 3, item 6: versions, from draft to execution (PAWN-3.4)."""

    def _draft(self, **values):
        case = self._case()
        solution = self.env['complaint.solution'].with_user(self.handler)
        return solution.create({'case_id': case.id, 'proposal': "We refund half.", **values})

    def test_the_state_is_read_in_the_language_of_the_user(self):
        self.env['res.lang']._activate_lang('zh_CN')
        selections = self.env['ir.model.fields.selection'].search(
            [
                ('field_id.model', '=', 'complaint.solution'),
                ('field_id.name', '=', 'state'),
                ('value', '=', 'refused'),
            ]
        )
        selections.with_context(lang='zh_CN').name = "未通过审批"
        for model, name in (('complaint.solution', 'state'), ('complaint.case', 'solution_state')):
            field = self.env[model].with_context(lang='zh_CN').fields_get([name])[name]
            self.assertEqual(dict(field['selection'])['refused'], "未通过审批", model)

    def test_the_form_begins_and_changes_a_draft(self):
        case = self._case()
        with Form(case) as form:
            form.solution_proposal = "We refund half."
            form.solution_amount = 50
        solution = case.current_solution_id
        self.assertEqual((solution.version, solution.state), (1, 'draft'))
        self.assertEqual((solution.proposal, solution.amount), ("We refund half.", 50))
        self.assertEqual(solution.prepared_by_id, self.handler)
        with Form(case) as form:
            form.solution_wording = "We are sorry and refund half."
        self.assertEqual(case.solution_ids, solution)
        self.assertEqual(solution.wording, "We are sorry and refund half.")
        self.assertEqual(case.solution_state, 'draft')
        self.assertFalse(case.approved_wording)

    def test_a_new_complaint_in_the_form_begins_no_solution(self):
        form = Form(self.env['complaint.case'].with_user(self.receiver))
        form.description = "The lift stands still."
        form.complainant_name = "Zhang Min"
        self.assertFalse(form.save().solution_ids)

    def test_without_a_rule_it_is_approved_at_once(self):
        solution = self._draft(wording="We are sorry.")
        solution.action_submit()
        case = solution.case_id
        self.assertEqual(solution.state, 'approved')
        self.assertEqual(case.solution_state, 'approved')
        self.assertEqual(case.approved_wording, "We are sorry.")
        self.assertEqual(self._codes(case)[-2:], ['solution_proposed', 'solution_approved'])

    def test_the_chain_of_the_pawn_house(self):
        """PAWN-3.4-c/d: head of the department; a major one also the team, by criteria."""
        criteria = self.env['complaint.approval.criterion'].search([])
        self._rule(sequence=10)
        self._rule(
            sequence=20,
            approver='group',
            group_id=self.group.id,
            criterion_ids=[Command.set(criteria.ids)],
            domain=f"[('grade_id', '=', {self.grade.id})]",
        )
        solution = self._draft()
        case = solution.case_id
        case.grade_id = self.grade
        case.action_submit_solution()
        self.assertEqual(solution.state, 'submitted')
        head, team = case.sudo().approval_ids.sorted('id')
        head.with_user(self.department_head).action_approve()
        self.assertEqual(solution.state, 'submitted')
        team.with_user(self.committee)._approve(criteria=criteria)
        self.assertEqual(solution.state, 'approved')
        self.assertEqual(
            self._codes(case)[-3:], ['solution_proposed', 'approved', 'solution_approved']
        )

    def test_a_refused_one_becomes_a_new_version(self):
        self._rule()
        solution = self._draft()
        solution.action_submit()
        case = solution.case_id
        case.sudo().approval_ids.with_user(self.department_head)._refuse("Too dear.")
        self.assertEqual(case.solution_state, 'refused')
        self.assertEqual(self._codes(case)[-1], 'solution_refused')
        case.action_new_solution_version()
        second = case.current_solution_id
        self.assertEqual((second.version, second.state), (2, 'draft'))
        self.assertFalse(case._is_approved('solution'))
        self.assertEqual(second.proposal, "We refund half.")
        second.action_submit()
        case._get_pending_approvals().with_user(self.department_head).action_approve()
        self.assertEqual(case.solution_state, 'approved')
        self.assertTrue(case._is_approved('solution'))

    def test_it_is_executed(self):
        """PAWN-3.4-e."""
        solution = self._draft()
        case = solution.case_id
        for action in ('action_start_execution', 'action_execute'):
            with self._refused("Only an approved solution"):
                getattr(solution, action)()
        solution.action_submit()
        case.action_start_execution()
        with Form(case) as form:
            form.solution_execution_note = "Refunded in cash."
        case.action_execute_solution()
        self.assertEqual((solution.state, case.solution_state), ('executed', 'executed'))
        self.assertTrue(solution.executed_at)
        self.assertEqual(self._codes(case)[-2:], ['execution_started', 'executed'])
        event = case.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual(event.note, "Refunded in cash.")

    def test_what_cannot_be_executed_is_renegotiated(self):
        """PAWN-3.4-f: the obstacle is told, a new version is negotiated and approved again."""
        self._rule()
        solution = self._draft()
        case = solution.case_id
        solution.action_submit()
        case._get_pending_approvals().with_user(self.department_head).action_approve()
        self.assertTrue(case._is_approved('solution'))
        action = case.action_renegotiate_solution()
        wizard = (
            self.env[action['res_model']]
            .with_user(self.handler)
            .with_context(**action['context'])
            .create({'reason': " "})
        )
        with self._refused("what stands in the way"):
            wizard.action_confirm()
        wizard.reason = "No stock."
        wizard.action_confirm()
        self.assertEqual((solution.state, solution.obstacle_note), ('superseded', "No stock."))
        self.assertEqual(case.current_solution_id.version, 2)
        self.assertEqual(case.solution_state, 'draft')
        self.assertFalse(case._is_approved('solution'))
        event = case.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual((event.milestone_id.code, event.note), ('obstacle', "No stock."))

    def test_renegotiating_takes_back_the_request(self):
        self._rule()
        solution = self._draft()
        solution.action_submit()
        approval = solution.case_id.sudo().approval_ids
        solution._renegotiate("The customer wants something else.")
        self.assertEqual(approval.state, 'cancelled')
        self.assertFalse(
            self.env['mail.activity'].search([('complaint_approval_id', '=', approval.id)])
        )

    def test_submitted_words_stay(self):
        solution = self._draft()
        solution.action_submit()
        case = solution.case_id
        for values in ({'proposal': "More."}, {'wording': "More."}, {'amount': 1}):
            with self._refused("not changed any more"):
                solution.write(values)
        with self._refused("not changed any more"):
            case.solution_proposal = "More."
        with self.assertRaises(UserError):
            solution.unlink()
        for values in ({'state': 'draft'}, {'version': 7}, {'prepared_by_id': self.admin.id}):
            for context in ({}, {'complaint_internal_write': True}):
                with self._refused("follow from what you do"):
                    solution.with_context(**context).write(values)
        with self._refused("sets these fields itself"):
            case.write({'solution_state': 'executed'})
        with self._refused("follow from what you do"):
            self.env['complaint.solution'].with_user(self.handler).create(
                {'case_id': self._case().id, 'proposal': "Mine.", 'state': 'approved'}
            )
        for method in ('_set_decided', '_internal', '_renegotiate'):
            with self.assertRaises(AccessError):
                call_kw(
                    self.env['complaint.solution'].with_user(self.admin),
                    method,
                    [solution.ids, 'approved'],
                    {},
                )
        self.assertEqual(solution.proposal, "We refund half.")

    def test_nobody_approves_words_that_he_wrote(self):
        self._rule()
        solution = self._draft()
        case = solution.case_id
        solution.with_user(self.department_head).proposal = "We refund all."
        self.assertEqual(solution.prepared_by_id, self.department_head)
        case.action_submit_solution()
        approval = case.sudo().approval_ids
        self.assertEqual(approval.approver_ids, self.manager)
        with self._refused("nobody approves his own proposal"):
            approval.with_user(self.department_head).action_approve()

    def test_who_may_not_write_the_case_writes_no_solution(self):
        solution = self._draft()
        for user in (self.auditor, self.legal, self.outsider):
            with self.assertRaises(AccessError):
                solution.with_user(user).action_submit()
            with self.assertRaises(AccessError):
                solution.with_user(user).write({'proposal': "Mine."})
            with self.assertRaises(AccessError):
                self.env['complaint.solution'].with_user(user).create(
                    {'case_id': solution.case_id.id, 'proposal': "Mine."}
                )

    def test_one_open_version_only(self):
        solution = self._draft()
        with self._refused("has a solution already that is not finished"):
            solution.create({'case_id': solution.case_id.id, 'proposal': "Another."})
        solution.action_submit()
        solution.action_execute()
        solution.action_new_version()
        self.assertEqual(set(solution.case_id.solution_ids.mapped('version')), {1, 2})

    def test_entering_the_stage_of_approval_submits_the_draft(self):
        self._rule()
        stage = self.stages['acknowledgement']
        stage.approval_subject = 'solution'
        case = self._case()
        with self._refused("Write a solution first", RedirectWarning):
            case.write({'stage_id': stage.id})
        case.solution_proposal = "We refund half."
        case.write({'stage_id': stage.id})
        self.assertEqual(case.solution_state, 'submitted')
        self.assertEqual(case.sudo().approval_ids.approver_ids, self.department_head)

    def test_a_gate_of_a_solution_tells_to_write_one(self):
        stage = self.stages['acknowledgement']
        stage.gate_ids = [Command.create({'approval_subject': 'solution'})]
        self._rule(amount_from=10)
        case = self._case()
        case.write({'stage_id': stage.id})
        case.write({'stage_id': self.stages['assessment'].id})
        self._rule(name="Always")
        with self._refused("Write a solution first", RedirectWarning):
            case.write({'stage_id': stage.id})
        case.solution_proposal = "We refund half."
        with self._refused("The solution needs the approval of: ", RedirectWarning):
            case.write({'stage_id': stage.id})
        case.action_submit_solution()
        case._get_pending_approvals().with_user(self.department_head).action_approve()
        case.write({'stage_id': stage.id})

    def test_the_amount_of_the_solution_chooses_the_approver(self):
        self._rule(approver='team_leader', amount_to=100)
        self._rule(approver='parent_leader', amount_from=100)
        for amount, user in ((100, self.manager), (101, self.region_leader)):
            solution = self._draft(amount=amount)
            solution.action_submit()
            self.assertEqual(solution.case_id.sudo().approval_ids.approver_ids, user)

    def test_a_new_round_begins_without_a_solution(self):
        self._rule()
        case = self._create_worked_case(department_id=self.department.id)
        case.solution_proposal = "We refund half."
        case.action_submit_solution()
        approval = case.sudo().approval_ids
        closed = self.procedure.stage_ids.filtered(lambda s: s.phase == 'withdrawn')[:1]
        manager_case = case.with_user(self.manager)
        manager_case.write({'closing_note': "Taken back.", 'stage_id': closed.id})
        self.assertEqual(approval.state, 'cancelled')
        manager_case.write({'stage_id': self.stages['acknowledgement'].id})
        self.assertEqual(case.round, 2)
        self.assertFalse(case.current_solution_id)
        self.assertFalse(case.solution_state)
        case.solution_proposal = "We refund all."
        self.assertEqual(case.current_solution_id.round, 2)
        self.assertEqual(case.current_solution_id.version, 2)

    def test_a_recused_person_finds_no_solution(self):
        solution = self._draft()
        self._accuse(solution.case_id, 'committee')
        solutions = self.env['complaint.solution'].with_user(self.committee)
        self.assertFalse(solutions.search([('case_id', '=', solution.case_id.id)]))
        with self.assertRaises(AccessError):
            solution.with_user(self.committee).read(['proposal'])
