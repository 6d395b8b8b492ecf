from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestMassComplaint(ComplaintCommon):
    """PRIN-3-a, issue 3: a lead gathers members; each keeps its thread, events and clocks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_worked_case(name="No water in building 3")
        cls.members = cls.env['complaint.case'].union(
            *(
                cls._create_case(name="No water", partner_id=False, category_id=cls.category.id)
                for _number in range(3)
            )
        )

    def _gather(self):
        self.lead._gather(self.members)

    def test_one_complaint_joins_the_lead_that_is_chosen(self):
        joining = self._create_case(name="Still no water", category_id=self.category.id)
        form = Form(
            self.env['complaint.case.gather']
            .with_user(self.receiver)
            .with_context(active_model='complaint.case', active_ids=joining.ids)
        )
        form.lead_id = self.lead
        self.assertEqual(form.case_ids[:], joining)
        form.save().action_confirm()
        self.assertEqual(self.lead.member_ids, joining)

    def test_nobody_joins_is_said(self):
        with self._refused("Choose the complaints that join"):
            self.lead._gather(self.lead.browse())

    def test_gathering_marks_the_lead(self):
        self._gather()
        self.assertEqual(self.members.lead_case_id, self.lead)
        self.assertEqual((self.lead.member_ids, self.lead.member_count), (self.members, 3))
        self.assertIn(self.env.ref('complaint_management.flag_mass'), self.lead.flag_ids)
        for member in self.members:
            self.assertEqual(self._codes(member)[-1], 'gathered')
        self.assertEqual(self.lead.search(self.lead.action_view_members()['domain']), self.members)

    def test_the_approval_of_the_lead_covers_the_members(self):
        """Issue 3, part 2: investigation, solution and approval happen once."""
        self.env['complaint.approval.rule'].create(
            {'name': "All", 'subject': 'solution', 'approver': 'team_leader'}
        )
        self._gather()
        solution = (
            self.env['complaint.solution']
            .with_user(self.handler)
            .create({'case_id': self.lead.id, 'proposal': "Water by tonight."})
        )
        self._move(self.lead, 'acknowledgement', 'assessment', 'assignment', 'investigation')
        self._move(self.lead, 'solution')
        solution.action_submit()
        self.assertEqual(len(self.lead.sudo().approval_ids), 1)
        self.assertFalse(self.members.sudo().approval_ids)
        self.lead.sudo().approval_ids.with_user(self.manager).action_approve()
        self.assertEqual(self.lead.solution_state, 'approved')
        self._move(self.lead, 'communication')
        self.assertEqual(self.members.stage_id, self.stages['communication'])
        self.lead.with_user(self.receiver)._answer("The water is back.")
        for member in self.members:
            self.assertEqual(member.answer_state, 'answered')
        self.assertFalse(self.members.sudo().approval_ids)

    def test_taking_out_frees_a_member(self):
        self._gather()
        member = self.members[0]
        member.action_leave_mass_complaint()
        self.assertFalse(member.lead_case_id)
        self.assertEqual(self.lead.member_count, 2)
        self.assertEqual(self._codes(member)[-1], 'taken_out')
        self._create_case(lead_case_id=self.lead.id)
        self.assertEqual(self.lead.member_count, 3)

    def test_one_level_one_procedure_and_open(self):
        self._gather()
        other = self._create_case()
        with self._refused("leads a mass complaint itself"):
            other._gather(self.lead)
        with self._refused("is a member of a mass complaint itself"):
            self.members[0]._gather(other)
        with self._refused("is a member of a mass complaint itself"):
            other.lead_case_id = self.members[0]
        with self._refused("cannot refer to itself"):
            other.lead_case_id = other
        procedure = self.procedure.copy({'name': "Another", 'code': 'another'})
        for stage in self.procedure.stage_ids:
            stage.copy({'procedure_id': procedure.id})
        strange = self._create_case(procedure_id=procedure.id)
        with self._refused("same procedure"):
            self.lead._gather(strange)
        with self._refused("same procedure"):
            self.members[0].with_user(self.manager).write({'procedure_id': procedure.id})
        with self._refused("keep the procedure of their lead"):
            self.lead.with_user(self.manager).write({'procedure_id': procedure.id})
        other._mark_duplicate(self.lead)
        for call in (
            lambda: self.lead._gather(other),
            lambda: other.write({'lead_case_id': self.lead.id}),
        ):
            with self._refused("closed already"):
                call()

    def test_the_accused_does_not_handle_through_the_lead(self):
        member = self._create_case(
            user=self.manager, accused_employee_ids=[(4, self.employees['handler'].id)]
        )
        with self._refused("complained about here"):
            self.lead.with_user(self.manager)._gather(member)

    def test_only_whoever_may_change_both_gathers(self):
        lead = self._as(self.handler, self.lead)
        with self.assertRaises(AccessError):
            lead._gather(self.members.with_user(self.handler))
        with self.assertRaises(AccessError):
            self._as(self.auditor, self.members).write({'lead_case_id': self.lead.id})

    def test_a_member_waits_for_its_lead(self):
        self._gather()
        member = self.members[0]
        member.handler_id = self.handler
        self._move(member, 'assessment')
        for name in ('investigation', 'solution'):
            with self._refused(f"handled with {self.lead.number}", RedirectWarning):
                member.write({'stage_id': self.stages[name].id})
        member.action_leave_mass_complaint()
        member.grade_id = self.grade
        self._move(member, 'investigation')

    def _answer(self):
        self._move(self.lead, 'assessment', 'assignment', 'investigation', 'solution')
        self._move(self.lead, 'communication')

    def test_members_go_along_to_the_answer(self):
        self._gather()
        self.members[0].facts = "The pump of the third floor."
        self._answer()
        self.assertEqual(self.members.stage_id, self.stages['communication'])
        self.assertEqual(self.members[0].facts, "The pump of the third floor.")
        self.assertEqual(self.members[1].facts, self.lead.facts)
        self.assertEqual(set(self.members.mapped('validity')), {'valid'})
        for member in self.members:
            self.assertIn('answered', self._codes(member))
            self.assertEqual(member.event_ids.sorted('sequence')[-1].user_id, self.receiver)
        self.assertFalse((self.lead | self.members)._find_broken_histories())

    def test_members_close_with_their_lead(self):
        self._gather()
        self._answer()
        self.members[0].action_leave_mass_complaint()
        self._move(self.lead, 'closed')
        self.assertFalse(self.members[0].is_closed)
        for member in self.members[1:]:
            self.assertTrue(member.is_closed and member.closed_at)
            self.assertEqual(member.closing_reason_id, self.reason_satisfied)
            self.assertIn('closed', self._codes(member))
        self.assertEqual(self.lead.member_count, 2)

    def test_members_out_of_reach_go_along_too(self):
        self._gather()
        self._move(self.lead, 'assessment', 'assignment', 'investigation', 'solution')
        lead = self._as(self.handler, self.lead)
        self.assertFalse(lead.member_ids)
        self._pass_time(minutes=1)
        lead.write({'stage_id': self.stages['communication'].id})
        self.env.invalidate_all()
        self.assertEqual(self.members.stage_id, self.stages['communication'])
        targets = self._as(self.handler, self.lead)._get_answer_targets()
        self.assertEqual(targets.ids, (self.lead | self.members).ids)

    def test_undo_of_the_lead_brings_the_members_back(self):
        self._gather()
        stages = self.members.stage_id
        self._answer()
        self.lead.action_undo()
        self.assertEqual(self.lead.stage_id, self.stages['solution'])
        self.assertEqual(self.members.stage_id, stages)

    def test_a_lead_is_no_duplicate_and_a_member_leaves_when_merged(self):
        self._gather()
        other = self._create_case()
        with self._refused("take its members out first"):
            self.lead._mark_duplicate(other)
        self.members[0]._mark_duplicate(other)
        self.assertFalse(self.members[0].lead_case_id)
        self.assertEqual(self.lead.member_count, 2)

    def test_the_portal_reads_nothing_of_the_others(self):
        self._gather()
        self._answer()
        for passage in self.members[0]._get_timeline():
            self.assertNotIn(self.lead.number, passage['label'])

    def test_a_copy_is_neither_lead_nor_member(self):
        self._gather()
        for copy in (self.lead.copy(), self.members[0].copy()):
            self.assertFalse(copy.lead_case_id or copy.member_count)

    def test_an_erased_member_or_lead_leaves_the_rest_in_order(self):
        self._gather()
        self.members[0].with_user(self.admin)._erase("Asked for")
        self.assertEqual(self.lead.member_count, 2)
        self.lead.with_user(self.admin)._erase("Asked for")
        self.env.invalidate_all()
        self.assertFalse(self.members[1:].lead_case_id)

    def test_the_dialog_gathers_what_is_selected(self):
        cases = self.lead | self.members
        wizard = (
            self.env['complaint.case.gather']
            .with_user(self.receiver)
            .with_context(active_model='complaint.case', active_ids=cases.ids)
        )
        form = Form(wizard)
        self.assertEqual(form.lead_id, self.lead)
        form.save().action_confirm()
        self.assertEqual(self.lead.member_ids, self.members)

    def test_the_dialog_of_one_offers_similar_open_ones(self):
        if not self.env['complaint.case']._can_compare_texts():
            self.skipTest("The database cannot compare Chinese texts.")
        self._create_case(name="The parcel came late", category_id=self.category.id)
        wizard = (
            self.env['complaint.case.gather']
            .with_user(self.receiver)
            .with_context(active_model='complaint.case', active_ids=self.lead.ids)
        )
        form = Form(wizard)
        form.save().action_confirm()
        self.assertEqual(self.lead.member_ids, self.members)
