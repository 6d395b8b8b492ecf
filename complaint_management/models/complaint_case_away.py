from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ComplaintCaseAway(models.Model):
    """Cases whose handler left or is away, and handing them to somebody else (TEL-1.10)."""

    _inherit = 'complaint.case'

    is_handler_away = fields.Boolean(
        string="Handler left or away",
        compute='_compute_is_handler_away',
        search='_search_is_handler_away',
    )

    # === COMPUTE METHODS === #

    @api.depends('handler_id', 'is_closed')
    def _compute_is_handler_away(self):
        away = self._get_away_user_ids()
        for case in self:
            case.is_handler_away = not case.is_closed and case.handler_id.id in away

    @api.model
    def _search_is_handler_away(self, operator, value):
        if operator != 'in':
            return NotImplemented
        away = Domain('is_closed', '=', False)
        away &= Domain('handler_id', 'in', list(self._get_away_user_ids()))
        wanted = Domain.FALSE
        if True in value:
            wanted |= away
        if False in value:
            wanted |= ~away
        return wanted

    @api.model
    def _get_away_user_ids(self):
        """Return the ids of users who left (archived user or employee) or are on leave now."""
        now = fields.Datetime.to_string(self.env.cr.now())
        leaves = (
            self.env['resource.calendar.leaves']
            .sudo()
            .search(
                [  # that somebody is away now is no secret, why is
                    ('resource_id', '!=', False),
                    ('time_type', '=', 'leave'),
                    ('date_from', '<=', now),
                    ('date_to', '>=', now),
                ]
            )
        )
        users = self.env['res.users'].sudo().with_context(active_test=False)  # idem
        employees = self.env['hr.employee'].sudo().with_context(active_test=False)  # idem
        left = employees.search([('active', '=', False), ('user_id', '!=', False)]).user_id
        back = employees.search([('active', '=', True), ('user_id', 'in', left.ids)]).user_id
        gone = users.search([('active', '=', False)])
        return set((leaves.resource_id.user_id | (left - back) | gone).ids)

    # === ACTIONS === #

    def action_open_reassign(self):
        """Ask who handles these cases from now on."""
        self.check_access('write')
        return self._get_dialog(
            'complaint.case.reassign', self.env._("Reassign"), default_case_ids=self.ids
        )

    def _reassign(self, handler, reason):
        """Give open cases to another handler: all of them or none.

        :raise UserError: no reason or nobody named, closed cases among them, or a rule of people
        """
        self.check_access('write')
        sentences = []
        if not (reason or '').strip():
            sentences.append(self.env._("Say why the complaints are reassigned."))
        if not handler:
            sentences.append(self.env._("Choose who handles the complaints from now on."))
        sentences += [
            self.env._("%(name)s is closed or not registered.", name=case.display_name)
            for case in self
            if case.is_closed or not case.registered_at
        ]
        if sentences:
            raise UserError('\n'.join(sentences))
        changed = self.filtered(lambda case: case.handler_id != handler).sudo()  # may leave reach
        rows = []
        for case in changed:
            payload = {'from': case.handler_id.name, 'to': handler.name}
            payload = {key: name for key, name in payload.items() if name}
            rows.append(case._prepare_event('transferred', payload, reason))
        changed.sudo(self.env.su).write({'handler_id': handler.id})
        self.env['complaint.event']._record(rows)

    @api.model
    def _tell_leaders_of_leavers(self, users):
        """Give the leader of each team one activity for each person who left open cases."""
        groups = self.sudo()._read_group(  # everybody's cases
            [('handler_id', 'in', users.ids), ('is_closed', '=', False)],
            ['handler_id', 'team_id'],
            ['id:recordset'],
        )
        for handler, team, cases in groups:
            leader = team.leader_id
            cases = cases.filtered(lambda case, leader=leader: leader not in case.recused_user_ids)
            if not leader.active or not cases:
                continue
            self._schedule_quietly(
                {cases[0]: leader.id},
                'complaint_management.activity_type_handover',
                self.env._(
                    "%(name)s left %(count)s open complaints: reassign them",
                    name=handler.name,
                    count=len(cases),
                ),
            )
