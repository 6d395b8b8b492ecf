from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import INTERNAL_KEY, INTERNAL_WRITE

HANDLING_ACTIVITY = 'complaint_management.mail_activity_type_handling'


class ComplaintCaseHandling(models.Model):
    """A complaint about the handling of another one (PAWN-5.1-b).

    It goes past the front desk to the people above, and the people it accuses see neither it nor
    any trace of it.
    """

    _inherit = 'complaint.case'

    handling_complaint_count = fields.Integer(
        string="Complaints about the handling", compute='_compute_handling_complaint_count'
    )

    # === COMPUTE METHODS === #

    @api.depends_context('uid')
    def _compute_handling_complaint_count(self):
        # With the rights of who looks: the accused count nothing.
        counts = {
            parent.id: count
            for parent, count in self.env['complaint.case']._read_group(
                [('parent_id', 'in', self.ids)], ['parent_id'], ['__count']
            )
        }
        for case in self:
            case.handling_complaint_count = counts.get(case.id, 0)

    # === CONSTRAINTS === #

    @api.constrains('contact_owner_id', 'recused_user_ids')
    def _check_accused_takes_nothing_in(self):
        """Refuse a complaint that the person complained about takes in himself."""
        me = self.env.user
        for case in self.sudo():  # who is recused may not even read that
            is_taken_in = case.contact_owner_id == me or not case.event_count
            if is_taken_in and me in case.recused_user_ids:
                raise ValidationError(
                    self.env._(
                        "You are the person complained about. Ask your team leader or a "
                        "colleague to take this complaint in."
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        internal = self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE
        if internal or not vals.get('parent_id') or self._is_history_import():
            return super().write(vals)
        self.browse(vals['parent_id']).check_access('read')
        linked = self.filtered(lambda case: case.parent_id.id != vals['parent_id'])
        result = super().write(vals)
        linked.filtered('registered_at')._pass_by_the_desk()
        return result

    # === ROUTING === #

    @api.model
    def _complete_routing(self, vals_list):
        if not self._is_history_import():
            default = self.env.context.get('default_parent_id')
            for vals in vals_list:
                if default and 'parent_id' not in vals:
                    vals['parent_id'] = default
                if vals.get('parent_id'):
                    self._route_handling_complaint(vals)
        super()._complete_routing(vals_list)

    @api.model
    def _route_handling_complaint(self, vals):
        """Overwrite in `vals` where a complaint about the handling goes."""
        parent = self.browse(vals['parent_id'])
        parent.check_access('read')
        team = parent._get_handling_complaint_team()
        procedure = team.procedure_id
        if procedure and vals.get('procedure_id') != procedure.id:
            vals['procedure_id'] = procedure.id
            vals.pop('stage_id', None)
        vals.setdefault('procedure_id', parent.procedure_id.id)
        vals |= {'company_id': parent.company_id.id, 'team_id': team.id}

    def _get_handling_complaint_team(self):
        """Return the team that takes complaints about how this case was handled."""
        self.ensure_one()
        case = self.sudo()  # teams above may be out of reach
        fixed = case.procedure_id.handling_complaint_team_id
        if fixed.active and fixed.company_id in (case.company_id, case.company_id.browse()):
            return fixed.sudo(False)
        above = case.team_id.parent_id.filtered('active')
        return (above or case.team_id).sudo(False)

    def _apply_rules(self):
        super()._apply_rules()
        self.filtered('parent_id')._pass_by_the_desk()

    def _assign_by_rules(self):
        """People above decide who handles it, whatever a rule for ordinary complaints says."""
        ordinary = self.filtered(lambda case: not case.parent_id)
        super(ComplaintCaseHandling, ordinary)._assign_by_rules()

    def _pass_by_the_desk(self):
        """Bring complaints about the handling to the team above, or to somebody in charge."""
        for case in self:
            parent = case.parent_id.sudo()  # leaders of teams are no secret
            team = parent._get_handling_complaint_team()
            values = {}
            if case.team_id != team:
                values['team_id'] = team.id
            if team == parent.team_id and not case.handler_id:
                leader = team.sudo().leader_id - case.recused_user_ids
                if leader.active and leader.has_group('complaint_management.group_complaint_user'):
                    values['handler_id'] = leader.id
            if values:
                case.with_context(tracking_disable=True)._write_internal(values)
        self._sync_followup_owner()
        self._ask_people_in_charge()

    def _ask_people_in_charge(self):
        """Ask the leader of the team to assign what nobody handles, else the committee."""
        waiting = self.filtered(lambda case: not case.handler_id)
        if not waiting:
            return
        summary = self.env._("Assign this complaint about the handling")
        rows = []
        for case in waiting.sudo():  # the leader may be out of reach of who takes it in
            people = case._get_recipients('team_leader') - self.env.user
            if not people._can_read_complaint(case):
                people = case._get_committee() - self.env.user
            rows += [
                case._prepare_activity(HANDLING_ACTIVITY, user.id, summary)
                for user in people._can_read_complaint(case)
            ]
        self.sudo()._create_activities(rows)  # idem

    # === COMPLAINING === #

    def action_complain_about_handling(self):
        """Ask what is complained about in the handling, and about whom."""
        return self._get_dialog(
            'complaint.case.complain', self.env._("Complaint about the handling")
        )

    def action_view_handling_complaints(self):
        """Open the complaints about the handling of this one that the user may read."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_case_action_all'
        )
        return {**action, 'domain': [('parent_id', '=', self.id)], 'context': {'create': False}}

    def _complain_about_handling(self, description, accused, **values):
        """Register a complaint about how this one is handled.

        :param str description: what happened, in the customer's words
        :param accused: hr.employee.public records whom the customer names
        :return: the new case
        """
        self.ensure_one()
        self.check_access('read')
        return self.create(
            {
                'name': self.env._(
                    "Complaint about the handling of %(complaint)s",
                    complaint=self.number or self.name,
                ),
                'description': description,
                'parent_id': self.id,
                'partner_id': self.partner_id.id,
                'complainant_name': self.complainant_name,
                'complainant_phone': self.complainant_phone,
                'complainant_email': self.complainant_email,
                'accused_employee_ids': [(6, 0, accused.ids)],
                **values,
            }
        )
