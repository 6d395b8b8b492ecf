from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import Form, tagged

from .common import ComplaintCommon


class InvestigationCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case()
        cls.steps = cls.env['complaint.investigation'].with_user(cls.handler)

    def _find(self, case=None, user=None, **values):
        return self.steps.with_user(user or self.handler).create(
            {
                'case_id': (case or self.case).id,
                'method': 'files',
                'source': "Contract 17",
                'finding': "Delivery was promised for Tuesday.",
                **values,
            }
        )


@tagged('post_install', '-at_install')
class TestInvestigation(InvestigationCommon):
    """PAWN-3.3-b, PAWN-2.3-a/b: method, source, finding, files."""

    def test_lines_are_written_in_the_form(self):
        form = Form(self.case.with_user(self.handler))
        with form.investigation_ids.new() as line:
            line.method = 'staff'
            line.source = "Driver"
            line.finding = "The van broke down."
        form.save()
        step = self.case.investigation_ids
        self.assertEqual((step.user_id, step.round), (self.handler, 1))

    def test_looking_on_site_is_a_visit_in_the_history(self):
        self._find()
        self.assertNotIn('visited', self._codes(self.case))
        at = self.env.cr.now().replace(microsecond=0) - timedelta(hours=3)
        self._find(method='site', investigated_at=at)
        event = self.case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'visited')
        self.assertEqual(event.occurred_at, at)
        self._find().method = 'site'
        self.assertEqual(self._codes(self.case).count('visited'), 2)

    def test_nobody_finds_in_the_future(self):
        with self._refused("has not happened yet"):
            self._find(investigated_at=self.env.cr.now() + timedelta(hours=1))

    def test_findings_belong_to_who_wrote_them(self):
        step = self._find()
        with self._refused("Only who wrote a finding"):
            step.with_user(self.receiver).finding = "Nothing."
        step.with_user(self.manager).finding = "Promised for Tuesday, in writing."
        with self._refused("The software sets these fields itself"):
            step.user_id = self.manager
        with self._refused("The software sets these fields itself"):
            self._find(user_id=self.manager.id)
        with self._refused("stays with its complaint"):
            step.case_id = self._create_worked_case()
        with self.assertRaises(AccessError):
            step.unlink()
        with self.assertRaises(AccessError):
            self._find(user=self.auditor)
        with self.assertRaises(AccessError):
            self._find(user=self.outsider)
        self._move(self.case, 'closed')
        with self._refused("stay as they are"):
            step.with_user(self.manager).finding = "Nothing."

    def test_the_accused_reads_no_finding(self):
        step = self._find(user=self.receiver)
        self.case.write(
            {
                'handler_id': False,
                'accused_employee_ids': [Command.link(self.employees['handler'].id)],
            }
        )
        with self.assertRaises(AccessError):
            self._as(self.handler, step).read(['finding'])

    def test_files_are_read_by_who_reads_the_case(self):
        files = self.env['ir.attachment'].with_user(self.handler)
        photo = files.create({'name': "photo.png", 'raw': b'1', 'res_model': self.steps._name})
        secret = self.env['ir.attachment'].create({'name': "secret.txt", 'raw': b'2'})
        with self.assertRaises(AccessError):
            self._find(attachment_ids=[Command.set((photo | secret).ids)])
        self._find(attachment_ids=[Command.set(photo.ids)])
        self.assertEqual((photo.res_model, photo.res_id), ('complaint.case', self.case.id))
        self.assertEqual(self._as(self.manager, photo).name, "photo.png")
        with self.assertRaises(AccessError):
            self._as(self.outsider, photo).read(['name'])

    def test_complete_needs_something_found_and_is_said_once_a_round(self):
        case = self._create_case(handler_id=self.handler.id).with_user(self.handler)
        with self._refused("Write down what was found"):
            case.action_investigated()
        self._find(case)
        self.assertFalse(case.is_investigated)
        case.action_investigated()
        self.assertEqual(self._codes(case)[-1], 'investigated')
        self.assertTrue(case.is_investigated)
        with self._refused("complete already"):
            case.action_investigated()
        with self.assertRaises(AccessError):
            case.with_user(self.auditor).action_investigated()
        # A round has its own investigation.
        case._write_internal({'round': 2})
        with self._refused("Write down what was found"):
            case.action_investigated()
        case.facts = "Broken."
        case.action_investigated()

    def test_complete_for_several(self):
        cases = self.case | self._create_worked_case()
        cases.action_investigated()
        self.assertEqual([self._codes(case)[-1] for case in cases], ['investigated'] * 2)
        with self._refused(f"{self.case.number}.*complete already"):
            cases.action_investigated()


@tagged('post_install', '-at_install')
class TestBasis(InvestigationCommon):
    """PRIN-3-b: no concession without facts and a rule behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.basis_required = True
        for phase in ('approval', 'execution'):
            cls.stages[phase] = cls.env['complaint.stage'].create(
                {'name': phase, 'procedure_id': cls.procedure.id, 'phase': phase, 'sequence': 65}
            )

    def test_all_that_is_missing_is_told_before_a_decision(self):
        self.case.write({'facts': "  ", 'basis': False})
        for name in ('approval', 'execution', 'closed'):
            with self._refused(
                "Established facts, Basis of the decision,? and Kind of basis", RedirectWarning
            ):
                self._move(self.case, name)
        self.case.write({'facts': "Broken.", 'basis': "Clause 4.", 'basis_kind': 'contract'})
        self._move(self.case, 'approval', 'execution', 'closed')
        self.assertTrue(self.case.is_closed)

    def test_it_holds_for_new_cases_and_batches(self):
        with self._refused("Fill in: Kind of basis", RedirectWarning):
            self._create_worked_case(stage_id=self.stages['approval'].id)
        cases = self.case | self._create_worked_case(basis_kind='law')
        with self._refused(f"{self.case.number}.*Kind of basis"):
            cases.write({'stage_id': self.stages['execution'].id})

    def test_other_stages_and_other_procedures_ask_for_nothing(self):
        self._move(self.case, 'assessment', 'solution')
        self.case.write({'closing_note': "Taken back."})
        self._move(self.case, 'withdrawn')
        self.procedure.basis_required = False
        self._move(self._create_worked_case(), 'closed')
