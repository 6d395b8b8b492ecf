from odoo import api, models
from odoo.fields import Domain

from odoo.addons.complaint_management.models.complaint_callback import (
    SATISFACTION,
    SCORE_FIELDS,
    SCORES,
)

from ..tools import id_ranges

# {kind: (model, moment that counts, further domain, grouping, field to add up)}
LINE_TABLES = {
    'refunds': (
        *('complaint.remedy', 'executed_at', [('state', '=', 'executed')], 'kind'),
        'company_amount',
    ),
    'failure_cost': ('complaint.cost', 'date', [], 'category_id', 'amount_company'),
    'contacts': ('complaint.contact', 'occurred_at', [], 'means', None),
    'returns': (
        *('complaint.return', 'decided_at', [('disposition', '!=', False)], 'disposition'),
        'quantity',
    ),
}
SCORE_VALUES = [value for value, _label in SCORES]
SATISFACTIONS = [value for value, _label in SATISFACTION]
# Answers that count as content.
CONTENT = ('satisfied', 'basically_satisfied')


class ComplaintReportFiguresLines(models.AbstractModel):
    """Counts what hangs on complaints: time limits, remedies, costs, callbacks, measures."""

    _inherit = 'complaint.report.figures'

    # === POPULATIONS === #

    @api.model
    def _get_lines(self, spec, definition, field_name=None, model=None):
        """Return the Domain of lines of the scope whose moment lies in the period.

        :param str field_name: a datetime, or a date in local days
        """
        domain = Domain('case_id', 'any', self._get_scope(spec, definition))
        if not field_name:
            return domain
        if self.env[model]._fields[field_name].type == 'date':
            begin, end = spec['first'], spec['last']
            domain &= Domain(field_name, '>=', begin) & Domain(field_name, '<=', end)
        else:
            domain &= Domain(field_name, '>=', spec['begin'])
            domain &= Domain(field_name, '<', spec['end'])
            domain &= Domain(field_name, '<=', spec['as_of'])
        return domain & Domain('create_date', '<=', spec['as_of'])

    @api.model
    def _count_lines(self, spec, definition):
        """Number of lines, and a sum where there is one, by a property of the line."""
        model, field_name, further, group_field, added = LINE_TABLES[definition['kind']]
        domain = self._get_lines(spec, definition, field_name, model) & Domain(further)
        aggregates = ['id:array_agg', *([f'{added}:sum'] if added else [])]
        rows = self.env[model]._read_group(domain, [group_field], aggregates)
        groups = {
            (group.id if isinstance(group, models.BaseModel) else group): found
            for group, *found in rows
        }
        labels = self._get_labels(model, group_field, groups)
        table = [
            {**self._make_label(group, labels), 'cells': self._make_line_cells(model, added, found)}
            for group, found in groups.items()
        ]
        everything = [[n for found in groups.values() for n in found[0]]]
        if added:
            everything.append(sum(found[1] or 0 for found in groups.values()))
        table.append(
            {
                'code': 'total',
                'total': True,
                'cells': self._make_line_cells(model, added, everything),
            }
        )
        kind = added and ('amount' if added != 'quantity' else 'quantity')
        return {'columns': ['number', *([kind] if kind else [])], 'rows': table}

    @api.model
    def _make_line_cells(self, model, added, found):
        cells = [self._make_cell(model, found[0])]
        if added:
            cells.append(self._make_sum(model, added, found[1], found[0]))
        return cells

    @api.model
    def _count_refunds(self, spec, definition):
        return self._count_lines(spec, definition)

    @api.model
    def _count_failure_cost(self, spec, definition):
        return self._count_lines(spec, definition)

    @api.model
    def _count_contacts(self, spec, definition):
        return self._count_lines(spec, definition)

    @api.model
    def _count_returns(self, spec, definition):
        return self._count_lines(spec, definition)

    # === TIME LIMITS === #

    @api.model
    def _find_limits(self, spec, definition):
        """Return {policy: (due, kept, late)} of the limits that fell due in the period."""
        model = 'complaint.sla.clock'
        fell_due = (
            Domain('deadline', '>=', spec['begin'])
            & Domain('deadline', '<', spec['end'])
            & Domain('state', 'not in', ('cancelled', 'superseded'))
        )
        is_late = Domain('is_late', '=', True)
        if spec['is_past']:  # what runs is late by the clock of now
            is_late &= Domain('state', '!=', 'running') | Domain('deadline', '<', spec['as_of'])
        domain = self._get_lines(spec, definition) & self._as_then(spec, fell_due, model)
        domain &= Domain('create_date', '<=', spec['as_of'])
        is_kept, is_late = (
            self._as_then(spec, asked, model) for asked in (Domain('state', '=', 'met'), is_late)
        )
        due = self._group(domain, 'policy_id', model)
        kept = self._group(domain & is_kept, 'policy_id', model)
        late = self._group(domain & is_late, 'policy_id', model)
        return {
            group: (ids, kept.get(group, []), late.get(group, [])) for group, ids in due.items()
        }

    @api.model
    def _count_on_time(self, spec, definition):
        """By time limit: how many were due, kept and late, and the share kept of both."""
        model = 'complaint.sla.clock'
        found = self._find_limits(spec, definition)
        labels = self._get_labels(model, 'policy_id', found)
        rows = [
            {**self._make_label(group, labels), 'cells': self._make_limit_cells(ids)}
            for group, ids in found.items()
        ]
        total = [[n for ids in found.values() for n in ids[place]] for place in range(3)]
        rows.append({'code': 'total', 'total': True, 'cells': self._make_limit_cells(total)})
        return {'columns': ['due', 'kept', 'late', 'rate'], 'rows': rows}

    @api.model
    def _make_limit_cells(self, found):
        model, (due, kept, late) = 'complaint.sla.clock', found
        return [
            *(self._make_cell(model, ids) for ids in (due, kept, late)),
            self._make_share(model, kept, [*kept, *late]),
        ]

    # === CALLBACKS === #

    @api.model
    def _get_heard(self, spec, definition):
        """Return {what they said last: complaints} of customers who spoke up in the period.

        As in the analysis a complaint counts once, with the last word of its customer. Customers
        speak in callbacks and ratings, and when they accept or reject the result.
        """
        asked = Domain('satisfaction', 'in', SATISFACTIONS)
        callbacks = self._get_lines(spec, definition, 'done_at', 'complaint.callback') & asked
        decisions = (
            Domain('milestone_id.code', 'in', ('customer_accepted', 'customer_rejected'))
            & Domain('occurred_at', '>=', spec['begin'])
            & Domain('occurred_at', '<', spec['end'])
            & Domain('recorded_at', '<=', spec['as_of'])
        )
        spoke = Domain('callback_ids', 'any', callbacks) | Domain('event_ids', 'any', decisions)
        domain = self._get_scope(spec, definition) & spoke
        satisfied = self._as_then(spec, Domain('customer_satisfied', 'in', SATISFACTIONS))
        return self._group_cases(spec, domain & satisfied, 'customer_satisfied')

    @api.model
    def _count_callbacks(self, spec, definition):
        """What customers said last, and what became of callbacks (PAWN, RE-02)."""
        heard = self._get_heard(spec, definition)
        asked = [n for ids in heard.values() for n in ids]
        labels = self._get_labels('complaint.case', 'customer_satisfied', [])
        rows = [
            {
                'label': labels[code],
                'cells': [
                    self._make_cell('complaint.case', heard.get(code, [])),
                    self._make_share('complaint.case', heard.get(code, []), asked),
                ],
            }
            for code in SATISFACTIONS
        ]
        model = 'complaint.callback'
        domain = self._get_lines(spec, definition, 'done_at', model)
        states, state_labels = (
            self._group(domain, 'state', model),
            self._get_labels(model, 'state', []),
        )
        whole = [n for ids in states.values() for n in ids]
        rows += [
            {
                'label': state_labels[state],
                'cells': [self._make_cell(model, ids), self._make_share(model, ids, whole)],
            }
            for state, ids in states.items()
        ]
        low = self._find(domain & Domain('needs_analysis', '=', True), model)
        rows.append(
            {
                'code': 'low_scores',
                'cells': [self._make_cell(model, low), self._make_share(model, low, whole)],
            }
        )
        return {'columns': ['number', 'share'], 'rows': rows}

    @api.model
    def _count_scores(self, spec, definition):
        """How often each score was given: result, attitude, measures (PAWN, PRIN)."""
        model = 'complaint.callback'
        domain = self._get_lines(spec, definition, 'done_at', model)
        rows = []
        for name in SCORE_FIELDS:
            groups = self._group(domain & Domain(name, '!=', False), name, model)
            scored = [n for ids in groups.values() for n in ids]
            columns = [scored, *(groups.get(score, []) for score in SCORE_VALUES)]
            cells = [self._make_cell(model, ids) for ids in columns]
            rows.append({'code': name, 'cells': cells})
        return {'columns': ['number', *(f'score_{score}' for score in SCORE_VALUES)], 'rows': rows}

    # === IMPROVEMENT === #

    @api.model
    def _count_measures(self, spec, definition):
        """Measures ordered in the period, by kind: all, still open, past their day."""
        model = 'complaint.measure'
        domain = self._get_lines(spec, definition, 'create_date', model)
        still_open = domain & Domain('is_open', '=', True)
        late = still_open & Domain('due_date', '<', spec['as_of_day'])
        found = [self._group(part, 'kind', model) for part in (domain, still_open, late)]
        labels = self._get_labels(model, 'kind', [])
        rows = [
            {
                'label': labels[group],
                'cells': [self._make_cell(model, part.get(group, [])) for part in found],
            }
            for group in found[0]
        ]
        rows.append(
            {
                'code': 'total',
                'total': True,
                'cells': [
                    self._make_cell(model, [n for ids in part.values() for n in ids])
                    for part in found
                ],
            }
        )
        return {'columns': ['number', 'still_open', 'overdue'], 'rows': rows}

    @api.model
    def _count_inspections(self, spec, definition):
        """What was checked in inspections of the period, and what was found (PAWN-5.1-a)."""
        model = 'complaint.inspection.line'
        domain = self._get_lines(spec, definition, 'create_date', model)
        checked = self._group(domain & Domain('result', '!=', False), 'criterion_id', model)
        findings = self._group(domain & Domain('is_finding', '=', True), 'criterion_id', model)
        labels = self._get_labels(model, 'criterion_id', checked)
        rows = [
            {
                **self._make_label(group, labels),
                'cells': [
                    self._make_cell(model, ids),
                    self._make_cell(model, findings.get(group, [])),
                    self._make_share(model, findings.get(group, []), ids),
                ],
            }
            for group, ids in checked.items()
        ]
        return {'columns': ['checked', 'findings', 'share'], 'rows': rows}

    @api.model
    def _count_conduct(self, spec, definition):
        """Rewards and penalties decided in the period."""
        model = 'complaint.conduct'
        domain = (
            Domain('state', '=', 'decided')
            & Domain('company_id', 'in', spec['company_ids'])
            & Domain('decided_at', '>=', spec['begin'])
            & Domain('decided_at', '<', spec['end'])
            & Domain('decided_at', '<=', spec['as_of'])
        )
        if not self.env[model].has_access('read'):
            return {'columns': ['number'], 'rows': []}
        found = self._group(domain, 'kind_id', model)
        labels = self._get_labels(model, 'kind_id', found)
        rows = [
            {**self._make_label(group, labels), 'cells': [self._make_cell(model, ids)]}
            for group, ids in found.items()
        ]
        return {'columns': ['number'], 'rows': rows}

    # === KEY FIGURES === #

    @api.model
    def _count_kpi(self, spec, definition):
        """The figures that are held against a target (RE-12, RE-33)."""
        received = self._get_population(spec, definition, 'received')
        came = self._find(received)
        valid = self._find(received & self._get_justified(spec))
        closed = self._get_population(spec, definition, 'closed')
        limits = self._find_limits(spec, definition).values()
        kept, late = ([n for ids in limits for n in ids[place]] for place in (1, 2))
        heard = self._get_heard(spec, definition)
        content = [n for code in CONTENT for n in heard.get(code, [])]
        asked = [n for ids in heard.values() for n in ids]
        rows = [
            ('received', self._make_cell('complaint.case', came)),
            ('justified', self._make_cell('complaint.case', valid)),
            ('justified_rate', self._make_share('complaint.case', valid, came)),
            ('on_time_rate', self._make_share('complaint.sla.clock', kept, [*kept, *late])),
            ('satisfaction_rate', self._make_share('complaint.case', content, asked)),
            ('days_to_close', self._make_days_to_close(closed)),
        ]
        target = definition['target'] or None
        return {
            'columns': ['number', 'target'],
            'rows': [
                {
                    'code': code,
                    'cells': [cell, {'v': target if code == 'justified' else None, 'f': 'target'}],
                }
                for code, cell in rows
            ],
        }

    @api.model
    def _make_days_to_close(self, domain):
        """Return the cell of the mean days of 24 hours between receipt and closing."""
        [(ids, mean)] = self.env['complaint.case.analysis']._read_group(
            Domain('case_id', 'any', domain), [], ['case_id:array_agg', 'days_to_close:avg']
        )
        return {
            **{'v': mean if ids else None, 'm': 'complaint.case', 'i': id_ranges.pack(ids or [])},
            'f': 'days',
        }
