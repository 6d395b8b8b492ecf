import hashlib
import json
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from ..const import INTERNAL_KEY, INTERNAL_WRITE, UNDO_MINUTES
from ..tools.dialogs import get_dialog

# A setting of the database, local to one transaction, by which the trigger knows erasing.
ERASE_SETTING = 'complaint.erasing'


class ComplaintEvent(models.Model):
    """One thing that happened to a case. Rows are added, never changed.

    Each row carries a hash over itself and over the hash of the row before it in the same case;
    the case holds the number of rows and the last hash. A trigger refuses updates and deletions
    that come from elsewhere than the erasing of a whole case or of personal content.
    """

    _name = 'complaint.event'
    _description = "Complaint Event"
    _inherit = ['complaint.case.line']
    _anonymising = 'keep'
    _log_access = False
    _order = 'case_id desc, sequence desc'
    _rec_name = 'milestone_id'

    case_id = fields.Many2one(string="Complaint", ondelete='restrict', readonly=True)
    # Not stored: a case that changes company must not rewrite its history.
    company_id = fields.Many2one(store=False, index=False)
    sequence = fields.Integer(string="No.", required=True, readonly=True, aggregator=False)
    milestone_id = fields.Many2one(
        comodel_name='complaint.milestone',
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    round = fields.Integer(required=True, readonly=True, default=1, aggregator=False)
    occurred_at = fields.Datetime(string="Happened at", required=True, readonly=True, index=True)
    recorded_at = fields.Datetime(string="Recorded at", required=True, readonly=True)
    user_id = fields.Many2one(
        comodel_name='res.users', string="By", required=True, readonly=True, ondelete='restrict'
    )
    note = fields.Text(readonly=True)
    payload = fields.Json(readonly=True)
    content_salt = fields.Char(readonly=True, groups='base.group_no_one')
    content_digest = fields.Char(string="Content digest", readonly=True)
    revokes_id = fields.Many2one(
        comodel_name='complaint.event', readonly=True, ondelete='restrict', index='btree_not_null'
    )
    revoked_by_ids = fields.One2many(comodel_name='complaint.event', inverse_name='revokes_id')
    is_revoked = fields.Boolean(
        string="Revoked", compute='_compute_is_revoked', search='_search_is_revoked'
    )
    is_backdated = fields.Boolean(string="Recorded later", compute='_compute_is_backdated')
    can_revoke = fields.Boolean(compute='_compute_can_revoke')
    previous_hash = fields.Char(string="Previous hash", readonly=True)
    hash = fields.Char(required=True, readonly=True)

    _case_sequence_uniq = models.UniqueIndex('(case_id, sequence)')
    _case_milestone_idx = models.Index('(case_id, milestone_id, round)')

    # === INIT AND TRIGGER === #

    def init(self):
        """Install the trigger that keeps the table append-only."""
        super().init()
        self.env.cr.execute(
            SQL(
                """
            CREATE OR REPLACE FUNCTION complaint_event_append_only() RETURNS trigger AS $body$
            BEGIN
                IF TG_OP IN ('UPDATE', 'DELETE')
                        AND current_setting(%(setting)s, true) = txid_current()::text THEN
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION USING
                    MESSAGE = 'complaint_event is append-only, refused: ' || TG_OP;
            END
            $body$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS complaint_event_append_only ON complaint_event;
            CREATE TRIGGER complaint_event_append_only
                BEFORE UPDATE OR DELETE ON complaint_event
                FOR EACH ROW EXECUTE FUNCTION complaint_event_append_only();
            DROP TRIGGER IF EXISTS complaint_event_no_truncate ON complaint_event;
            CREATE TRIGGER complaint_event_no_truncate
                BEFORE TRUNCATE ON complaint_event
                FOR EACH STATEMENT EXECUTE FUNCTION complaint_event_append_only();
        """,
                setting=ERASE_SETTING,
            )
        )

    @api.model
    def _drop_append_only_trigger(self):
        """Remove trigger and function; only the uninstallation of the addon does so."""
        self.env.cr.execute(SQL("DROP FUNCTION IF EXISTS complaint_event_append_only() CASCADE"))

    # === COMPUTE METHODS === #

    @api.depends('revoked_by_ids')
    def _compute_is_revoked(self):
        for event in self:
            event.is_revoked = bool(event.revoked_by_ids)

    def _search_is_revoked(self, operator, value):
        if operator != 'in':
            return NotImplemented
        return Domain.TRUE if False in value else Domain('revoked_by_ids', '!=', False)

    @api.depends('occurred_at', 'recorded_at')
    def _compute_is_backdated(self):
        for event in self:
            event.is_backdated = event._is_backdated(event.occurred_at, event.recorded_at)

    @api.depends('revokes_id', 'revoked_by_ids', 'user_id', 'recorded_at')
    @api.depends_context('uid')
    def _compute_can_revoke(self):
        for event in self:
            event.can_revoke = not event._get_revoke_obstacle()

    @api.model
    def _is_backdated(self, occurred_at, recorded_at):
        # Seconds between a click and its transaction are no back-dating.
        return bool(occurred_at and recorded_at) and recorded_at - occurred_at > timedelta(
            minutes=1
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get(INTERNAL_KEY) is not INTERNAL_WRITE:
            raise AccessError(
                self.env._("The history of a complaint is written by the software alone.")
            )
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse: a wrong event is revoked, never changed."""
        raise UserError(
            self.env._(
                "The history of a complaint cannot be changed. Revoke the wrong entry instead."
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        if self.env.context.get(INTERNAL_KEY) is not INTERNAL_WRITE:
            raise UserError(
                self.env._(
                    "The history of a complaint cannot be deleted. Revoke the wrong entry instead."
                )
            )

    # === RECORDING === #

    @api.model
    def _record(self, vals_list):
        """Append events to the histories of their cases: the only way to make an event.

        :param list vals_list: dicts with `case_id`, `milestone_id` (ids), `occurred_at` (UTC
            datetime) and optionally `note`, `payload` (JSON-able dict), `revokes_id`
        :return: the new events, in the order given, as superuser
        """
        if not vals_list:
            return self.sudo()  # nothing to hide
        cases = self.env['complaint.case'].sudo()  # handlers may not write the heads themselves
        cases = cases.browse({vals['case_id'] for vals in vals_list})
        heads = {case.id: (case.event_count, case.event_head, case.round) for case in cases}
        rows = []
        for vals in vals_list:
            count, head, current_round = heads[vals['case_id']]
            row = self._prepare_row(vals, count + 1, head, current_round)
            heads[vals['case_id']] = (count + 1, row['hash'], current_round)
            rows.append(row)
        cases._set_event_heads({case_id: head[:2] for case_id, head in heads.items()})
        events = self.sudo().with_context(**{INTERNAL_KEY: INTERNAL_WRITE}).create(rows)  # idem
        events = events.with_context(**{INTERNAL_KEY: None})
        events._after_stamp()
        return events

    def _after_stamp(self):
        """Hook: react to a batch of events that was just recorded.

        Called once for each batch, as superuser (`self.env.user` is the person who acted).
        Addons above override it, for example to start and stop clocks, and call super. Revoking
        events arrive here too, with `revokes_id` set.
        """

    @api.model
    def _prepare_row(self, vals, sequence, previous_hash, current_round):
        row = {
            'case_id': vals['case_id'],
            'sequence': sequence,
            'milestone_id': vals['milestone_id'],
            'round': vals.get('round') or current_round,
            'occurred_at': vals['occurred_at'].replace(microsecond=0),
            'recorded_at': self.env.cr.now().replace(microsecond=0),
            'user_id': self.env.uid,
            'note': vals.get('note') or False,
            'payload': self._normalize_payload(vals.get('payload')),
            'revokes_id': vals.get('revokes_id') or False,
            'previous_hash': previous_hash or False,
            'content_salt': secrets.token_hex(16),
        }
        row['content_digest'] = self._compute_content_digest(row)
        row['hash'] = self._compute_row_hash(row)
        return row

    @api.model
    def _normalize_payload(self, payload):
        """Return a payload as the database gives it back, so that its digest stays the same.

        Keys become texts, and whole numbers lose their fraction: 1e+22 would come back as 10…0.
        """
        if not payload:
            return False
        return json.loads(
            json.dumps(payload),
            parse_float=lambda text: int(n) if (n := float(text)).is_integer() else n,
        )

    # === HASHES === #

    @api.model
    def _compute_content_digest(self, row):
        """Digest what may be personal, so that it can be blanked without breaking the chain."""
        content = [row['content_salt'], row['note'] or '', row['payload'] or {}]
        return self._digest(content)

    @api.model
    def _compute_row_hash(self, row):
        """Hash one row with the hash of the row before it.

        :param dict row: column values; relations as ids, times as naive UTC datetimes
        """
        return self._digest(
            [
                row['case_id'],
                row['sequence'],
                row['milestone_id'],
                row['round'],
                fields.Datetime.to_string(row['occurred_at']),
                fields.Datetime.to_string(row['recorded_at']),
                row['user_id'],
                row['revokes_id'] or 0,
                row['content_digest'],
                row['previous_hash'] or '',
            ]
        )

    @api.model
    def _digest(self, values):
        text = json.dumps(values, sort_keys=True, ensure_ascii=True, separators=(',', ':'))
        return hashlib.sha256(text.encode()).hexdigest()

    # === REVOKING === #

    def _get_effective(self, milestone_codes=None):
        """Return the events in self that count: neither revoked nor themselves a revocation.

        :param list milestone_codes: only of these milestones; None: of any
        """
        return self.filtered(
            lambda event: (
                not event.revokes_id
                and not event.revoked_by_ids
                and (milestone_codes is None or event.milestone_id.code in milestone_codes)
            )
        )

    def _describe(self):
        """Return what happened, where it led, by whom and when, in one line."""
        self.ensure_one()
        payload = self.payload or {}
        to_name = payload.get('to_name') or payload.get('to')
        what = f'{self.display_name} → {to_name}' if to_name else self.display_name
        when = format_datetime(self.env, self.recorded_at)
        return self.env._(
            "%(what)s, %(who)s, %(when)s", what=what, who=self.user_id.name, when=when
        )

    def _is_undoable(self):
        """Say whether *Undo* is still offered to the current user for this event."""
        self.ensure_one()
        age = self.env.cr.now() - self.recorded_at
        return self.user_id == self.env.user and age <= timedelta(minutes=UNDO_MINUTES)

    def _get_revoke_obstacle(self):
        """Return the sentence why the current user may not revoke this event, or None."""
        self.ensure_one()
        if self.revokes_id:
            return self.env._("A revocation cannot be revoked. Record what is right anew.")
        if self.revoked_by_ids:
            return self.env._("This entry is already revoked.")
        if not self.case_id.has_access('write'):
            return self.env._("You may not change this complaint.")
        if self.env.user.has_group('complaint_management.group_complaint_manager'):
            return None
        if self._is_undoable():
            return None
        return self.env._(
            "Only a manager may revoke this entry: it is not yours, or older than %(minutes)s "
            "minutes.",
            minutes=UNDO_MINUTES,
        )

    def _revoke(self, reason):
        """Record that these events did not happen; the cases go back where they were.

        :param str reason: why; kept in the history
        :raise UserError: names each event that the user may not revoke, and why
        """
        obstacles = [
            f'{event.display_name}: {obstacle}'
            for event in self
            if (obstacle := event._get_revoke_obstacle())
        ]
        if not (reason or '').strip():
            obstacles.append(self.env._("Say why the entry is wrong."))
        if obstacles:
            raise UserError('\n'.join(obstacles))
        moves = self.case_id._get_current_moves() & self
        revoked = self | moves._get_same_move()
        revoked._record_revocation(reason)
        for case, events in moves.grouped('case_id').items():
            case._step_back(events[:1])
        return True

    def _record_revocation(self, reason):
        """Append the revoking event of each event in self, without asking for rights."""
        milestone = self.env['complaint.milestone']._get_by_code('revoked')
        now = self.env.cr.now()
        return self._record(
            [
                {
                    'case_id': event.case_id.id,
                    'milestone_id': milestone.id,
                    'round': event.round,
                    'occurred_at': now,
                    'note': reason,
                    'revokes_id': event.id,
                }
                for event in self.sorted('sequence')
                if not event.revoked_by_ids
            ]
        )

    def _get_same_move(self):
        """Return the events that were recorded by the same change of stage as those in self."""
        siblings = self.browse()
        for event in self:
            siblings |= event.case_id.event_ids.filtered(
                lambda other, event=event: (
                    other.recorded_at == event.recorded_at
                    and (other.payload or {}).get('to_stage') == event.payload['to_stage']
                    and (other.payload or {}).get('from_stage') == event.payload['from_stage']
                    and not other.revokes_id
                )
            )
        return siblings

    def action_revoke(self):
        """Ask for the reason and revoke."""
        self.ensure_one()
        return get_dialog('complaint.event.revoke', self.env._("Revoke"), default_event_id=self.id)
