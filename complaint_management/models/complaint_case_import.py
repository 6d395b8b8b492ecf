from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..const import IMPORT_HISTORY, IMPORT_KEY
from .complaint_case_guard import HISTORY_FIELDS


class ComplaintCaseImport(models.Model):
    """Cases by the hundred: new ones, and finished ones of the past (design, section 5)."""

    _inherit = 'complaint.case'

    # === IMPORT === #

    @api.model
    def get_import_templates(self):
        return [
            {
                'label': self.env._("Import template for complaints"),
                'template': '/complaint_management/static/xls/complaint_import_template.xlsx',
            }
        ]

    @api.model
    def _convert_records(self, records, *, log=lambda message: None, savepoint):
        """Look up names (categories, channels, stages …) once for a file, not once for a row."""
        records = self._resolve_names(records)
        return super()._convert_records(records, log=log, savepoint=savepoint)

    @api.model
    def _resolve_names(self, records):
        """Put external ids in place of names, for which the import has a cache.

        Names that mean no record or several stay as they are: Odoo reports them with their row.
        """
        found = {}
        for record, extras in records:
            for field_name, value in record.items():
                field = self._fields.get(field_name)
                # A row may refer to the complaint of a row before it, which is not saved yet.
                if not field or not field.comodel_name or field.comodel_name == self._name:
                    continue
                if field.type == 'one2many' or len(value) != 1 or value[0].keys() != {None}:
                    continue
                names = [value[0][None]]
                if field.type == 'many2many':
                    names = [name.strip() for name in names[0].split(',')]
                xml_ids = [self._resolve_name(field.comodel_name, name, found) for name in names]
                if all(xml_ids):
                    record[field_name] = [{'id': ','.join(xml_ids)}]
            yield record, extras

    @api.model
    def _resolve_name(self, model_name, name, found):
        """Return an external id that the import knows for the one record of that name, or None."""
        key = (model_name, name)
        if key not in found:
            found[key] = self._find_by_name(*key)
        if len(found[key]) != 1:
            return None
        [(record_id, _name)] = found[key]
        xml_id = f'__import_name__.{model_name}_{record_id}'
        self.env.context['import_cache'][xml_id] = (model_name, record_id)
        return xml_id

    @api.model
    def _find_by_name(self, model_name, name):
        """Find a name in the language of the user, else in another one: files travel."""
        languages = [code for code, _label in self.env['res.lang'].get_installed()]
        for language in dict.fromkeys([self.env.lang, *languages, 'en_US']):
            model = self.env[model_name].with_context(lang=language)
            if records := model.name_search(name, operator='=', limit=2):
                return records
        return []

    def _is_import(self):
        return '_import_current_module' in self.env.context

    @api.model
    def _load_records(self, data_list, update=False):
        """Read all complaints that a file brings again with one query."""
        if self._is_import():
            xml_ids = [data['xml_id'] for data in data_list if data.get('xml_id')]
            external_ids = self.env['ir.model.data'].sudo()  # as Odoo's own method does
            rows = external_ids._lookup_xmlids(xml_ids, self)
            names = {name for data in data_list for name in data['values']}
            self.browse([row[-1] for row in rows if row[-1]]).fetch(names & self._fields.keys())
        return super()._load_records(data_list, update)

    @api.model
    def _load_records_create(self, vals_list):
        """Take an empty cell for a column that was left out, so that the defaults count."""
        if self._is_import():
            defaults = self.default_get(['kind_id'])  # asks the database each time
            vals_list = [
                {**defaults, **{name: value for name, value in vals.items() if value}}
                for vals in vals_list
            ]
        return super()._load_records_create(vals_list)

    def _load_records_write(self, values):
        """Write only what the file changes: rows that stay the same cost nothing."""
        if self._is_import():
            values = self._get_import_changes(values)
        if values:
            super()._load_records_write(values)

    def _get_import_changes(self, values):
        """Return the values that differ from this case; an empty cell never empties a must."""
        self.ensure_one()
        changes = {}
        for name, value in values.items():
            field = self._fields[name]
            if not value and (field.required or name in HISTORY_FIELDS):
                continue
            if field.type not in ('properties', 'one2many'):
                new = field.convert_to_cache(value, self)
                old = field.convert_to_cache(self[name], self)
                if new == old or (field.type == 'many2many' and set(new) == set(old)):
                    continue
            changes[name] = value
        return changes

    # === IMPORT OF HISTORY === #

    @api.model
    def _is_history_import(self):
        """Say whether finished complaints of the past are being loaded.

        :raise AccessError: somebody who is no administrator asks for it
        """
        if self.env.context.get(IMPORT_KEY) != IMPORT_HISTORY:
            return False
        admin = 'complaint_management.group_complaint_admin'
        if not (self.env.su or self.env.user.has_group(admin)):
            raise AccessError(self.env._("Only an administrator of complaints may import history."))
        return True

    @api.model
    def _complete_history_values(self, vals):
        """Fill in the dates of a finished complaint that its row leaves out.

        :raise UserError: stage and dates of the row contradict each other
        """
        stage = self.env['complaint.stage'].browse(vals['stage_id'])
        if stage.procedure_id.id != vals['procedure_id']:
            raise UserError(
                self.env._("The stage “%(stage)s” belongs to another procedure.", stage=stage.name)
            )
        vals['registered_at'] = vals.get('registered_at') or vals['received_at']
        if stage.is_closed:
            vals['closed_at'] = vals.get('closed_at') or vals['registered_at']
        elif vals.get('closed_at'):
            self._raise_not_closed(stage)
        self._check_history_dates(vals)

    @api.model
    def _check_history_dates(self, vals):
        now = self.env.cr.now()
        dates = ('received_at', 'registered_at', 'closed_at')
        if any(vals.get(name) and fields.Datetime.to_datetime(vals[name]) > now for name in dates):
            raise UserError(self.env._("What has not happened yet cannot be recorded."))

    @api.model
    def _raise_not_closed(self, stage):
        raise UserError(
            self.env._(
                "A complaint in the stage “%(stage)s” is not closed and has no closing date. "
                "Name the stage in which it ended.",
                stage=stage.name,
            )
        )

    @api.model
    def _reserve_numbers(self, company, numbers):
        """Take numbers that came from elsewhere: no sequence of the company gives them again.

        :raise UserError: an erased complaint had one of them
        """
        self.env['complaint.tombstone']._check_not_used(company, numbers)
        procedures = self.env['complaint.procedure'].sudo().with_context(active_test=False)
        domain = [('number_sequence_id', '!=', False), ('company_id', 'in', (company.id, False))]
        own = procedures.search(domain).number_sequence_id  # whoever may see the procedures
        for sequence in own | company.sudo().complaint_sequence_id:  # sequences are the system's
            sequence._skip_past(numbers)

    def _stamp_history(self):
        """Record the events that the dates of imported cases tell of, all at once."""
        self.env['complaint.event']._record(
            [
                case._prepare_event(code, {'imported': True}, None, case[field_name])
                for case in self
                for code, field_name in case._get_history_moments()
            ]
        )

    def _get_history_moments(self):
        """Return (milestone, field that holds its time) of what is known of an imported case."""
        self.ensure_one()
        moments = [('received', 'received_at'), ('registered', 'registered_at')]
        if self.is_closed:
            moments.append((self._get_phase_milestone(self.phase), 'closed_at'))
        return moments

    def _write_history(self, vals):
        """Update imported cases; dates that changed are corrected in the history too."""
        dates = ('received_at', 'registered_at', 'closed_at')
        before = {case: {name: case[name] for name in dates} for case in self}
        if vals.get('number'):
            for company in self.company_id:
                self._reserve_numbers(company, [vals['number']])
        self._check_history_dates(vals)
        was_closed = self.filtered('is_closed')
        self._write_internal(vals)
        for name, milestone in (('received_at', 'received'), ('registered_at', 'registered')):
            changed = self.filtered(lambda case, name=name: case[name] != before[case][name])
            changed._correct_event_date(milestone, name)
        self._correct_imported_closing(was_closed, before)
        return True

    def _correct_imported_closing(self, was_closed, before):
        for case in self:
            if case.is_closed and not case.closed_at:
                case._write_internal({'closed_at': case.registered_at})
            if not case.is_closed and case.closed_at != before[case]['closed_at']:
                self._raise_not_closed(case.stage_id)
            if not case.is_closed and case.closed_at:
                case._write_internal({'closed_at': False})
            if (case in was_closed, before[case]['closed_at']) == (case.is_closed, case.closed_at):
                continue
            case.event_ids._get_effective(['closed', 'refused', 'withdrawn'])._record_revocation(
                self.env._("Corrected by a later import")
            )
            if case.is_closed:
                case._stamp_at(
                    self._get_phase_milestone(case.phase),
                    'closed_at',
                    payload_of=lambda case: {'imported': True},
                )
