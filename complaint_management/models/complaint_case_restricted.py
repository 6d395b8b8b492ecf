from odoo import api, models

# What decides who may read a restricted case.
READER_FIELDS = {
    *('flag_ids', 'handler_id', 'investigator_id', 'contact_owner_id', 'team_id'),
    *('accused_employee_ids', 'company_id'),
}


class ComplaintCaseRestricted(models.Model):
    """What follows when a flag narrows a case to a few: nobody else hears of it any more."""

    _inherit = 'complaint.case'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        cases = super().create(vals_list)
        cases._shut_out_strangers()
        return cases

    def write(self, vals):
        result = super().write(vals)
        if READER_FIELDS & vals.keys():
            self._shut_out_strangers()
        return result

    # === SHUTTING OUT === #

    def _shut_out_strangers(self):
        """Let nobody follow or act on restricted cases who may not read them any more."""
        # Whoever flags a case may be the one who does not read it from then on.
        for case in self.sudo().filtered('is_restricted'):
            people = case.message_partner_ids.user_ids | case.activity_ids.user_id
            strangers = people.filtered(lambda user: not user.share)
            strangers -= case._get_restricted_readers(strangers)
            if strangers:
                case.message_unsubscribe(strangers.partner_id.ids)
                case._hand_on_strangers_activities(strangers)

    def _get_restricted_readers(self, users):
        """Return those of the users who may read this case."""
        self.ensure_one()
        return users.sudo()._can_read_complaint(self)  # it asks each user's own rights

    def _hand_on_strangers_activities(self, strangers):
        """Give what strangers had to do to somebody who may read the case; withdraw the rest.

        What the software asked of them by their role, it asks of those who have the role now.
        """
        self.ensure_one()
        activities = self.activity_ids.filtered(lambda activity: activity.user_id in strangers)
        own = activities.filtered(lambda activity: not activity.automated)
        heir = self._get_restricted_heir()
        (activities - own if heir else activities).unlink()
        if heir:
            own.with_context(mail_activity_quick_update=True).write({'user_id': heir.id})

    def _get_restricted_heir(self):
        """Return who does what somebody else may not do any more in this case, possibly nobody."""
        for role in ('handler', 'owner', 'team_leader'):
            if readers := self._get_restricted_readers(self._get_recipients(role)):
                return readers[:1]
        return self.env['res.users']

    @api.model
    def _schedule_quietly(self, user_ids, *args, **kwargs):
        """Ask nobody for something in a restricted case who may not read it, but who may."""
        asked = {}
        for case, user_id in user_ids.items():
            case_sudo = case.sudo()  # as above
            if user_id and case_sudo.is_restricted:
                user = self.env['res.users'].browse(user_id)
                readers = case_sudo._get_restricted_readers(user)
                user_id = (readers or case_sudo._get_restricted_heir()).id
            asked[case] = user_id
        return super()._schedule_quietly(asked, *args, **kwargs)

    # === FOLLOWERS AND MESSAGES === #

    def _keep_readers(self, partner_ids):
        """Return the ids of those partners who may hear of these cases: customers and readers."""
        # Asked of all cases, whoever tells somebody of them.
        restricted = self.sudo().filtered('is_restricted')
        if not restricted or not partner_ids:
            return partner_ids
        partners = self.env['res.partner'].sudo().browse(partner_ids)
        staff = partners.user_ids.filtered(lambda user: not user.share)
        readers = staff
        for case in restricted:
            readers = case._get_restricted_readers(readers)
        hidden = set((staff - readers).partner_id.ids)
        return [partner_id for partner_id in partner_ids if partner_id not in hidden]

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        partner_ids = self._keep_readers(list(partner_ids or []))
        return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)

    def message_post(self, *, partner_ids=None, **kwargs):
        """Address nobody in a restricted case who may not read it, mentioned or not."""
        if partner_ids:
            partner_ids = self._keep_readers(list(partner_ids))
        return super().message_post(partner_ids=partner_ids, **kwargs)
