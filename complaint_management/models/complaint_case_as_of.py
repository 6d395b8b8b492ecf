from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from ..tools.contact_mask import mask_text
from .complaint_case_answer import DECISIONS

# What the tracking of the thread tells about a case as it was, in the order of the dialog.
AS_OF_FIELDS = (
    *('stage_id', 'round', 'grade_id', 'team_id', 'department_id'),
    *('handler_id', 'investigator_id', 'contact_owner_id', 'followup_user_id'),
)
# By what else complaints are counted, which is tracked as well.
COUNTED_FIELDS = (
    *('category_id', 'cause_id', 'escape_cause_id', 'kind_id', 'channel_id', 'procedure_id'),
    *('company_id', 'closing_reason_id', 'validity', 'priority', 'customer_satisfied'),
)
# A change of one of these may bring a new value of another along.
TRACKED_SOURCES = frozenset((*AS_OF_FIELDS, *COUNTED_FIELDS))


class ComplaintCaseAsOf(models.Model):
    """A case as it was known at a moment (C8), from its history and the tracking of its thread."""

    _inherit = 'complaint.case'

    round = fields.Integer(tracking=True)
    company_id = fields.Many2one(tracking=True)  # anchors ask whose a case was

    # === CRUD METHODS === #

    def write(self, vals):
        """Track, whatever the context says, what a later look at the case builds on."""
        cases = self
        silent = self.env.context.get('tracking_disable') or self.env.context.get('mail_notrack')
        if silent and TRACKED_SOURCES & vals.keys() and not self._is_just_made():
            cases = self.with_context(tracking_disable=False, mail_notrack=False)
        return super(ComplaintCaseAsOf, cases).write(vals)

    def _is_just_made(self):
        """Say whether this transaction made all these cases: what they begin with is no change."""
        now = self.env.cr.now().replace(microsecond=0)
        made = self.sudo().mapped('create_date')
        return all(moment and moment.replace(microsecond=0) >= now for moment in made)

    # === AS IT WAS === #

    @api.readonly
    def get_as_of(self, moment):
        """Return what was known about these cases at a moment: stage, people, deadlines, answer.

        Known at a moment is what had been recorded by then (`recorded_at`), whatever its business
        time is: an event recorded later does not count, however far back it is dated; one that
        was revoked only later still counts. Seconds are whole: what was recorded within the
        second of the moment counts. Who may read the case now may ask.

        Each answer under `values` is a dict: `known` (False: it cannot be reconstructed, and
        nothing is guessed), `value` (as JSON: an id, ids, a number, a text, moments as text in
        UTC; False for none) and `name` (the value in words, in the language of the user).

        :param moment: UTC, a datetime or its text
        :return: list of {'id', 'recorded', 'values'} in the order of self; `recorded` is False
            for a case that was not there yet, which has no values
        :raise UserError: no such moment, or one in the future
        """
        self.check_access('read')
        moment = self._get_as_of_moment(moment)
        there = self.filtered(lambda case: case.create_date.replace(microsecond=0) <= moment)
        values = there.sudo()._read_as_of(moment)  # names of people and places that it names
        for case in there.filtered('is_contact_masked'):
            answer = values[case.id]['answer']
            answer |= {name: mask_text(answer[name]) for name in ('value', 'name') if answer[name]}
        return [
            {'id': case.id, 'recorded': case in there, 'values': values.get(case.id, {})}
            for case in self
        ]

    @api.model
    def _get_as_of_moment(self, moment):
        try:
            moment = fields.Datetime.to_datetime(moment)
        except (TypeError, ValueError):
            moment = None
        if not isinstance(moment, datetime):
            raise UserError(
                self.env._("Say a moment as a date and a time in UTC: 2026-01-31 09:00:00.")
            )
        if moment.replace(microsecond=0) > self.env.cr.now():
            raise UserError(
                self.env._("Nobody knows what a complaint will be like. Choose a past moment.")
            )
        return moment.replace(microsecond=0)

    def _read_as_of(self, moment):
        """Hook: return what was known about these cases, as superuser, at a moment.

        Addons above add what they know; all of a batch costs the same number of queries.

        :param datetime moment: UTC, whole seconds
        :return: {case id: {name: {'known', 'value', 'name'}}}
        """
        events = self._read_events_as_of(moment)
        values = self._read_traits_as_of(events, moment)
        answers = self._read_answers_as_of(events, values, moment)
        for case in self:
            values[case.id] |= answers[case.id]
        return values

    def _read_traits_as_of(self, events, moment, names=AS_OF_FIELDS):
        """Return the tracked fields of these names, the stage among them, and the flags."""
        values = self._read_tracked_as_of(moment, names)
        flags = self._read_flags_as_of(events, moment)
        for case in self:
            found = values[case.id]
            if case._contradicts_moves(found['stage_id'], events[case.id], moment):
                found['stage_id'] = self._get_unknown()
            found |= flags[case.id]
        return values

    @api.model
    def _get_unknown(self):
        return {'known': False, 'value': False, 'name': self.env._("Unknown")}

    @api.model
    def _get_known(self, value, name):
        return {'known': True, 'value': value, 'name': name or ''}

    @api.model
    def _get_as_of_labels(self):
        """Return {name: label} of what `get_as_of` tells, in the order in which it is shown."""
        labels = {name: self._fields[name] for name in AS_OF_FIELDS}
        labels |= {name: self._fields[name] for name in ('flag_ids', 'answer_state', 'answered_at')}
        labels = {name: field._description_string(self.env) for name, field in labels.items()}
        return labels | {'answer': self.env._("Answer")}

    # === TRACKED FIELDS === #

    def _read_tracked_as_of(self, moment, names):
        """Return the values of tracked fields at a moment.

        A value is what the first change after the moment replaced; without one it is the present
        value. Where the last change before it does not lead there, a change is missing.
        """
        changes = self._read_tracked_changes(names)
        codes = self._get_codes_by_label(names)
        found, named = {}, {}
        for case in self:
            for name in names:
                rows = changes.get((case.id, name), [])
                entry = case._find_tracked_as_of(name, rows, moment, codes.get(name))
                found[case.id, name] = entry
                if self._fields[name].type == 'many2one' and entry and entry[0]:
                    named.setdefault(self._fields[name].comodel_name, set()).add(entry[0])
        texts = self._read_names(named)
        return {
            case.id: {
                name: self._format_tracked(name, found[case.id, name], texts) for name in names
            }
            for case in self
        }

    def _find_tracked_as_of(self, name, rows, moment, codes):
        """Return (value, recorded name) of a field of this case at a moment, None for unknown.

        :param rows: the changes of the field, oldest first
        :param codes: of a choice {label: code}, otherwise None
        """
        self.ensure_one()

        def read(row, side):
            if codes is not None:
                return codes.get(row[f'{side}_value_char'] or '')
            return row[f'{side}_value_integer'] or 0

        later = [row for row in rows if row['recorded_at'] > moment]
        earlier = [row for row in rows if row['recorded_at'] <= moment]
        if later:
            value, text = read(later[0], 'old'), later[0]['old_value_char']
        else:
            value, text = self[name], ''
            value = value.id if isinstance(value, models.BaseModel) else value
        before = read(earlier[-1], 'new') if earlier else value
        if value is None or before is None or (before or 0) != (value or 0):
            return None
        return value, text

    def _read_tracked_changes(self, names):
        """Return {(case id, field name): [row of a change, oldest first]}."""
        for model in ('mail.message', 'mail.tracking.value'):
            self.env[model].flush_model()
        names = self._get_names_by_field(names)
        changes = {}
        for row in self.env.execute_query_dict(
            SQL(
                """
                SELECT message.res_id, change.field_id,
                       date_trunc('second', change.create_date) AS recorded_at,
                       change.old_value_integer, change.old_value_char,
                       change.new_value_integer, change.new_value_char
                  FROM mail_tracking_value change
                  JOIN mail_message message ON message.id = change.mail_message_id
                 WHERE message.model = %s
                   AND message.res_id = ANY(%s)
                   AND change.field_id = ANY(%s)
              ORDER BY change.id
                """,
                self._name,
                self.ids,
                list(names),
            )
        ):
            changes.setdefault((row['res_id'], names[row['field_id']]), []).append(row)
        return changes

    @api.model
    def _get_names_by_field(self, names):
        """Return {id of the field as tracking names it: its name}."""
        return {self.env['ir.model.fields']._get(self._name, name).id: name for name in names}

    @api.model
    def _get_codes_by_label(self, names):
        """Return {name: {label: code}} of choices: tracking keeps the label that a person read.

        It may be in any language; what names two choices tells of none (None).
        """
        languages = [None, *(code for code, _name in self.env['res.lang'].get_installed())]
        found = {}
        for name in names:
            if self._fields[name].type != 'selection':
                continue
            codes = found[name] = {'': False}
            for lang in languages:
                env = self.with_context(lang=lang).env
                for code, label in self._fields[name]._description_selection(env):
                    if codes.setdefault(label, code) != code:
                        codes[label] = None
        return found

    @api.model
    def _read_names(self, ids_by_model):
        """Return {(model, id): present name} of records that still exist."""
        names = {}
        for model, ids in ids_by_model.items():
            records = self.env[model].with_context(active_test=False).browse(sorted(ids)).exists()
            names |= {(model, record.id): record.display_name for record in records}
        return names

    @api.model
    def _format_tracked(self, field_name, entry, names):
        """Return the answer for one field; `entry` is (value, recorded name), None for unknown."""
        if entry is None:
            return self._get_unknown()
        value, recorded_name = entry
        field = self._fields[field_name]
        if field.type != 'many2one':
            return self._get_known(value, str(value))
        # Under a new name it is still the same record.
        name = names.get((field.comodel_name, value), recorded_name)
        return self._get_known(value or False, name if value else '')

    # === EVENTS === #

    def _read_events_as_of(self, moment):
        """Return {case id: [event, oldest first]}: all of them, also those of later."""
        events = self.env['complaint.event'].search_fetch(
            [('case_id', 'in', self.ids)],
            [
                *('case_id', 'sequence', 'milestone_id', 'round', 'occurred_at', 'recorded_at'),
                *('payload', 'content_salt', 'revokes_id'),
            ],
            order='case_id, sequence',
        )
        found = {case.id: [] for case in self}
        for event in events:
            found[event.case_id.id].append(event)
        return found

    @api.model
    def _filter_known(self, events, moment):
        """Return the events of one case that counted at a moment: not revoked by then."""
        known = [event for event in events if event.recorded_at <= moment]
        revoked = {event.revokes_id.id for event in known}
        return [event for event in known if not event.revokes_id and event.id not in revoked]

    def _contradicts_moves(self, entry, events, moment):
        """Say whether the history, which nobody can change, tells of another stage."""
        self.ensure_one()
        get_id = self.env['complaint.milestone']._get_id_by_code
        changed, revoked, erased = map(get_id, ('procedure_changed', 'revoked', 'content_erased'))
        if any(event.milestone_id.id == erased for event in events):
            return False  # where a move led may be erased
        last = None
        for event in events:
            if event.recorded_at > moment:
                break
            if 'to_stage' in (event.payload or {}):
                last = event.payload['to_stage']
            elif event.milestone_id.id in (changed, revoked):
                last = None  # the move before does not say alone where the case stands
        return last is not None and entry['known'] and entry['value'] != last

    def _read_flags_as_of(self, events, moment):
        """Return the flags at a moment, from the events that tell of those given and taken."""
        found = {case.id: case._replay_flags(events[case.id], moment) for case in self}
        flag_ids = {flag_id for ids in found.values() for flag_id in ids or ()}
        names = self._read_names({'complaint.flag': flag_ids})
        texts = {flag_id: names.get(('complaint.flag', flag_id), '?') for flag_id in flag_ids}
        return {
            case_id: {
                'flag_ids': self._get_unknown()
                if ids is None
                else self._get_known(ids, ', '.join(texts[flag_id] for flag_id in ids))
            }
            for case_id, ids in found.items()
        }

    def _replay_flags(self, events, moment):
        """Return the ids of the flags of this case at a moment, None where events are missing."""
        self.ensure_one()
        get_id = self.env['complaint.milestone']._get_id_by_code
        given, taken, registered = map(get_id, ('flagged', 'unflagged', 'registered'))
        then, now, begun = set(), set(), None
        for event in events:
            if event.milestone_id.id == registered:
                begun = begun or event.recorded_at
            if event.milestone_id.id not in (given, taken):
                continue
            ids = set((event.payload or {}).get('flag_ids', ()))
            if not ids:  # its content was erased
                return None
            now = now | ids if event.milestone_id.id == given else now - ids
            if event.recorded_at <= moment:
                then = set(now)
        # Before the registration flags leave no events.
        is_complete = begun and begun <= moment or not now
        return sorted(then) if is_complete and now == set(self.flag_ids.ids) else None

    def _read_answers_as_of(self, events, values, moment):
        """Return how the answer of the round stood at a moment, and its words."""
        codes = self.env['complaint.event']._get_answer_milestones()
        found, answers = {}, {}
        for case in self:
            number = values[case.id]['round']
            known = self._filter_known(events[case.id], moment)
            steps = [event for event in known if codes.get(event.milestone_id.id) in DECISIONS]
            if number['known']:
                given = [event for event in steps if codes[event.milestone_id.id] == 'answered']
                answers[case.id] = given[-1] if given else None
                in_round = [event for event in steps if event.round == number['value']]
                code = codes[in_round[-1].milestone_id.id] if in_round else None
                found[case.id] = self._format_answer(code, answers[case.id])
            else:
                names = ('answer_state', 'answered_at', 'answer')
                found[case.id] = dict.fromkeys(names, self._get_unknown())
        for case_id, entry in self._read_answer_words(answers, moment).items():
            found[case_id]['answer'] = entry
        return found

    @api.model
    def _format_answer(self, code, answer):
        """Return state and date of an answer; `code` is that of the round's last step, or None."""
        states = dict(self._fields['answer_state']._description_selection(self.env))
        state = DECISIONS.get(code, 'none')
        at = answer and fields.Datetime.to_string(answer.occurred_at)
        name = format_datetime(self.env, answer.occurred_at) if answer else ''
        return {
            'answer_state': self._get_known(state, states[state]),
            'answered_at': self._get_known(at or False, name),
        }

    @api.model
    def _read_answer_words(self, answers, moment):
        """Return {case id: the words of its answer}; `answers` is {case id: event, or None}."""
        ids = {
            case_id: (event.payload or {}).get('contact') if event else None
            for case_id, event in answers.items()
        }
        contacts = self.env['complaint.contact'].browse(filter(None, ids.values())).exists()
        contacts = {contact.id: contact for contact in contacts}
        found = {}
        for case_id, event in answers.items():
            contact = contacts.get(ids[case_id])
            is_lost = event and (ids[case_id] and not contact or not event.content_salt)
            if is_lost or contact and contact.corrected_at and contact.corrected_at > moment:
                found[case_id] = self._get_unknown()
            else:
                words = contact.content if contact else False
                found[case_id] = self._get_known(words, words)
        return found

    # === ALL CASES AT ONCE === #

    @api.model
    def _read_changed_since(self, moment, ids=None):
        """Return what was known at a moment of all that was recorded to have changed since.

        For figures of the past: whatever is not in it is as it is now, as far as anybody knows.
        It tells of the fields above and the flags; a few queries, however many cases there are.
        Ask as superuser.

        :param datetime moment: UTC; seconds are whole, as in `get_as_of`
        :param ids: of the cases that matter; by default all that were there by then
        :return: {field name: {case id: answer as in `get_as_of`}}
        """
        moment = moment.replace(microsecond=0)
        changed = self._find_changed_since(moment, ids)
        cases = self.browse(changed)
        events = cases._read_events_as_of(moment)
        values = cases._read_traits_as_of(events, moment, (*AS_OF_FIELDS, *COUNTED_FIELDS))
        found = {}
        for case_id, names in changed.items():
            for name in names:
                found.setdefault(name, {})[case_id] = values[case_id][name]
        return found

    @api.model
    def _find_changed_since(self, moment, ids=None):
        """Return {case id: {names of fields that changed after a moment}} in one query."""
        for model in ('mail.message', 'mail.tracking.value', 'complaint.event', self._name):
            self.env[model].flush_model()
        names = self._get_names_by_field((*AS_OF_FIELDS, *COUNTED_FIELDS))
        next_second = moment + timedelta(seconds=1)
        get_id = self.env['complaint.milestone']._get_id_by_code
        rows = self.env.execute_query(
            SQL(
                """
                SELECT changed.case_id, changed.field_id
                  FROM (SELECT message.res_id AS case_id, change.field_id
                          FROM mail_tracking_value change
                          JOIN mail_message message ON message.id = change.mail_message_id
                         WHERE message.model = %(model)s
                           AND change.field_id = ANY(%(fields)s)
                           AND change.create_date >= %(next_second)s
                         UNION
                        SELECT event.case_id, NULL
                          FROM complaint_event event
                         WHERE event.milestone_id = ANY(%(flags)s)
                           AND event.recorded_at >= %(next_second)s) AS changed
                  JOIN complaint_case ON complaint_case.id = changed.case_id
                 WHERE complaint_case.create_date < %(next_second)s AND %(chosen)s
                """,
                model=self._name,
                fields=list(names),
                flags=[get_id('flagged'), get_id('unflagged')],
                next_second=next_second,
                chosen=SQL("TRUE") if ids is None else SQL("changed.case_id = ANY(%s)", list(ids)),
            )
        )
        found = {}
        for case_id, field_id in rows:
            found.setdefault(case_id, set()).add(names.get(field_id, 'flag_ids'))
        return found

    # === DIALOG === #

    def action_open_as_of(self):
        """Ask for a moment and show the case as it was then, beside what it is now."""
        return self._get_dialog('complaint.case.as.of', self.env._("As it was on…"))
