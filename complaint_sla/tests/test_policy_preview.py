from datetime import datetime, timedelta, timezone

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import SlaCommon, to_utc


@tagged('post_install', '-at_install')
class TestPolicyPreview(SlaCommon):
    """What outside callers and the box *Try it* are told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(
            limit_kind='work_time', limit_value=24, limit_unit='hour', calendar_id=cls.office.id
        )
        cls.start = to_utc('2026-11-20 17:30', 'Asia/Shanghai')

    def test_every_way_to_write_a_moment(self):
        shanghai = timezone(timedelta(hours=8))
        for start in (
            self.start,
            '2026-11-20 09:30:00',
            '2026-11-20T09:30:00Z',
            '2026-11-20T17:30:00+08:00',
            datetime(2026, 11, 20, 17, 30, 0, 999, tzinfo=shanghai),
        ):
            with self.subTest(start=start):
                answer = self.policy.preview(start)
                self.assertMoment(answer['deadline'], '2026-11-25 17:30')

    def test_what_is_no_moment_gets_a_sentence(self):
        for start in ("tomorrow", '', None, False, 20261120, '2026-13-01 00:00:00'):
            with self.subTest(start=start), self.assertRaisesRegex(UserError, "no moment"):
                self.policy.preview(start)

    def test_what_no_calendar_covers_gets_a_sentence(self):
        for start in ('0001-01-01 00:00:00', '9999-12-31 23:59:59'):
            with self.subTest(start=start), self.assertRaisesRegex(UserError, "1900 to 2200"):
                self.policy.preview(start)

    def test_trace_tells_rule_start_days_and_result(self):
        self._create_leave(self.office, '2026-11-23', '2026-11-23', "Founding day")
        trace = self.policy.preview(self.start)['trace']
        self.assertEqual(
            [step['code'] for step in trace],
            ['rule', 'start', 'work', 'closed', 'work', 'work', 'work', 'result'],
        )
        texts = '\n'.join(step['text'] for step in trace)
        for part in (
            "version 1",
            "24 h of working time",
            "Office",
            "Asia/Shanghai",
            "17:30–18:00",
            "09:00–12:00, 13:00–18:00",
            "Founding day",
            "17:30",
        ):
            self.assertIn(part, texts)

    def test_trace_counts_working_days(self):
        policy = self._create_policy(
            limit_kind='workday_close', limit_value=2, calendar_id=self.office.id, cutoff_time=17
        )
        trace = policy.preview(self.start)['trace']
        self.assertEqual(
            [step['code'] for step in trace],
            ['rule', 'start', 'cutoff', 'count', 'count', 'close', 'result'],
        )

    def test_reading_is_enough(self):
        answer = self.policy.with_user(self.handler).preview(self.start)
        self.assertMoment(answer['deadline'], '2026-11-25 17:30')
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.policy.with_user(self.outsider).preview(self.start)

    def test_preview_writes_nothing(self):
        self.env.flush_all()
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        self.policy.preview(self.start)
        self.env.flush_all()
        self.assertTrue(type(self.policy).preview._readonly)

    def test_try_it_follows_the_form(self):
        with self._at('2026-11-20 12:00'), Form(self.policy.with_user(self.admin)) as form:
            self.assertFalse(form.try_deadline)
            form.try_start = self.start
            self.assertMoment(form.try_deadline, '2026-11-25 17:30')
            self.assertIn("<li>", form.try_explanation)
            form.limit_value = 1
            self.assertMoment(form.try_deadline, '2026-11-23 09:30')
            form.limit_value = 0
            self.assertFalse(form.try_deadline)
            self.assertIn("needs at least 1", form.try_explanation)
            form.limit_value = 24

    def test_explanation_escapes_names(self):
        self._create_leave(self.office, '2026-11-23', '2026-11-23', "<script>x</script>")
        self.policy.try_start = self.start
        self.assertIn("&lt;script&gt;", self.policy.try_explanation)
