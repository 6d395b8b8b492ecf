import json
from datetime import datetime
from hashlib import sha256

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount, format_datetime, formatLang

from ..tools import id_ranges
from ..tools.report_period import Period, to_local_date
from ..tools.svg_chart import draw_bars, draw_lines
from .complaint_report_figures import LIVE_FIELDS

PERCENT = 100


class ComplaintReportRunFigures(models.Model):
    """Counts the figures of a report, freezes them, and shows them to a reader."""

    _inherit = 'complaint.report.run'

    # === COUNTING === #

    def _freeze_figures(self, as_of=None):
        """Count and keep the figures, each run on a read-only cursor of its own.

        :param datetime as_of: what was entered later is left out; by default now
        """
        for run in self.with_context(lang=None):
            moment = as_of or self.env.cr.now()
            figures = run._count_figures(run._prepare_spec(moment))
            text = json.dumps(figures, sort_keys=True, ensure_ascii=False)
            run.sudo()._write_internal(  # the figures are nobody's to write
                {
                    'figures': figures,
                    'as_of': moment,
                    'is_nil': not figures['received'],
                    'digest': sha256(text.encode()).hexdigest(),
                }
            )

    def _count_figures(self, spec):
        """Return the figures of a spec, read with the rights of the schedule."""
        self.ensure_one()
        self.env.flush_all()
        user = self.sudo().runs_as_id  # whose rights count is not for the reader to say
        if not user.active or user._is_superuser():
            raise UserError(
                self.env._(
                    "“%(name)s” runs with the rights of %(person)s, who cannot read complaints any "
                    "more. Take the period report over.",
                    name=self.schedule_id.sudo().name,  # may be another company's
                    person=user.name,
                )
            )
        context = {
            **{'lang': self.lang, 'tz': self.tz, 'active_test': False},
            'allowed_company_ids': spec['company_ids'],
        }
        with self.env.registry.cursor(readonly=True) as cr:
            env = api.Environment(cr, user.id, context)
            return env['complaint.report.figures']._get_figures(spec)

    def _prepare_spec(self, as_of):
        """Return what `complaint.report.figures` asks for; see there."""
        self.ensure_one()
        # A reader need not be able to read how a report was set up.
        run = self.sudo()
        period = Period(run.date_from, run.date_to)
        definition = run.definition
        previous = run._get_previous_run()
        return {
            **{'scope': definition['scope'], 'sections': definition['sections']},
            **{'begin': run.begin_at, 'end': run.end_at, 'as_of': as_of, 'tz': run.tz},
            **{'first': run.date_from, 'last': run.date_to},
            'is_past': as_of < self.env.cr.now(),
            'as_of_day': to_local_date(as_of, run.tz),
            'company_ids': definition['company_ids'],
            'periods': run._prepare_periods(period),
            'compared': run._prepare_compared(period),
            'known_since': previous.as_of,
            'corrected_from': previous.begin_at,
        }

    def _prepare_periods(self, period):
        """Return the periods of the longest trend, the run's own last."""
        sections = self.definition['sections']
        count = max((s['period_count'] for s in sections if s['kind'] == 'trend'), default=1)
        schedule = self.schedule_id
        periods = schedule._get_periods_until(period, count)
        labels = [self._get_short_label(p) for p in periods]
        return [
            [label, p.first, *p.get_bounds(self.tz)]
            for label, p in zip(labels, periods, strict=True)
        ]

    def _get_short_label(self, period):
        if self.schedule_id.period in ('month', 'quarter', 'half_year'):
            return f'{period.last:%Y-%m}'
        return f'{period.last:%Y}' if self.schedule_id.period == 'year' else f'{period.last:%m-%d}'

    def _prepare_compared(self, period):
        """Return the bounds of this period, the one before, and the one a year earlier."""
        schedule = self.schedule_id
        before = schedule._get_previous_period(period)
        year_ago = schedule._get_period(_a_year_before(period.last))
        return [p.get_bounds(self.tz) for p in (period, before, year_ago)]

    def _get_previous_run(self):
        """Return the issued report of the same part that came before, maybe none."""
        self.ensure_one()
        return self.search(
            [
                ('schedule_id', '=', self.schedule_id.id),
                ('split_key', '=', self.split_key),
                ('rerun_of_id', '=', False),
                ('date_to', '<', self.date_from),
                ('state', '=', 'issued'),
            ],
            order='date_to desc, id desc',
            limit=1,
        )

    # === SHOWING === #

    @api.depends('as_of', 'digest', 'entry_ids.text', 'entry_ids.amount')
    @api.depends_context('uid', 'lang', 'tz')
    def _compute_figures_view(self):
        for run in self:
            run.figures_view = run._get_shown_figures() if run.as_of else False

    def _get_shown_figures(self, everything=False):
        """Return the figures ready to be shown to the reader, in order of the sections.

        :param bool everything: name all complaints of lists, for a paper that the schedule itself
            sends to somebody outside
        :return: {'sections': [{'key', 'kind', 'heading', 'columns', 'rows', 'chart', 'hidden',
            'entries'}]}
        """
        self.ensure_one()
        run_sudo = self.sudo()  # what a reader may see of it is decided below
        figures = run_sudo.figures or {}
        subjects = self._get_subjects(figures, everything)
        measures = self._get_measures(figures, everything)
        sections = []
        for table in figures.get('sections', []):
            shown = {
                'key': table['key'],
                'kind': table['kind'],
                'heading': self._get_section_heading(table),
                **self._show_table(table, subjects, measures),
                'entries': self._show_entries(table['key']),
            }
            shown['chart'] = self._draw_chart(table, shown)
            sections.append(shown)
        return {'sections': sections}

    def _get_subjects(self, figures, everything):
        """Return {model: {id: record}} of what lists name that the reader may see.

        What people wrote is not kept with the figures: of what was erased nothing remains.
        """
        listed = {}
        for table in figures.get('sections', []):
            ids = [row['id'] for row in table['rows'] if 'texts' in row]
            listed.setdefault(table.get('model', 'complaint.case'), []).extend(ids)
        found = {}
        for model, ids in listed.items():
            records = self.env[model]
            if everything:
                records = records.sudo()  # what the schedule itself may see is settled by figures
            if ids and records.has_access('read'):
                records = records.search_fetch([('id', 'in', ids)], LIVE_FIELDS[model])
            found[model] = {record.id: record for record in records}
        return found

    def _get_measures(self, figures, everything):
        """Return {id: what to do} of the measures in lists that the reader may see."""
        listed = [
            number
            for table in figures.get('sections', [])
            for row in table['rows']
            for number in row.get('measures', ())
        ]
        measures = self.env['complaint.measure']
        if everything:
            measures = measures.sudo()  # as in _get_subjects
        if not listed or not measures.has_access('read'):
            return {}
        found = measures.search_fetch([('id', 'in', listed)], ['name'])
        return {measure.id: measure.name for measure in found}

    def _show_table(self, table, subjects, measures):
        is_list = any('texts' in row for row in table['rows']) or 'all' in table
        model = table.get('model', 'complaint.case') if is_list else None
        shown = {
            'is_list': is_list,
            'model': model,
            'columns': [self._get_column_label(code, model) for code in table['columns']],
            'hidden': 0,
            'more': 0,
        }
        if not is_list:
            shown['rows'] = [self._show_row(row) for row in table['rows']]
            return shown
        seen = subjects.get(model, {})
        rows = [row for row in table['rows'] if row['id'] in seen]
        shown['rows'] = [
            {
                'id': row['id'],
                'texts': self._show_texts(table['columns'], row, seen[row['id']], measures),
            }
            for row in rows
        ]
        shown['hidden'] = len(table['rows']) - len(rows)
        shown['more'] = table['all']['v'] - len(table['rows'])
        return shown

    def _show_texts(self, columns, row, record, measures):
        """Return the texts of a row of a list as they are read.

        :param record: what the row is about
        :param dict measures: what to do, by id, of the measures that the reader may see
        """
        live = {name: self._get_live_text(record, name) for name in LIVE_FIELDS[record._name]}
        live['measure_ids'] = '; '.join(
            measures[number] for number in row.get('measures', ()) if number in measures
        )
        return [
            live[name] if name in live else self._show_text(record._fields[name], text)
            for name, text in zip(columns, row['texts'], strict=True)
        ]

    def _get_live_text(self, record, name):
        """Return what people wrote, as it is now; a tick for what was deployed and confirmed."""
        if name == 'deployment_ids':
            return '; '.join(
                f'{line.target} ✓' if line.confirmed_at else line.target for line in record[name]
            )
        return record[name] or ''

    def _show_text(self, field, text):
        match field.type:
            case 'datetime':
                return self._format_moment(text) if text else ''
            case 'selection':
                return dict(field._description_selection(self.env)).get(text, text)
            case 'boolean':
                return '✓' if text else ''
        return text

    def _format_moment(self, text):
        return format_datetime(
            self.env, datetime.fromisoformat(text), tz=self.tz, dt_format='yyyy-MM-dd HH:mm'
        )

    def _show_row(self, row):
        return {
            'label': row['label'] if 'label' in row else self._get_row_label(row['code']),
            'total': row.get('total', False),
            'cells': [
                {'text': self._format_cell(cell), 'opens': bool(cell.get('i'))}
                for cell in row['cells']
            ],
        }

    def _format_cell(self, cell):
        """Return a value as it is read; nothing to tell is a dash."""
        value, kind = cell['v'], cell.get('f')
        if value is None:
            return '–'
        if kind in ('share', 'change'):
            sign = '+' if kind == 'change' and value > 0 else ''
            return f'{sign}{formatLang(self.env, value * PERCENT, digits=1)}%'
        if kind == 'amount':
            return format_amount(self.env, value, self.company_id.sudo().currency_id)
        if kind in ('days', 'number'):
            return formatLang(self.env, value, digits=1)
        return formatLang(self.env, value, digits=0)

    def _show_entries(self, key):
        """Return what a person wrote in a section."""
        entries = self.sudo().entry_ids.filtered(lambda entry: entry.section_key == key)
        return [
            {
                'kind': entry.kind,
                'heading': entry.heading,
                'text': entry.text or '',
                'value': entry.amount if entry.is_entered else None,
                'amount': formatLang(
                    self.env, entry.amount, digits=0 if entry.amount % 1 == 0 else 2
                )
                if entry.is_entered
                else '–',
            }
            for entry in entries
        ]

    def _draw_chart(self, table, shown):
        """Return the chart of a section as SVG, or False where the table says it all."""
        if table['kind'] == 'trend':
            labels = [row['label'] for row in shown['rows']]
            series = {
                column: [row['cells'][place]['v'] for row in table['rows']]
                for place, column in enumerate(shown['columns'])
            }
            return str(draw_lines(shown['heading'], labels, series))
        if table['kind'] in ('breakdown', 'repeats'):
            rows = [
                (view['label'], row['cells'][0]['v'], view['cells'][0]['text'])
                for row, view in zip(table['rows'], shown['rows'], strict=True)
                if not row.get('total')
            ]
            if len(rows) > 1:
                labels, values, texts = zip(*rows, strict=True)
                return str(draw_bars(shown['heading'], labels, values, texts))
        return False

    # === OPENING === #

    def action_open_cell(self, section_key, row, column):
        """Open the records behind a figure: those among them that the reader may see.

        :param str section_key: key of the section
        :param int row: number of the row in its table, from 0; of a list it is left out
        :param int column: number of the column, from 0
        :raise UserError: there is no such figure
        """
        self.ensure_one()
        self.check_access('read')
        figures = self.sudo().figures or {}  # only which records it is about is told
        try:
            [table] = [t for t in figures.get('sections', []) if t['key'] == section_key]
            cell = table['all'] if 'all' in table else table['rows'][row]['cells'][column]
            model, ids = cell['m'], id_ranges.unpack(cell['i'])
        except (ValueError, IndexError, KeyError, TypeError) as error:
            raise UserError(self.env._("There is nothing behind this figure.")) from error
        records = self.env[model]
        records.check_access('read')
        domain = Domain('id', 'in', ids)
        name = self._name_cell(table, row, column)
        hidden = len(ids) - records.with_context(active_test=False).search_count(domain)
        if hidden:
            name = self.env._(
                "%(figure)s (%(count)s more that you have no access to)", figure=name, count=hidden
            )
        return {
            'type': 'ir.actions.act_window',
            'name': name,
            'res_model': model,
            'views': [(False, 'list'), (False, 'form')],
            'domain': list(domain),
            'context': {'create': False, 'active_test': False},
        }

    def _name_cell(self, table, row, column):
        """Return what a figure is: its section, row and column, as they are read."""
        names = [self._get_section_heading(table)]
        if 'all' not in table:
            names.append(self._show_row(table['rows'][row])['label'])
            names.append(self._get_column_label(table['columns'][column]))
        return ' · '.join(names)


def _a_year_before(day):
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
