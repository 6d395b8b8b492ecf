from odoo import api, fields, models
from odoo.fields import Domain

from ..const import INTERNAL_KEY, INTERNAL_WRITE

# Who answers for a case in one way or another.
ROLE_FIELDS = ('handler_id', 'investigator_id', 'contact_owner_id', 'followup_user_id')


class ComplaintCaseRecusal(models.Model):
    """What happens when somebody is recused from a case: he loses every thread to it."""

    _inherit = 'complaint.case'

    recusal_ids = fields.One2many(
        comodel_name='complaint.recusal', inverse_name='case_id', string="Recusals"
    )

    # === CRUD METHODS === #

    def unlink(self):
        # They have activities of their own, which the database alone would leave behind.
        if self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE:
            self.sudo().recusal_ids.unlink()  # goes with the case, whoever may see it
        return super().unlink()

    # === ASKING === #

    def action_ask_recusal(self):
        """Open the dialog that asks for somebody to keep away from this case."""
        form = self.env.ref('complaint_management.complaint_recusal_view_form_ask')
        dialog = self._get_dialog('complaint.recusal', self.env._("Ask for recusal"))
        return {**dialog, 'views': [(form.id, 'form')]}

    def action_view_recusals(self):
        """Open the recusals of this case; its form does not load them."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_recusal_action'
        )
        return {
            **action,
            'domain': [('case_id', '=', self.id)],
            'context': {'recusals_of_case': True},
        }

    # === WHO IS RECUSED === #

    def _get_recusal_cases(self):
        return self

    def _get_recused_users(self):
        granted = self.recusal_ids.filtered(lambda recusal: recusal.state == 'granted')
        return super()._get_recused_users() | granted.user_id

    # === WHAT THE RECUSED HOLD === #

    def _get_recusal_holdings(self, users):
        """Return [(line, field name)] of unfinished work on this case that users hold.

        Called as superuser; addons above add theirs.
        """
        self.ensure_one()
        measures = self.measure_ids.filtered(lambda line: line.is_open and line.owner_id in users)
        helping = self.assistance_ids.filtered(
            lambda line: line.state in ('requested', 'accepted') and line.user_id in users
        )
        callbacks = self.callback_ids.filtered(
            lambda line: line.state in ('planned', 'failed') and line.user_id in users
        )
        return [
            *((line, 'owner_id') for line in measures),
            *((line, 'user_id') for line in helping),
            *((line, 'user_id') for line in callbacks),
        ]

    def _get_recusal_sentences(self, users):
        """Return a sentence for each thing of this case that users hold; as superuser."""
        self.ensure_one()
        sentences = []
        for name in ROLE_FIELDS:
            if self[name] & users:
                sentences.append(
                    self.env._(
                        "%(role)s: %(person)s.",
                        role=self._fields[name]._description_string(self.env),
                        person=self[name].name,
                    )
                )
        sentences += [
            self.env._(
                "%(kind)s “%(name)s”: %(person)s.",
                kind=line._description,
                name=line.display_name,
                person=line[name].name,
            )
            for line, name in self._get_recusal_holdings(users)
        ]
        return sentences

    def _hand_over_recused(self, user, successor):
        """Give everything that a user holds of this case to another one; as superuser."""
        self.ensure_one()
        if not successor:
            return
        for line, name in self._get_recusal_holdings(user):
            line.write({name: successor.id})
        if roles := {name: successor.id for name in ROLE_FIELDS if self[name] == user}:
            self.write(roles)

    # === KEEPING AWAY === #

    @api.constrains('recused_user_ids')
    def _keep_recused_away(self):
        """Take from who is recused what he follows, was told, and has to do (T16).

        Runs whenever who is recused was reckoned anew, so also when an employee gets a user.
        """
        cases = self.filtered('recused_user_ids').sudo()  # things of other people
        if not cases:
            return
        people = {case: case.recused_user_ids for case in cases}
        self._cut_off_followers(people)
        self._cut_off_messages(people)
        self._cut_off_mails(cases)
        self._hand_on_panels(people)
        self._hand_on_lines(people)
        self._hand_on_activities(people)
        self.env['ir.rule']._cut_off_pointing(people)
        # A link that somebody kept would open the case without any log-in.
        self._renew_tokens(cases)

    # === FOLLOWERS AND MESSAGES === #

    @api.model
    def _get_recusal_threads(self, cases):
        """Return {(model, id): case} of the cases and of their lines that have messages."""
        threads = {(case._name, case.id): case for case in cases}
        for name in self.env['mail.message']._get_recusal_lines():
            lines = self.env[name].sudo().search([('case_id', 'in', cases.ids)])  # all of them
            threads |= {(name, line.id): line.case_id for line in lines}
        return threads

    @api.model
    def _cut_off_followers(self, people):
        """Let nobody follow a case from which he is recused.

        :param dict people: {case: res.users}
        """
        cases = self.union(*people)
        followers = self.env['mail.followers'].sudo()  # of other people
        domain = followers._get_domain_of_cases(cases.ids)
        domain &= Domain('partner_id', 'in', self._get_recused_partners(cases).ids)
        threads = self._get_recusal_threads(cases)
        followers.search(domain).filtered(
            lambda follower: (
                follower.partner_id
                in self._get_recused_partners(threads[follower.res_model, follower.res_id])
            )
        ).unlink()

    @api.model
    def _get_recused_partners(self, cases):
        partner_ids, _emails = cases._get_recused_addresses()
        return self.env['res.partner'].browse(partner_ids)

    @api.model
    def _cut_off_messages(self, people):
        """Let no inbox count messages that can be read no more, and no list of stars keep them.

        :param dict people: {case: res.users}
        """
        cases = self.union(*people)
        partners = cases.recused_user_ids.partner_id
        messages = self.env['mail.message'].sudo()  # closed to them
        domain = messages._get_domain_of_cases(cases.ids)
        threads = self._get_recusal_threads(cases)
        told = self.env['mail.notification'].sudo()  # idem
        unread = told.search(
            Domain('is_read', '=', False)
            & Domain('res_partner_id', 'in', partners.ids)
            & Domain('mail_message_id', 'any!', domain)
        ).filtered(
            lambda row: (
                row.res_partner_id
                in people[threads[row.mail_message_id.model, row.mail_message_id.res_id]].partner_id
            )
        )
        unread.write({'is_read': True})
        for message in messages.search(domain & Domain('starred_partner_ids', 'in', partners.ids)):
            message.starred_partner_ids -= people[threads[message.model, message.res_id]].partner_id

    @api.model
    def _cut_off_mails(self, cases):
        """Let what still waits to leave, or failed and is tried again, go to nobody recused."""
        messages = self.env['mail.message'].sudo()  # closed to them
        partners = self._get_recused_partners(cases)
        mails = self.env['mail.mail'].sudo()  # the queue's own
        waiting = mails.search(
            Domain('state', 'in', ('outgoing', 'exception'))
            & Domain('recipient_ids', 'in', partners.ids)
            & Domain('mail_message_id', 'any!', messages._get_domain_of_cases(cases.ids))
        )
        threads = self._get_recusal_threads(cases) if waiting else {}
        for mail in waiting:
            mail.recipient_ids -= self._get_recused_partners(threads[mail.model, mail.res_id])
            if not (mail.recipient_ids or mail.email_to):
                mail.cancel()

    # === ACTIVITIES === #

    @api.model
    def _hand_on_activities(self, people):
        """Give what the recused had to do to the next one who may; approvals go their own way.

        :param dict people: {case: res.users}
        """
        cases = self.union(*people)
        activities = self.env['mail.activity'].sudo()  # of other people
        found = activities.search(
            activities._get_domain_of_cases(cases.ids)
            & Domain('user_id', 'in', cases.recused_user_ids.ids)
            & Domain('complaint_approval_id', '=', False)
        )
        if not found:
            return
        threads = self._get_recusal_threads(cases)
        groups = {}
        for activity in found:
            case = threads[activity.res_model, activity.res_id]
            if activity.user_id in people[case]:
                user = case._get_recusal_successor()
                groups[user] = groups.get(user, activities) | activity
        for user, group in groups.items():
            if user:
                group.with_context(
                    mail_activity_quick_update=True, complaint_quiet_activity=True
                ).write({'user_id': user.id})
            else:
                group.unlink()

    def _get_recusal_successor(self):
        """Return who takes over what a recused person had to do, possibly nobody.

        The leader of the team, of the teams above it, then somebody of the committee.
        """
        self.ensure_one()
        return self._get_recusal_deciders(self.recused_user_ids)[:1]

    def _get_recusal_deciders(self, excluded):
        """Return those of the next level above the case who are not involved.

        :param excluded: res.users who are
        :rtype: res.users recordset: one leader, or the committee
        """
        self.ensure_one()
        case = self.sudo()  # who leads what is no secret, but may be out of reach
        team = case.team_id
        excluded |= case.recused_user_ids
        company = case.company_id.id
        for level in team | team._get_teams_above() if team else ():
            leader = level.leader_id - excluded
            if leader and leader._may_be_given_complaints(company):
                return leader.sudo(False)
        return case._get_committee() - excluded

    # === PANELS AND OTHER LINES === #

    @api.model
    def _hand_on_panels(self, people):
        """Disinvite the recused from the panels that have not ended."""
        for case, users in people.items():
            for panel in case.panel_ids.filtered(lambda panel: panel.state == 'called'):
                if uninvited := panel.attendee_ids & users:
                    panel._write_internal({'attendee_ids': [(3, user.id) for user in uninvited]})
                    panel._disinvite({panel: uninvited})
            if users & case.panel_user_ids:
                case.panel_ids._refresh_readers()

    @api.model
    def _hand_on_lines(self, people):
        """Give unfinished measures, assistance and callbacks of the recused to the next one.

        Whoever grants a recusal has named somebody himself; whoever takes in that somebody is
        complained about is not held up by it.

        :param dict people: {case: res.users}
        """
        for case, users in people.items():
            if holdings := case._get_recusal_holdings(users):
                successor = case._get_recusal_successor()
                for line, name in holdings:
                    line.write({name: successor.id})

    # === TOKENS === #

    @api.model
    def _renew_tokens(self, cases):
        """Let links that were handed out open nothing any more; the next mail brings new ones."""
        cases.filtered('access_token').write({'access_token': False})
        files = self.env['ir.attachment'].sudo()  # whoever may see them
        files.search(
            files._get_domain_of_cases(cases.ids) & Domain('access_token', '!=', False)
        ).write({'access_token': False})
