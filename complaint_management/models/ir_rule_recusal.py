import secrets

from odoo import Command, api, models, tools
from odoo.fields import Domain


class IrRuleRecusal(models.Model):
    """Closes what points at a complaint, also in modules we know nothing of, to the recused (T16).

    Meetings of the calendar, above all: any employee reads them. A module may come and go; what
    it holds is told by its fields, so nothing here names one. Whoever is recused from nothing
    pays no query.
    """

    _inherit = 'ir.rule'

    @api.model
    def _compute_domain(self, model_name, mode='read'):
        # Not kept with the rules: who is recused changes without clearing their cache.
        domain = super()._compute_domain(model_name, mode)
        closed = None if self.env.su else self._get_recusal_domain(model_name)
        return domain if closed is None else domain & ~closed

    @api.model
    def _get_recusal_domain(self, model_name):
        """Return the domain of the records of a foreign model closed to the user, or None."""
        link, _activity_fields, parent_fields = self._get_recusal_fields(model_name)
        if not (link or parent_fields):
            return None
        case_ids = self.env.user._get_recused_case_ids()
        if not case_ids:
            return None
        if link:
            return self._get_pointing_domain(model_name, case_ids)
        domains = []
        for field in parent_fields:
            parents = self.env[self.env[model_name]._fields[field].comodel_name]
            closed = self._get_pointing_domain(parents._name, case_ids)
            domains.append(Domain(field, 'any!', closed))
        return Domain.OR(domains)

    @api.model
    def _get_pointing_domain(self, model_name, case_ids):
        """Return the domain of what points at cases, at their lines, or is planned for them.

        Of ids alone: core also asks it of records in memory.

        :param str model_name: one of `_get_recusal_models`, or with fields that point at records
        :param case_ids: ids of complaint.case records
        """
        if path := getattr(self.env.registry[model_name], '_recusal_path', None):
            return Domain(path, 'in', case_ids)
        (model_field, id_field), activity_fields, _parents = self._get_recusal_fields(model_name)
        domain = Domain(model_field, '=', 'complaint.case') & Domain(id_field, 'in', case_ids)
        for name in self.env['mail.message']._get_recusal_lines():
            lines = self.env[name].sudo()._search([('case_id', 'in', case_ids)])  # closed to him
            domain |= Domain(model_field, '=', name) & Domain(id_field, 'in', tuple(lines))
        if activity_fields:
            activities = self.env['mail.activity'].sudo().with_context(active_test=False)  # idem
            found = activities.search(activities._get_domain_of_cases(case_ids))
            for field in activity_fields:
                domain |= Domain('id', 'in', found[field].ids)
        return domain

    @api.model
    def _get_pointed_cases(self, records):
        """Return the cases at which records point: the way back of `_get_pointing_domain`.

        :param records: of one of `_get_recusal_models`
        :return: complaint.case records, as superuser
        """
        cases, threads = self.env['complaint.case'], self.env.registry['complaint.recusal.thread']
        records = records.sudo()  # whoever is recused from what is kept from people
        if path := getattr(records, '_recusal_path', None):
            return records.mapped(path)
        (model_field, id_field), activity_fields, _parents = self._get_recusal_fields(records._name)
        links = [(record[model_field], record[id_field]) for record in records]
        if activity_fields:
            activities = self.env['mail.activity'].sudo().with_context(active_test=False)  # idem
            planned = Domain.OR(Domain(field, 'in', records.ids) for field in activity_fields)
            links += [(row.res_model, row.res_id) for row in activities.search(planned)]
        for name, record_id in links:
            if name and record_id and isinstance(owner := self.env[name].sudo(), threads):  # idem
                cases |= owner.browse(record_id).exists()._get_recusal_cases()
        return cases.sudo()  # idem

    @api.model
    @tools.ormcache('model_name')
    def _get_recusal_fields(self, model_name):
        """Return by which fields records of a foreign model point at a complaint.

        :return: (field of the model and field of the id, or None; names of links that activities
            have to the model; names of the model's links to such a model of the same module)
        """
        registry = self.env.registry
        own = (registry['complaint.recusal.door'], registry['complaint.case.line'])
        model = registry.get(model_name)
        if model is None or model._abstract or not model._auto or issubclass(model, own):
            return None, (), ()
        if link := self._get_stored_reference(model):
            activities = registry['mail.activity']._fields.items()
            found = [name for name, field in activities if field.comodel_name == model_name]
            return link, tuple(found), ()
        found = [
            name
            for name, field in model._fields.items()
            if field.type == 'many2one'
            and field.store
            and self._is_part_of(model, registry[field.comodel_name])
        ]
        return None, (), tuple(found)

    @api.model
    def _get_stored_reference(self, model):
        """Return (field of the model, field of the id) by which records point at any record."""
        for name, field in model._fields.items():
            if field.type == 'many2one_reference' and field.store:
                model_field = model._fields[field.model_field]
                if model_field.store:
                    return model_field.name, name
        return None

    @api.model
    def _is_part_of(self, model, parent):
        """Say whether records of a model are parts of records that point at any record."""
        return (
            parent._original_module == model._original_module
            and self._get_stored_reference(parent)
            and self._get_recusal_fields(parent._name)[0]
        )

    @api.model
    @tools.ormcache()
    def _get_recusal_models(self):
        """Return the names of the models with threads whose records may be about complaints.

        Foreign ones that point at any record, and ours that name the way to their complaints in
        `_recusal_path`: of these the messages and files alone are closed, their rules say the rest.
        """
        registry = self.env.registry
        threads = registry['mail.thread']
        return tuple(
            name
            for name, model in registry.items()
            if issubclass(model, threads)
            and not model._abstract
            and (getattr(model, '_recusal_path', None) or self._get_recusal_fields(name)[0])
        )

    # === WHEN A RECUSAL BEGINS === #

    @api.model
    def _cut_off_pointing(self, people):
        """Take the recused out of meetings and the like; links handed out before open nothing.

        :param dict people: {case: res.users}
        """
        for name in self._get_recusal_models():
            model = self.env[name].sudo().with_context(active_test=False)  # of other people
            for case in people:
                partner_ids, _emails = case._get_recused_addresses()
                if records := model.search(self._get_pointing_domain(name, case.ids)):
                    self._take_out_of_pointing(records, partner_ids)
                    self._renew_pointing_tokens(records)

    @api.model
    def _take_out_of_pointing(self, records, partner_ids):
        """Let people follow records no more, nor be invited, nor talk in the records' channels.

        :param records: as superuser
        :param set partner_ids: ids of the people's partners
        """
        records.message_unsubscribe(list(partner_ids))
        guests = self._get_guest_fields(records._name)
        channels = [
            field.name
            for field in records._fields.values()
            if field.type == 'many2one' and field.comodel_name == 'discuss.channel'
        ]
        for record in records:
            for field in guests:
                if recused_ids := partner_ids & set(record[field].ids):
                    record[field] = [Command.unlink(number) for number in recused_ids]
            for channel in (record[field] for field in channels):
                for partner in channel.channel_partner_ids:
                    if partner.id in partner_ids:
                        channel._action_unfollow(partner, post_leave_message=False)

    @api.model
    def _get_guest_fields(self, model_name):
        """Return the names of the fields that hold who is invited to records of a model."""
        return [
            field.name
            for field in self.env[model_name]._fields.values()
            if field.type == 'many2many' and field.store and field.comodel_name == 'res.partner'
        ]

    @api.model
    def _renew_pointing_tokens(self, records):
        """Give records, and what they consist of, new tokens; an empty one might be guessed."""
        parts = [
            records[field.name]
            for field in records._fields.values()
            if field.type == 'one2many' and field.store
        ]
        for owners in (records, *parts):
            if 'access_token' in owners._fields:
                for owner in owners:
                    owner.access_token = secrets.token_hex()
