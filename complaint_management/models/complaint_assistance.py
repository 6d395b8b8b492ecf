from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..const import INTERNAL_KEY, INTERNAL_WRITE
from ..tools.dialogs import get_dialog

ASSIST_ACTIVITY = 'complaint_management.activity_type_assist'

# What only the buttons write.
STATE_FIELDS = {
    *('state', 'requested_by_id', 'requested_at', 'accepted_at', 'answer', 'answered_at'),
    'decline_reason',
}
# What was asked of whom is in the history and stays.
FIXED_FIELDS = {'case_id', 'mode', 'department_id', 'partner_id', 'round'}


class ComplaintAssistance(models.Model):
    """A request to another department, or to an outside company, to help with a case.

    Requirements PAWN-2.5-a, PAWN-3.2-b, PAWN-3.3-c, INS-6-c.
    """

    _name = 'complaint.assistance'
    _description = "Assistance with a Complaint"
    _inherit = ['complaint.case.line']
    _order = 'id desc'

    mode = fields.Selection(
        selection=[
            ('joint', "Joint handling"),
            ('transfer', "Transfer"),
            ('supervised', "Supervised handling"),
        ],
        default='joint',
        required=True,
    )
    department_id = fields.Many2one(
        comodel_name='hr.department', ondelete='restrict', index='btree_not_null'
    )
    partner_id = fields.Many2one(
        comodel_name='res.partner',
        string="Outside company",
        ondelete='restrict',
        index='btree_not_null',
    )
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Who helps",
        ondelete='restrict',
        index='btree_not_null',
        domain=[('share', '=', False)],
    )
    request = fields.Text(required=True)
    due_at = fields.Datetime(string="Due at", index='btree_not_null')
    round = fields.Integer(readonly=True)
    state = fields.Selection(
        selection=[
            ('requested', "Requested"),
            ('accepted', "Taken on"),
            ('declined', "Declined"),
            ('answered', "Answered"),
            ('cancelled', "Cancelled"),
        ],
        default='requested',
        required=True,
        readonly=True,
        index=True,
    )
    requested_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Requested by",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )
    requested_at = fields.Datetime(string="Requested at", readonly=True)
    accepted_at = fields.Datetime(string="Taken on at", readonly=True)
    answer = fields.Text(readonly=True)
    answered_at = fields.Datetime(string="Answered at", readonly=True)
    decline_reason = fields.Text(string="Reason for declining", readonly=True)

    # === COMPUTE METHODS === #

    @api.depends('mode', 'department_id', 'partner_id')
    @api.depends_context('lang')
    def _compute_display_name(self):
        modes = dict(self._fields['mode']._description_selection(self.env))
        for line in self:
            parts = (modes.get(line.mode), line._get_name())
            line.display_name = ' – '.join(filter(None, parts))

    # === CONSTRAINTS === #

    @api.constrains('department_id', 'partner_id', 'mode', 'user_id')
    def _check_who_helps(self):
        """Ask exactly one: a department, or a company outside; and nobody who must keep away."""
        for line in self:
            if bool(line.department_id) == bool(line.partner_id):
                raise ValidationError(
                    self.env._("Ask either a department or an outside company for assistance.")
                )
            if line.mode == 'transfer' and not line.department_id:
                raise ValidationError(
                    self.env._("A complaint can be transferred only to a department of our own.")
                )
            user = line.user_id
            if user and (
                not user._may_work_on_complaints() or user in line.sudo().case_id.recused_user_ids
            ):
                raise ValidationError(
                    self.env._(
                        "%(name)s cannot help with this complaint: the person has no role in "
                        "complaints, or must keep away from it. Choose somebody else.",
                        name=user.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        now = self.env.cr.now().replace(microsecond=0)
        cases = self.env['complaint.case'].browse(
            [vals.get('case_id') or self.env.context.get('default_case_id') for vals in vals_list]
        )
        vals_list = [dict(vals) for vals in vals_list]
        for vals, case in zip(vals_list, cases, strict=True):
            for name in STATE_FIELDS | {'round'}:
                vals.pop(name, None)
            vals |= {
                'state': 'requested',
                'requested_by_id': self.env.uid,
                'requested_at': now,
                'round': case.sudo().round,  # may be read by whoever may write the line
            }
        lines = super().create(vals_list)
        lines._check_case_open()
        lines._update_lent_departments()
        lines._record_event('assistance_requested', lambda line: line.request)
        lines._ask()
        return lines

    def write(self, vals):
        if self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE:
            return super().write(vals)
        if found := vals.keys() & (STATE_FIELDS | FIXED_FIELDS):
            raise UserError(
                self.env._(
                    "What was asked of whom stays as it is, and its answer is given with the "
                    "buttons: %(fields)s. Cancel the request and make a new one.",
                    fields=', '.join(
                        self._fields[name]._description_string(self.env) for name in sorted(found)
                    ),
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        raise UserError(self.env._("A request for assistance is cancelled, not deleted."))

    # === ACTIONS === #

    def action_accept(self):
        """Accept to help; a transfer makes the department the responsible one (INS-6-c)."""
        self._check_may_reply(['requested'])
        self._write_state({'state': 'accepted', 'accepted_at': self.env.cr.now()})
        for line in self.filtered(lambda line: line.mode == 'transfer').sudo():  # as they agreed
            line.case_id._take_over(line.department_id, line.user_id)
        return True

    def action_decline(self):
        """Ask why the department does not help."""
        return self._open_reply('decline')

    def action_answer(self):
        """Ask for the answer of the department or company."""
        return self._open_reply('answer')

    def action_cancel(self):
        """Take back a request that is not answered yet."""
        self.check_access('write')
        manager = 'complaint_management.group_complaint_manager'
        for line in self:
            if not (
                self.env.su
                or self.env.user in (line.requested_by_id | line.case_id.handler_id)
                or self.env.user.has_group(manager)
            ):
                raise AccessError(
                    self.env._("Only who asked, the handler or a manager may cancel the request.")
                )
        self._check_state(['requested', 'accepted'])
        self._write_state({'state': 'cancelled'})
        return True

    def _open_reply(self, kind):
        self.ensure_one()
        self._check_may_reply(['requested', 'accepted'])
        return get_dialog(
            'complaint.assistance.reply',
            self.env._("Decline") if kind == 'decline' else self.env._("Answer"),
            default_assistance_id=self.id,
            default_kind=kind,
        )

    def _decline(self, reason):
        """Refuse to help, with a reason that the requester reads."""
        if not (reason or '').strip():
            raise UserError(self.env._("Say why the request is declined."))
        self._check_may_reply(['requested', 'accepted'])
        self._write_state({'state': 'declined', 'decline_reason': reason})
        self.sudo()._tell_requesters(self.env._("Assistance was declined"), reason)  # out of reach

    def _answer(self, text):
        """Answer the request; the words go into the history."""
        if not (text or '').strip():
            raise UserError(self.env._("Write the answer."))
        self._check_may_reply(['requested', 'accepted'])
        now = self.env.cr.now()
        self._write_state({'state': 'answered', 'answer': text, 'answered_at': now})
        self._record_event('assistance_answered', lambda line: text)
        self.sudo()._tell_requesters(self.env._("Assistance was answered"), text)  # idem

    # === BUSINESS METHODS === #

    def _check_case_open(self):
        """Refuse to ask for help with what is not registered or already closed."""
        for case in self.case_id:
            if case.is_closed or not case.registered_at:
                raise UserError(
                    self.env._("Assistance is asked for while a complaint is registered and open.")
                )

    def _check_state(self, states):
        if self.filtered(lambda line: line.state not in states):
            raise UserError(self.env._("This request for assistance is already settled."))

    def _check_may_reply(self, states):
        """Refuse who is not of the department that was asked.

        For an outside company, and a department without accounts, whoever works on the case
        records what they say.
        """
        self.check_access('write')
        self._check_state(states)
        for line in self:
            department = line.department_id
            is_asked = line.user_id == self.env.user or line.case_id._is_of_department(department)
            if department and not is_asked and department._get_complaint_people()[1]:
                raise UserError(
                    self.env._(
                        "Only people of “%(department)s” may reply to this request.",
                        department=department._get_complaint_facts()[0],
                    )
                )

    def _write_state(self, vals):
        lines = self.sudo()  # whoever declines loses sight of the case with it
        if vals.get('accepted_at') or vals.get('answered_at'):
            vals = {
                name: value.replace(microsecond=0) if name.endswith('_at') else value
                for name, value in vals.items()
            }
        lines.with_context(**{INTERNAL_KEY: INTERNAL_WRITE}).write(vals)
        lines._update_lent_departments()
        if vals['state'] != 'accepted':
            for case, group in lines.grouped('case_id').items():
                if not case.assistance_ids.filtered(lambda line: line.state == 'requested'):
                    group.case_id._withdraw_activities(ASSIST_ACTIVITY)

    def _update_lent_departments(self):
        """Note on the cases which departments may see them now."""
        for case in self.sudo().case_id:  # the software's own field
            lent = case.assistance_ids.filtered(
                lambda line: line.state in ('requested', 'accepted', 'answered')
            ).department_id
            if lent != case.assisting_department_ids:
                case._write_internal({'assisting_department_ids': [(6, 0, lent.ids)]})

    def _get_name(self):
        self.ensure_one()
        if self.department_id:
            return self.department_id._get_complaint_facts()[0]
        return self.sudo().partner_id.display_name  # named in the request

    def _record_event(self, code, get_note):
        rows = []
        for line in self:
            payload = {'to': line._get_name(), 'mode': line.mode}
            rows.append(line.case_id._prepare_event(code, payload, get_note(line)))
        self.env['complaint.event']._record(rows)

    def _ask(self):
        """Tell who shall help, or the head of the department."""
        for line in self.sudo():  # the head's account is out of the desk's reach
            user_id = line.user_id.id
            if not user_id and line.department_id:
                user_id = line.department_id._get_complaint_people()[0]
            if user_id and user_id not in line.case_id.recused_user_ids.ids:
                line.case_id._schedule_quietly(
                    {line.case_id: user_id},
                    ASSIST_ACTIVITY,
                    self.env._("Help with this complaint"),
                    line.request,
                )

    def _tell_requesters(self, summary, text):
        for line in self:
            user = line.case_id._get_recipients('handler') or line.requested_by_id
            if user not in line.case_id.recused_user_ids:
                line.case_id._schedule_quietly(
                    {line.case_id: user[:1].id}, 'mail.mail_activity_data_todo', summary, text
                )
