from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .test_access import AccessCommon


class LessonCommon(AccessCommon):
    """A case with people, papers and a solution; what a lesson of it may say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lessons = cls.env['complaint.lesson']
        cls.cause = cls.env.ref('complaint_management.cause_process_handover')
        cls.accused = cls.env['hr.employee'].create(
            {'name': "王建国", 'work_phone': "0512 5550 0188", 'work_email': "wjg@company.example"}
        )
        cls.case = cls._create_worked_case(
            name="Li Wei's parcel came late",
            description="Li Wei (138-0000-0001) waited for delivery note DN-4711.",
            representative_name="Zhang Min",
            complainant_role='representative',
            accused_employee_ids=[(6, 0, cls.accused.ids)],
            cause_id=cls.cause.id,
            lessons="Call the day before. Ask 王建国.",
            document_ids=[(0, 0, {'number': "DN-4711", 'lot': "LOT-7"})],
        )

    @classmethod
    def _create_lesson(cls, user=None, **values):
        return cls.lessons.with_user(user or cls.manager).create(
            {
                'name': "A parcel that came late",
                'category_id': cls.category.id,
                'situation': "A parcel was lost for two days.",
                'handling': "The carrier was called, the customer told twice a day.",
                'learnt': "Tell customers before they ask.",
                **values,
            }
        )

    @classmethod
    def _publish(cls, lesson, user=None):
        lesson = lesson.with_user(user or cls.manager)
        lesson.action_approve()
        lesson.action_publish()
        return lesson


@tagged('post_install', '-at_install')
class TestLesson(LessonCommon):
    """PRIN-6-a, TEL-2.2-a: a library of typical cases and reply scripts that names nobody."""

    def test_made_from_a_case_in_one_click(self):
        action = self.case.with_user(self.handler).action_make_lesson()
        lesson = self.lessons.with_user(self.handler).browse(action['res_id'])
        self.assertEqual(lesson.name, "***'s parcel came late")
        self.assertEqual(
            lesson.situation,
            "*** (***) waited for delivery note ***.\nThe carrier lost the parcel for two days.",
        )
        self.assertEqual(lesson.learnt, "Call the day before. Ask ***.")
        self.assertEqual((lesson.category_id, lesson.cause_id), (self.category, self.cause))
        self.assertEqual(lesson.state, 'draft')
        again = self.case.with_user(self.handler).action_make_lesson()
        self.assertEqual(again['res_id'], lesson.id)

    def test_names_and_numbers_of_the_case_are_refused_by_word(self):
        """Issue 5: a lesson that contains a name of its case is refused and says which word."""
        action = self.case.with_user(self.handler).action_make_lesson()
        lesson = self.lessons.with_user(self.handler).browse(action['res_id'])
        for text, word in (
            ("As Li Wei said.", "Li Wei"),
            ("Mrs Zhang came.", "Zhang"),
            ("王 建国没有回电", "王 建国"),
            ("ｃａｌｌ １３８　００００　０００１", "138 0000 0001"),
            ("5550-0188", "5550-0188"),
            ("Write to LI.WEI@customer.example!", "LI.WEI@customer.example"),
            ("wjg@company.example", "wjg@company.example"),
            ("note dn4711", "dn4711"),
            ("Lot 7 was lost", "Lot 7"),
            (f"see {self.case.number}", self.case.number),
            ("somebody@else.example", "somebody@else.example"),
            (f"{self.handler.name} called back", self.handler.name),
        ):
            with self.subTest(text), self._refused(f"“{word}”", ValidationError):
                lesson.learnt = text
        with self._refused("“Li Wei” .name. in “Title”", ValidationError):
            lesson.name = "What Li Wei taught us"
        lesson.learnt = "Call the customer the day before."

    def test_the_check_comes_again_with_every_approval(self):
        lesson = self._create_lesson(case_id=self.case.id, learnt="Ask Chen Hong next time.")
        self.case.with_user(self.manager).representative_name = "Chen Hong"
        with self._refused("Chen Hong", ValidationError):
            lesson.action_approve()
        self.assertEqual(lesson.state, 'draft')
        lesson.learnt = "Ask next time."
        lesson.action_approve()
        self.case.with_user(self.manager).complainant_name = "Carrier"
        with self._refused("carrier", ValidationError):
            lesson.action_publish()
        self.assertEqual(lesson.state, 'approved')

    def test_all_contacts_of_the_company_count(self):
        company = self.env['res.partner'].create(
            {'name': "恒达电子（苏州）有限公司", 'is_company': True}
        )
        self.env['res.partner'].create(
            {'name': "Sun Lili", 'parent_id': company.id, 'phone': "0512 6666 7777"}
        )
        case = self._create_worked_case(partner_id=company.id)
        for text in ("恒达电子来函", "Sun Lili wrote", "6666 7777"):
            with self.subTest(text), self.assertRaises(ValidationError):
                self._create_lesson(case_id=case.id, situation=text)

    def test_a_script_may_name_our_own_mail(self):
        """TEL-2.2-a: what to say, and what may be promised."""
        script = self._create_lesson(kind='script', reply="Write to service@company.example.")
        script.promises = "May: an answer today. May not: money."
        self._publish(script)
        with self._refused("What to say"):
            self._create_lesson(kind='script').action_approve()
        with self.assertRaises(ValidationError):
            self._create_lesson(situation="Write to service@company.example.")

    def test_its_course(self):
        lesson = self._create_lesson(user=self.handler)
        with self._refused("Managers and the handling team", AccessError):
            lesson.action_approve()
        with self._refused("Only an approved lesson"):
            lesson.with_user(self.manager).action_publish()
        lesson.learnt = False
        with self._refused("What was learnt"):
            lesson.with_user(self.manager).action_approve()
        lesson.learnt = "Tell customers before they ask."
        self._publish(lesson, self.committee)
        self.assertEqual(lesson.approved_by_id, self.committee)
        self.assertTrue(lesson.published_at)
        for user in (self.handler, self.manager):
            with self._refused("Take them back to the draft"):
                lesson.with_user(user).learnt = "Other words"
        with self._refused("archived, not deleted"):
            lesson.with_user(self.manager).unlink()
        lesson.with_user(self.manager).action_back_to_draft()
        self.assertFalse(lesson.approved_by_id)
        lesson.learnt = "Other words"

    def test_no_road_past_the_buttons(self):
        lesson = self._create_lesson(user=self.handler)
        for vals in ({'state': 'published'}, {'approved_by_id': self.manager.id}):
            with self._refused("Use the buttons"):
                lesson.write(vals)
            with self._refused("Use the buttons"):
                self._create_lesson(user=self.handler, **vals)
        context = {'default_state': 'published', 'complaint_internal_write': True}
        lesson = self.lessons.with_user(self.handler).with_context(**context)
        self.assertEqual(lesson.create({'name': "Slipped in"}).state, 'draft')

    def test_who_reads(self):
        lesson = self._create_lesson(user=self.handler)
        readers = [user for user in self._staff() if self._may_find(user, lesson)]
        self.assertEqual(
            readers,
            [
                *(self.handler, self.manager, self.department_head, self.committee),
                *(self.auditor, self.admin),
            ],
        )
        self._publish(lesson)
        self.assertEqual(
            [user for user in self._staff() if self._may_find(user, lesson)], self._staff()
        )
        self.assertFalse(self._succeeds(lambda: self._may_find(self.outsider, lesson)))
        for user in (self.receiver, self.auditor):
            with self.assertRaises(AccessError):
                lesson.with_user(user).active = False

    def _staff(self):
        return [
            *(self.handler, self.receiver, self.manager, self.department_head, self.legal),
            *(self.committee, self.auditor, self.admin),
        ]

    def _may_find(self, user, lesson):
        self.env.invalidate_all()
        return bool(self.lessons.with_user(user).search_count([('id', '=', lesson.id)]))

    def test_the_case_behind_it_stays_hidden(self):
        """T16, 2.14: who reads the library learns no number; who is recused reads no draft."""
        lesson = self._create_lesson(case_id=self.case.id)
        self.case.accused_employee_ids = [(4, self.employees['department_head'].id)]
        self.assertFalse(self._may_find(self.department_head, lesson))
        self._publish(lesson)
        self.assertTrue(self._may_find(self.department_head, lesson))
        with self.assertRaises(AccessError):
            lesson.with_user(self.receiver).read(['case_id'])
        with self.assertRaises(AccessError):
            self.lessons.with_user(self.handler).create({'name': "X", 'case_id': self.case.id})
        foreign = self._create_case(user=self.env.user, team_id=False)
        with self.assertRaises(AccessError):  # the check would tell the names of its people
            self._create_lesson(case_id=foreign.id)

    def test_the_form(self):
        with Form(self.lessons.with_user(self.handler)) as form:
            form.name = "Waiting for a call back"
            form.kind = 'script'
            form.reply = "I call you back today."
        lesson = self.lessons.search([('reply', 'like', "I call you back")])
        self.assertEqual(lesson.company_id, self.env.company)

    def test_offered_beside_a_similar_complaint(self):
        parent = self.category.parent_id or self.category
        near = self._publish(self._create_lesson(name="Near", cause_id=self.cause.id))
        far = self._publish(self._create_lesson(name="Far", category_id=parent.id))
        self._create_lesson(name="Draft")
        self._publish(self._create_lesson(name="Else", category_id=False))
        asked = {'category_id': self.category.id, 'cause_id': self.cause.id}
        find = self.lessons.with_user(self.receiver).find_lessons
        answers = find(asked)
        self.assertEqual([answer['name'] for answer in answers], ["Near", "Far"])
        self.assertEqual(answers[0]['reasons'], ["Same category", "Same cause"])
        self.assertEqual(answers[0]['text'], near.learnt)
        self.assertEqual(answers[0]['kind'], "Typical case")
        self.assertEqual(
            [answer['id'] for answer in find({'category_id': parent.id})],
            [near.id, far.id] if parent == self.category else [far.id],
        )
        for nonsense in (None, {}, {'category_id': "1"}, {'category_id': -1}, {'cause_id': True}):
            self.assertEqual(find(nonsense), [])

    def test_offering_costs_the_same_for_many(self):
        asked = {'category_id': self.category.id, 'cause_id': self.cause.id}
        find = self.lessons.with_user(self.receiver).find_lessons
        self._publish(self._create_lesson())
        one = self._count_queries(lambda: find(asked))
        for _n in range(10):
            self._publish(self._create_lesson())
        self.assertEqual(self._count_queries(lambda: find(asked)), one)
        self.assertLessEqual(one, 6)
        self.assertEqual(len(find(asked)), 5)

    def test_erasing_the_case_keeps_the_lesson(self):
        lesson = self._publish(self._create_lesson(case_id=self.case.id))
        self.case.with_user(self.admin)._erase("Retention")
        self.assertFalse(lesson.sudo().case_id)
        self.assertEqual(lesson.state, 'published')

    def test_other_companies_do_not_read_it(self):
        other = self.env['res.company'].create({'name': "Other"})
        lesson = self._publish(self._create_lesson())
        lesson.sudo()._write_internal({'company_id': other.id})
        self.assertFalse(self._may_find(self.receiver, lesson))
        with self.assertRaises(UserError):
            lesson.with_user(self.receiver).read(['name'])
