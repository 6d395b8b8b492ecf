from odoo import api, models

# What assignment depends on besides the conditions of rules.
ROUTING_INPUTS = {'category_id', 'department_id', 'flag_ids'}


class ComplaintCaseRouting(models.Model):
    """How rules assign what nobody has assigned yet: at registration, and when more is known."""

    _inherit = 'complaint.case'

    # === AT REGISTRATION === #

    def _apply_rules(self):
        super()._apply_rules()
        # What a case begins with is no change worth a note.
        self.with_context(mail_notrack=True)._assign_by_rules()

    # === WHEN MORE IS KNOWN === #

    @api.model
    def _get_routing_inputs(self):
        """Return the names of the fields whose change may mean that a rule assigns the case."""
        return ROUTING_INPUTS | self.env['complaint.assignment.rule']._get_input_fields()

    def _assign_when_more_is_known(self, before, vals):
        """Let the rules assign what still belongs to nobody (PAWN-3.2-a, PROD-5.2-a).

        :param dict before: {case: {field name: value}} before a write
        :param dict vals: what was written; who takes a department or a handler away wants neither
        :return: the cases that have got a handler
        """
        if any(name in vals and not vals[name] for name in ('department_id', 'handler_id')):
            return self.browse()
        inputs = self._get_routing_inputs()
        todo = self.filtered(
            lambda case: (
                case._is_nobodys(before[case])
                and any(case[name] != before[case][name] for name in inputs)
            )
        )
        if todo:
            todo._assign_by_rules()
        return todo.filtered('handler_id')

    def _is_nobodys(self, before):
        """Say whether a rule may assign this open case after a write.

        A department that had the case before names its people itself, and what a department sent
        back is assigned anew by a person.

        :param dict before: {field name: value} before the write
        """
        self.ensure_one()
        if not self.registered_at or self.is_closed or self.handler_id:
            return False
        if self.department_id:
            return self.department_id != before['department_id']
        return self.department_state != 'returned'

    # === BY THE RULES === #

    def _assign_by_rules(self):
        """Fill in team, department and handler by category and rule, where nobody has."""
        matches = self.env['complaint.assignment.rule']._match_first(self)
        cases = self.filtered(lambda case: case in matches or case._get_category_team())
        defaults, values = {}, {}
        for case in cases:
            row = matches.get(case, {})
            values[case] = case._get_team_by_rule(row, defaults)
            values[case] |= case._get_department_by_rule(row)
            values[case] |= case._get_person_by_rule(row)
        self._add_least_loaded(matches, values)
        groups = {}
        for case, vals in values.items():
            key = tuple(sorted((name, value) for name, value in vals.items() if value))
            groups[key] = groups.get(key, self.browse()) | case
        for key, group in groups.items():
            if key:
                group._write_internal(dict(key))  # and the handler follows the case

    def _get_category_team(self):
        """Return the team to which the category sends its complaints, possibly none."""
        self.ensure_one()
        return self.category_id.team_id

    def _get_team_by_rule(self, row, defaults):
        """Return the value of the team that category or rule give this case.

        The team that is there by default, because whoever registers belongs to it, is nobody's
        choice: category and rule come before it.

        :param dict defaults: {company: team by default}, filled here where it is asked for
        """
        self.ensure_one()
        teams = self.env['complaint.team'].sudo()  # where a case goes is not the desk's secret
        team = self._get_category_team().sudo() or teams.browse(row.get('team_id') or [])
        if team == self.team_id or not self._is_of_company(team):
            return {}
        if self.team_id and self.company_id not in defaults:
            defaults[self.company_id] = self._get_default_team(self.company_id.id)
        if self.team_id and self.team_id != defaults[self.company_id]:
            return {}
        return {'team_id': team.id}

    def _get_department_by_rule(self, row):
        self.ensure_one()
        department = self.env['hr.department'].browse(row.get('department_id') or [])
        if self.department_id or not department:
            return {}
        company_id = department._get_complaint_facts()[1]
        return {'department_id': department.id} if company_id in (False, self.company_id.id) else {}

    def _is_of_company(self, record):
        """Say whether a rule, which may serve every company, names something of this case's."""
        return record and record.active and record.company_id.id in (False, self.company_id.id)

    def _get_person_by_rule(self, row):
        self.ensure_one()
        users = self.env['res.users'].sudo()  # the rule chooses, whoever registers
        mode = row.get('handler_mode')
        if self.handler_id or mode not in ('fixed', 'salesperson'):
            return {}
        if self.department_id.id not in (False, row['department_id'] or self.department_id.id):
            return {}  # somebody chose another department than that of the rule's handler
        user = users.browse(row['handler_id'] or [])
        if mode == 'salesperson':
            customer = self.sudo().partner_id
            user = customer.user_id or customer.commercial_partner_id.user_id
        return {'handler_id': user.id} if self._may_be_assigned(user) else {}

    def _may_be_assigned(self, user):
        """Say whether the software itself may name a user: active, with a role, not recused."""
        self.ensure_one()
        return (
            bool(user)
            and user not in self.sudo().recused_user_ids
            and user._may_be_given_complaints(self.company_id.id)
        )

    # === LEAST LOADED === #

    @api.model
    def _add_least_loaded(self, matches, values):
        """Add the handler with the fewest open cases to `values`; one query for the batch."""
        candidates = {}
        for case, row in matches.items():
            if row['handler_mode'] == 'least_loaded' and not case.handler_id:
                candidates[case] = case._get_candidate_ids(values[case])
        everybody = {user_id for ids in candidates.values() for user_id in ids}
        if not everybody:
            return
        groups = self.sudo()._read_group(  # cases out of the desk's reach are work, too
            [('handler_id', 'in', list(everybody)), ('is_closed', '=', False)],
            ['handler_id'],
            ['__count'],
        )
        load = {user.id: count for user, count in groups}
        for case, user_ids in candidates.items():
            users = self.env['res.users'].browse(
                sorted(user_ids, key=lambda user_id: (load.get(user_id, 0), user_id))
            )
            user = next((user for user in users.sudo() if case._may_be_assigned(user)), None)
            if user:
                values[case]['handler_id'] = user.id
                load[user.id] = load.get(user.id, 0) + 1

    def _get_candidate_ids(self, values):
        """Return the ids of those who could handle: of the department if there is one, else of
        the team."""
        self.ensure_one()
        department_id = values.get('department_id') or self.department_id.id
        if department_id:
            return self.env['hr.department'].browse(department_id)._get_complaint_people()[1]
        team_id = values.get('team_id') or self.team_id.id
        return self.env['complaint.team'].browse(team_id)._get_working_user_ids() if team_id else ()
