from ast import literal_eval

from lxml import etree

from odoo.tests import tagged

from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestCaseTimeline(SlaCommon):
    """What the form draws of the time limits, and the lists of what is due."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.answer = cls._create_policy(limit_value=8, limit_unit='hour', name="Answer")
        cls.contact = cls._create_policy(
            stop='contacted', limit_value=2, limit_unit='hour', name="Contact"
        )

    def _receive(self, text='2026-11-20 09:00'):
        with self._at(text):
            return self._create_worked_case()

    def _get_timeline(self, case, text):
        with self._at(text):
            self.env.invalidate_all()
            return case.sla_timeline

    def _get_states(self, case, text):
        timeline = self._get_timeline(case, text)
        return {clock['name']: clock['state'] for clock in timeline['clocks']}

    def test_states_change_with_time_alone(self):
        case = self._receive()
        for moment, answer, contact in (
            ('2026-11-20 09:00', 'running', 'running'),
            ('2026-11-20 10:30', 'running', 'at_risk'),
            ('2026-11-20 11:00', 'running', 'at_risk'),
            ('2026-11-20 11:00:01', 'running', 'late'),
            ('2026-11-20 18:00:01', 'late', 'late'),
        ):
            with self.subTest(moment=moment):
                self.assertEqual(
                    self._get_states(case, moment), {'Answer': answer, 'Contact': contact}
                )

    def test_the_next_limit_is_the_one_due_first(self):
        case = self._receive()
        timeline = self._get_timeline(case, '2026-11-20 10:00')
        self.assertEqual(timeline['next_id'], self._clock(case, self.contact).id)
        with self._at('2026-11-20 10:00'):
            case._stamp('contacted')
        timeline = self._get_timeline(case, '2026-11-20 10:00')
        self.assertEqual(timeline['next_id'], self._clock(case, self.answer).id)
        with self._at('2026-11-20 10:30'):
            case._stamp('answered')
        timeline = self._get_timeline(case, '2026-11-20 10:30')
        self.assertFalse(timeline['next_id'])
        self.assertEqual({clock['state'] for clock in timeline['clocks']}, {'met'})

    def test_moments_are_those_of_the_clock(self):
        case = self._receive()
        clock = self._clock(case, self.answer)
        bar = next(
            bar
            for bar in self._get_timeline(case, '2026-11-20 10:00')['clocks']
            if bar['id'] == clock.id
        )
        self.assertEqual(bar['started_at'], '2026-11-20 01:00:00')
        self.assertEqual(bar['deadline'], '2026-11-20 10:00:00')
        self.assertFalse(bar['stopped_at'])
        self.assertEqual(bar['time_left'], '7 h')

    def test_a_complaint_without_limits_draws_nothing(self):
        (self.answer | self.contact).action_archive()
        case = self._receive()
        self.assertEqual(self._get_timeline(case, '2026-11-20 10:00')['clocks'], [])

    def test_due_today_is_the_readers_own_day(self):
        case = self._receive()  # both limits end on the 20th in Shanghai, at 11:00 and 18:00
        domain = [('id', '=', case.id)] + self._get_filter('sla_due_today')
        cases = self.env['complaint.case']
        with self._at('2026-11-20 00:30'):
            self.assertEqual(cases.with_context(tz='Asia/Shanghai').search(domain), case)
        with self._at('2026-11-19 23:30'):
            self.assertFalse(cases.with_context(tz='Asia/Shanghai').search(domain))
            # In Auckland the 20th has begun.
            self.assertEqual(cases.with_context(tz='Pacific/Auckland').search(domain), case)

    def test_due_this_week(self):
        case = self._receive('2026-11-20 17:30')  # Friday; due on Monday the 23rd
        domain = [('id', '=', case.id)] + self._get_filter('sla_due_week')
        self.env.ref('base.lang_en').week_start = '1'
        cases = self.env['complaint.case'].with_context(tz='Asia/Shanghai')
        with self._at('2026-11-22 23:30'):  # Sunday
            self.assertFalse(cases.search(domain))
        with self._at('2026-11-23 00:30'):
            self.assertEqual(cases.search(domain), case)

    def _get_filter(self, name):
        """Return the domain of a filter of the search view."""
        view = self.env['complaint.case'].get_view(view_type='search')
        [node] = etree.fromstring(view['arch']).xpath(f"//filter[@name='{name}']")
        return literal_eval(node.get('domain'))
