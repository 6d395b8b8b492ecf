from itertools import count, cycle

from odoo.tests import tagged

from .common import SlaCommon


@tagged('post_install', '-at_install')
class TestQueriesWithoutPolicy(SlaCommon):
    """Who has no policies pays next to nothing for the addons above: three queries at most."""

    def _values(self, number):
        return {
            'name': f"Case {number}",
            'description': "The lift stands still.",
            'complainant_name': "Zhang Min",
            'complainant_phone': "12345",
            'category_id': self.category.id,
            'team_id': self.team.id,
        }

    def test_registering_one_complaint(self):
        cases, number = self.env['complaint.case'].with_user(self.receiver), count()
        queries = self._count_queries(lambda: cases.create(self._values(next(number))))
        self.assertLessEqual(queries, 22 + 3)

    def test_registering_a_hundred_complaints(self):
        cases = self.env['complaint.case'].with_user(self.receiver)
        queries = self._count_queries(
            lambda: cases.create([self._values(number) for number in range(100)])
        )
        self.assertLessEqual(queries, 100)

    def test_changing_the_stage(self):
        case = self._create_case()
        turn = cycle([self.stages['acknowledgement'].id, self.stages['assessment'].id])
        queries = self._count_queries(
            lambda: case.web_save({'stage_id': next(turn)}, {'stage_id': {}})
        )
        self.assertLessEqual(queries, 16 + 3)
