from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestKind(ComplaintCommon):
    """PAWN-4.1-d, PAWN-5.2-b, ADAY-3: praise, suggestions, enquiries are no complaints."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.praise, cls.enquiry, cls.suggestion, cls.complaint, cls.grievance = (
            cls.env.ref(f'complaint_management.kind_{name}')
            for name in ('praise', 'enquiry', 'suggestion', 'complaint', 'grievance')
        )
        cls.short = cls.env.ref('complaint_management.procedure_feedback')

    def test_which_kinds_count(self):
        kinds = self.praise | self.enquiry | self.suggestion
        self.assertFalse(any(kinds.mapped('is_complaint')))
        self.assertTrue(self.complaint.is_complaint and self.grievance.is_complaint)

    def test_they_go_a_short_way_of_their_own(self):
        for kind in (self.praise, self.enquiry, self.suggestion):
            case = self._create_case(kind_id=kind.id, handler_id=self.handler.id)
            self.assertEqual(case.procedure_id, self.short)
            self.assertEqual(case.phase, 'intake')
            self.assertEqual(case.team_id, self.team)
            answer = self.short.stage_ids.filtered(lambda s: s.phase == 'feedback')
            case.write({'stage_id': answer.id})
            case.closing_reason_id = self.reason_satisfied
            case.write({'stage_id': self.short.stage_ids.filtered('is_closed')[0].id})
            self.assertTrue(case.is_closed)
        for kind in (self.complaint, self.grievance):
            self.assertEqual(self._create_case(kind_id=kind.id).procedure_id, self.procedure)

    def test_only_where_the_procedure_says_so(self):
        """INS: the insurer treats enquiries in its own stages."""
        self.procedure.other_procedure_id = False
        case = self._create_case(kind_id=self.enquiry.id)
        self.assertEqual(case.procedure_id, self.procedure)
        chosen = self._create_case(kind_id=self.enquiry.id, procedure_id=self.procedure.id)
        self.procedure.other_procedure_id = self.short
        self.assertEqual(chosen.procedure_id, self.procedure)
        explicit = self._create_case(kind_id=self.enquiry.id, procedure_id=self.procedure.id)
        self.assertEqual(explicit.procedure_id, self.procedure)
        with self._refused("Choose another procedure", ValidationError):
            self.short.other_procedure_id = self.short

    def test_at_the_desk(self):
        with Form(self.env['complaint.case'].with_user(self.receiver)) as form:
            form.name = "Thank you!"
            form.kind_id = self.praise
            self.assertEqual(form.procedure_id, self.short)
            form.kind_id = self.complaint
            self.assertEqual(form.procedure_id, self.procedure)
            form.kind_id = self.praise
        self.assertEqual(form.record.stage_id.procedure_id, self.short)

    def test_an_enquiry_turns_into_a_complaint(self):
        case = self._create_case(kind_id=self.enquiry.id)
        case.kind_id = self.complaint
        self.assertEqual(case.procedure_id, self.procedure)
        self.assertEqual(case.phase, 'intake')
        self.assertIn('procedure_changed', self._codes(case))
        case.kind_id = self.praise
        self.assertEqual(case.procedure_id, self.short)

    def test_repeats_leave_them_out(self):
        """PAWN-4.2-c: thanks and questions are not earlier complaints."""
        values = {'category_id': self.category.id, 'department_id': self.department.id}
        self._create_case(kind_id=self.praise.id, **values)
        first = self._create_case(**values)
        self.assertEqual((first.repeat_count, first.department_repeat_count), (0, 0))
        second = self._create_case(**values)
        self.assertEqual((second.repeat_count, second.department_repeat_count), (1, 1))
        domain = second.action_view_earlier()['domain']
        self.assertEqual(self.env['complaint.case'].search(domain), first)
        praise = self._create_case(kind_id=self.praise.id, **values)
        self.assertEqual(praise.repeat_count, 0)
        second.kind_id = self.enquiry
        self.assertEqual(second.repeat_count, 0)
        third = self._create_case(**values)
        self.assertEqual(third.repeat_count, 1)

    def test_who_has_no_kind_complains(self):
        values = {'category_id': self.category.id, 'kind_id': False}
        self._create_case(**values)
        self.assertEqual(self._create_case(**values).repeat_count, 1)
