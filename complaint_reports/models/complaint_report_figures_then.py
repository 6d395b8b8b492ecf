from collections import defaultdict
from datetime import datetime

from odoo import api, models
from odoo.fields import Datetime, Domain


class ComplaintReportFiguresThen(models.AbstractModel):
    """Counts complaints as they were, when a report is counted again as of then (C8, C9).

    Promised is what the look back at one complaint tells (`complaint.case.get_as_of`), in every
    scope, row and list: stage and round, grade, flags, team, department, people; and what
    complaints are counted by: category, cause, kind, channel, procedure, company, closing reason,
    ruling, urgency, satisfaction, and what follows from one of these alone (phase, closed); the
    next deadline, and state and deadline of each time limit.
    Everything else of a complaint, of its lines and of the terms themselves is as it is now, and
    so is what the history does not tell any more. Where that makes a figure differ from the
    frozen one, the run says so (`complaint.report.run._get_differences`).
    What the rights of the schedule show is also decided by now.
    """

    _inherit = 'complaint.report.figures'

    # === WHAT WAS DIFFERENT === #

    @api.model
    def _read_then(self, spec):
        """Return {model: {field name: {id: (value, name)}}} of what has changed since.

        Nothing is read when the report is as of now.
        """
        found = {'complaint.case': {}, 'complaint.sla.clock': {}}
        if not spec['is_past']:
            return found
        moment = spec['as_of'].replace(microsecond=0)
        # Which records count is still up to the rights of the schedule.
        clocks = self.env['complaint.sla.clock'].sudo()._find_changed_since(moment)
        cases = self.env['complaint.case'].sudo()
        changed = {
            'complaint.case': cases._read_changed_since(moment, clocks=clocks),
            'complaint.sla.clock': clocks._read_changed(moment),
        }
        for model, then in found.items():
            for name, answers in changed[model].items():
                field = self.env[model]._fields[name]
                known = {
                    number: (self._freeze_value(field, answer['value']), answer['name'])
                    for number, answer in answers.items()
                    if answer['known']
                }
                if known := self._drop_deleted(field, known):
                    then[name] = known
        return found

    @api.model
    def _freeze_value(self, field, value):
        if field.type == 'datetime':
            return Datetime.to_datetime(value) or False
        return tuple(value) if isinstance(value, list) else value

    @api.model
    def _drop_deleted(self, field, known):
        """Leave out values that are gone: nothing could be counted under them."""
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
    def _as_then(self, spec, domain, model='complaint.case'):
        """Return a Domain on complaints, or time limits, that asks for what they were."""
        then = spec['then'][model]
        if not then:
            return domain
        return domain.map_conditions(lambda condition: self._ask_then(model, then, condition))

    @api.model
    def _ask_then(self, model, then, condition):
        """Return a Domain that takes records that have changed by what they were."""
        name = self._find_source(model, then, condition.field_expr.partition('.')[0])
        if not name:
            return condition
        by_value = defaultdict(list)
        for number, (value, _text) in then[name].items():
            by_value[value].append(number)
        records = self.env[model]
        trials = {records.new({name: value}): numbers for value, numbers in by_value.items()}
        fitting = records.concat(*trials).filtered_domain(condition)
        matched = [number for trial in fitting for number in trials[trial]]
        unchanged = condition & Domain('id', 'not in', list(then[name]))
        return unchanged | Domain('id', 'in', matched)

    @api.model
    def _find_source(self, model, then, name):
        """Return the one field with changes that a field is, or alone follows from; or None."""
        if name in then:
            return name
        field = self.env[model]._fields.get(name)
        if not field or not field.compute:
            return None
        sources = {path.partition('.')[0] for path in self.pool.field_depends[field]}
        return next(iter(sources)) if len(sources) == 1 and sources <= then.keys() else None

    @api.model
    def _group_cases(self, spec, domain, field_name):
        """Return {group: ids} of complaints, each in the group that it was in at the time."""
        groups = self._group(domain, field_name)
        then = spec['then']['complaint.case'].get(field_name)
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
        then = spec['then'].get(record._name, {}).get(name, {})
        if record.id not in then:
            return self._get_text(record, name)
        value, text = then[record.id]
        if isinstance(value, datetime):
            return value.isoformat(timespec='seconds')
        return text if record._fields[name].relational else str(value or '')

    @api.model
    def _sort_then(self, spec, records, order):
        """Return records in the order of what they were, where that differs."""
        name = order.partition(',')[0]
        then = spec['then'].get(records._name, {}).get(name)
        if not then:
            return records

        def get_key(record):
            value = then[record.id][0] if record.id in then else record[name]
            return not value, value or 0, record.id

        return records.sorted(get_key)
