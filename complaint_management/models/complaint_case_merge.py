import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import FREE_PASS_KEY, INTERNAL_KEY, INTERNAL_WRITE

# What stands between the words of a mail's subject, also in Chinese.
SEPARATORS = re.compile(r'[\s\[\]()<>（）【】《》“”"：:，,；;。#]+')
WORD_LIMIT = 20


class ComplaintCaseMerge(models.Model):
    """What was registered twice: one complaint survives, the others close at once."""

    _inherit = 'complaint.case'

    duplicate_ids = fields.One2many(
        comodel_name='complaint.case', inverse_name='duplicate_of_id', string="Duplicates"
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_history_import():
            return super().create(vals_list)
        vals_list = [dict(vals) for vals in vals_list]
        survivor_ids = [vals.pop('duplicate_of_id', False) for vals in vals_list]
        cases = super().create(vals_list)
        for case, survivor_id in zip(cases, survivor_ids, strict=True):
            if survivor_id:
                case._mark_duplicate(self.browse(survivor_id))
        return cases

    def write(self, vals):
        internal = self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE
        if 'duplicate_of_id' not in vals or internal or self._is_history_import():
            return super().write(vals)
        vals = dict(vals)
        survivor_id = vals.pop('duplicate_of_id')
        if not survivor_id and any(case.duplicate_of_id for case in self):
            raise UserError(
                self.env._(
                    "To say that a complaint is no duplicate after all, undo its closing or "
                    "reopen it."
                )
            )
        result = super().write(vals)
        if survivor_id:
            self.filtered(lambda case: case.duplicate_of_id.id != survivor_id)._mark_duplicate(
                self.browse(survivor_id)
            )
        return result

    # === MERGING === #

    def _find_likely_survivor(self):
        """Return the complaint of which this one is probably a duplicate, possibly none.

        The same customer with another matter is no duplicate, so only the same category counts, or
        the same subject while there is no category yet.
        """
        self.ensure_one()
        similar = self.browse([found['id'] for found in self._find_similar()])
        alike = 'category_id' if self.category_id else 'name'
        return similar.filtered(lambda case: case[alike] == self[alike])[:1]

    def _mark_duplicate(self, survivor, reason=None):
        """Close these complaints as duplicates of another one: the only way to merge.

        Nobody is told: a duplicate answers nothing itself, so neither do gates stop it. Rows stay
        where they are; mails to a duplicate reach the survivor (`mail.thread`).

        :param survivor: the complaint that stays; of a duplicate, the one that it was merged into
        :param str reason: words of a person, kept in the history
        :raise AccessError: these may not be changed, or the survivor may not be read
        :raise ValidationError: every reason why one of them is no duplicate of it
        """
        if not self:
            return
        self.check_access('write')
        survivor.check_access('read')
        survivor = survivor._get_survivor()
        if obstacles := self._get_merge_obstacles(survivor):
            raise ValidationError(self._format_obstacles(obstacles))
        if unregistered := self.filtered(lambda case: not case.registered_at):
            unregistered.action_register()
        closing = self.env.ref(
            'complaint_management.closing_reason_duplicate', raise_if_not_found=False
        )
        values = {'duplicate_of_id': survivor.id, 'lead_case_id': False}
        if closing:
            values['closing_reason_id'] = closing.id
        if reason:
            values['closing_note'] = reason
        self._write_internal(values)
        # What was merged into these before, by whomever, follows them.
        earlier = self.sudo().search([('duplicate_of_id', 'in', self.ids)])
        earlier._write_internal({'duplicate_of_id': survivor.id})
        self._stamp_merge(survivor, reason)
        for procedure, cases in self.grouped('procedure_id').items():
            cases._move_past_gates(procedure._get_duplicate_stage(), reason)

    def _get_survivor(self):
        """Return the complaint that this one was merged into in the end, or itself.

        :raise AccessError: the user may not read it
        """
        self.ensure_one()
        survivor_sudo = self.sudo()  # what lies between may be out of reach
        while survivor_sudo.duplicate_of_id:
            survivor_sudo = survivor_sudo.duplicate_of_id
        survivor = survivor_sudo.sudo(self.env.su)
        survivor.check_access('read')
        return survivor

    def _get_merge_obstacles(self, survivor):
        """Return {case: [sentence, …]} of what cannot be a duplicate of `survivor`."""
        obstacles = {}
        for case in self:
            if case == survivor:
                obstacles[case] = [self.env._("A complaint cannot refer to itself.")]
                continue
            sentences = []
            if case.company_id != survivor.company_id:
                sentences.append(
                    self.env._("It belongs to another company than the complaint that stays.")
                )
            if case.is_closed:
                sentences.append(
                    self.env._("It is closed already; link it, or count it as a repeat.")
                )
            if case.member_count:
                sentences.append(
                    self.env._("It leads a mass complaint: take its members out first.")
                )
            if not case.procedure_id._get_duplicate_stage():
                sentences.append(
                    self.env._(
                        "Its procedure “%(procedure)s” has no stage for abnormal closing. An "
                        "administrator adds one under Complaints > Configuration > Procedures.",
                        procedure=case.procedure_id.name,
                    )
                )
            if sentences:
                obstacles[case] = sentences
        return obstacles

    def _stamp_merge(self, survivor, reason):
        """Record the merge in the histories of the duplicates and of the survivor."""
        rows = []
        for case in self:
            into = self.env._("Merged into %(number)s.", number=survivor._get_reference())
            came = self.env._(
                "%(number)s was merged into this complaint.", number=case._get_reference()
            )
            for owner, other, note in ((case, survivor, into), (survivor, case, came)):
                payload = {
                    'case': other.id,
                    'number': other.number,
                    'is_survivor': owner == survivor,
                }
                told = f'{note} {reason}' if reason else note
                rows.append(owner._prepare_event('merged', payload, told))
        self.env['complaint.event']._record(rows)

    def _get_reference(self):
        """Return how histories and mails name this complaint: nothing of what it is about."""
        self.ensure_one()
        return self.number or self.env._("a complaint without a number")

    # === MAILS === #

    @api.model
    def _find_by_subject(self, message_dict):
        """Return the id of the complaint that a new mail names in its subject, or False.

        Only mails of its complainant count, and of colleagues who may read it: anybody can write
        a number into a subject.
        """
        words = SEPARATORS.split(message_dict.get('subject') or '')
        numbers = [word for word in words if any(char.isdecimal() for char in word)][:WORD_LIMIT]
        sender = self._get_email_key(message_dict.get('email_from'))
        if not (numbers and sender):
            return False
        # A gateway has no rights of its own.
        cases_sudo = self.sudo().search(
            [('number', 'in', numbers), ('complainant_email_key', '=', sender)], limit=1
        )
        if cases_sudo:
            return cases_sudo.id
        user = self.env['mail.thread']._mail_find_user_for_gateway(sender)
        cases = self.with_user(user) if user else self
        if not (user and cases.has_access('read')):
            return False
        return cases.search([('number', 'in', numbers)], limit=1).id

    # === PASSING GATES === #

    def _move_past_gates(self, stage, reason=None):
        """Move cases that have nothing to show at gates, because another case answers for them."""
        moved = self.with_context(**{FREE_PASS_KEY: INTERNAL_WRITE})._move_to(stage, reason)
        return moved.with_context(**{FREE_PASS_KEY: None})

    def _raise_obstacles(self, obstacles):
        if self.env.context.get(FREE_PASS_KEY) is not INTERNAL_WRITE:
            super()._raise_obstacles(obstacles)

    # === NOBODY IS TOLD === #

    def _send_stage_mail(self, template):
        """Leave the customers of duplicates in peace: the survivor answers."""
        answering = self.filtered(lambda case: not case.duplicate_of_id)
        if answering:
            super(ComplaintCaseMerge, answering)._send_stage_mail(template)

    # === THE WAY BACK === #

    def _prepare_move_values(self, stage, reopened, moment):
        values = super()._prepare_move_values(stage, reopened, moment)
        if reopened:
            values['duplicate_of_id'] = False
        return values

    def _step_back(self, move):
        super()._step_back(move)
        if self.duplicate_of_id and not self.is_closed:
            self._unmark_duplicate()

    def _unmark_duplicate(self):
        """Take back that this is a duplicate, in both histories."""
        self.ensure_one()
        survivor_sudo = self.duplicate_of_id.sudo()  # its history is told, whoever sees it
        events = (
            self.sudo()
            .event_ids._get_effective(['merged'])
            .filtered(  # idem
                lambda event: not (event.payload or {}).get('is_survivor')
            )
        )
        events |= survivor_sudo.event_ids._get_effective(['merged']).filtered(
            lambda event: (event.payload or {}).get('case') == self.id
        )
        events._record_revocation(self.env._("It is no duplicate."))
        self._write_internal(
            {'duplicate_of_id': False, 'closing_reason_id': False, 'closing_note': False}
        )

    # === HISTORY === #

    def action_view_events(self):
        """Open the history; that of a survivor together with those of its duplicates."""
        action = super().action_view_events()
        if self.duplicate_ids:
            action['domain'] = [('case_id', 'in', (self | self.duplicate_ids).ids)]
        return action
