from itertools import groupby

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_list

from ..const import RAW_FIELD_KEY
from ..tools.contact_mask import is_masked, mask_email, mask_phone
from ..tools.masked_fields import (
    NAME_MASKS,
    MaskedField,
    MaskedFiles,
    MaskedMany2one,
    MaskedPartners,
)

# What a reader can ask of the customer through a complaint, and how it is masked there.
PARTNER_MASKS = {
    'phone': mask_phone,
    'phone_sanitized': mask_phone,
    'email': mask_email,
    'email_normalized': mask_email,
    'email_formatted': mask_email,
}


class ComplaintMaskedMixin(models.AbstractModel):
    """Has fields that readers outside the receiving team get masked (PAWN-4.4-b)."""

    _name = 'complaint.masked.mixin'
    _description = "Masked Contact Data"

    def _get_masked_case(self):
        """Hook: return the case by which this record's contact data is shown or masked."""
        # The case of a line is known to whoever reads the line.
        return self.sudo().case_id.sudo(False)

    def _get_case_of_thread(self):
        """Return the complaint on which this hangs by the fields of `_recusal_link`, if any."""
        cases = self.env['complaint.case']
        record = self.sudo()  # on which record it is, is no secret
        model_field, id_field = self._recusal_link
        return cases.browse(record[id_field]) if record[model_field] == cases._name else cases

    @api.model
    def _get_shown_domain_of_thread(self, mask):
        """Return the domain of what hangs on no complaint that hides values of a kind."""
        cases = self.env['complaint.case']
        shown = cases._get_shown_domain(mask)
        if shown.is_true():
            return shown
        model_field, id_field = self._recusal_link
        shown_ids = cases.sudo()._search(shown)  # rights are asked elsewhere
        return Domain(model_field, '!=', cases._name) | Domain(id_field, 'in', shown_ids)

    def _get_shown_domain(self, mask):
        """Hook: return the domain of the records whose values a mask does not hide.

        :param str mask: as in `MASKS`
        :rtype: Domain; true where nothing is hidden from the user
        """
        domain = self.env['complaint.case']._get_shown_domain(mask)
        return domain if domain.is_true() else Domain('case_id', 'any!', domain)

    def _hides(self, mask):
        """Say whether the user gets this record's values of a kind masked."""
        self.ensure_one()
        case = self._get_masked_case()
        return case.is_name_masked if mask in NAME_MASKS else case.is_contact_masked

    # === FILES AND PICTURES === #

    def _can_return_content(self, field_name=None, access_token=None):
        """Let no address of a picture show what a mask hides: core reads it as superuser."""
        field = self._fields.get(field_name)
        if isinstance(field, MaskedField) and field._is_hidden(self):
            raise self.env['ir.rule']._make_access_error('read', self)
        return super()._can_return_content(field_name, access_token)

    # === CUSTOMERS BEHIND THE RECORD === #

    def web_read(self, specification):
        """Mask the customer's contact data too where it is read through this record."""
        files = [name for name in specification if isinstance(self._fields.get(name), MaskedFiles)]
        if files and not self.env.su:
            # Whatever the software read before, core goes on to read all that is in memory.
            self.filtered('id').invalidate_recordset(files)
        result = super().web_read(specification)
        asked = (specification.get('partner_id') or {}).get('fields') or {}
        if not self.env.su and PARTNER_MASKS.keys() & asked.keys():
            masked = {record.id for record in self if record._hides('phone')}
            for values in result:
                partner = values.get('partner_id')
                if values['id'] in masked and partner:
                    for name in PARTNER_MASKS.keys() & partner.keys():
                        partner[name] = partner[name] and PARTNER_MASKS[name](partner[name])
        return result

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        """Export no customer, and no contact data of one, that is masked: core follows the link."""
        links = {
            index: self._fields[path[0]]
            for index, path in enumerate(fields)
            if path and isinstance(self._fields.get(path[0]), MaskedMany2one | MaskedPartners)
        }
        if self.env.su or not links:
            return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        masks = {'phone', *(field.mask for field in links.values())}
        lines = []
        # pylint: disable-next=bad-builtin-groupby
        runs = groupby(self, key=lambda record: {mask for mask in masks if record._hides(mask)})
        for hidden, run in runs:
            records = self.browse(record.id for record in run)
            gone = {index for index, field in links.items() if field.mask in hidden}
            # A column cannot be left out: its place is held by what is taken out below.
            paths = [['.id'] if i in gone else path for i, path in enumerate(fields)]
            part = super(ComplaintMaskedMixin, records)._export_rows(
                paths, _is_toplevel_call=_is_toplevel_call
            )
            for line in part:
                for index in links:
                    name = fields[index][-1]
                    if index in gone:
                        line[index] = ''
                    elif 'phone' in hidden and line[index] and name in PARTNER_MASKS:
                        line[index] = PARTNER_MASKS[name](line[index])
            lines += part
        return lines

    @api.model
    def mail_allowed_qweb_expressions(self):
        """Let no template of an employee print what a mask hides from the employee."""
        return tuple(
            expression
            for expression in super().mail_allowed_qweb_expressions()
            if not isinstance(self._fields.get(expression.split('.')[1]), MaskedField)
        )

    # === DATABASE === #

    def _with_raw_field(self, field):
        """Return the model so that the real value of one field goes into a query."""
        return self.with_context(**{RAW_FIELD_KEY: field})

    def _get_shown_sql(self, mask, alias, query):
        """Return the condition under which values are not hidden, or None without any."""
        if self.env.su:
            return None
        domain = self._get_shown_domain(mask)
        if domain.is_true():
            return None
        model = self.sudo()  # what is shown does not depend on further rights
        return domain.optimize_full(model)._to_sql(model, alias, query)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let nothing be sorted, grouped or counted by values that are hidden."""
        sql = super()._field_to_sql(alias, field_expr, query)
        field = self._fields.get(field_expr)
        if not isinstance(field, MaskedField):
            return sql
        if self.env.context.get(RAW_FIELD_KEY) in (field, MaskedField):
            return sql
        shown = self._get_shown_sql(field.mask, alias, query)
        return SQL("CASE WHEN %s THEN %s END", shown, sql) if shown else sql

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Let no group be one of people who are hidden."""
        sql = super()._read_group_groupby(alias, groupby_spec, query)
        field = self._fields.get(groupby_spec)
        if not isinstance(field, MaskedPartners):
            return sql
        shown = self._get_shown_sql(field.mask, alias, query)
        if shown is None:
            return sql
        # Who belongs to the staff does not depend on the rights of who asks.
        known = self.env['res.partner'].sudo()._search(field._get_open_domain(self.env))
        return SQL("CASE WHEN %s OR %s IN %s THEN %s END", shown, sql, known.subselect(), sql)

    def _fetch_query(self, query, fields):
        """Keep real values in memory, for the software; they are masked on the way out."""
        raw = self._with_raw_field(MaskedField)
        return super(ComplaintMaskedMixin, raw)._fetch_query(query, fields).with_env(self.env)

    # === WRITING === #

    def _write_multi(self, vals_list):
        """Refuse an empty value before the database does: it would tell the whole row unmasked."""
        for vals in vals_list:
            for name, value in vals.items():
                if value is None and (field := self._fields[name]).required:
                    label = field._description_string(self.env)
                    raise ValidationError(self.env._("“%(field)s” is needed.", field=label))
        return super()._write_multi(vals_list)

    def copy_data(self, default=None):
        """Copy no values that the user does not see."""
        vals_list = super().copy_data(default=default)
        for record, vals in zip(self, vals_list, strict=True):
            for name in self._get_masked_names(vals):
                if not self.env.su and record._hides(self._fields[name].mask):
                    vals.pop(name)
        return vals_list

    def _drop_masked_values(self, vals):
        """Take out values that a form shows masked and sends back; the real ones stay.

        :param dict vals: to be written on these records; changed
        :raise UserError: a text in which words were corrected around what is masked
        """
        if self.env.su:
            return
        names = [name for name in self._get_masked_names(vals) if is_masked(vals[name])]
        masks = {self._fields[name].mask for name in names}
        hidden = {mask for mask in masks if any(record._hides(mask) for record in self)}
        texts = []
        for name in names:
            mask = self._fields[name].mask
            if mask not in hidden:
                continue
            if mask == 'text':
                texts.append(self._fields[name]._description_string(self.env))
            else:
                vals.pop(name)
        if texts:
            raise UserError(
                self.env._(
                    "Contact data is masked in these fields, and would be lost: %(fields)s. Show "
                    "the contact data first.",
                    fields=format_list(self.env, texts),
                )
            )

    def _get_masked_names(self, names):
        return [name for name in names if isinstance(self._fields.get(name), MaskedField)]
