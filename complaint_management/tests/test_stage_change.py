from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.service.model import call_kw
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from ..models.complaint_case_access import ComplaintCaseAccess
from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestStageRoads(ComplaintCommon):
    """House rule 5: a case changes stage in one method only, whatever the road."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case(description=False)
        cls.sentence = "Write down what happened"

    def _assert_at_the_start(self):
        self.env.invalidate_all()
        self.assertEqual(self.case.stage_id, self.stages['intake'])
        self.assertEqual(self._codes(self.case), ['received', 'registered'])

    def test_a_gate_holds_in_the_form(self):
        form = Form(self.case.with_user(self.receiver))
        form.stage_id = self.stages['assessment']
        with self._refused(self.sentence, RedirectWarning):
            form.save()
        self._assert_at_the_start()

    def test_a_gate_that_is_met_in_the_same_save_lets_pass(self):
        form = Form(self.case.with_user(self.receiver))
        form.description = "The lift stands still."
        form.stage_id = self.stages['assessment']
        form.save()
        self.assertEqual(self.case.stage_id, self.stages['assessment'])

    def test_a_gate_holds_on_the_board(self):
        with self._refused(self.sentence, RedirectWarning):
            self.case.web_save({'stage_id': self.stages['assessment'].id}, {'stage_id': {}})
        self._assert_at_the_start()
        self.case.web_save({'stage_id': self.stages['acknowledgement'].id}, {'stage_id': {}})
        self.assertEqual(self._codes(self.case)[-1], 'acknowledged')

    def test_a_gate_holds_in_a_list_with_several_rows(self):
        ready = self._create_case()
        with self._refused(f"{self.case.number}.*{self.sentence}"):
            (ready | self.case).with_user(self.receiver).write(
                {'stage_id': self.stages['assessment'].id, 'priority': '1'}
            )
        self._assert_at_the_start()
        self.assertEqual((ready.stage_id, ready.priority), (self.stages['intake'], '0'))

    def test_a_gate_holds_when_a_case_is_created_in_a_stage(self):
        count = self.env['complaint.case'].search_count([])
        with self._refused(self.sentence, RedirectWarning):
            self._create_case(description=False, stage_id=self.stages['assessment'].id)
        self.assertEqual(self.env['complaint.case'].search_count([]), count)
        case = self._create_case(stage_id=self.stages['acknowledgement'].id)
        self.assertEqual(case.stage_id, self.stages['acknowledgement'])
        self.assertEqual(self._codes(case), ['received', 'registered', 'acknowledged'])

    def test_a_gate_holds_for_remote_calls(self):
        args = [self.case.ids, {'stage_id': self.stages['assessment'].id}]
        with self._refused(self.sentence, RedirectWarning):
            call_kw(self.env['complaint.case'].with_user(self.receiver), 'write', args, {})
        for method in ('_move_to', '_write_internal', '_stamp', '_step_back', '_erase'):
            with self.assertRaises(AccessError):
                call_kw(
                    self.env['complaint.case'].with_user(self.admin),
                    method,
                    [self.case.ids, self.stages['assessment'].id],
                    {},
                )
        self._assert_at_the_start()

    def test_no_context_of_a_client_opens_a_gate(self):
        for context in (
            {'complaint_internal_write': True},
            {'complaint_internal_write': 'INTERNAL_WRITE'},
            {'complaint_import': 'history'},
            {'complaint_import': 'new'},
        ):
            for user in (self.receiver, self.manager):
                case = self.case.with_user(user).with_context(**context)
                refusal = UserError if 'history' in context.values() else RedirectWarning
                with self.assertRaises(refusal):
                    case.write({'stage_id': self.stages['assessment'].id})
        self._assert_at_the_start()

    def test_the_phase_cannot_be_written_past_the_stage(self):
        for values in ({'phase': 'closed_normal'}, {'is_closed': True}):
            with self.assertRaises(UserError):
                self.case.write(values)
        self.assertFalse(self.case.is_closed)

    def test_a_gate_holds_in_an_import(self):
        self.env['ir.model.data'].create(
            {
                'module': '__test__',
                'name': 'case',
                'model': 'complaint.case',
                'res_id': self.case.id,
            }
        )
        result = (
            self.env['complaint.case']
            .with_user(self.receiver)
            .with_context(import_file=True)
            .load(['id', 'stage_id/.id'], [['__test__.case', str(self.stages['assessment'].id)]])
        )
        self.assertFalse(result['ids'])
        self.assertIn(self.sentence, result['messages'][0]['message'])
        self._assert_at_the_start()

    def test_a_stage_of_another_procedure_or_out_of_use_is_refused(self):
        other = self.env['complaint.procedure'].create(
            {'name': "Other", 'code': 'other', 'stage_ids': [Command.create({'name': "Start"})]}
        )
        with self._refused("belongs to another procedure", RedirectWarning):
            self.case.write({'stage_id': other.stage_ids.id})
        stage = self.stages['acknowledgement'].copy()
        stage.active = False
        with self._refused("no longer in use", RedirectWarning):
            self.case.write({'stage_id': stage.id})

    def test_writing_the_stage_where_it_stands_does_nothing(self):
        self.case.write({'stage_id': self.stages['intake'].id})
        self._assert_at_the_start()


@tagged('post_install', '-at_install')
class TestStageRules(ComplaintCommon):
    """Design 5, complaint.stage and gate: all unmet gates at once, groups, closing rules."""

    def test_all_that_is_missing_is_told_at_once_with_a_button(self):
        stage = self.stages['assessment']
        stage.gate_ids = [
            Command.create({'name': "Rule first.", 'domain': "[('validity', '=', 'valid')]"}),
            Command.create(
                {
                    'field_ids': [
                        Command.link(
                            self.env.ref(f'complaint_management.field_complaint_case__{name}').id
                        )
                        for name in ('cause_id', 'facts')
                    ]
                }
            ),
        ]
        case = self._create_case(description=False)
        with self.assertRaises(RedirectWarning) as caught:
            case.write({'stage_id': stage.id})
        message, action, button = caught.exception.args[:3]
        self.assertEqual(
            message.splitlines(),
            ["Write down what happened.", "Rule first.", "Fill in: Cause and Established facts."],
        )
        self.assertEqual((action['res_model'], action['res_id']), ('complaint.case', case.id))
        self.assertEqual(button, "Open the complaint")

    def test_an_archived_gate_asks_nothing(self):
        self.stages['assessment'].gate_ids.active = False
        case = self._create_case(description=False)
        self._move(case, 'assessment')
        self.assertEqual(case.stage_id, self.stages['assessment'])

    def test_only_the_named_groups_move_a_case_in(self):
        group = self.env.ref('complaint_management.group_complaint_manager')
        self.stages['acknowledgement'].group_ids = group
        case = self._create_case()
        with self._refused("Only these people.*“Acknowledgement”: Manager", RedirectWarning):
            case.write({'stage_id': self.stages['acknowledgement'].id})
        case.with_user(self.admin).write({'stage_id': self.stages['acknowledgement'].id})
        self.assertEqual(case.stage_id, self.stages['acknowledgement'])

    def test_who_may_not_write_a_case_does_not_move_it(self):
        case = self._create_case()
        for user in (self.auditor, self.outsider, self.legal):
            with self.assertRaises(AccessError):
                case.with_user(user).write({'stage_id': self.stages['acknowledgement'].id})

    def test_closing_needs_a_ruling_and_a_reason_of_its_kind(self):
        abnormal = self.env['complaint.closing.reason'].create(
            {'name': "Not reached", 'kind': 'abnormal', 'needs_text': True}
        )
        case = self._create_worked_case(closing_reason_id=False, validity='undetermined')
        with self.assertRaises(RedirectWarning) as caught:
            case.write({'stage_id': self.stages['closed'].id})
        self.assertIn("closing reason of the kind “Normal”", str(caught.exception))
        self.assertIn("Rule whether the complaint is valid.", str(caught.exception))
        case.write({'validity': 'invalid', 'closing_reason_id': abnormal.id})
        with self._refused("kind “Normal”", RedirectWarning):
            case.write({'stage_id': self.stages['closed'].id})
        with self._refused("reason “Not reached” needs it", RedirectWarning):
            case.write({'stage_id': self.stages['closed_abnormal'].id})
        case.write({'stage_id': self.stages['closed_abnormal'].id, 'closing_note': "Moved away."})
        self.assertEqual((case.phase, case.is_closed), ('closed_abnormal', True))

    def test_refusing_and_withdrawing_need_words(self):
        for name in ('refused', 'withdrawn'):
            case = self._create_case()
            for note in (False, "  "):
                with self._refused("Write the closing explanation", RedirectWarning):
                    case.write({'stage_id': self.stages[name].id, 'closing_note': note})
            case.write({'stage_id': self.stages[name].id, 'closing_note': "Not ours."})
            self.assertEqual(self._codes(case)[-1], name)
            self.assertTrue(case.closed_at)

    def test_a_closed_stage_says_so_whatever_its_own_milestone(self):
        self.stages['closed'].milestone_id = self.env.ref('complaint_management.milestone_filed')
        case = self._move(self._create_worked_case(), 'closed')
        self.assertEqual(self._codes(case)[-2:], ['filed', 'closed'])

    def test_a_stage_without_milestone_leaves_a_trace_too(self):
        case = self._move(self._create_worked_case(), 'investigation')
        event = case.event_ids.sorted('sequence')[-1]
        self.assertEqual(event.milestone_id.code, 'moved')
        self.assertEqual(
            event.payload,
            {
                'from_stage': self.stages['intake'].id,
                'to_stage': self.stages['investigation'].id,
                'from_name': "Registration",
                'to_name': "Investigation",
            },
        )

    def test_reopening_begins_the_next_round(self):
        case = self._move(self._create_worked_case(closing_note="Done"), 'closed')
        closed_at = self.env.cr.now().replace(microsecond=0)
        self.assertEqual((case.closed_at, case.round), (closed_at, 1))
        self._move(case, 'investigation')
        self.assertEqual((case.round, case.closed_at), (2, False))
        self.assertFalse(case.closing_reason_id or case.closing_note)
        self.assertEqual(self._codes(case)[-2:], ['reopened', 'moved'])
        last = case.event_ids.sorted('sequence')[-2:]
        self.assertEqual(last.mapped('round'), [2, 2])
        with self._refused("closing reason", RedirectWarning):
            case.write({'stage_id': self.stages['closed'].id})

    def test_reopening_cases_of_different_rounds_counts_each_for_itself(self):
        first, second = self._create_worked_case(), self._create_worked_case()
        self._move(first, 'closed', 'investigation')
        first.closing_reason_id = self.reason_satisfied
        self._move(first | second, 'closed', 'investigation')
        self.assertEqual((first.round, second.round), (3, 2))

    def test_from_one_end_to_another_is_no_reopening(self):
        case = self._move(self._create_worked_case(closing_note="Wish"), 'closed', 'withdrawn')
        self.assertEqual((case.round, case.phase), (1, 'withdrawn'))
        self.assertNotIn('reopened', self._codes(case))
        self.assertEqual(case.closed_at, self.env.cr.now().replace(microsecond=0))

    def test_a_move_can_be_dated_back_for_a_reason(self):
        case = self._create_worked_case()
        earlier = case.received_at - timedelta(days=400)
        with self._refused("Say why"):
            case._move_to(self.stages['closed'], occurred_at=earlier)
        case._move_to(self.stages['closed'], reason="Found in the paper file", occurred_at=earlier)
        self.assertEqual(case.closed_at, earlier)
        event = case.event_ids.sorted('sequence')[-1]
        self.assertEqual((event.occurred_at, event.note), (earlier, "Found in the paper file"))


@tagged('post_install', '-at_install')
class TestStageSeams(ComplaintCommon):
    """Design 13: every seam of the move is overridden once here."""

    def test_after_move_is_called_once_for_a_batch(self):
        cases = self._create_case() | self._create_case()
        calls = []
        original = self.registry['complaint.case']._after_move

        def after_move(records, stage):
            codes = [self._codes(case)[-1] for case in records]
            calls.append((records, stage, codes))
            return original(records, stage)

        self.patch(self.registry['complaint.case'], '_after_move', after_move)
        self._move(cases, 'acknowledgement')
        stage = self.stages['acknowledgement']
        self.assertEqual(calls, [(cases, stage, ['acknowledged', 'acknowledged'])])
        self._move(cases, 'acknowledgement')
        self.assertEqual(len(calls), 1, "Nothing moved, nothing is told")

    def test_an_addon_adds_obstacles(self):
        original = self.registry['complaint.case']._get_move_obstacles

        def get_move_obstacles(cases, stage):
            obstacles = original(cases, stage)
            for case in cases:
                obstacles.setdefault(case, []).append("An approval is missing.")
            return obstacles

        self.patch(self.registry['complaint.case'], '_get_move_obstacles', get_move_obstacles)
        case = self._create_case(description=False)
        with self._refused("(?s)what happened.*approval is missing", RedirectWarning):
            case.write({'stage_id': self.stages['assessment'].id})

    def test_an_addon_adds_values_to_a_move(self):
        original = self.registry['complaint.case']._prepare_move_values

        def prepare_move_values(cases, stage, reopened, moment):
            return {**original(cases, stage, reopened, moment), 'priority': '2'}

        self.patch(self.registry['complaint.case'], '_prepare_move_values', prepare_move_values)
        case = self._move(self._create_case(), 'acknowledgement')
        self.assertEqual(case.priority, '2')

    def test_the_promised_date_is_told_by_an_addon(self):
        case = self._create_case()
        self.assertFalse(ComplaintCaseAccess._get_promised_date(case), "By itself it knows none")
        date = self.env.cr.now()
        self.patch(self.registry['complaint.case'], '_get_promised_date', lambda case: date)
        self.assertEqual(case._get_promised_date(), date)

    def test_the_timeline_tells_the_customer_labels_without_what_was_revoked(self):
        case = self._move(
            self._create_worked_case(), 'acknowledgement', 'assessment', 'assignment', 'solution'
        )
        labels = [passage['label'] for passage in case._get_timeline()]
        self.assertEqual(
            labels, ["Registered", "Acknowledged", "Being assessed", "Being investigated"]
        )
        case.action_undo()
        self.assertEqual(case._get_timeline()[-1]['label'], "Being assessed")
        times = [passage['occurred_at'] for passage in case._get_timeline()]
        self.assertEqual(times, sorted(times))


@tagged('post_install', '-at_install')
class TestStageOverHttp(ComplaintCommon, HttpCase):
    """Issue 2, section 2: RPC obeys the same rules as the form."""

    @mute_logger('odoo.http')
    def test_a_gate_holds_over_json_2_and_the_web_client(self):
        case = self._create_case(description=False)
        self.receiver.password = 'complaint_receiver'
        self.authenticate('complaint_receiver', 'complaint_receiver')
        reply = self.url_open(
            '/web/dataset/call_kw/complaint.case/web_save',
            json={
                'params': {
                    'model': 'complaint.case',
                    'method': 'web_save',
                    'args': [case.ids, {'stage_id': self.stages['assessment'].id}],
                    'kwargs': {'specification': {}, 'context': {'complaint_internal_write': True}},
                }
            },
        ).json()
        self.assertIn("Write down what happened", reply['error']['data']['message'])
        key = (
            self.env['res.users.apikeys']
            .with_user(self.receiver)
            ._generate(None, "Test", self.env.cr.now() + timedelta(days=1))
        )
        reply = self.url_open(
            '/json/2/complaint.case/write',
            json={'ids': case.ids, 'vals': {'stage_id': self.stages['assessment'].id}},
            headers={'Authorization': f'Bearer {key}'},
        )
        self.assertEqual(reply.status_code, 422)
        self.assertIn("Write down what happened", reply.json()['message'])
        self.env.invalidate_all()
        self.assertEqual(case.stage_id, self.stages['intake'])
