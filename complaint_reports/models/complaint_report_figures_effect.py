from odoo import api, models
from odoo.fields import Domain

from .complaint_report_figures_lines import CONTENT

CASE_FIELDS = (
    *('number', 'received_at', 'name', 'category_id', 'cause_id', 'handler_id'),
    'stage_id',
)


class ComplaintReportFiguresEffect(models.AbstractModel):
    """Counts what was done about complaints and what came of it (SDAY-2.3)."""

    _inherit = 'complaint.report.figures'

    # === SOLUTIONS === #

    @api.model
    def _count_solution_effect(self, spec, definition):
        """By one property, mostly the cause: what solutions achieved (SDAY-2.3-a).

        Satisfaction is the customer's last word, as the analysis takes it.
        """
        model, field_name = 'complaint.case', definition['group_field']
        domain = self._get_population(spec, definition, definition['population'])
        columns = {
            code: self._group_cases(spec, domain & self._as_then(spec, part), field_name)
            for code, part in self._get_effects(spec).items()
        }
        groups = columns['number']
        labels = self._get_labels(model, field_name, groups)
        rows = [
            {
                **self._make_label(group, labels),
                'cells': self._make_effect_cells([ids.get(group, []) for ids in columns.values()]),
            }
            for group in sorted(groups, key=lambda g: (-len(groups[g]), labels.get(g, '')))
        ]
        sums = [[n for ids in found.values() for n in ids] for found in columns.values()]
        rows.append({'code': 'total', 'total': True, 'cells': self._make_effect_cells(sums)})
        return {'columns': [*columns, 'satisfaction_rate'], 'rows': rows}

    @api.model
    def _get_effects(self, spec):
        """Return {column: Domain of the complaints in it}."""
        executed = Domain('state', '=', 'executed') & Domain('executed_at', '<=', spec['as_of'])
        return {
            'number': Domain.TRUE,
            'executed': Domain('solution_ids', 'any', executed),
            'satisfied': Domain('customer_satisfied', 'in', CONTENT),
            'dissatisfied': Domain('customer_satisfied', '=', 'dissatisfied'),
            'reopened': Domain('round', '>', 1),
        }

    @api.model
    def _make_effect_cells(self, found):
        model, (_number, _executed, satisfied, dissatisfied, _reopened) = 'complaint.case', found
        return [
            *(self._make_cell(model, ids) for ids in found),
            self._make_share(model, satisfied, [*satisfied, *dissatisfied]),
        ]

    # === MEASURES === #

    @api.model
    def _count_case_measures(self, spec, definition):
        """Complaints, each with the measures that were ordered for it by then (SDAY-2.3-b).

        A row also has 'measures', their ids: what they say is read when shown, as subjects are.
        """
        domain = self._get_population(spec, definition, definition['population'])
        table = self._make_list(spec, domain, CASE_FIELDS, order='received_at, id')
        measures = self._group(
            Domain('case_id', 'in', [row['id'] for row in table['rows']])
            & Domain('create_date', '<=', spec['as_of'])
            & Domain('state', 'not in', ('declined', 'cancelled')),
            'case_id',
            'complaint.measure',
        )
        table['columns'].append('measure_ids')
        for row in table['rows']:
            row['texts'].append('')
            row['measures'] = sorted(measures.get(row['id'], []))
        return table
