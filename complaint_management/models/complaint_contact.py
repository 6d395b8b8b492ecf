from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..const import CONTACT_MEANS, CONTACT_PURPOSES, INTERNAL_KEY, INTERNAL_WRITE, UNDO_MINUTES
from ..tools.dialogs import get_record_dialog
from ..tools.masked_fields import MaskedChar, MaskedMany2one, MaskedText

# Purposes that a contact gets only from the method that asks who may do so.
ANSWER_PURPOSES = ('answer', 'department_answer')

# Values that the software sets itself when a contact is made.
OWN_FIELDS = {
    *('round', 'user_id', 'parts', 'corrected_at', 'mail_template_id'),
    *('promise_state', 'promise_settled_at', 'promise_note', 'promise_activity_id'),
}

# What may be corrected; all else is a fact of the history, told again by a new contact.
CORRECTABLE_FIELDS = {'content', 'counterpart'}

# Going out, these ask the customer something and tell nothing.
ASKING_PURPOSES = ('confirmation', 'chase', 'opinion', 'feedback')

PURPOSE_MILESTONES = {
    'acknowledgement': 'acknowledged',
    'progress': 'progress_reported',
    'extension': 'progress_reported',
    'obstacle': 'obstacle',
    'answer': 'answered',
}


class ComplaintContact(models.Model):
    """One contact about a complaint: who told whom what, by which means (PAWN-1.4-a).

    Making one records what it means for the history; contacts are kept, and only their words can
    be corrected.
    """

    _name = 'complaint.contact'
    _description = "Complaint Contact"
    _inherit = ['complaint.case.line', 'complaint.masked.mixin']
    _order = 'occurred_at desc, id desc'

    case_id = fields.Many2one(readonly=True)
    occurred_at = fields.Datetime(
        string="Happened at",
        required=True,
        # The moment by which `_check_business_time` judges, not the clock's.
        default=lambda self: self.env.cr.now(),
        readonly=True,
    )
    late_reason = fields.Char(
        string="Why recorded later",
        readonly=True,
        help="Needed when it happened more than five minutes ago.",
    )
    means = fields.Selection(selection=CONTACT_MEANS, required=True, default='phone', readonly=True)
    direction = fields.Selection(
        selection=[('out', "Outgoing"), ('in', "Incoming"), ('internal', "Internal")],
        required=True,
        default='out',
        readonly=True,
    )
    purpose = fields.Selection(
        selection=CONTACT_PURPOSES, required=True, default='other', readonly=True
    )
    content = MaskedText(mask='text')
    parts = fields.Json(readonly=True)  # [{'heading': …, 'text': …}] of a department's answer
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="By",
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    partner_id = MaskedMany2one(
        mask='name',
        comodel_name='res.partner',
        string="With",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
    )
    mail_template_id = fields.Many2one(
        comodel_name='mail.template',
        string="Mail",
        readonly=True,
        ondelete='set null',
        index='btree_not_null',
        help="Whose words the customer got.",
    )
    external_key = fields.Char(
        string="Key of the other system",
        readonly=True,
        help="By which the system that sent the contact knows it.",
    )
    counterpart = MaskedChar(mask='name', string="Spoke with", help="Who it was on the other side.")
    round = fields.Integer(readonly=True, default=1, aggregator=False)
    corrected_at = fields.Datetime(string="Words corrected at", readonly=True)
    can_correct = fields.Boolean(compute='_compute_can_correct')

    _case_idx = models.Index('(case_id, occurred_at DESC, id DESC)')
    _external_key_uniq = models.UniqueIndex(
        '(case_id, external_key) WHERE external_key IS NOT NULL',
        "This contact was recorded already.",
    )

    # === COMPUTE METHODS === #

    @api.depends('purpose', 'occurred_at')
    def _compute_display_name(self):
        purposes = dict(self._fields['purpose']._description_selection(self.env))
        for contact in self:
            contact.display_name = purposes.get(contact.purpose)

    @api.depends('user_id', 'create_date')
    @api.depends_context('uid')
    def _compute_can_correct(self):
        for contact in self:
            contact.can_correct = contact._may_correct()

    def _may_correct(self):
        self.ensure_one()
        if self.env.user.has_group('complaint_management.group_complaint_manager'):
            return True
        age = self.env.cr.now() - (self.create_date or self.env.cr.now())
        return self.user_id == self.env.user and age <= timedelta(minutes=UNDO_MINUTES)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Keep contacts and record what they mean, all of a batch at once.

        :raise UserError: a purpose that has a method of its own, a value that the software sets,
            a time in the future, or one that lies back without a reason
        """
        names = ('case_id', 'occurred_at', 'late_reason', 'means', 'direction', 'purpose')
        defaults = self.default_get([*names, 'promise', 'promise_date'])
        vals_list = [{**defaults, **vals} for vals in vals_list]
        history = self.env['complaint.case']._is_history_import()
        if self.env.context.get(INTERNAL_KEY) is not INTERNAL_WRITE and not history:
            self._check_values(vals_list)
        cases = self.env['complaint.case'].browse({vals['case_id'] for vals in vals_list})
        cases.check_access('write')  # before anything of them is told
        for vals in vals_list:
            self._complete_values(vals, history)
        contacts = super(ComplaintContact, self.with_context(**{INTERNAL_KEY: None})).create(
            vals_list
        )
        contacts._stamp_contacts(history)
        contacts._open_promises()
        contacts._settle_letters()
        return contacts

    @api.model
    def _check_values(self, vals_list):
        given = {name for vals in vals_list for name in OWN_FIELDS & vals.keys() if vals[name]}
        if given:
            raise UserError(
                self.env._(
                    "The software sets these fields itself: %(fields)s. Leave them out.",
                    fields=format_list(
                        self.env,
                        [self._fields[n]._description_string(self.env) for n in sorted(given)],
                    ),
                )
            )
        if any(vals['purpose'] in ANSWER_PURPOSES for vals in vals_list):
            raise UserError(
                self.env._(
                    "An answer is given with the buttons “Answer the customer” and “Department's "
                    "answer”: they ask who may give it."
                )
            )

    @api.model
    def _complete_values(self, vals, history):
        """Put what the software knows itself into the values of a new contact."""
        now = self.env.cr.now().replace(microsecond=0)
        moment = fields.Datetime.to_datetime(vals.get('occurred_at')) or now
        case = self.env['complaint.case'].browse(vals['case_id'])
        if not history:
            case._check_business_time(moment, vals.get('late_reason'))
            self._check_promised_date(vals, moment)
        if vals['purpose'] == 'referral' and not case.source_partner_id:
            raise UserError(
                self.env._("No body referred this complaint: name the referring body first.")
            )
        # Also against defaults in the context of a client.
        vals |= {name: vals.get(name) or False for name in OWN_FIELDS}
        vals['occurred_at'] = min(moment.replace(microsecond=0), now)
        vals['round'] = history and vals.get('round') or case.round
        vals['user_id'] = history and vals.get('user_id') or self.env.uid
        vals['promise_state'] = (
            history
            and vals.get('promise_state')
            or (
                'open' if (vals.get('promise') or '').strip() or vals.get('promise_date') else False
            )
        )
        if 'partner_id' not in vals and vals['direction'] != 'internal':
            is_referral = vals['purpose'] == 'referral'
            vals['partner_id'] = (case.source_partner_id if is_referral else case.partner_id).id

    def write(self, vals):
        if self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE:
            return super().write(vals)
        if fixed := vals.keys() - CORRECTABLE_FIELDS:
            raise UserError(
                self.env._(
                    "A contact that was recorded stays as it is; only its words can be "
                    "corrected, not: %(fields)s. Record another contact.",
                    fields=format_list(
                        self.env,
                        [self._fields[n]._description_string(self.env) for n in sorted(fixed)],
                    ),
                )
            )
        if not all(contact._may_correct() for contact in self):
            raise UserError(
                self.env._(
                    "Only who recorded a contact may correct its words, within %(minutes)s "
                    "minutes; later a manager does.",
                    minutes=UNDO_MINUTES,
                )
            )
        self._drop_masked_values(vals := dict(vals))
        if 'content' in vals:
            vals['corrected_at'] = self.env.cr.now().replace(microsecond=0)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        raise UserError(
            self.env._(
                "A contact that was recorded is kept. Revoke its entry in the history; to take out "
                "whom it was with, open the complaint and choose Anonymise in the Actions menu."
            )
        )

    def _write_internal(self, vals):
        """Write values that only the software may write."""
        return self.with_context(**{INTERNAL_KEY: INTERNAL_WRITE}).write(vals)

    def action_correct(self):
        """Open the contact to correct its words."""
        self.ensure_one()
        return get_record_dialog(self, self.env._("Correct the words"))

    def _settle_letters(self):
        """Take back what asked for telling these customers: they were told."""
        told = self.filtered(lambda c: c.direction == 'out' and c.purpose not in ASKING_PURPOSES)
        told.case_id._withdraw_letter_activities()

    # === HISTORY === #

    def _stamp_contacts(self, history):
        """Record what these contacts mean in the histories of their cases, in one batch."""
        milestones = self.env['complaint.milestone']
        rows = []
        for contact in self:
            payload = {'contact': contact.id}
            if history:
                payload['imported'] = True
            rows += [
                {
                    'case_id': contact.case_id.id,
                    'milestone_id': milestones._get_by_code(code).id,
                    'round': contact.round,
                    'occurred_at': contact.occurred_at,
                    'note': contact.late_reason,
                    'payload': payload,
                }
                for code in contact._get_milestone_codes()
            ]
        self.env['complaint.event']._record(rows)

    def _get_milestone_codes(self):
        """Return the codes of what this contact means, in the order of recording."""
        self.ensure_one()
        goes_out = self.direction == 'out'
        if self.purpose == 'department_answer':
            return ['department_answered']
        if self.purpose == 'referral':
            return ['source_replied'] if goes_out else []
        if self.direction == 'internal':
            return ['obstacle'] if self.purpose == 'obstacle' else []
        codes = ['contacted']
        if self.means in ('visit', 'on_site'):
            codes.append('visited')
        if goes_out and self.purpose not in ASKING_PURPOSES:
            codes.append('informed')
        if goes_out and self.purpose in PURPOSE_MILESTONES and not self._is_acknowledged_again():
            codes.append(PURPOSE_MILESTONES[self.purpose])
        return codes

    def _is_acknowledged_again(self):
        """Say whether this only confirms what the history says already."""
        self.ensure_one()
        if self.purpose != 'acknowledgement':
            return False
        return bool(self.case_id.event_ids._get_effective(['acknowledged']))
