from bisect import bisect_right

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import id_ranges

# No list on paper is longer; the number behind it counts all.
MOST_ROWS = 500

LIST_FIELDS = (
    *('number', 'received_at', 'name', 'category_id', 'grade_id', 'department_id', 'handler_id'),
    *('stage_id', 'closing_reason_id'),
)

# {model that is listed: fields that are not kept with the figures, but read when they are shown}
LIVE_FIELDS = {
    'complaint.case': ('name',),
    'complaint.duty.line': ('content', 'informant', 'handed_to', 'outcome'),
    'complaint.measure': ('name', 'result', 'effect_note', 'deployment_ids'),
    'complaint.return': ('disposition_reason', 'inspection_finding'),
    'complaint.return.count': ('note',),
}


class ComplaintReportFigures(models.AbstractModel):
    """Counts what a period report shows; everything about complaints themselves.

    It runs in an environment of its own: a read-only cursor and the rights of the schedule. All
    it knows comes in as plain data (`spec`), and it answers with plain data:

    spec: {'scope': domain, 'begin', 'end', 'as_of': UTC datetimes, 'first', 'last': local days,
        'is_past': whether `as_of` is not now, 'tz': str,
        'periods': [[label, first day, begin, end], …], 'known_since': UTC or None,
        'sections': [what `complaint.report.section._prepare_definition` returned]}
    section: {'key', 'kind', 'columns': [code], 'rows': [row]}
    row: {'code' or 'label', 'cells': [cell]} and 'total' for the sum of the others; of a list
        {'id', 'texts': [str]}; a list of something else than complaints also names its 'model'
    cell: {'v': value, 'm': model, 'i': packed ids of the rows behind it}; a share also has 'of',
        the packed ids that are its whole, a sum 's', the field that was added up
    """

    _name = 'complaint.report.figures'
    _description = "Figures of Period Reports"

    # === SEAMS === #

    @api.model
    def _get_figures(self, spec):
        """Return {'sections': […]} for a spec; addons add kinds as `_count_<kind>` methods."""
        # Compiling each of these queries would take longer than running it.
        self.env.cr.execute(SQL("SET LOCAL jit = off"))
        spec = {**spec, 'then': self._read_then(spec)}
        sections = []
        for definition in spec['sections']:
            count = getattr(self, f'_count_{definition["kind"]}', None)
            table = count(spec, definition) if count else {'columns': [], 'rows': []}
            sections.append({'key': definition['key'], 'kind': definition['kind'], **table})
        if late := self._count_corrections(spec):
            sections.append({'key': 'corrections', 'kind': 'corrections', **late})
        return {'sections': sections, 'received': self._get_received(spec)}

    # === POPULATIONS === #

    @api.model
    def _get_scope(self, spec, definition=None):
        """Return the Domain of complaints in the scope that were known at the time."""
        asked = Domain(spec['scope'])
        if definition:
            asked &= Domain(definition['domain'])
        scope = self._as_then(spec, asked) & Domain('create_date', '<=', spec['as_of'])
        return scope & Domain('is_setup_example', '=', False)

    @api.model
    def _get_population(self, spec, definition, population, begin=None, end=None):
        """Return the Domain of the complaints received or closed between, or open at the end.

        :param str population: 'received', 'closed' or 'open'
        :param datetime begin: of the period, UTC; by default that of the report
        """
        begin, end, as_of = begin or spec['begin'], end or spec['end'], spec['as_of']
        scope = self._get_scope(spec, definition)
        if population == 'received':
            return scope & Domain('received_at', '>=', begin) & Domain('received_at', '<', end)
        if population == 'closed':
            return (
                scope
                & Domain('closed_at', '>=', begin)
                & Domain('closed_at', '<', end)
                & Domain('closed_at', '<=', as_of)
            )
        still_open = (
            Domain('closed_at', '=', False)
            | Domain('closed_at', '>=', end)
            | Domain('closed_at', '>', as_of)
        )
        return scope & Domain('received_at', '<', end) & still_open

    @api.model
    def _get_justified(self, spec):
        """Return the Domain of complaints that were ruled to be valid."""
        return self._as_then(spec, Domain('validity', '=', 'valid'))

    @api.model
    def _get_received(self, spec):
        """Return how many complaints came in the period; none makes it a nil report."""
        domain = self._get_population(spec, {'domain': []}, 'received')
        return self.env['complaint.case'].search_count(domain)

    # === CELLS === #

    @api.model
    def _make_cell(self, model, ids):
        return {'v': len(ids), 'm': model, 'i': id_ranges.pack(ids)}

    @api.model
    def _make_share(self, model, part, whole):
        """Return the cell of a share between 0 and 1, empty where there is nothing to divide."""
        value = len(part) / len(whole) if whole else None
        return {
            **{'v': value, 'm': model, 'i': id_ranges.pack(part), 'of': id_ranges.pack(whole)},
            'f': 'share',
        }

    @api.model
    def _make_sum(self, model, field_name, value, ids):
        return {
            **{'v': value or 0, 'm': model, 'i': id_ranges.pack(ids), 's': field_name},
            'f': 'amount' if self.env[model]._fields[field_name].type == 'monetary' else 'number',
        }

    @api.model
    def _find(self, domain, model='complaint.case'):
        """Return the ids of a domain, ascending."""
        return self.env[model].search(domain, order='id').ids

    @api.model
    def _group(self, domain, group_field, model='complaint.case'):
        """Return {group: ids}; a group is an id, a value of a selection, or False."""
        rows = self.env[model]._read_group(domain, [group_field], ['id:array_agg'])
        return {
            (group.id if isinstance(group, models.BaseModel) else group): ids for group, ids in rows
        }

    @api.model
    def _get_labels(self, model, field_name, groups):
        """Return {group: its name} in the language of the report."""
        field = self.env[model]._fields[field_name]
        if field.type == 'selection':
            return dict(field._description_selection(self.env))
        # The names of what complaints are sorted by are no secret.
        records = self.env[field.comodel_name].sudo().browse([g for g in groups if g]).exists()
        return {record.id: record.display_name for record in records}

    # === TABLES === #

    @api.model
    def _count_totals(self, spec, definition):
        """Open at the beginning + received − closed = open at the end."""
        before = self._get_population(spec, definition, 'open', end=spec['begin'])
        received = self._get_population(spec, definition, 'received')
        found = {
            'open_before': self._find(before),
            'received': self._find(received),
            'closed': self._find(self._get_population(spec, definition, 'closed')),
            'open': self._find(self._get_population(spec, definition, 'open')),
            'justified': self._find(received & self._get_justified(spec)),
            'reopened': self._find(received & self._as_then(spec, Domain('round', '>', 1))),
        }
        return {
            'columns': ['number'],
            'rows': [
                {'code': code, 'cells': [self._make_cell('complaint.case', ids)]}
                for code, ids in found.items()
            ],
        }

    @api.model
    def _count_breakdown(self, spec, definition, narrow=None):
        """By one property: complaints, their share, how many are closed and were justified."""
        field_name = definition['group_field']
        domain = self._get_population(spec, definition, definition['population'])
        domain &= Domain(narrow or [])
        known = Domain('closed_at', '!=', False) & Domain('closed_at', '<=', spec['as_of'])
        columns = {
            'number': self._group_cases(spec, domain, field_name),
            'closed': self._group_cases(spec, domain & known, field_name),
            'justified': self._group_cases(spec, domain & self._get_justified(spec), field_name),
        }
        groups = columns['number']
        labels = self._get_labels('complaint.case', field_name, groups)
        order = sorted(groups, key=lambda g: (-len(groups[g]), labels.get(g, '')))
        total = [number for ids in groups.values() for number in ids]
        rows = [
            {
                **self._make_label(group, labels),
                'cells': self._make_breakdown_cells(
                    [ids.get(group, []) for ids in columns.values()], total
                ),
            }
            for group in order
        ]
        sums = [[n for ids in found.values() for n in ids] for found in columns.values()]
        rows.append(
            {'code': 'total', 'total': True, 'cells': self._make_breakdown_cells(sums, total)}
        )
        return {'columns': ['number', 'share', 'closed', 'justified'], 'rows': rows}

    @api.model
    def _make_label(self, group, labels):
        return {'label': labels[group], 'group': group} if group in labels else {'code': 'none'}

    @api.model
    def _make_breakdown_cells(self, found, total):
        number, closed, justified = found
        cell = self._make_cell
        return [
            cell('complaint.case', number),
            self._make_share('complaint.case', number, total),
            cell('complaint.case', closed),
            cell('complaint.case', justified),
        ]

    @api.model
    def _count_repeats(self, spec, definition):
        """The same customer about the same matter within the days of the settings."""
        return self._count_breakdown(spec, definition, narrow=[('repeat_count', '>', 0)])

    @api.model
    def _count_trend(self, spec, definition):
        """Received and closed in each of the last periods; days are read at once and added up."""
        periods = spec['periods'][-definition['period_count'] :]
        buckets = {}
        for population, field_name in (('received', 'received_at'), ('closed', 'closed_at')):
            domain = self._get_population(
                spec, definition, population, begin=periods[0][2], end=periods[-1][3]
            )
            buckets[population] = self._put_into_periods(domain, field_name, periods, spec['tz'])
        return {
            'columns': ['received', 'closed'],
            'rows': [
                {
                    'label': period[0],
                    'cells': [
                        self._make_cell('complaint.case', buckets[population][number])
                        for population in ('received', 'closed')
                    ],
                }
                for number, period in enumerate(periods)
            ],
        }

    @api.model
    def _put_into_periods(self, domain, field_name, periods, tz):
        """Return one list of ids for each period."""
        cases = self.env['complaint.case'].with_context(tz=tz)
        firsts = [period[1] for period in periods]
        found = [[] for _period in periods]
        for moment, ids in cases._read_group(domain, [f'{field_name}:day'], ['id:array_agg']):
            found[max(bisect_right(firsts, moment.date()) - 1, 0)] += ids
        return found

    @api.model
    def _count_comparison(self, spec, definition):
        """This period beside the one before and the one a year earlier, as known now."""
        spans = spec['compared']
        rows = []
        for population in ('received', 'closed', 'justified'):
            cells = [
                self._make_cell(
                    'complaint.case', self._find_compared(spec, definition, population, span)
                )
                for span in spans
            ]
            change = self._get_change(cells[0]['v'], cells[1]['v'])
            cells.insert(2, {'v': change, 'f': 'change'})
            rows.append({'code': population, 'cells': cells})
        return {'columns': ['this_period', 'period_before', 'change', 'year_before'], 'rows': rows}

    @api.model
    def _find_compared(self, spec, definition, population, span):
        begin, end = span
        if population == 'justified':
            domain = self._get_population(spec, definition, 'received', begin, end)
            return self._find(domain & self._get_justified(spec))
        return self._find(self._get_population(spec, definition, population, begin, end))

    @api.model
    def _get_change(self, now, before):
        return (now - before) / before if before else None

    # === LISTS === #

    @api.model
    def _count_case_list(self, spec, definition):
        domain = self._get_population(spec, definition, definition['population'])
        return self._make_list(spec, domain, LIST_FIELDS, order='received_at, id')

    @api.model
    def _count_overdue(self, spec, definition):
        """Open complaints whose next time limit was past or near at the time."""
        domain = self._get_population(spec, definition, 'open')
        now = spec['as_of'].replace(microsecond=0)  # late begins with the next second
        is_due = Domain('sla_deadline', '<', now) | Domain('sla_warn_at', '<=', now)
        domain &= self._as_then(spec, Domain('sla_deadline', '!=', False) & is_due)
        names = (*LIST_FIELDS[:7], 'stage_id', 'sla_deadline')
        return self._make_list(spec, domain, names, order='sla_deadline, id')

    @api.model
    def _make_list(self, spec, domain, names, order, model='complaint.case'):
        records = self.env[model].search(domain, order=order)
        records = self._sort_then(spec, records, order)
        shown = records[:MOST_ROWS]
        shown.fetch(names)
        return {
            'model': model,
            'columns': list(names),
            'rows': [
                {
                    'id': record.id,
                    'texts': [self._get_text_then(spec, record, name) for name in names],
                }
                for record in shown
            ],
            'all': self._make_cell(model, records.ids),
        }

    @api.model
    def _get_text(self, record, name):
        """Return a value as text: moments as UTC, choices as their codes.

        What people wrote is not kept: it is read when the figures are shown.
        """
        value = '' if name in LIVE_FIELDS[record._name] else record[name]
        if isinstance(value, models.BaseModel):
            value = value.sudo()  # names of terms and people are no secret
            if value._name == 'complaint.case':
                return value.number or ''  # without its subject
            return value.display_name or ''
        if record._fields[name].type == 'datetime':
            return value.isoformat(timespec='seconds') if value else ''
        if isinstance(value, float):
            return f'{value:g}'
        return str(value or '')

    # === LATE KNOWLEDGE === #

    @api.model
    def _count_corrections(self, spec):
        """Complaints of earlier periods that were registered after the report of their period.

        They never change what was reported; the next report tells them (anchor C9).
        """
        if not spec.get('known_since'):
            return None
        domain = (
            self._get_scope(spec)
            & Domain('received_at', '<', spec['begin'])
            & Domain('received_at', '>=', spec['corrected_from'])
            & Domain('create_date', '>', spec['known_since'])
        )
        table = self._make_list(spec, domain, LIST_FIELDS, order='received_at, id')
        return table if table['rows'] else None
