from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .test_lesson import LessonCommon


@tagged('post_install', '-at_install')
class TestLessonSession(LessonCommon):
    """PRIN-6-a, TEL-1.8, TEL-1.9, 8D-6-c, BDAY-3-a: training with cases, and who attended."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sessions = cls.env['complaint.lesson.session']
        cls.lesson = cls._publish(cls._create_lesson(case_id=cls.case.id))
        cls.pupils = cls.env['hr.employee'].create([{'name': "Pupil A"}, {'name': "Pupil B"}])

    def _plan(self, user=None, **values):
        return self.sessions.with_user(user or self.manager).create(
            {
                'name': "Morning meeting",
                'held_at': self.env.cr.now().replace(microsecond=0) - timedelta(hours=1),
                'trainer_id': self.employees['manager'].id,
                'lesson_ids': [Command.set(self.lesson.ids)],
                'employee_ids': [Command.set(self.pupils.ids)],
                **values,
            }
        )

    def test_attendance(self):
        session = self._plan(present_ids=[Command.set(self.pupils[0].ids)])
        self.assertEqual(session.attendance_rate, 0.5)
        self.assertEqual(session.absent_ids.ids, self.pupils[1].ids)
        session.action_all_present()
        self.assertEqual(session.attendance_rate, 1)
        session.action_hold()
        self.assertEqual(session.state, 'held')
        self.assertEqual(self.lesson.trained_count, 1)
        with self._refused("stays as it was recorded"):
            session.present_ids = False
        session.note = "Three questions about fees."
        with self._refused("is kept"):
            session.unlink()

    def test_the_cases_learn_of_it(self):
        """8D-6-c: the training record is part of the history of the case."""
        self._plan(present_ids=[Command.set(self.pupils.ids)]).action_hold()
        event = self.case.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual(event.milestone_id.code, 'lesson_trained')
        self.assertEqual(event.payload['attended'], 2)

    def test_what_is_missing_is_told(self):
        session = self._plan(lesson_ids=False, held_at=self.env.cr.now() + timedelta(days=1))
        with self._refused("(?s)has not happened.*Choose the lessons.*who attended"):
            session.action_hold()
        draft = self._create_lesson()
        with self._refused("Publish these lessons", ValidationError):
            session.lesson_ids = draft
        session.action_cancel()
        with self._refused("is over"):
            session.action_hold()
        with self._refused("Use the buttons"):
            self._plan().write({'state': 'held'})

    def test_who_may_record_it(self):
        session = self._plan()
        self.assertEqual(session.with_user(self.handler).name, "Morning meeting")
        with self.assertRaises(AccessError):
            session.with_user(self.handler).note = "Mine"
        session.trainer_id = self.employees['handler'].id
        self._as(self.handler, session).note = "Mine"
        with self.assertRaises(AccessError):
            session.with_user(self.auditor).note = "Mine"
        with self.assertRaises(AccessError):
            session.with_user(self.outsider).read(['name'])

    def test_people_who_were_trained_are_archived_not_deleted(self):
        self._plan(present_ids=[Command.set(self.pupils[0].ids)])
        with self.assertRaises(UserError):
            self.pupils[0].unlink()
        self.pupils[0].action_archive()

    def test_the_form_from_the_library(self):
        action = self.lesson.with_user(self.handler).action_train()
        form = Form(self.sessions.with_user(self.handler).with_context(**action['context']))
        form.name = "Fees"
        form.trainer_id = self.env['hr.employee.public'].browse(self.employees['handler'].id)
        session = form.save()
        self.assertEqual(session.lesson_ids, self.lesson)
        self.assertEqual(session.state, 'planned')
