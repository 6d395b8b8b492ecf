from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import INTERNAL_KEY, INTERNAL_WRITE

# What grades depend on besides the conditions of rules.
GRADING_FIELDS = {
    *('category_id', 'channel_id', 'flag_ids', 'procedure_id'),
    *('priority', 'complexity', 'validity'),
}


class ComplaintCaseGrading(models.Model):
    """How grave a case is: rules, flags and channel say so, a person may say otherwise (T8)."""

    _inherit = 'complaint.case'

    complexity = fields.Selection(
        selection=[('ordinary', "Ordinary"), ('complex', "Complex"), ('knotty', "Knotty")],
        tracking=True,
    )
    grade_reason = fields.Char(
        string="Reason for another grade",
        tracking=True,
        copy=False,
        help="Why the grade is not the one that follows from the rules. Empty it, and the rules "
        "grade again.",
    )
    grade_is_manual = fields.Boolean(string="Graded by a person", readonly=True, copy=False)
    grade_is_ruled = fields.Boolean(string="Graded by the rules", readonly=True, copy=False)

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'grade_is_manual', 'grade_is_ruled'}

    # === CRUD METHODS === #

    def write(self, vals):
        if self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE or self._is_history_import():
            return super().write(vals)
        watched = {'grade_id', 'grade_reason'} | self._get_grading_inputs()
        if not watched & vals.keys():
            return super().write(vals)
        # A flag may close the case to the person who sets it; its effects come all the same.
        cases = self.sudo()
        before = {case: (case.grade_id, case.category_id.grade_id, case.flag_ids) for case in cases}
        result = super().write(vals)
        cases._settle_grades(before, vals)
        return result

    @api.model
    def _get_grading_inputs(self):
        """Return the names of the fields whose change may mean another grade."""
        return GRADING_FIELDS | self.env['complaint.grade.rule']._get_input_fields()

    # === AT REGISTRATION === #

    def _apply_rules(self):
        super()._apply_rules()
        silent = self.with_context(tracking_disable=True)
        silent._grade({case: case.category_id.grade_id for case in silent})

    def _prepare_registration_rows(self):
        return super()._prepare_registration_rows() + [
            case._prepare_event('flagged', self._get_flag_payload(case.flag_ids))
            for case in self.sudo()  # one of the flags may have closed the case
            if case.flag_ids
        ]

    # === WHAT THE RULES SAY === #

    def _find_ruled_grades(self):
        """Return the gravest grade that a rule, a flag or the channel asks for.

        :return: {case: (complaint.grade, record that asks for it)}, only cases with one
        """
        facts = self.env['complaint.grade']._get_facts()
        rules = self.env['complaint.grade.rule']._match_first(self)
        found = {}
        for case in self.sudo():  # which grade follows does not depend on who asks
            possible = {
                grade_id: source
                for grade_id, source in case._get_grade_candidates(rules.get(case))
                if grade_id in facts and facts[grade_id][1] in (False, case.procedure_id.id)
            }
            if possible:
                gravest = max(possible, key=lambda grade_id: facts[grade_id][0])
                found[case] = (case.grade_id.browse(gravest), possible[gravest])
        return found

    def _get_grade_candidates(self, rule):
        """Return (id of a grade, record that asks for it) for this case.

        :param dict rule: row of the first rule that matches, or None
        """
        self.ensure_one()
        candidates = [(flag.implied_grade_id.id, flag) for flag in self.flag_ids]
        candidates.append((self.channel_id.implied_grade_id.id, self.channel_id))
        if rule:
            source = self.env['complaint.grade.rule'].browse(rule['id'])
            candidates.append((rule['grade_id'], source))
        return candidates

    # === GRADING === #

    def _grade(self, defaults):
        """Give each case the grade that follows, and each grade its flags, till nothing changes.

        :param dict defaults: {case: default grade of its category before}; a case that has it
            follows its category, any other grade was typed and stays unless a graver one follows
        :return: {case: record that asked for the grade}, of the cases whose grade changed
        """
        sources, todo = {}, self
        while todo:
            writes = {}
            for case, (grade, source, is_ruled) in todo._choose_grades(defaults).items():
                if case.grade_id != grade:
                    sources[case] = source
                writes[grade, is_ruled] = writes.get((grade, is_ruled), self.browse()) | case
            for (grade, is_ruled), cases in writes.items():
                values = {'grade_id': grade.id, 'grade_is_ruled': is_ruled}
                cases._write_internal({**values, 'grade_is_manual': False})
            todo._mark_reasoned_grades()
            todo = todo._add_implied_flags()
        return sources

    def _choose_grades(self, defaults):
        """Return {case: (grade, what asks for it, whether rules do)} where something changes."""
        ranks = self.env['complaint.grade']._get_facts()
        ruled = self._find_ruled_grades()
        chosen = {}
        for case in self.filtered(lambda case: not case._keeps_own_grade()):
            own = case.grade_id
            follows = case.grade_is_ruled or not own or own == defaults[case]
            if case in ruled:
                grade, source = ruled[case]
                graver = own and ranks.get(grade.id)[0] > ranks.get(own.id, (0,))[0]
                if follows or graver or grade == own:
                    chosen[case] = (grade, source, True)
            elif follows and (default := case.category_id.grade_id) and own != default:
                chosen[case] = (default, case.category_id, False)
            elif case.grade_is_ruled:
                chosen[case] = (own, case.category_id, False)
        return {
            case: choice
            for case, choice in chosen.items()
            if (case.grade_id, case.grade_is_ruled) != (choice[0], choice[2])
        }

    def _keeps_own_grade(self):
        """Say whether a person graded this case and gave a reason."""
        self.ensure_one()
        return bool(self.grade_id and (self.grade_reason or '').strip())

    def _mark_reasoned_grades(self):
        """Mark the cases whose grade a person chose against the rules, with a reason."""
        reasoned = self.filtered(lambda case: case._keeps_own_grade() and not case.grade_is_manual)
        ruled = reasoned._find_ruled_grades()
        against = reasoned.filtered(lambda c: c in ruled and ruled[c][0] != c.grade_id)
        if against:
            against._write_internal({'grade_is_manual': True, 'grade_is_ruled': False})

    def _add_implied_flags(self):
        """Add the flags that the grade of each case implies; return the cases that got some."""
        facts = self.env['complaint.grade']._get_facts()
        missing = {}
        for case in self:
            implied = facts.get(case.grade_id.id, (0, False, ()))[2]
            if new := tuple(set(implied) - set(case.flag_ids.ids)):
                missing[new] = missing.get(new, self.browse()) | case
        for flag_ids, cases in missing.items():
            cases._write_internal({'flag_ids': [Command.link(flag_id) for flag_id in flag_ids]})
        return self.browse().union(*missing.values())

    # === AFTER A CHANGE === #

    def _settle_grades(self, before, vals):
        """Grade open cases again, check what a person chose, and record both.

        :param dict before: {case: (grade, default grade of the category, flags)} before the write
        :raise UserError: a grade against the rules, without a reason
        """
        cases = self.filtered(lambda case: case.registered_at and not case.is_closed)
        chosen = cases.filtered(lambda case: case._is_grade_chosen(vals, before[case]))
        cases._settle_manual_grades(chosen, vals)
        defaults = {case: default for case, (_grade, default, _flags) in before.items()}
        sources = (cases - chosen)._grade(defaults)
        chosen._add_implied_flags()
        changed = {case: before[case][0] for case in cases if case.grade_id != before[case][0]}
        self._stamp_grades(changed, sources)
        self._stamp_flags({case: flags for case, (_grade, _default, flags) in before.items()})

    def _is_grade_chosen(self, vals, before):
        """Say whether a person chose another grade for this case.

        A form sends along the default of a category that was just chosen: that is no choice.
        """
        self.ensure_one()
        old, _default, _flags = before
        if not vals.get('grade_id') or self.grade_id == old:
            return False
        return bool(old) or self.grade_id != self.category_id.grade_id

    def _settle_manual_grades(self, chosen, vals):
        """Keep grades that people chose against the rules; drop reasons that are no longer needed.

        :param chosen: the cases in self for which a person just chose a grade
        """
        if 'grade_id' in vals and not vals['grade_id']:
            self._write_internal({'grade_is_manual': False, 'grade_reason': False})
        if 'grade_reason' in vals and not (vals['grade_reason'] or '').strip():
            left = (self - chosen).filtered('grade_is_manual')
            # As if the rules had given it: they may lower it again.
            left._write_internal({'grade_is_manual': False, 'grade_is_ruled': True})
        ruled = chosen._find_ruled_grades()
        against = chosen.filtered(lambda case: case in ruled and ruled[case][0] != case.grade_id)
        if unreasoned := against.filtered(lambda case: not case._keeps_own_grade()):
            unreasoned._raise_reason_needed(ruled)
        against._write_internal({'grade_is_manual': True, 'grade_is_ruled': False})
        for case in chosen - against:
            case._write_internal(
                {'grade_is_manual': False, 'grade_reason': False, 'grade_is_ruled': case in ruled}
            )

    def _raise_reason_needed(self, ruled):
        obstacles = {
            case: [
                self.env._(
                    "The grade “%(grade)s” follows from “%(cause)s”. To give another one, fill "
                    "in “Reason for another grade”.",
                    grade=ruled[case][0].name,
                    cause=ruled[case][1].display_name,
                )
            ]
            for case in self
        }
        raise UserError(self._format_obstacles(obstacles))

    # === HISTORY === #

    def _stamp_grades(self, changed, sources):
        """Record new grades.

        :param dict changed: {case: grade before}
        :param dict sources: {case: record that asked for the new grade}; others chose a person
        """
        self.env['complaint.event']._record(
            [
                case._prepare_event(
                    'graded',
                    {
                        'from': old.name,
                        'to': case.grade_id.name,
                        'by': sources[case].display_name if case in sources else 'person',
                    },
                    case.grade_reason if case.grade_is_manual else False,
                )
                for case, old in changed.items()
            ]
        )

    @api.model
    def _get_flag_payload(self, flags):
        return {'names': flags.mapped('name'), 'codes': flags.mapped('code'), 'flag_ids': flags.ids}

    def _stamp_flags(self, before):
        """Record the flags that cases have got since, and those that were taken away.

        (What a case has before its registration is recorded with that.)

        :param dict before: {case: flags before}
        """
        rows = []
        for case, flags in before.items():
            if not case.registered_at:
                continue
            if gone := flags - case.flag_ids:
                rows.append(case._prepare_event('unflagged', self._get_flag_payload(gone)))
            if new := case.flag_ids - flags:
                rows.append(case._prepare_event('flagged', self._get_flag_payload(new)))
        self.env['complaint.event']._record(rows)
