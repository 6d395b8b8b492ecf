from odoo.tests import tagged

from .test_recusal_doors import RecusalCommon


@tagged('post_install', '-at_install')
class TestRecusalQueries(RecusalCommon):
    """Design 6: no query per record, and none at all for who is recused from nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = {'name': "Late", 'partner_id': cls.customer.id, 'team_id': cls.team.id}
        cls.cases = cls.env['complaint.case'].with_user(cls.receiver).create([values] * 80)
        cls.cases = cls.cases.with_user(cls.env.user)
        cls.cases._message_log_batch({case.id: "x" for case in cls.cases})
        cls.cases._create_activities(
            [
                case._prepare_activity('mail.mail_activity_data_todo', cls.peer.id, "x")
                for case in cls.cases
            ]
        )
        cls.cases.message_subscribe(cls.peer.partner_id.ids)
        cls.env.flush_all()

    def _count(self, user, number):
        """Return the queries of {road: call} on so many cases, as a user."""
        cases = self.cases[:number].with_user(user)
        env = cases.env
        on_cases = [('res_model', '=', 'complaint.case'), ('res_id', 'in', cases.ids)]
        ids = {
            'mail.message': cases.sudo().message_ids.ids,
            'mail.activity': cases.sudo().activity_ids.ids,
            'mail.followers': env['mail.followers'].sudo().search(on_cases).ids,
        }
        roads = {'board': lambda: cases.web_search_read([('id', 'in', cases.ids)], {'name': {}})}
        for model, record_ids in ids.items():
            roads[model] = lambda model=model, record_ids=record_ids: env[model].search(
                [('id', 'in', record_ids)]
            )
            roads[f'{model} read'] = lambda model=model, record_ids=record_ids: (
                env[model].browse(record_ids).check_access('read')
            )
        roads['fetch'] = lambda: env['mail.message']._message_fetch(
            domain=[('id', 'in', ids['mail.message'])], limit=number
        )
        return {name: self._count_queries(call) for name, call in roads.items()}

    def test_eighty_cost_what_ten_cost(self):
        self._accuse('accused')
        for user in (self.peer, self.accused):
            self.assertEqual(self._count(user, 10), self._count(user, 80), user.name)

    def test_who_is_recused_from_nothing_asks_for_nothing(self):
        self._accuse('accused')
        self.env['res.users'].invalidate_model()
        self.peer.with_user(self.peer).sudo().read(['login', 'is_recused'])
        with self.assertQueryCount(0):
            self.assertFalse(self.peer.with_user(self.peer)._get_recused_case_ids())
        self.assertEqual(self.accused._get_recused_case_ids(), self.case._ids)
