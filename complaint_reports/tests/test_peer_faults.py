from ast import literal_eval

from odoo.tests import tagged

from .common import ReportsCommon

ROLES = (
    *('receiver', 'handler', 'manager', 'department_head'),
    *('legal', 'committee', 'auditor', 'admin', 'outsider'),
)


@tagged('post_install', '-at_install')
class TestPeerFaults(ReportsCommon):
    """Faults of the help desks that we measured, by their number; these show in the top addon."""

    def test_f17_no_figure_of_another_company(self):
        """Query-based models have company rules of their own road: they follow the case."""
        other = self.env['res.company'].create({'name': "Other company"})
        team = self.env['complaint.team'].create(
            {'name': "Other team", 'company_id': other.id, 'procedure_id': self.procedure.id}
        )
        case = self._create_case(user=self.env.user, team_id=team.id, company_id=other.id)
        views = [
            name
            for name in self.registry
            if name.startswith('complaint.')
            and not self.env[name]._auto
            and not self.env[name]._abstract
            and 'case_id' in self.env[name]._fields
        ]
        self.assertGreaterEqual(len(views), 2)
        for name in views:
            domain = [('case_id', '=', case.id)]
            rows = self.env[name].search(domain)
            self.assertTrue(rows, name)
            for user in (self.manager, self.committee, self.auditor, self.admin):
                own = self.env[name].with_user(user)
                self.assertFalse(own.search(domain), (name, user.name))
                self.assertEqual(own.search_count(domain), 0, (name, user.name))
                self.assertFalse(own._read_group(domain, [], ['id:array_agg'])[0][0])

    def test_f22_every_screen_opens_for_every_role_that_sees_its_menu(self):
        """No menu leads to a refusal: its views load, its first records are read as shown."""
        case = self._create_case(handler_id=self.handler.id, department_id=self.department.id)
        case.with_user(self.handler).message_post(body="x")
        opened = dict.fromkeys(ROLES, 0)
        for role in ROLES:
            user = getattr(self, role)
            for action in self._get_menu_actions(user):
                with self.subTest(role=role, action=action['name']):
                    self._open(user, action)
                    opened[role] += 1
        self.assertGreater(opened['admin'], 40)
        self.assertGreater(opened['handler'], 8)
        self.assertGreater(opened['outsider'], 0)

    def _get_menu_actions(self, user):
        """Return the window actions behind the menus of complaints that a user sees, as dicts."""
        menus = self.env['ir.ui.menu'].with_user(user).load_menus(False)
        root = self.env.ref('complaint_management.complaint_menu_root').id
        windows = self.env['ir.actions.act_window'].sudo()
        return [
            windows.browse(menu['action_id']).read()[0]
            for key, menu in menus.items()
            if key != 'root'
            and menu['app_id'] == root
            and menu['action_model'] == 'ir.actions.act_window'
        ]

    def _open(self, user, action):
        """Do what the browser does: load the views, read the first records with their fields."""
        model = self.env[action['res_model']].with_user(user)
        modes = [mode for mode in action['view_mode'].split(',') if mode != 'activity']
        views = model.get_views([(False, mode) for mode in modes], {'toolbar': True})
        if model._transient:
            model.default_get(list(model._fields))
            return
        context = {'uid': user.id, 'active_id': False}
        domain = self._get_plain_domain(action)
        for mode in modes:
            names = set(views['models'][model._name]['fields'])
            shown = names & model._fields.keys()
            model.with_context(**context).web_search_read(
                domain, {name: {} for name in shown if mode != 'form'} or {'id': {}}, limit=5
            )
            if mode == 'form':
                model.search(domain, limit=2).web_read({name: {} for name in shown})

    def _get_plain_domain(self, action):
        """Return the filter of an action, or none where only the browser can reckon it."""
        try:
            return literal_eval(action['domain'] or '[]')
        except (ValueError, SyntaxError):
            return []
