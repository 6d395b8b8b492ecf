from collections import Counter, defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_list

from ..tools import id_ranges

# A sentence names no more fields than these.
MOST_FIELDS = 5


class ComplaintReportRunRerun(models.Model):
    """Counts a report again, as of then or as of now, and explains what differs."""

    _inherit = 'complaint.report.run'

    # === ACTIONS === #

    def action_rerun_then(self):
        """Count again what was known when the report was made.

        What complaints were is asked of their history (`complaint.report.figures._read_then`).
        """
        self.ensure_one()
        return self._rerun(self.as_of)._open_action()

    def action_rerun_now(self):
        """Count again with all that is known now."""
        self.ensure_one()
        return self._rerun(self.env.cr.now())._open_action()

    def action_view_reruns(self):
        """Open the later runs of this report."""
        self.ensure_one()
        return self.rerun_ids._open_action()

    def _rerun(self, as_of):
        """Return a new run of the same period, definition and rights.

        :param datetime as_of: what was entered later is left out
        """
        self.ensure_one()
        self.check_access('write')
        if self.state != 'issued':
            raise UserError(
                self.env._("Only an issued report is run again. Refresh the figures of this one.")
            )
        first_sudo = self.sudo()  # runs are made by nobody but the software
        values = {
            name: first_sudo._get_plain(first_sudo[name])
            for name in (
                *('schedule_id', 'company_id', 'lang', 'date_from', 'date_to', 'tz', 'begin_at'),
                *('end_at', 'split_key', 'split_name', 'user_id', 'team_id', 'department_id'),
                *('due_at', 'reviewer_id', 'runs_as_id', 'definition'),
            )
        }
        again = first_sudo.with_context(mail_create_nolog=True)._create_internal(
            [
                {
                    **values,
                    'name': self.env._("%(report)s, run again", report=self.name),
                    'author_id': self.env.uid,
                    'rerun_of_id': self.id,
                }
            ]
        )
        first_sudo._copy_entries(again)
        again._freeze_figures(as_of)
        again._write_internal({'differences': first_sudo._get_differences(again)})
        return again

    def _copy_entries(self, again):
        self.env['complaint.report.entry']._create_internal(
            [{**values, 'run_id': again.id} for values in self.entry_ids.copy_data()]
        )

    # === DIFFERENCES === #

    def _get_differences(self, again):
        """Return what differs between the frozen figures of this report and of a later run.

        :return: [{'key', 'row': code or label, 'place', 'column', 'before', 'after', 'model',
            'added', 'removed': packed ids, 'reasons': {reason: number}, 'fields': [name]}]
        """
        self.ensure_one()
        found = list(self._compare_tables(self.figures, again.figures))
        changed = defaultdict(set)
        for difference in found:
            for side in ('added', 'removed'):
                changed[difference['model']].update(id_ranges.unpack(difference[side]))
        moved = self._get_moved(found)
        is_then = again.as_of <= self.as_of
        told = {model: self._tell_reasons(model, ids, is_then) for model, ids in changed.items()}
        for difference in found:
            reasons, names = Counter(), set()
            for side in ('added', 'removed'):
                for number in id_ranges.unpack(difference[side]):
                    reason, fields = told[difference['model']][number]
                    if reason == 'changed' and number in moved[difference['key']]:
                        reason = 'moved'
                    reasons[reason] += 1
                    names |= fields
            difference['reasons'] = dict(reasons)
            difference['fields'] = sorted(names)[:MOST_FIELDS]
        return found

    def _compare_tables(self, before, after):
        """Yield the cells, and the lists, of which something was added or removed.

        Shares are left out where the numbers that they follow from stand beside them.
        """
        later = {table['key']: table for table in after['sections']}
        earlier = {table['key']: table for table in before['sections']}
        for key in dict.fromkeys([*earlier, *later]):
            one, two = earlier.get(key, {}), later.get(key, {})
            cells = [dict(_iter_cells(table)) for table in (one, two)]
            names = dict(_iter_names(one)) | dict(_iter_names(two))
            for place in dict.fromkeys([*cells[0], *cells[1]]):
                pair = [found.get(place, {'v': 0, 'i': ''}) for found in cells]
                if any('of' in cell for cell in pair) and (two or one)['kind'] != 'kpi':
                    continue
                if pair[0].get('i') is None and pair[1].get('i') is None:
                    continue
                ids = [set(id_ranges.unpack(cell.get('i'))) for cell in pair]
                if ids[0] == ids[1] and pair[0]['v'] == pair[1]['v']:
                    continue
                yield {
                    **{'key': key, 'row': names.get(place[0], ''), 'column': place[1]},
                    **{'before': pair[0]['v'], 'after': pair[1]['v']},
                    'f': pair[1].get('f') or pair[0].get('f'),
                    'model': pair[0].get('m') or pair[1].get('m'),
                    'added': id_ranges.pack(ids[1] - ids[0]),
                    'removed': id_ranges.pack(ids[0] - ids[1]),
                }

    def _get_moved(self, found):
        """Return {key: ids} of records that one row of a table lost and another one gained."""
        added, removed = defaultdict(set), defaultdict(set)
        for difference in found:
            added[difference['key']].update(id_ranges.unpack(difference['added']))
            removed[difference['key']].update(id_ranges.unpack(difference['removed']))
        return {key: added[key] & removed[key] for key in {**added, **removed}}

    def _tell_reasons(self, model, numbers, is_then):
        """Return {id: (reason, names of the fields that changed since)}; a few queries for all.

        Reasons: 'erased', 'late' (entered after the report), 'closed' (closed or reopened since),
        'changed'; of a run as of then 'unknown' (what it was is not known), with the fields that
        the run could not take by what they were.
        """
        records = self.env[model].with_context(active_test=False).browse(sorted(numbers))
        existing = records.exists()
        tracked = self._get_tracked_fields(model, existing.ids)
        if is_then and model == 'complaint.case':
            self._leave_out_known(tracked)
        reasons = {}
        for record in records:
            if record not in existing:
                reason = 'erased'
            elif is_then:
                reason = 'unknown'
            elif record.create_date and record.create_date > self.as_of:
                reason = 'late'
            elif 'closed_at' in record._fields and (record.closed_at or self.as_of) > self.as_of:
                reason = 'closed'
            else:
                reason = 'changed'
            names = tracked[record.id] if reason in ('changed', 'unknown') else set()
            reasons[record.id] = reason, names
        return reasons

    def _leave_out_known(self, tracked):
        """Take out of {case id: names of changed fields} those of which is known what they were."""
        # Which complaints a difference is about is known already.
        cases = self.env['complaint.case'].sudo()
        no_clocks = self.env['complaint.sla.clock']  # deadlines are not tracked
        then = cases._read_changed_since(self.as_of, ids=list(tracked), clocks=no_clocks)
        for name, answers in then.items():
            for number, answer in answers.items():
                if answer['known']:
                    tracked[number].discard(name)

    def _get_tracked_fields(self, model, numbers):
        """Return {id: labels of the fields that were changed after this report was made}."""
        values = self.env['mail.tracking.value'].search(
            Domain('mail_message_id.model', '=', model)
            & Domain('mail_message_id.res_id', 'in', numbers)
            & Domain('create_date', '>', self.as_of)
        )
        found = defaultdict(set)
        for value in values:
            found[value.mail_message_id.res_id].add(value.field_id.name or '')
        return found

    # === SHOWING === #

    def _compute_differences_view(self):
        """Tell each difference in one sentence, for a reader; ids stay behind."""
        for run in self:
            if not run.rerun_of_id:
                run.differences_view = False
                continue
            differences = run.sudo().differences or []  # what it says of complaints are numbers
            run.differences_view = [
                run._show_difference(number, difference)
                for number, difference in enumerate(differences)
            ]

    def _show_difference(self, number, difference):
        key = difference['key']
        table = {'key': key, 'kind': 'corrections' if key == 'corrections' else ''}
        row = difference['row']
        kind = {'f': difference['f']}
        return {
            'number': number,
            'heading': self._get_section_heading(table),
            'row': self._get_row_label(row) if row else '',
            'column': self._get_column_label(difference['column']) if row else '',
            'before': self._format_cell({'v': difference['before'], **kind}),
            'after': self._format_cell({'v': difference['after'], **kind}),
            'reasons': self._tell_difference(difference),
            'opens': bool(difference['added'] or difference['removed']),
        }

    def _tell_difference(self, difference):
        counts = difference['reasons']
        sentences = {
            'late': self.env._("%(count)s entered after the report", count=counts.get('late')),
            'erased': self.env._("%(count)s erased since", count=counts.get('erased')),
            'closed': self.env._("%(count)s closed since", count=counts.get('closed')),
            'moved': self.env._("%(count)s counted in another row now", count=counts.get('moved')),
            'changed': self.env._("%(count)s changed since", count=counts.get('changed')),
            'unknown': self.env._(
                "%(count)s whose state at that time is not known", count=counts.get('unknown')
            ),
        }
        told = [sentences[reason] for reason in sorted(counts)]
        if not told:
            told = [self.env._("the values behind it changed")]
        text = format_list(self.env, told)
        if difference['fields']:
            fields = self.env[difference['model']]._fields
            names = [
                fields[name]._description_string(self.env)
                for name in difference['fields']
                if name in fields
            ]
            text = self.env._(
                "%(reasons)s (%(fields)s)", reasons=text, fields=format_list(self.env, names)
            )
        return text

    def action_open_difference(self, number):
        """Open the records that a later run counts more or less: those that the reader may see.

        :param int number: place in `differences_view`
        :raise UserError: there is no such difference
        """
        self.ensure_one()
        self.check_access('read')
        differences = self.sudo().differences or []  # only which records it is about is told
        if not isinstance(number, int) or not 0 <= number < len(differences):
            raise UserError(self.env._("There is nothing behind this figure."))
        difference = differences[number]
        self.env[difference['model']].check_access('read')
        numbers = [n for side in ('added', 'removed') for n in id_ranges.unpack(difference[side])]
        return {
            'type': 'ir.actions.act_window',
            'name': self.name,
            'res_model': difference['model'],
            'views': [(False, 'list'), (False, 'form')],
            'domain': [('id', 'in', numbers)],
            'context': {'create': False, 'active_test': False},
        }


def _iter_cells(table):
    """Yield ((row, column), cell) of a table; a list is one cell without row and column."""
    if 'all' in table:
        yield ('', ''), table['all']
        return
    for row in table.get('rows', []):
        for column, cell in zip(table['columns'], row['cells'], strict=True):
            yield (_identify(row), column), cell


def _iter_names(table):
    """Yield (identity, label or code) of the rows of a table."""
    for row in table.get('rows', []):
        if 'cells' in row:
            yield _identify(row), row.get('label', row.get('code'))


def _identify(row):
    """Return what makes a row the same row in another run: names may be alike, or change."""
    return str(row.get('group', row.get('code', row.get('label'))))
