from odoo import models
from odoo.exceptions import UserError

REMINDER = 'complaint_management.activity_type_measure'

# What the measures of a case mean for its history once all of some kinds are that far.
MILESTONES = (
    ('contained', ('containment',), ('done', 'effective')),
    ('permanent_measure', ('corrective', 'preventive'), ('done', 'effective')),
    ('effect_verified', ('corrective', 'preventive', 'rectification'), ('effective',)),
    ('lesson_trained', ('training',), ('done', 'effective')),
)


class ComplaintMeasureCourse(models.Model):
    """How a measure goes on: begun, carried out, proven, brought to others, or given up."""

    _inherit = 'complaint.measure'

    # === ACTIONS === #

    def action_start(self):
        """Begin measures that are to be done."""
        self._check_course(('todo',), self.env._("Only a measure that is to be done is begun."))
        self._write_course({'state': 'doing'})
        return True

    def action_complete(self):
        """Record that measures were carried out.

        :raise UserError: one of them is not under way, or lacks what its kind asks for
        """
        self._check_course(
            ('todo', 'doing'), self.env._("Only a measure under way can be carried out.")
        )
        self._raise_obstacles(
            {
                measure: sentences
                for measure in self
                if (sentences := measure._get_completion_obstacles())
            }
        )
        self._write_course({'state': 'done', 'done_at': self._now()})
        self._withdraw_reminders()
        self._stamp_milestones()
        return True

    def action_verify(self):
        """Record that the effect is proven.

        :raise UserError: no evidence, no figures, or figures that show no improvement (8D-5-a)
        """
        self._check_course(
            ('done',), self.env._("Only a measure that was carried out can be checked.")
        )
        self._raise_obstacles(
            {
                measure: sentences
                for measure in self
                if (sentences := measure._get_effect_obstacles())
            }
        )
        self._write_course(self._prepare_check('effective'))
        self._record_effects('verified')
        self._stamp_milestones()
        return True

    def action_not_effective(self):
        """Record that the effect did not come; the measure is under way again."""
        self._check_course(
            ('done',), self.env._("Only a measure that was carried out can be checked.")
        )
        if not all((measure.effect_note or '').strip() for measure in self):
            raise UserError(self.env._("Write in words why the measure has no effect."))
        self._write_course({**self._prepare_check('doing'), 'done_at': False})
        self._record_effects('obstacle')
        self._refresh_reminders()
        return True

    def action_cancel(self):
        """Give measures up; who handles the complaint decides that, not the owner."""
        self.case_id.check_access('write')
        self._check_course(
            ('todo', 'doing', 'done'), self.env._("This measure is at its end already.")
        )
        if not all((measure.result or '').strip() for measure in self):
            raise UserError(self.env._("Write under “What was done” why the measure is given up."))
        self._write_course({'state': 'cancelled'})
        self._withdraw_reminders()
        self._stamp_milestones()
        return True

    def action_confirm_floor(self):
        """Record that the people on the floor know the measure and work by it (8D-6-c)."""
        self._check_course(
            ('done', 'effective'), self.env._("Carry the measure out before it is confirmed.")
        )
        if not all((measure.floor_people or '').strip() for measure in self):
            raise UserError(self.env._("Write down who on the floor confirmed the measure."))
        todo = self.filtered(lambda measure: not measure.floor_confirmed_at)
        todo._write_course(
            {'floor_confirmed_at': self._now(), 'floor_confirmed_by_id': self.env.uid}
        )
        todo._record('floor_confirmed', lambda measure: measure.floor_people)
        return True

    # === OBSTACLES === #

    def _check_course(self, states, sentence):
        """Refuse who may not work on these measures, and measures that are elsewhere."""
        self.check_access('write')
        if any(measure.state not in states for measure in self):
            raise UserError(sentence)

    def _get_completion_obstacles(self):
        """Return what this measure lacks to count as carried out, in sentences."""
        self.ensure_one()
        sentences = []
        if not (self.result or '').strip():
            sentences.append(self.env._("Write down what was done."))
        if self.kind == 'containment' and not self.place:
            sentences.append(self.env._("Say where the contained goods are."))
        if self.kind == 'training' and not self.attachment_ids:
            sentences.append(self.env._("Attach the training record."))
        if self.document_type_id and not (self.document_number or '').strip():
            sentences.append(self.env._("Write down the number of the changed document."))
        return sentences

    def _get_effect_obstacles(self):
        """Return what this measure lacks for its effect to be proven, in sentences."""
        self.ensure_one()
        sentences = []
        if not self.attachment_ids:
            sentences.append(self.env._("Attach the evidence that the measure works."))
        if not (self.effect_metric or '').strip():
            sentences.append(self.env._("Say what is measured, and enter the figures."))
        better = self.value_before - self.value_after
        if self.effect_goal == 'higher':
            better = -better
        if better <= 0:
            sentences.append(
                self.env._(
                    "The figures before (%(before)s) and after (%(after)s) show no improvement.",
                    before=self._format_figure(self.value_before),
                    after=self._format_figure(self.value_after),
                )
            )
        return sentences

    # === BUSINESS METHODS === #

    def _write_course(self, vals):
        """Write what only these methods write; whoever got here was checked."""
        # An owner who only reads the case works on his measure (see `_filter_for_readers`).
        measures_sudo = self.sudo()
        if 'state' in vals and self:
            labels = dict(self._fields['state']._description_selection(self.env))
            measures_sudo._message_log_batch(
                bodies={
                    measure.id: f'{labels[measure.state]} → {labels[vals["state"]]}'
                    for measure in measures_sudo
                    if measure.state != vals['state']
                }
            )
        measures_sudo._write_internal(vals)

    def _prepare_check(self, state):
        return {'state': state, 'checked_at': self._now(), 'checked_by_id': self.env.uid}

    def _now(self):
        return self.env.cr.now().replace(microsecond=0)

    def _format_figure(self, value):
        return f'{value:.4f}'.rstrip('0').rstrip('.')

    def _record_effects(self, code):
        self._record(
            code,
            lambda measure: (
                f'{measure.name}: {measure.effect_metric or ""} '
                f'{measure._format_figure(measure.value_before)} → '
                f'{measure._format_figure(measure.value_after)} {measure.effect_note or ""}'
            ).strip(),
        )

    def _record(self, code, get_note):
        """Write into the histories of the cases what became of these measures."""
        self.env['complaint.event']._record(
            [
                measure.case_id._prepare_event(code, {'measure_id': measure.id}, get_note(measure))
                for measure in self
            ]
        )

    def _stamp_milestones(self):
        """Stamp what the measures of these cases have reached, once in a round."""
        rows = []
        kinds = set(self.mapped('kind'))
        for case in self.sudo().case_id:  # all its measures count, whoever carries out the last
            lasting = case.measure_ids.filtered(
                lambda measure: measure.state not in ('declined', 'cancelled')
            )
            stamped = case.event_ids._get_effective([code for code, _k, _s in MILESTONES])
            known = {
                event.milestone_id._get_code() for event in stamped if event.round == case.round
            }
            for code, of_kinds, states in MILESTONES:
                counted = lasting.filtered(
                    lambda measure, code=code, of_kinds=of_kinds: (
                        measure.kind in of_kinds
                        and (code != 'effect_verified' or measure.needs_check)
                    )
                )
                reached = counted and all(measure.state in states for measure in counted)
                if reached and code not in known and kinds & set(of_kinds):
                    rows.append(
                        case._prepare_event(
                            code, {'measure_ids': counted.ids}, '; '.join(counted.mapped('name'))
                        )
                    )
        self.env['complaint.event']._record(rows)

    # === REMINDERS === #

    def _refresh_reminders(self):
        """Give owners of what is still to be done something to do at its date; no mail."""
        self._withdraw_reminders()
        due = self.sudo().filtered(  # the case of a colleague's measure may be out of reach
            lambda measure: (
                measure.state in ('todo', 'doing')
                and measure.owner_id.active
                and measure.owner_id not in measure.case_id.recused_user_ids
            )
        )
        type_id = self.env['ir.model.data']._xmlid_to_res_id(REMINDER, raise_if_not_found=False)
        model_id = self.env['ir.model']._get_id(self._name)
        activities = self.env['mail.activity'].sudo()  # idem
        activities.with_context(
            mail_activity_quick_update=True, complaint_quiet_activity=True
        ).create(
            [
                {
                    'res_model_id': model_id,
                    'res_id': measure.id,
                    'activity_type_id': type_id,
                    'summary': measure.name,
                    'date_deadline': measure.due_date or self.env.cr.now().date(),
                    'user_id': measure.owner_id.id,
                    'automated': True,
                }
                for measure in due
            ]
        )

    def _withdraw_reminders(self):
        self.sudo().activity_unlink([REMINDER])  # they belong to the owners
