from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged

from .test_approval_rule import ApprovalCommon


@tagged('post_install', '-at_install')
class TestApproval(ApprovalCommon):
    """Issue 3, item 7: asked in order, decided by those who are asked, and kept."""

    def _request(self, case, subject='opinion', **kwargs):
        return case._request_approval(subject, **kwargs).sudo().sorted('id')

    def _states(self, approvals):
        self.env.invalidate_all()
        return approvals.mapped('state')

    def _activities(self, approval):
        return self.env['mail.activity'].search([('complaint_approval_id', 'in', approval.ids)])

    def test_a_decision_in_one_click(self):
        self._rule(subject='opinion', name="Head reviews")
        case = self._case()
        approval = self._request(case, proposal="We repair it.")
        self.assertEqual(approval.state, 'pending')
        self.assertEqual(self._activities(approval).user_id, self.department_head)
        self.assertEqual(case._get_pending_approvals('opinion').sudo(), approval)
        self.assertFalse(case._is_approved('opinion'))
        mine = self._as(self.department_head, case)
        self.assertEqual(mine.my_approval_id, approval)
        mine.action_approve_mine()
        self.assertEqual(approval.state, 'approved')
        self.assertEqual(approval.decided_by_id, self.department_head)
        self.assertTrue(approval.decided_at)
        self.assertFalse(self._activities(approval))
        self.assertTrue(case._is_approved('opinion'))
        self.assertEqual(self._codes(case)[-2:], ['approval_requested', 'approved'])
        event = case.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual(event.user_id, self.department_head)
        self.assertEqual(
            event.payload,
            {
                'subject': 'opinion',
                'rule': "Head reviews",
                'on_behalf_of': None,
                'criteria': [],
                'final': True,
            },
        )

    def test_only_who_is_asked_may_decide(self):
        self._rule(subject='opinion')
        case = self._case()
        approval = self._request(case)
        for user in (self.handler, self.manager, self.committee, self.admin, self.env.user):
            with self._refused("you are not asked|own proposal"):
                approval.with_user(user).action_approve()
            with self._refused("you are not asked|own proposal"):
                approval.with_user(user)._refuse("No.")
            self.assertFalse(self._as(user, case).my_approval_id)
        for user in (self.outsider, self.legal):
            with self.assertRaises(AccessError):
                approval.with_user(user).action_approve()
        self.assertEqual(self._states(approval), ['pending'])

    def test_equal_numbers_together_others_one_after_the_other(self):
        """PAWN-3.4-c/d, PROD-5.3.1-h: head, then team; nobody decides before his turn."""
        self._rule(subject='opinion', sequence=10)
        self._rule(subject='opinion', sequence=10, approver='team_leader')
        self._rule(subject='opinion', sequence=20, approver='group', group_id=self.group.id)
        case = self._case()
        head, leader, team = self._request(case)
        self.assertEqual(self._states(head | leader | team), ['pending', 'pending', 'waiting'])
        self.assertFalse(self._activities(team))
        with self._refused("an earlier approval is still open"):
            team.with_user(self.committee).action_approve()
        leader.with_user(self.manager).action_approve()
        self.assertEqual(self._states(team), ['waiting'])
        head.with_user(self.department_head).action_approve()
        self.assertEqual(self._states(team), ['pending'])
        self.assertEqual(self._activities(team).user_id, self.committee)
        self.assertFalse(case._is_approved('opinion'))
        team.with_user(self.committee).action_approve()
        self.assertTrue(case._is_approved('opinion'))
        finals = [
            event.payload['final']
            for event in case.sudo().event_ids.sorted('sequence')
            if event.milestone_id.code == 'approved'
        ]
        self.assertEqual(finals, [False, False, True])

    def test_a_ladder_skips_nobody(self):
        """TEL-2.3-a: each level in turn; the next is asked when the one below agreed."""
        self._rule(subject='opinion', approver='ancestor_leaders')
        case = self._case()
        region, board = self._request(case)
        self.assertEqual(region.approver_ids, self.region_leader)
        self.assertEqual(board.approver_ids, self.board_leader)
        self.assertEqual(self._states(region | board), ['pending', 'waiting'])
        with self._refused("an earlier approval is still open"):
            board.with_user(self.board_leader).action_approve()
        region.with_user(self.region_leader).action_approve()
        self.assertEqual(self._states(board), ['pending'])
        self.assertEqual(self._codes(case)[-2:], ['approved', 'escalated'])
        board.with_user(self.board_leader).action_approve()
        self.assertTrue(case._is_approved('opinion'))

    def test_nobody_approves_his_own_proposal(self):
        self._rule(subject='opinion')
        self.employees['department_head'].department_id = self.department
        case = self._case().with_user(self.department_head)
        approval = self._request(case)
        self.assertEqual(approval.approver_ids, self.manager)
        with self._refused("nobody approves his own proposal"):
            approval.with_user(self.department_head).action_approve()
        # Nor does he by the detour of somebody who stays away.
        self.manager.complaint_delegate_id = self.department_head
        self.assertFalse(approval.delegate_ids)
        with self._refused("nobody approves his own proposal"):
            approval.with_user(self.department_head).action_approve()
        approval.with_user(self.manager).action_approve()

    def test_his_own_ladder_begins_above_him(self):
        self._rule(subject='opinion', approver='ancestor_leaders')
        case = self._case(team_id=self.team.id, handler_id=self.region_leader.id)
        approvals = self._request(case.with_user(self.region_leader))
        self.assertEqual(approvals.approver_ids, self.board_leader)
        self.assertEqual(len(approvals), 1)

    def test_a_recused_chain_goes_to_the_next_level(self):
        self._rule(subject='opinion')
        case = self._case()
        self._accuse(case, 'department_head', 'manager', 'region_leader')
        self.assertEqual(self._request(case).approver_ids, self.board_leader)
        self._accuse(case, 'department_head', 'manager', 'region_leader', 'board_leader')
        self.assertEqual(self._request(case).approver_ids, self.committee)
        self._accuse(
            case, 'department_head', 'manager', 'region_leader', 'board_leader', 'committee'
        )
        with self._refused("Nobody can approve"):
            self._request(case)

    def test_who_is_recused_later_hands_on(self):
        self._rule(subject='opinion')
        case = self._case()
        approval = self._request(case)
        self.assertTrue(self._as(self.department_head, case).has_access('read'))
        self._accuse(case, 'department_head')
        self.assertEqual(approval.approver_ids, self.manager)
        self.assertEqual(self._activities(approval).user_id, self.manager)
        self.assertFalse(self._as(self.department_head, case).has_access('read'))
        with self.assertRaises(AccessError):
            approval.with_user(self.department_head).action_approve()
        approval.with_user(self.manager).action_approve()

    def test_recusing_the_last_one_leaves_the_case_waiting(self):
        self._rule(subject='opinion')
        case = self._case()
        approval = self._request(case)
        (self.team | self.region | self.board).leader_id = False
        self.group.user_ids = [Command.clear()]
        self._accuse(case, 'department_head')
        self.assertEqual((approval.state, len(approval.approver_ids)), ('pending', 0))
        self.group.user_ids = [Command.set(self.committee.ids)]
        self.env['complaint.approval']._cron_refresh_approvers()
        self.assertEqual(approval.approver_ids, self.committee)

    def _get_today(self, user):
        user.tz = 'Asia/Shanghai'
        return fields.Date.context_today(user.with_context(tz=user.tz))

    def test_a_delegate_is_asked_while_the_approver_is_away(self):
        self._rule(subject='opinion')
        case = self._case()
        approval = self._request(case)
        today = self._get_today(self.department_head)
        with self.assertRaises(AccessError):
            approval.with_user(self.legal).action_approve()
        self.department_head.with_user(self.department_head).write(
            {
                'complaint_delegate_id': self.legal.id,
                'complaint_delegate_from': today,
                'complaint_delegate_to': today + timedelta(days=3),
            }
        )
        self.assertEqual(approval.delegate_ids, self.legal)
        self.assertEqual(self._activities(approval).user_id, self.department_head | self.legal)
        self.assertTrue(self._as(self.legal, case).has_access('read'))
        self.assertFalse(self._as(self.legal, case).has_access('write'))
        approval.with_user(self.legal).action_approve()
        self.assertEqual(approval.decided_by_id, self.legal)
        self.assertEqual(approval.on_behalf_of_id, self.department_head)
        payload = case.sudo().event_ids.sorted('sequence')[-1].payload
        self.assertEqual(payload['on_behalf_of'], "Department Head")

    def test_a_delegate_before_and_after_his_time_may_not(self):
        self._rule(subject='opinion')
        approval = self._request(self._case())
        today = self._get_today(self.department_head)
        self.department_head.write(
            {
                'complaint_delegate_id': self.committee.id,
                'complaint_delegate_from': today + timedelta(days=2),
                'complaint_delegate_to': today + timedelta(days=3),
            }
        )
        self.assertFalse(approval.delegate_ids)
        with self._refused("you are not asked"):
            approval.with_user(self.committee).action_approve()
        self._pass_time(days=2)
        self.env['complaint.approval']._cron_refresh_approvers()
        self.assertEqual(approval.delegate_ids, self.committee)
        self.assertIn(self.committee, self._activities(approval).user_id)
        self._pass_time(days=2)
        with self._refused("you are not asked"):
            approval.with_user(self.committee).action_approve()
        self.env['complaint.approval']._cron_refresh_approvers()
        self.assertFalse(approval.delegate_ids)

    def test_delegates_that_make_no_sense_are_refused(self):
        for delegate in (self.department_head, self.outsider):
            with self._refused("cannot approve complaints in your place", ValidationError):
                self.department_head.complaint_delegate_id = delegate
        with self.assertRaises(AccessError):
            self.department_head.with_user(self.handler).complaint_delegate_id = self.handler

    def test_criteria_must_all_be_ticked(self):
        """PAWN-3.4-d: reasonable, fair, feasible."""
        criteria = self.env['complaint.approval.criterion'].search([])
        self._rule(subject='opinion', criterion_ids=[Command.set(criteria.ids)])
        case = self._case()
        approval = self._request(case)
        mine = approval.with_user(self.department_head)
        action = mine.action_approve()
        self.assertEqual(action['res_model'], 'complaint.approval.decide')
        wizard = (
            self.env['complaint.approval.decide']
            .with_user(self.department_head)
            .with_context(**action['context'])
            .create({'met_criterion_ids': [Command.set(criteria[:2].ids)]})
        )
        with self._refused(f"tick every criterion.*{criteria[2].name}"):
            wizard.action_confirm()
        wizard.met_criterion_ids = criteria
        wizard.action_confirm()
        self.assertEqual(approval.met_criterion_ids, criteria)
        payload = case.sudo().event_ids.sorted('sequence')[-1].payload
        self.assertEqual(payload['criteria'], criteria.mapped('name'))

    def test_several_at_once_from_the_list(self):
        self._rule(subject='opinion')
        cases = [self._case() for _n in range(3)]
        approvals = self.env['complaint.approval'].union(*(self._request(case) for case in cases))
        approvals.with_user(self.department_head).action_approve()
        self.assertEqual(set(self._states(approvals)), {'approved'})
        self.assertTrue(all(self._codes(case)[-1] == 'approved' for case in cases))

    def test_several_with_criteria_are_asked_one_by_one(self):
        criteria = self.env['complaint.approval.criterion'].search([], limit=1)
        self._rule(subject='opinion', criterion_ids=[Command.set(criteria.ids)])
        approvals = self._request(self._case()) | self._request(self._case())
        with self._refused("one by one"):
            approvals.with_user(self.department_head).action_approve()

    def test_a_refusal_needs_words_and_ends_the_chain(self):
        self._rule(subject='opinion', sequence=10)
        self._rule(subject='opinion', sequence=20, approver='team_leader')
        case = self._case()
        head, leader = self._request(case)
        mine = head.with_user(self.department_head)
        for words in (None, "", "  "):
            with self._refused("Say why you refuse"):
                mine._refuse(words)
        mine._refuse("Too dear.")
        self.assertEqual(self._states(head | leader), ['refused', 'cancelled'])
        self.assertFalse(case._is_approved('opinion'))
        self.assertFalse(self._activities(head | leader))
        event = case.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual((event.milestone_id.code, event.note), ('approval_refused', "Too dear."))
        again = self._request(case)
        self.assertEqual(self._states(again), ['pending', 'waiting'])
        self.assertEqual(self._states(head | leader), ['refused', 'cancelled'])

    def test_what_is_decided_stays(self):
        """No road leads to another decision: write, unlink, RPC, context, attachment."""
        self._rule(subject='opinion')
        case = self._case()
        approval = self._request(case)
        file = (
            self.env['ir.attachment']
            .with_user(self.department_head)
            .create(
                {'name': "signed.pdf", 'raw': b"signed", 'res_model': 'complaint.approval.decide'}
            )
        )
        approval.with_user(self.department_head)._approve("Fine.", evidence=file)
        kept = approval.evidence_attachment_ids
        self.assertEqual((kept.res_model, kept.res_id), ('complaint.approval', approval.id))
        for user in (self.handler, self.department_head, self.manager, self.admin):
            mine = approval.with_user(user)
            with self.assertRaises(UserError):
                mine.write({'note': "Never."})
            with self.assertRaises(UserError):
                mine.with_context(complaint_internal_write=True).write({'state': 'refused'})
            with self.assertRaises(UserError):
                mine.unlink()
            with self.assertRaises(UserError):
                mine.create({'case_id': case.id, 'subject': 'opinion', 'state': 'approved'})
            with self.assertRaises(UserError):
                case.with_user(user).write({'approval_ids': [Command.delete(approval.id)]})
            with self.assertRaises(AccessError):
                kept.with_user(user).unlink()
            with self.assertRaises(AccessError):
                kept.with_user(user).write({'raw': b"changed"})
            with self.assertRaises(UserError):
                mine.action_approve()
            with self.assertRaises(UserError):
                mine._refuse("After all not.")
        with self.assertRaises(UserError):
            approval.write({'note': "Never."})
        for method in ('_approve', '_refuse', '_decide', '_internal', '_cancel'):
            with self.assertRaises(AccessError):
                call_kw(
                    self.env['complaint.approval'].with_user(self.admin), method, [approval.ids], {}
                )
        with self._refused("sets these fields itself"):
            case.write({'approver_user_ids': [Command.link(self.outsider.id)]})
        self.assertEqual((approval.state, approval.note), ('approved', "Fine."))

    def test_evidence_of_others_cannot_be_taken_along(self):
        self._rule(subject='opinion')
        approval = self._request(self._case())
        secret = self.env['ir.attachment'].create({'name': "secret.txt", 'raw': b"secret"})
        with self.assertRaises(AccessError):
            approval.with_user(self.department_head)._approve(
                evidence=secret.with_user(self.department_head)
            )

    def test_an_approver_from_elsewhere_may_read_and_no_more(self):
        flag = self.env['complaint.flag'].create({'name': "Secret", 'restricts_access': True})
        self._rule(subject='opinion', approver='user', user_id=self.legal.id)
        case = self._case(flag_ids=[Command.link(flag.id)])
        self.assertFalse(self._as(self.legal, case).has_access('read'))
        approval = self._request(case)
        self.assertTrue(self._as(self.legal, case).has_access('read'))
        self.assertFalse(self._as(self.legal, case).has_access('write'))
        approvals = self.env['complaint.approval'].with_user(self.legal)
        self.assertEqual(approvals.search([('case_id', '=', case.id)]), approval)
        approval.with_user(self.legal).action_approve()
        self.assertTrue(self._as(self.legal, case).has_access('read'))

    def test_activities_offer_the_decision_to_their_owner(self):
        self._rule(subject='opinion')
        case = self._case()
        approval = self._request(case)
        activity = self._activities(approval)
        self.assertEqual(activity.activity_type_id.name, "Complaint approval")
        self.assertFalse(activity.with_user(self.handler).complaint_can_decide)
        mine = activity.with_user(self.department_head)
        self.assertTrue(mine.complaint_can_decide)
        self.assertEqual(mine.action_complaint_refuse()['res_model'], 'complaint.approval.decide')
        with self.assertRaises(UserError):
            activity.with_user(self.handler).action_complaint_approve()
        mine.action_complaint_approve()
        self.assertEqual(approval.state, 'approved')

    def test_closing_takes_back_what_is_open(self):
        self._rule(subject='opinion')
        case = self._create_worked_case(department_id=self.department.id)
        approval = self._request(case)
        case.with_user(self.manager).write(
            {'closing_note': "Taken back.", 'stage_id': self._stage('withdrawn').id}
        )
        self.assertEqual(approval.state, 'cancelled')
        self.assertFalse(self._activities(approval))

    def _stage(self, phase):
        return self.procedure.stage_ids.filtered(lambda stage: stage.phase == phase)[:1]

    def test_a_new_request_replaces_the_old_one(self):
        self._rule(subject='opinion')
        case = self._case()
        first = self._request(case)
        first.with_user(self.department_head).action_approve()
        second = self._request(case)
        self.assertFalse(first.is_current)
        self.assertEqual(first.state, 'approved')
        self.assertFalse(case._is_approved('opinion'))
        second.with_user(self.department_head).action_approve()
        self.assertTrue(case._is_approved('opinion'))

    def test_an_erased_case_leaves_no_file_behind(self):
        self._rule(subject='opinion')
        case = self._case()
        approval = self._request(case)
        file = (
            self.env['ir.attachment']
            .with_user(self.department_head)
            .create(
                {'name': "signed.pdf", 'raw': b"signed", 'res_model': 'complaint.approval.decide'}
            )
        )
        approval.with_user(self.department_head)._approve(evidence=file)
        case.sudo()._erase("Retention")
        self.assertFalse(approval.exists())
        self.assertFalse(file.exists())


@tagged('post_install', '-at_install')
class TestApprovalInBrowser(ApprovalCommon, HttpCase):
    """Issue 3, item 7: approve from the activity and from the form."""

    CLICK = """
        const wait = async (test) => {
            for (let i = 0; i < 150; i++) {
                const found = test();
                if (found) return found;
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
            throw new Error("not found in time: " + test);
        };
        (async () => {
            (await wait(() => document.querySelector("%(button)s"))).click();
            await wait(() => !document.querySelector(".o_complaint_approve"));
            console.log("test successful");
        })().catch((error) => console.error(error.message));
    """

    def _approve_by(self, button):
        self._rule(subject='opinion')
        case = self._case()
        approval = case._request_approval('opinion').sudo()
        self.browser_js(
            f'/odoo/all-complaints/{case.id}',
            self.CLICK % {'button': button},
            "!!document.querySelector('.o_complaint_approve')",
            login='complaint_department_head',
        )
        approval.invalidate_recordset()
        self.assertEqual(approval.state, 'approved')

    def test_from_the_activity(self):
        self._approve_by('.o_complaint_approve')

    def test_from_the_form(self):
        self._approve_by('button[name=action_approve_mine]')
