from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_list, plaintext2html

from ..const import INTAKE_KEY, INTERNAL_KEY, INTERNAL_WRITE


class ComplaintCaseAccess(models.Model):
    """Who works on a case, who is told, and who is kept away."""

    _inherit = 'complaint.case'

    recused_user_ids = fields.Many2many(
        comodel_name='res.users',
        relation='complaint_case_recused_user_rel',
        column1='case_id',
        column2='user_id',
        string="Recused people",
        compute='_compute_recused_user_ids',
        store=True,
        compute_sudo=True,
        copy=False,
    )

    # === RECUSAL === #

    @api.depends(
        'accused_employee_ids.employee_id.user_id', 'recusal_ids.state', 'recusal_ids.user_id'
    )
    def _compute_recused_user_ids(self):
        for case in self:
            case.recused_user_ids = case._get_recused_users()

    def _get_recused_users(self):
        """Return the users who neither handle nor see this case.

        Addons and later rules widen it; record rules read the stored result.
        """
        self.ensure_one()
        return self.accused_employee_ids.employee_id.user_id

    @api.model
    def _search(self, domain, *args, **kwargs):
        # The rules ask who is recused through a table of its own, and core does not wait for
        # what is still to be reckoned there.
        self._recompute_model(['recused_user_ids'])
        return super()._search(domain, *args, **kwargs)

    @api.constrains(
        'handler_id', 'investigator_id', 'contact_owner_id', 'followup_user_id', 'recused_user_ids'
    )
    def _check_nobody_recused_assigned(self):
        """Keep the person complained about away from the case (requirement T16)."""
        for case in self.filtered('recused_user_ids'):
            assigned = case.handler_id | case.investigator_id
            assigned |= case.contact_owner_id | case.followup_user_id
            if recused := assigned & case.recused_user_ids:
                raise ValidationError(
                    self.env._(
                        "%(names)s must not handle this complaint: the person complained about "
                        "neither handles nor sees it. Assign somebody else first.",
                        names=format_list(self.env, recused.mapped('name')),
                    )
                )

    @api.constrains('handler_id', 'investigator_id')
    def _check_handler_may_work(self):
        """Refuse who cannot open a complaint; finished ones may name whoever it was."""
        open_cases = self.filtered(lambda case: not case.is_closed)
        for user in open_cases.handler_id | open_cases.investigator_id:
            if not user._may_work_on_complaints():
                raise ValidationError(
                    self.env._(
                        "%(name)s has no role in complaints and could not open this one. Choose "
                        "somebody else, or let an administrator give the person a role.",
                        name=user.name,
                    )
                )

    # === RECIPIENTS === #

    def _get_committee(self):
        """Return the committee's members in the company of this case, without recused ones."""
        self.ensure_one()
        # Who is in the committee is no secret, but people may not read groups.
        group_sudo = self.env.ref('complaint_management.group_complaint_committee').sudo()
        members = group_sudo.all_user_ids.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )
        return (members - self.sudo().recused_user_ids).sudo(False)  # hidden from some

    def _get_recipients(self, role):
        """Return the users who hold a role on this case, never a recused one.

        :param str role: 'handler', 'investigator', 'owner' (first contact), 'follow_up',
            'department_head', 'team_leader', 'parent_leader' or 'top_leader'
        :rtype: res.users recordset
        """
        self.ensure_one()
        # Who heads a team or a department is no secret, but the records may be out of reach.
        case = self.sudo()
        users = {
            'handler': lambda: case.handler_id,
            'investigator': lambda: case.investigator_id,
            'owner': lambda: case.contact_owner_id,
            'follow_up': lambda: case.followup_user_id,
            'department_head': lambda: case.department_id.manager_id.user_id,
            'team_leader': lambda: case.team_id.leader_id,
            'parent_leader': lambda: case.team_id.parent_id.leader_id,
            'top_leader': lambda: case.team_id._get_top_team().leader_id,
        }[role]()
        return (users - case.recused_user_ids).filtered('active').sudo(False)

    def _get_promised_date(self):
        """Hook: return the date by which the customer was promised an answer (UTC), or False.

        Promises answer it (`complaint_case_contact`); the addon of time limits goes before them.
        """
        self.ensure_one()
        return False

    # === FOLLOWERS AND NOTICES === #

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        """Let the handler follow the case, without a mail."""
        followers = super()._message_auto_subscribe_followers(updated_values, default_subtype_ids)
        if self.env.context.get(INTAKE_KEY) is INTERNAL_WRITE:
            return followers  # `_subscribe_people` does it for all
        handler = self.env['res.users'].sudo().browse(updated_values.get('handler_id') or [])
        if handler.active:
            followers.append((handler.partner_id.id, default_subtype_ids, False))
        return followers

    def write(self, vals):
        if self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE:
            return super().write(vals)  # whoever writes so tells the people himself
        before = {case: case.handler_id for case in self} if 'handler_id' in vals else {}
        result = super().write(vals)
        changed = self.filtered(lambda case: case in before and case.handler_id != before[case])
        changed._withdraw_handling_activities()
        changed._notify_new_handlers()
        return result

    def _after_move(self, stage):
        super()._after_move(stage)
        if stage.is_closed:
            self._withdraw_handling_activities()

    def _withdraw_handling_activities(self):
        """Take back what `_notify_new_handlers` asked for: somebody else handles, or it is done."""
        self._withdraw_activities('mail.mail_activity_data_todo')

    def _notify_new_handlers(self):
        """Give every handler who did not take the case himself something to do; no mail."""
        cases = self.filtered(
            lambda case: case.handler_id and case.handler_id != self.env.user and not case.is_closed
        )
        if not cases or self._is_history_import():
            return
        user_ids = {case: case.handler_id.id for case in cases}
        cases._schedule_quietly(
            user_ids, 'mail.mail_activity_data_todo', self.env._("Handle this complaint")
        )

    @api.model
    def _schedule_quietly(self, user_ids, activity_type, summary, note=None):
        """Give people something to do on cases, without a mail inside the request.

        :param dict user_ids: {case: id of a user}; who acts himself needs no reminder
        :param str activity_type: external id
        """
        note = note and plaintext2html(note)
        rows = [
            case._prepare_activity(
                activity_type, user_id, summary, note=note, res_name=case.display_name
            )
            for case, user_id in user_ids.items()
            if user_id and user_id != self.env.uid
        ]
        # The case may be out of reach for whoever just passed it on.
        self.sudo().with_context(complaint_quiet_activity=True)._create_activities(rows)

    def _prepare_activity(self, activity_type, user_id, summary, **values):
        """Return the create values of something to do on this case.

        :param str activity_type: external id
        :param values: more values of mail.activity
        """
        self.ensure_one()
        return {
            'res_model_id': self.env['ir.model']._get_id(self._name),
            'res_id': self.id,
            'activity_type_id': self.env['ir.model.data']._xmlid_to_res_id(
                activity_type, raise_if_not_found=False
            ),
            'summary': summary,
            'automated': True,
            'user_id': user_id,
            **values,
        }

    @api.model
    def _create_activities(self, rows):
        """Give people something to do, without a mail inside the request.

        :param list rows: create values, as `_prepare_activity` returns them
        """
        activities = self.env['mail.activity'].with_context(mail_activity_quick_update=True)
        return activities.create(rows) if rows else activities

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """An activity that the software makes lets nobody follow: its reader only has to act.

        The handler follows the case anyway (`_message_auto_subscribe_followers`).
        """
        if self.env.context.get('complaint_quiet_activity'):
            return True
        return super().message_subscribe(partner_ids, subtype_ids)

    def _withdraw_activities(self, activity_type):
        """Take back what `_schedule_quietly` asked for."""
        if self:
            self.activity_unlink([activity_type])
