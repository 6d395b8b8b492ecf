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
                case._hand_on_activities(strangers)

    def _get_restricted_readers(self, users):
        """Return those of the users who may read this case."""
        self.ensure_one()
        return users.sudo()._can_read_complaint(self)  # it asks each user's own rights

    def _hand_on_activities(self, strangers):
        """Give what strangers had to do to somebody who may read the case; withdraw the rest.

        What the software asked of them by their role, it asks of those who have the role now.
        """
        self.ensure_one()
        activities = self.activity_ids.filtered(lambda activity: activity.user_id in strangers)
        own = activities.filtered(lambda activity: not activity.automated)
        heirs = [
            user
            for role in ('handler', 'owner', 'team_leader')
            for user in self._get_restricted_readers(self._get_recipients(role))
        ]
        (activities - own if heirs else activities).unlink()
        if heirs:
            own.with_context(mail_activity_quick_update=True).write({'user_id': heirs[0].id})

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
