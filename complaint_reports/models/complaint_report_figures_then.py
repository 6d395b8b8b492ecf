from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain


class ComplaintReportFiguresThen(models.AbstractModel):
    """Counts complaints as they were, when a report is counted again as of then (C8, C9).

    Promised is what the look back at one complaint tells (`complaint.case.get_as_of`), in every
    scope, row and list: stage and round, grade, flags, team, department, people; and what
    complaints are counted by: category, cause, kind, channel, procedure, company, closing reason,
    ruling, urgency, satisfaction, and what follows from one of these alone (phase, closed).
    Everything else of a complaint, of its lines and of the terms themselves is as it is now, and
    so is what the history does not tell any more. Where that makes a figure differ from the
    frozen one, the run says so (`complaint.report.run._get_differences`).
    What the rights of the schedule show is also decided by now.
    """

    _inherit = 'complaint.report.figures'

    # === WHAT WAS DIFFERENT === #

    @api.model
    def _read_then(self, spec):
        """Return {field name: {case id: (value, name)}} of what has changed since.

        Nothing is read when the report is as of now.
        """
        if not spec['is_past']:
            return {}
        # Which complaints count is still up to the rights of the schedule.
        cases = self.env['complaint.case'].sudo()
        found = {}
        for name, answers in cases._read_changed_since(spec['as_of']).items():
            known = {
                number: (self._freeze_value(answer['value']), answer['name'])
                for number, answer in answers.items()
                if answer['known']
            }
            if known := self._drop_deleted(name, known):
                found[name] = known
        return found

    @api.model
    def _freeze_value(self, value):
        return tuple(value) if isinstance(value, list) else value

    @api.model
    def _drop_deleted(self, name, known):
        """Leave out values that are gone: nothing could be counted under them."""
        field = self.env['complaint.case']._fields[name]
        if not field.relational:
            return known
        used = {
            number
            for value, _name in known.values()
            for number in (value if isinstance(value, tuple) else [value])
            if number
        }
        # The names of what complaints are sorted by are no secret.
        there = set(self.env[field.comodel_name].sudo().browse(used).exists().ids)
        gone = used - there
        return {
            number: (value, text)
            for number, (value, text) in known.items()
            if not gone.intersection(value if isinstance(value, tuple) else [value])
        }

    # === COUNTING WITH IT === #

    @api.model
    def _as_then(self, spec, domain):
        """Return a Domain on complaints that asks for what they were at the time."""
        then = spec['then']
        if not then:
            return domain
        return domain.map_conditions(lambda condition: self._ask_then(then, condition))

    @api.model
    def _ask_then(self, then, condition):
        """Return a Domain that takes complaints that have changed by what they were."""
        name = self._find_source(then, condition.field_expr.partition('.')[0])
        if not name:
            return condition
        by_value = defaultdict(list)
        for number, (value, _text) in then[name].items():
            by_value[value].append(number)
        cases = self.env['complaint.case']
        trials = {cases.new({name: value}): numbers for value, numbers in by_value.items()}
        fitting = set(cases.concat(*trials).filtered_domain(condition)._ids)
        matched = [n for trial, numbers in trials.items() if trial._ids[0] in fitting for n in numbers]
        unchanged = condition & Domain('id', 'not in', list(then[name]))
        return unchanged | Domain('id', 'in', matched)

    @api.model
    def _find_source(self, then, name):
        """Return the one field with changes that a field is, or alone follows from; or None."""
        if name in then:
            return name
        cases = self.env['complaint.case']
        field = cases._fields.get(name)
        if not field or not field.compute:
            return None
        sources = {path.partition('.')[0] for path in self.pool.field_depends[field]}
        return next(iter(sources)) if len(sources) == 1 and sources <= then.keys() else None

    @api.model
    def _group_cases(self, spec, domain, field_name):
        """Return {group: ids} of complaints, each in the group that it was in at the time."""
        groups = self._group(domain, field_name)
        then = spec['then'].get(field_name)
        if not then:
            return groups
        found = defaultdict(list)
        for group, ids in groups.items():
            for number in ids:
                value = then[number][0] if number in then else group
                found[value].append(number)
        return dict(found)

    @api.model
    def _get_text_then(self, spec, record, name):
        """Return a value of a list as text, of a complaint as it was at the time."""
        then = spec['then'].get(name, {}) if record._name == 'complaint.case' else {}
        if record.id not in then:
            return self._get_text(record, name)
        value, text = then[record.id]
        return text if record._fields[name].relational else str(value or '')
