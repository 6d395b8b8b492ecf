from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_list

from ..tools.dialogs import get_dialog
from ..tools.masked_fields import MaskedChar

# Callbacks that still wait for a result; who could not be reached may call back himself.
OPEN_STATES = ('planned', 'failed')
MEANS = [
    ('phone', "Phone"),
    ('visit', "Visit"),
    ('online', "Online reply"),
    ('questionnaire', "Questionnaire"),
    ('message', "Message"),
]
SCORES = [
    ('1', "1 – very poor"),
    ('2', "2 – poor"),
    ('3', "3 – fair"),
    ('4', "4 – good"),
    ('5', "5 – very good"),
]
SCORE_FIELDS = ('result_score', 'attitude_score', 'measures_score')
SATISFACTION = [
    ('satisfied', "Satisfied"),
    ('basically_satisfied', "Basically satisfied"),
    ('dissatisfied', "Dissatisfied"),
]
# Exemptions that a fact proves are found or checked; the others are somebody's judgement.
JUDGED_EXEMPTIONS = ('sensitive', 'external_cause', 'other')


class ComplaintCallback(models.Model):
    """The customer is asked how it went (PAWN-3.6, DEVG-1.2, PRIN-5, FORMS-1-a, TEL-1.5)."""

    _name = 'complaint.callback'
    _description = "Callback"
    _inherit = ['complaint.guarded.line', 'complaint.masked.mixin']
    _order = 'planned_at desc, id desc'
    _rec_name = 'case_id'

    state = fields.Selection(
        selection=[
            ('planned', "To call back"),
            ('done', "Done"),
            ('failed', "Not reached"),
            ('refused', "Wants no callback"),
            ('exempt', "No callback needed"),
        ],
        required=True,
        readonly=True,
        default='planned',
        index=True,
    )
    planned_at = fields.Datetime(
        string="Planned for", required=True, default=lambda self: self.env.cr.now()
    )
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Caller",
        default=lambda self: self.env.user,
        index='btree_not_null',
        ondelete='restrict',
        domain=[('share', '=', False)],
    )
    done_at = fields.Datetime(string="Done at", readonly=True, index=True)
    means = fields.Selection(selection=MEANS, default='phone', required=True)
    result_score = fields.Selection(selection=SCORES, string="Result")
    attitude_score = fields.Selection(selection=SCORES, string="Attitude and receiving")
    measures_score = fields.Selection(selection=SCORES, string="Measures taken")
    suggestions = fields.Text(string="Opinion and suggestions")
    satisfaction = fields.Selection(selection=SATISFACTION)
    customer_agrees = fields.Selection(
        selection=[('yes', "Yes"), ('no', "No")], string="Customer agrees to close"
    )
    exemption = fields.Selection(
        selection=[
            ('on_the_spot_satisfied', "Solved on the spot and satisfied"),
            ('anonymous', "Anonymous"),
            ('no_contact', "No way to reach the customer"),
            ('sensitive', "Sensitive, a callback is unsuitable"),
            ('external_cause', "Cause beyond our power"),
            ('do_not_call', "The customer refuses callbacks"),
            ('channel', "The channel needs no callback"),
            ('other', "Other reason"),
        ],
        string="Why no callback",
    )
    exemption_note = fields.Text(string="Explanation")
    attempt_ids = fields.One2many(
        comodel_name='complaint.callback.attempt', inverse_name='callback_id', string="Attempts"
    )
    rating_id = fields.Many2one(
        comodel_name='rating.rating',
        string="Rating by mail",
        readonly=True,
        index='btree_not_null',
        ondelete='set null',
        help="The customer rated by a click: nobody called.",
    )
    callback_mode = fields.Selection(related='case_id.procedure_id.callback_mode')
    needs_analysis = fields.Boolean(string="Low score", readonly=True)
    analysis = fields.Text(help="Why the customer is not content, and what follows from it.")
    analysed_by_id = fields.Many2one(
        comodel_name='res.users', string="Analysed by", readonly=True, ondelete='restrict'
    )
    analysed_at = fields.Datetime(string="Analysed at", readonly=True)
    phone = MaskedChar(mask='phone', related='case_id.complainant_phone')
    case_stage_id = fields.Many2one(related='case_id.stage_id', string="Stage of the complaint")
    is_negative = fields.Boolean(compute='_compute_is_negative')

    _todo_idx = models.Index("(user_id, planned_at) WHERE state IN ('planned', 'failed')")
    _analysis_idx = models.Index("(case_id) WHERE needs_analysis AND analysed_at IS NULL")

    # === COMPUTE METHODS === #

    @api.depends('satisfaction', 'customer_agrees')
    def _compute_is_negative(self):
        for callback in self:
            callback.is_negative = (
                callback.satisfaction == 'dissatisfied' or callback.customer_agrees == 'no'
            )

    # === CONSTRAINTS === #

    @api.constrains('user_id', 'case_id')
    def _check_caller_not_recused(self):
        """Nobody calls back about himself (TEL-2.7-b)."""
        for callback in self:
            if callback.user_id & callback.case_id.recused_user_ids:
                raise ValidationError(self._get_recused_sentence(callback.user_id))

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *(
                'state',
                'done_at',
                'rating_id',
                'needs_analysis',
                'analysis',
                'analysed_by_id',
                'analysed_at',
            )
        }

    @api.model_create_multi
    def create(self, vals_list):
        is_internal = self._is_internal()
        callbacks = super().create(vals_list)
        if not is_internal:
            callbacks._raise_obstacles(callbacks._get_calling_obstacles())
        return callbacks

    def write(self, vals):
        if self._is_internal():
            return super().write(vals)
        if set(vals) == {'analysis'}:
            return self._write_analysis(vals['analysis'])
        if self.filtered(lambda callback: callback.state not in OPEN_STATES):
            # What the customer said is entered as it was said (TEL-1.5).
            raise UserError(
                self.env._(
                    "The result of a callback is not changed afterwards. Call back again, if the "
                    "customer has more to say."
                )
            )
        return super().write(vals)

    # === OBSTACLES === #

    @api.model
    def _get_recused_sentence(self, user):
        return self.env._(
            "%(name)s must not call back: the person complained about stays out. Name somebody "
            "else.",
            name=user.name,
        )

    def _get_calling_obstacles(self):
        """Return {callback: [sentences]} that say why the customer must not be called."""
        obstacles = {}
        for callback in self:
            case = callback.case_id
            sentences = []
            caller = callback.user_id or self.env.user
            if caller in case.recused_user_ids:
                sentences.append(self._get_recused_sentence(caller))
            if refusal := case._get_callback_refusal():
                sentences.append(refusal)
            if sentences:
                obstacles[callback] = sentences
        return obstacles

    def _get_open_obstacles(self):
        """Return {callback: [sentences]} for callbacks that have ended already."""
        ended = self.filtered(lambda callback: callback.state not in OPEN_STATES)
        return {callback: [self.env._("This callback has ended already.")] for callback in ended}

    def _get_result_obstacles(self):
        """Return {callback: [sentences]} that say what the record of a talk still lacks."""
        obstacles = {**self._get_calling_obstacles(), **self._get_open_obstacles()}
        for callback in self:
            missing = [] if callback.satisfaction else ['satisfaction']
            is_gate = callback.case_id.procedure_id.callback_mode == 'gate'
            if is_gate and not callback.customer_agrees:
                missing.append('customer_agrees')
            if callback.is_negative and not (callback.suggestions or '').strip():
                missing.append('suggestions')
            if missing:
                obstacles.setdefault(callback, []).append(
                    self.env._(
                        "Fill in: %(fields)s.",
                        fields=format_list(
                            self.env,
                            [self._fields[name]._description_string(self.env) for name in missing],
                        ),
                    )
                )
        return obstacles

    def _get_exemption_obstacles(self):
        """Return {callback: [sentences]} that say why the customer must be called after all.

        A fact (anonymous, no address, do not call …) must be one; what is a matter of judgement
        needs an explanation, and one of those who answer for the case (PRIN-5-b…e).
        """
        obstacles = self._get_open_obstacles()
        for callback in self:
            reason = callback.exemption
            sentences = obstacles.setdefault(callback, [])
            if not reason:
                sentences.append(self.env._("Choose why no callback is needed."))
            elif reason in callback.case_id._get_callback_exemptions():
                pass  # a fact
            elif reason in JUDGED_EXEMPTIONS:
                sentences += callback._get_judgement_obstacles()
            else:
                reasons = dict(self._fields['exemption']._description_selection(self.env))
                sentences.append(
                    self.env._(
                        "“%(reason)s” does not apply to this complaint.", reason=reasons[reason]
                    )
                )
            if callback.case_id._is_last_callback_negative():
                sentences.append(callback.case_id._get_negative_sentence())
            if not sentences:
                del obstacles[callback]
        return obstacles

    def _get_judgement_obstacles(self):
        self.ensure_one()
        sentences = []
        if not (self.exemption_note or '').strip():
            sentences.append(self.env._("Explain why no callback is needed."))
        owners = self.case_id.followup_user_id | self.case_id.contact_owner_id
        if self.env.user not in owners and not self._may_analyse():
            sentences.append(
                self.env._(
                    "Only a manager, the committee, the follow-up owner or the first-contact owner "
                    "decides that."
                )
            )
        return sentences

    @api.model
    def _may_analyse(self):
        return self.env.su or any(
            self.env.user.has_group(f'complaint_management.group_complaint_{role}')
            for role in ('manager', 'committee')
        )

    # === ACTIONS === #

    def action_done(self):
        """Record what the customer said; a low score goes to the team (PAWN-3.6-c)."""
        self.check_access('write')
        self._raise_obstacles(self._get_result_obstacles())
        for user, callbacks in self.grouped(lambda c: c.user_id or self.env.user).items():
            callbacks._write_internal(
                {
                    'state': 'done',
                    'done_at': self.env.cr.now(),
                    'user_id': user.id,
                    'exemption': False,
                    'exemption_note': False,
                }
            )
        self._stamp_results()
        for satisfaction, callbacks in self.grouped('satisfaction').items():
            callbacks.case_id._note_satisfaction(satisfaction)
        self.case_id._withdraw_callback_activities()
        self.filtered(lambda callback: callback._is_low())._ask_for_analysis()
        return {'type': 'ir.actions.act_window_close'}

    def action_done_and_back(self):
        """Record what an unhappy customer said and hand the case back at once (DEVG-1.2-b)."""
        self.action_done()
        return self.action_back_to_handling()

    def action_back_to_handling(self):
        """Hand the cases of unhappy customers back to who handles them, with the opinion."""
        self.check_access('write')
        wrong = self.filtered(lambda callback: callback.state != 'done' or not callback.is_negative)
        if wrong:
            raise UserError(
                self.env._(
                    "A complaint goes back to handling after a callback in which the customer was "
                    "not satisfied or did not agree."
                )
            )
        for callback in self:
            callback.case_id._return_to_handling(callback.suggestions)
        return {'type': 'ir.actions.act_window_close'}

    def action_exempt(self):
        """Record that no callback is needed, and why (PRIN-5-b…e)."""
        self.check_access('write')
        self._raise_obstacles(self._get_exemption_obstacles())
        self._exempt()
        return {'type': 'ir.actions.act_window_close'}

    def action_refuse(self):
        """Record that the customer wants no callbacks: never again (PRIN-5-g)."""
        self.check_access('write')
        self._raise_obstacles(self._get_open_obstacles())
        self._refuse()
        return {'type': 'ir.actions.act_window_close'}

    def action_attempt(self):
        """Ask how an attempt to reach the customer failed."""
        self.ensure_one()
        return get_dialog(
            'complaint.callback.fail',
            self.env._("Attempt failed"),
            default_callback_id=self.id,
            default_means=self.means,
        )

    # === RESULTS === #

    def _record_attempt(self, means, outcome, note=None, attempted_at=None):
        """Keep an attempt to reach the customer.

        :param str outcome: 'reached', 'no_answer', 'wrong_number' or 'refused'
        :param datetime attempted_at: UTC; default now
        :return: complaint.callback.attempt recordset
        :raise UserError: the customer must not be called, or not by this person
        """
        return self.env['complaint.callback.attempt'].create(
            [
                {
                    'callback_id': callback.id,
                    'means': means,
                    'outcome': outcome,
                    'note': note,
                    'attempted_at': attempted_at or self.env.cr.now(),
                }
                for callback in self
            ]
        )

    def _note_attempts(self, attempts):
        """Draw the consequence of attempts that were just recorded."""
        refused = attempts.filtered(lambda attempt: attempt.outcome == 'refused').callback_id
        refused._refuse()
        counts = self.case_id._count_failed_attempts()
        for callback in self - refused:
            enough = counts[callback.case_id] >= callback.case_id._get_callback_max_attempts()
            state = 'failed' if enough else 'planned'
            if callback.state != state:
                callback._write_internal({'state': state})

    def _refuse(self):
        if not self:
            return
        self._write_internal(
            {'state': 'refused', 'done_at': self.env.cr.now(), 'exemption': 'do_not_call'}
        )
        self.case_id._keep_callback_refusal()
        self.case_id._withdraw_callback_activities()

    def _exempt(self, **values):
        if not self:
            return
        self._write_internal({**values, 'state': 'exempt', 'done_at': self.env.cr.now()})
        self.case_id._withdraw_callback_activities()

    def _stamp_results(self):
        self.env['complaint.event']._record(
            [
                callback.case_id._prepare_event(
                    'called_back', callback._get_payload(), None, callback.done_at
                )
                for callback in self
            ]
        )

    def _get_payload(self):
        """Return what the history keeps of a talk: choices and scores, no words."""
        self.ensure_one()
        names = (*SCORE_FIELDS, 'satisfaction', 'customer_agrees', 'means')
        return {name: self[name] for name in names if self[name]} | {'callback_id': self.id}

    # === LOW SCORES === #

    def _is_low(self):
        """Say whether the customer is so little content that the team must look into it."""
        self.ensure_one()
        threshold = self.case_id.procedure_id.callback_low_score
        scores = [int(self[name]) for name in SCORE_FIELDS if self[name]]
        return self.satisfaction == 'dissatisfied' or any(score <= threshold for score in scores)

    def _ask_for_analysis(self):
        """Put unhappy customers before whom the procedure names, who is never the accused."""
        if not self:
            return
        self._write_internal({'needs_analysis': True})
        leaders = {callback.case_id: callback.case_id._get_analysts() for callback in self}
        self.case_id._plan_line_activities(
            'complaint_management.activity_type_callback_analysis', leaders
        )
        self._suggest_measures()

    def _suggest_measures(self):
        """Make a suggestion of what an unhappy customer said, where the procedure wants that."""
        speaking = self.filtered(
            lambda callback: (
                callback.case_id.procedure_id.low_score_measure
                and (callback.suggestions or '').strip()
            )
        )
        # Who hears the customer need not be one of those who decide on measures.
        measures = self.env['complaint.measure'].sudo()
        measures.create(
            [
                {
                    'case_id': callback.case_id.id,
                    'kind': 'suggestion',
                    'name': self.env._("After a low score"),
                    'description': callback.suggestions,
                    'suggested_by': 'customer',
                }
                for callback in speaking
            ]
        )

    def _write_analysis(self, analysis):
        """Keep the analysis of a low score, with who wrote it and when.

        :raise AccessError: the user is neither manager nor in the committee
        :raise UserError: the callback needs none
        """
        if not self._may_analyse():
            raise AccessError(self.env._("The analysis belongs to managers and the committee."))
        if self.filtered(lambda callback: not callback.needs_analysis):
            raise UserError(self.env._("Only a callback with a low score is analysed."))
        self.check_access('write')
        has_text = bool((analysis or '').strip())
        self._write_internal(
            {
                'analysis': analysis,
                'analysed_by_id': self.env.uid if has_text else False,
                'analysed_at': self.env.cr.now() if has_text else False,
            }
        )
        if has_text:
            self.case_id.activity_unlink(['complaint_management.activity_type_callback_analysis'])
        return True
