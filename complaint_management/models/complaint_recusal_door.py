from functools import partial

from odoo import api, models
from odoo.fields import Domain


class ComplaintRecusalDoor(models.AbstractModel):
    """Closes a model of Odoo that hangs on any record to who is recused from the complaint.

    Odoo shows people what is addressed to them, written by them or done by them, whatever the
    rules of the record say on which it hangs (requirement T16). Whoever is recused from nothing,
    as his own row says that is read anyway, pays nothing.
    """

    _name = 'complaint.recusal.door'
    _description = "Recusal From What Hangs on a Complaint"

    # Fields that hold the model and the id of the record on which it hangs …
    _recusal_link = ('res_model', 'res_id')
    # … of the record itself, or of the message that this field names.
    _recusal_message = None

    @api.model
    def _get_closed_domain(self):
        """Return the domain of the records that the current user must not reach, or None."""
        case_ids = self.env.user._get_recused_case_ids()
        if not case_ids:
            return None
        if self._recusal_message:
            messages = self.env['mail.message']._get_domain_of_hanging(case_ids)
            return Domain(self._recusal_message, 'any!', messages)
        return self._get_domain_of_hanging(case_ids)

    @api.model
    def _get_domain_of_hanging(self, case_ids):
        """Return the domain of what hangs on cases, on their lines or on what points at them.

        :param tuple case_ids: ids of the cases from which the current user is recused
        """
        domain = self._get_domain_of_cases(case_ids)
        rules = self.env['ir.rule']
        model_field, id_field = self._recusal_link
        for name in rules._get_recusal_models():
            model = self.env[name].sudo().with_context(active_test=False)  # closed to the user
            records = model._search(rules._get_pointing_domain(name, case_ids))
            domain |= Domain(model_field, '=', name) & Domain(id_field, 'in', records)
        return domain

    @api.model
    def _get_domain_of_cases(self, case_ids):
        """Return the domain of what hangs on cases and on their lines.

        :param tuple case_ids: ids of complaint.case records
        """
        model_field, id_field = self._recusal_link
        domain = Domain(model_field, '=', 'complaint.case') & Domain(id_field, 'in', case_ids)
        for name in self._get_recusal_lines():
            lines = self.env[name].sudo()._search([('case_id', 'in', case_ids)])  # closed to him
            domain |= Domain(model_field, '=', name) & Domain(id_field, 'in', lines)
        return domain

    @api.model
    def _get_recusal_lines(self):
        """Return the names of the lines of a complaint that have messages of their own."""
        registry = self.env.registry
        threads = registry['complaint.recusal.thread']
        lines = registry['complaint.case.line']
        return [
            name
            for name, model in registry.items()
            if not model._abstract and issubclass(model, threads) and issubclass(model, lines)
        ]

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            closed = self._get_closed_domain()
            if closed is not None:
                domain = Domain(domain) & ~closed
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        allowed = self - result[0] if result else self
        forbidden = allowed._filter_closed() if not self.env.su else self.browse()
        if not forbidden:
            return result
        if result:
            return result[0] + forbidden, result[1]
        return forbidden, partial(self.env['ir.rule']._make_access_error, operation, forbidden)

    def _filter_closed(self):
        """Return those of these records that recusal closes to the current user."""
        closed = self._get_closed_domain() if any(self._ids) else None
        if closed is None:
            return self.browse()
        records = self.sudo().with_context(active_test=False)  # closed to the user
        return self.browse(records.search(Domain('id', 'in', self.ids) & closed).ids)

    def onchange(self, values, field_names, fields_spec):
        """Ask for the right to read a complaint whose id was just typed: the form names it.

        Odoo reads that name as superuser, also on a form that was only begun.

        :raise AccessError: as if it were read
        """
        if not self.env.su and (record := self._get_typed_record(values)):
            record.check_access('read')
        return super().onchange(values, field_names, fields_spec)

    def _get_typed_record(self, values):
        """Return the complaint, or line of one, to which a form newly points, if any."""
        model_field, id_field = self._recusal_link
        if not {model_field, id_field} <= self._fields.keys():
            return None

        def read(name):
            return values.get(name) or (not self and self.env.context.get(f'default_{name}'))

        name, record_id = read(model_field) or self[model_field], read(id_field)
        if 'res_model_id' in self._fields and (model_id := read('res_model_id')):
            name = self.env['ir.model'].sudo().browse(model_id).model  # is no secret
        records = self.env.get(name)
        registry = self.env.registry
        guarded = (registry['complaint.recusal.thread'], registry['complaint.case.line'])
        is_new = isinstance(record_id, int) and record_id != self[id_field]
        return records.browse(record_id) if is_new and isinstance(records, guarded) else None

    def _export_rows(self, fields, **kwargs):
        # Odoo exports messages without asking whether they may be read.
        if not self.env.su and (closed := self._filter_closed()):
            raise self.env['ir.rule']._make_access_error('read', closed)
        return super()._export_rows(fields, **kwargs)
