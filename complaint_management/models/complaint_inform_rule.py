from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

INFORM_ACTIVITY = 'complaint_management.mail_activity_type_inform'


class ComplaintInformRule(models.Model):
    """Who is told when something happens to a complaint: copies, reports up, notices.

    DEVG, INS-5-f, PROD-4-f, PRIN-3-f, PROPERTY-5.2-b, TEL-2.3-b, INS-6-j.
    """

    _name = 'complaint.inform.rule'
    _description = "Inform Rule"
    _inherit = ['complaint.rule.mixin']

    milestone_ids = fields.Many2many(
        comodel_name='complaint.milestone', string="Milestones", help="When these are recorded."
    )
    each_move = fields.Boolean(
        string="Every change of stage", help="Whatever milestone the stage records."
    )
    role = fields.Selection(
        selection=[
            ('handler', "Handler"),
            ('owner', "First-contact owner"),
            ('follow_up', "Follow-up owner"),
            ('department_head', "Department head"),
            ('team_leader', "Team leader"),
            ('parent_leader', "Leader of the team above"),
            ('top_leader', "Leader of the topmost team"),
        ]
    )
    group_ids = fields.Many2many(comodel_name='res.groups', string="Groups")
    user_ids = fields.Many2many(
        comodel_name='res.users', string="People", domain=[('share', '=', False)]
    )
    partner_ids = fields.Many2many(
        comodel_name='res.partner',
        string="Outside parties",
        help="They read number, subject and note by e-mail.",
    )
    as_follower = fields.Boolean(
        string="Follow from then on", help="They become followers of the complaint."
    )
    activity = fields.Boolean(string="Ask to act", help="Staff find it among their activities.")
    mail_template_id = fields.Many2one(
        comodel_name='mail.template',
        string="Mail",
        ondelete='set null',
        # Those with a purpose carry the customer's own links.
        domain=[('model', '=', 'complaint.case'), ('complaint_purpose', '=', False)],
        help="Instead of the usual notice. It leaves a short while later, so that a mistake can "
        "be undone.",
    )
    note = fields.Text(translate=True, help="What they read, beside number and subject.")

    # === CONSTRAINTS === #

    @api.constrains('role', 'group_ids', 'user_ids', 'partner_ids', 'milestone_ids', 'each_move')
    def _check_complete(self):
        for rule in self:
            if not (rule.role or rule.group_ids or rule.user_ids or rule.partner_ids):
                raise ValidationError(
                    self.env._("Say whom the rule “%(rule)s” informs.", rule=rule.name)
                )
            if not (rule.milestone_ids or rule.each_move):
                raise ValidationError(
                    self.env._("Say when the rule “%(rule)s” informs.", rule=rule.name)
                )

    # === BUSINESS METHODS === #

    @api.model
    def _inform(self, events):
        """Tell about new events whom the rules name, once for each case and rule.

        Never the person who acted, a recused one, or one who may not read the case; revocations
        and what an import of history brings inform nobody.

        :param events: complaint.event records, as superuser, just recorded together
        """
        notices = self._match_events(events)
        if not notices:
            return
        told = self._get_told(notices)
        self._add_followers(told)
        self._send_mails(told)
        self._send_notices(told)
        self._add_activities(told)

    @api.model
    def _match_events(self, events):
        """Return [(case, row of a rule, event)], each case and rule once, with the last event."""
        found = {}
        for procedure, group in events.grouped(lambda event: event.case_id.procedure_id).items():
            for row in self._get_rows(procedure.id):
                touched = group.filtered(lambda event, row=row: self._is_touched(row, event))
                if not touched:
                    continue
                matching = self._filter_row(row, touched.case_id)
                for event in touched:
                    if event.case_id in matching:
                        found[event.case_id, row['id']] = (event.case_id, row, event)
        return list(found.values())

    @api.model
    def _is_touched(self, row, event):
        payload = event.payload or {}
        if event.revokes_id or payload.get('imported'):
            return False
        if row['each_move'] and 'to_stage' in payload:
            return True
        return event.milestone_id.id in row['milestone_ids']

    @api.model
    def _get_told(self, notices):
        """Return [(case, row, event, users, outside partners)], nobody who must not know."""
        people = [self._get_people(case, row) for case, row, _event in notices]
        cases_of = {}
        for (case, _row, _event), (users, _partners) in zip(notices, people, strict=True):
            for user in users:
                cases_of[user] = cases_of.get(user, case.browse()) | case
        readable = {user: self._filter_readable(user, cases) for user, cases in cases_of.items()}
        told = []
        for (case, row, event), (users, partners) in zip(notices, people, strict=True):
            users = users.filtered(lambda user, case=case: case in readable[user])
            told.append((case, row, event, users, partners))
        return told

    @api.model
    def _filter_readable(self, user, cases):
        companies = list(user._get_company_ids())  # those of who acted are not the reader's
        cases = cases.with_user(user).with_context(allowed_company_ids=companies)
        return cases._filtered_access('read')

    @api.model
    def _get_people(self, case, row):
        """Return (users, partners without a user here) whom a rule names for a case."""
        # Who belongs to a group, and whose partner somebody is, is asked for nobody in particular.
        rules = self.sudo()
        partners = rules.env['res.partner'].browse(row['partner_ids'])
        staff = partners.filtered(lambda partner: any(not u.share for u in partner.user_ids))
        users = rules.env['res.users'].browse(row['user_ids']) | staff.user_ids
        users |= rules.env['res.groups'].browse(row['group_ids']).all_user_ids
        if row['role']:
            users |= case._get_recipients(row['role']).sudo()  # idem
        kept_away = case.recused_user_ids | self.env.user
        accused = case.accused_employee_ids.employee_id.work_contact_id | kept_away.partner_id
        users = (users - kept_away).filtered(lambda user: user.active and not user.share)
        return users, (partners - staff - accused).filtered('active')

    @api.model
    def _add_followers(self, told):
        groups = {}
        for case, row, _event, users, partners in told:
            if row['as_follower'] and (followers := users.partner_id | partners):
                groups[followers] = groups.get(followers, case.browse()) | case
        for followers, cases in groups.items():
            cases._message_subscribe(followers.ids)

    @api.model
    def _send_mails(self, told):
        """Queue the mails of rules with a template; taking a move back cancels them."""
        groups = {}
        for case, row, _event, users, partners in told:
            recipients = users.partner_id | partners
            if row['mail_template_id'] and recipients:
                key = (row['mail_template_id'], recipients)
                groups[key] = groups.get(key, case.browse()) | case
        for (template_id, recipients), cases in groups.items():
            cases._queue_mail(self.env['mail.template'].sudo().browse(template_id), recipients)

    @api.model
    def _send_notices(self, told):
        """Tell everybody else in the way that each of them chose: inbox or e-mail.

        One message for a case, its events and those who read the same sentences.
        """
        sentences = {}
        for case, row, event, users, partners in told:
            if not row['mail_template_id']:
                for partner in users.partner_id | partners:
                    sentences.setdefault((case, partner), []).append((row['id'], event))
        messages = {}
        for (case, partner), parts in sentences.items():
            key = (case, partner.lang or self.env.lang, tuple(parts))
            messages[key] = messages.get(key, partner.browse()) | partner
        for (case, lang, parts), partners in messages.items():
            case.with_context(lang=lang).message_notify(
                partner_ids=partners.ids,
                subject=case.display_name,
                body=self.with_context(lang=lang)._get_notice(case, parts),
                force_send=False,  # no mail server is asked while somebody waits
            )
        if any(
            user.notification_type == 'email' for *_rest, users, _p in told for user in users
        ) or any(partners for *_rest, partners in told):
            self._wake_mail_queue()

    @api.model
    def _wake_mail_queue(self):
        # The queue belongs to the system.
        self.env.ref('mail.ir_cron_mail_scheduler_action').sudo()._trigger()

    @api.model
    def _get_notice(self, case, parts):
        """Return the body of a notice: what happened, to which case, and what the rules say."""
        milestones = (
            self.env['complaint.milestone']
            .sudo()
            .browse(  # names are no secret
                dict.fromkeys(event.milestone_id.id for _rule_id, event in parts)
            )
        )
        rules = self.sudo().browse(dict.fromkeys(rule_id for rule_id, _event in parts))
        lines = [f'{", ".join(milestones.mapped("name"))}: {case.display_name}']
        lines += [rule.note for rule in rules if rule.note]
        return Markup().join(Markup("<p>%s</p>") % line for line in lines)

    @api.model
    def _add_activities(self, told):
        rows = {}
        for case, row, _event, users, _partners in told:
            if not row['activity']:
                continue
            for user in users:
                rule = self.sudo().browse(row['id']).with_context(lang=user.lang)
                rows.setdefault(
                    (case, user),
                    case._prepare_activity(INFORM_ACTIVITY, user.id, rule.note or rule.name),
                )
        cases = self.env['complaint.case'].sudo()  # who acts may not assign to everybody
        cases._create_activities(list(rows.values()))
