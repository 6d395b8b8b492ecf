from odoo import Command
from odoo.exceptions import RedirectWarning, ValidationError
from odoo.service.model import call_kw
from odoo.tests import Form, tagged

from .test_approval_rule import ApprovalCommon


@tagged('post_install', '-at_install')
class TestApprovalGate(ApprovalCommon):
    """PAWN-3.4-c/e: a case cannot pass a stage that needs an approval, by any way in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.target = cls.stages['acknowledgement']
        cls.gate = cls.env['complaint.stage.gate'].create(
            {'stage_id': cls.target.id, 'approval_subject': 'opinion'}
        )
        cls.rule = cls._rule(subject='opinion')
        cls.sentence = "The opinion needs the approval of: "

    def _approved_case(self):
        case = self._case()
        case._request_approval('opinion').with_user(self.department_head).action_approve()
        return case

    def _assert_at_the_start(self, case):
        self.env.invalidate_all()
        self.assertEqual(case.stage_id, self.stages['intake'])

    def test_the_gate_holds_in_the_form_and_on_the_board(self):
        case = self._case()
        form = Form(case)
        form.stage_id = self.target
        with self._refused(self.sentence, RedirectWarning):
            form.save()
        with self._refused(self.sentence, RedirectWarning):
            case.web_save({'stage_id': self.target.id}, {'stage_id': {}})
        self._assert_at_the_start(case)
        case._request_approval('opinion').with_user(self.department_head).action_approve()
        case.web_save({'stage_id': self.target.id}, {'stage_id': {}})
        self.assertEqual(case.stage_id, self.target)

    def test_the_gate_holds_when_created_imported_listed_and_called(self):
        with self._refused(self.sentence, RedirectWarning):
            self._case(stage_id=self.target.id)
        case, ready = self._case(), self._approved_case()
        with self._refused(f"{case.number}.*{self.sentence}"):
            (ready | case).with_user(self.manager).write({'stage_id': self.target.id})
        with self._refused(self.sentence, RedirectWarning):
            call_kw(case, 'write', [case.ids, {'stage_id': self.target.id}], {})
        self.env['ir.model.data'].create(
            {'module': '__test__', 'name': 'case', 'model': 'complaint.case', 'res_id': case.id}
        )
        result = case.with_context(import_file=True).load(
            ['id', 'stage_id/.id'], [['__test__.case', str(self.target.id)]]
        )
        self.assertFalse(result['ids'])
        self.assertIn(self.sentence, result['messages'][0]['message'])
        self._assert_at_the_start(case | ready)

    def test_it_names_who_has_not_decided(self):
        self._rule(subject='opinion', sequence=20, approver='group', group_id=self.group.id)
        case = self._case()
        with self._refused("Head of the responsible department and .*committee", RedirectWarning):
            case.write({'stage_id': self.target.id})
        head, _team = case._request_approval('opinion').sorted('id')
        with self._refused(f"{self.sentence}Department Head and Committee", RedirectWarning):
            case.write({'stage_id': self.target.id})
        head.with_user(self.department_head).action_approve()
        with self._refused(f"{self.sentence}Committee\\.", RedirectWarning):
            case.write({'stage_id': self.target.id})

    def test_a_refusal_is_told_with_its_reason(self):
        case = self._case()
        approval = case._request_approval('opinion')
        approval.with_user(self.department_head)._refuse("No proof.")
        with self._refused(
            "The opinion was refused by Department Head: No proof.", RedirectWarning
        ):
            case.write({'stage_id': self.target.id})

    def test_the_rules_of_now_count(self):
        case = self._case()
        self.rule.active = False
        self.assertTrue(case._is_approved('opinion'))
        self.rule.active = True
        self.assertFalse(case._is_approved('opinion'))
        case = self._approved_case()
        self.assertTrue(case._is_approved('opinion'))
        self._rule(subject='opinion', approver='team_leader')
        self.assertFalse(case._is_approved('opinion'))

    def test_an_approval_of_an_earlier_round_does_not_count(self):
        case = self._approved_case()
        case._write_internal({'round': 2})
        self.assertFalse(case._is_approved('opinion'))

    def test_an_own_sentence_and_all_gates_at_once(self):
        self.gate.name = "The head must agree."
        with self._refused("The head must agree", RedirectWarning):
            self._case().write({'stage_id': self.target.id})
        field = self.env.ref('complaint_management.field_complaint_case__facts')
        self.gate.write({'name': False, 'field_ids': [Command.link(field.id)]})
        with self._refused(f"Fill in: Established facts. {self.sentence}", RedirectWarning):
            self._case().write({'stage_id': self.target.id})

    def test_a_gate_asks_for_something(self):
        with self._refused("an approval", ValidationError):
            self.gate.approval_subject = False

    def test_entering_a_stage_asks_for_the_approval(self):
        self.gate.active = False
        self.target.approval_subject = 'opinion'
        cases = self._case() | self._case()
        cases.with_user(self.manager).write({'stage_id': self.target.id})
        self.assertEqual(cases.sudo().approval_ids.mapped('state'), ['pending', 'pending'])
        case = cases[0]
        case.sudo().approval_ids.with_user(self.department_head).action_approve()
        case.with_user(self.manager).write({'stage_id': self.stages['assessment'].id})
        case.with_user(self.manager).write({'stage_id': self.target.id})
        self.assertEqual(case.sudo().approval_ids.mapped('state'), ['approved'])
        created = self._create_case(department_id=self.department.id, stage_id=self.target.id)
        self.assertEqual(created.sudo().approval_ids.mapped('state'), ['pending'])

    def test_with_nobody_to_ask_the_case_stays(self):
        self.gate.active = False
        self.target.approval_subject = 'opinion'
        (self.team | self.region | self.board).leader_id = False
        self.group.user_ids = [Command.clear()]
        case = self._case(department_id=False)
        with self._refused("Nobody can approve"), self.env.cr.savepoint():
            case.write({'stage_id': self.target.id})
        self._assert_at_the_start(case)

    def test_a_gate_costs_a_batch_the_same_as_one(self):
        one = self._approved_case()
        many = self.env['complaint.case'].union(*(self._approved_case() for _n in range(10)))

        def count(cases):
            for _round in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.assertFalse(cases._get_move_obstacles(self.target))
                queries = self.env.cr.sql_log_count - before
            return queries

        self.assertEqual(count(many), count(one))
