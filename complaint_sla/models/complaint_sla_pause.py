from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.complaint_management.tools.dialogs import get_dialog

from ..tools.holds import Hold

MANAGER = 'complaint_management.group_complaint_manager'


class ComplaintSlaPause(models.Model):
    """One interruption of the time limits of a complaint.

    Rows are the software's own: `complaint.case._pause_limits` and `_resume_limits` write them
    together with their events. A wrong one is corrected or taken back by a manager.
    """

    _name = 'complaint.sla.pause'
    _description = "Pause of Time Limits"
    _inherit = ['complaint.case.line']
    _order = 'paused_at desc, id desc'
    _rec_name = 'reason_id'

    case_id = fields.Many2one(readonly=True)
    reason_id = fields.Many2one(
        comodel_name='complaint.sla.pause.reason',
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    paused_at = fields.Datetime(string="Paused at", required=True, readonly=True)
    resumed_at = fields.Datetime(string="Resumed at", readonly=True)
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="By",
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    note = fields.Text(readonly=True)
    stage_id = fields.Many2one(
        comodel_name='complaint.stage',
        string="By the stage",
        readonly=True,
        ondelete='set null',
        index='btree_not_null',
        help="Leaving this stage resumes the time limits.",
    )
    is_revoked = fields.Boolean(string="Taken back", readonly=True)
    correction = fields.Text(string="Why corrected", readonly=True)
    paused_event_id = fields.Many2one(
        comodel_name='complaint.event', readonly=True, ondelete='set null', index='btree_not_null'
    )
    resumed_event_id = fields.Many2one(
        comodel_name='complaint.event', readonly=True, ondelete='set null', index='btree_not_null'
    )

    _open_idx = models.Index("(case_id) WHERE resumed_at IS NULL AND is_revoked IS NOT TRUE")
    _order_of_times = models.Constraint(
        'CHECK (resumed_at IS NULL OR resumed_at >= paused_at)',
        "A pause cannot end before it began.",
    )

    # === COMPUTE METHODS === #

    @api.depends('reason_id', 'case_id')
    def _compute_display_name(self):
        for pause in self:
            pause.display_name = f'{pause.case_id.display_name}: {pause.reason_id.display_name}'

    # === BEGIN AND END === #

    def _is_open(self):
        """Say whether this pause still lasts."""
        self.ensure_one()
        return not self.resumed_at and not self.is_revoked

    @api.model
    def _begin(self, vals_list, payloads):
        """Record pauses and the events that tell of them.

        :param list vals_list: create values
        :param dict payloads: {case id: what the event keeps besides}
        :return: the new pauses, as superuser
        """
        cases = self.env['complaint.case'].sudo()  # nobody writes pauses by hand
        pauses = self.sudo().create(  # idem
            [
                {**vals, 'company_id': cases.browse(vals['case_id']).company_id.id}
                for vals in vals_list
            ]
        )
        pauses.case_id._write_internal({'sla_on_hold': True})
        events = pauses._record('paused', 'paused_at', payloads)
        for pause, event in zip(pauses, events, strict=True):
            pause.paused_event_id = event
        return pauses

    def _end(self, moment, note=None, payloads=None):
        """End open pauses, and record that they ended.

        :param datetime moment: UTC
        :param str note: words of a person, kept in the events
        :param dict payloads: {case id: what the event keeps besides}
        """
        pauses = self.sudo().filtered(lambda pause: pause._is_open())  # idem
        if not pauses:
            return
        for pause in pauses:
            pause.resumed_at = max(moment.replace(microsecond=0), pause.paused_at)
        pauses._sync_cases()
        events = pauses._record('resumed', 'resumed_at', payloads or {}, note)
        for pause, event in zip(pauses, events, strict=True):
            pause.resumed_event_id = event

    def _record(self, milestone_code, field_name, payloads, note=None):
        """Record an event for each pause at the time that it holds in a field."""
        milestone = self.env['complaint.milestone']._get_by_code(milestone_code)
        return self.env['complaint.event']._record(
            [
                {
                    'case_id': pause.case_id.id,
                    'milestone_id': milestone.id,
                    'occurred_at': pause[field_name],
                    'note': note or (pause.note if milestone_code == 'paused' else None),
                    'payload': {
                        **payloads.get(pause.case_id.id, {}),
                        'pause': pause.id,
                        'reason': pause.reason_id.code,
                    },
                }
                for pause in self
            ]
        )

    def _sync_cases(self):
        """Let the cases know whether anything still interrupts their limits."""
        cases = self.sudo().case_id  # the mark is the software's own
        held = {
            case.id
            for [case] in self.sudo()._read_group(
                Domain('case_id', 'in', cases.ids) & self._get_open_domain(), ['case_id']
            )
        }
        for on_hold in (True, False):
            changed = cases.filtered(
                lambda case, on_hold=on_hold: (
                    (case.id in held) == on_hold and case.sla_on_hold != on_hold
                )
            )
            if changed:
                changed._write_internal({'sla_on_hold': on_hold})

    @api.model
    def _get_open_domain(self):
        return Domain('resumed_at', '=', False) & Domain('is_revoked', '=', False)

    # === WHAT THE CLOCKS ASK === #

    @api.model
    def _get_holds(self, cases):
        """Return {case id: [Hold]} of what interrupts, or interrupted, the limits of cases."""
        pauses = self.search_fetch(
            [('case_id', 'in', cases.ids), ('is_revoked', '=', False)],
            ['case_id', 'reason_id', 'paused_at', 'resumed_at'],
        )
        holds = {}
        for pause in pauses:
            holds.setdefault(pause.case_id.id, []).append(
                Hold(
                    pause.paused_at,
                    pause.resumed_at or None,
                    pause.reason_id.id,
                    pause.reason_id.name,
                )
            )
        return holds

    # === CORRECTING === #

    def _check_may_correct(self, reason):
        """Refuse a correction by somebody else than a manager, and one without words.

        :raise AccessError: the user is no manager, or may not change the complaint
        :raise UserError: no reason
        """
        self.case_id.check_access('write')
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(self.env._("Only a manager may correct a pause of time limits."))
        if not (reason or '').strip():
            raise UserError(self.env._("Say what was wrong about the pause."))

    def _correct(self, paused_at, resumed_at, reason):
        """Correct when a pause began and ended; deadlines follow, and the history says why.

        :param datetime paused_at: UTC
        :param datetime resumed_at: UTC, or False while it lasts
        :param str reason: what was wrong
        :raise UserError: the times cannot be
        """
        self.ensure_one()
        self._check_may_correct(reason)
        now = self.env.cr.now().replace(microsecond=0)
        if paused_at > now or resumed_at and resumed_at > now:
            raise UserError(self.env._("What has not happened yet cannot be recorded."))
        if resumed_at and resumed_at <= paused_at:
            raise UserError(self.env._("A pause ends after it began. Take it back instead."))
        if self.is_revoked:
            raise UserError(self.env._("This pause was taken back already."))
        if not resumed_at and self.case_id.is_closed:
            raise UserError(self.env._("The complaint is closed: say when the pause ended."))
        pause = self.sudo()  # nobody writes pauses by hand
        wrong = pause.paused_event_id | pause.resumed_event_id
        pause.write({'paused_at': paused_at, 'resumed_at': resumed_at, 'correction': reason})
        pause._apply_correction()
        # The right entries come before the wrong ones go: the limits stay interrupted.
        pause.paused_event_id = pause._record('paused', 'paused_at', {}, reason)
        pause.resumed_event_id = resumed_at and pause._record('resumed', 'resumed_at', {}, reason)
        wrong._record_revocation(reason)

    def _take_back(self, reason):
        """Take pauses back: the limits are reckoned as if they had run all the time.

        :param str reason: what was wrong
        """
        self._check_may_correct(reason)
        pauses = self.sudo().filtered(lambda pause: not pause.is_revoked)  # idem
        wrong = pauses.paused_event_id | pauses.resumed_event_id
        pauses.write({'is_revoked': True, 'correction': reason})
        pauses._apply_correction()
        wrong._record_revocation(reason)

    def _apply_correction(self):
        """Let cases and deadlines follow a correction; the history tells the moved dates."""
        self._sync_cases()
        self.env['complaint.sla.clock']._reconcile(self.case_id, cause='pause_corrected')

    @api.model
    def _follow_revocations(self, events):
        """Bring pauses in line after events were revoked that had begun or ended them."""
        concerned = self.search(
            ['|', ('paused_event_id', 'in', events.ids), ('resumed_event_id', 'in', events.ids)]
        )
        begun = concerned.filtered(lambda pause: pause.paused_event_id in events)
        begun.write({'is_revoked': True})
        (concerned - begun).write({'resumed_at': False, 'resumed_event_id': False})
        if concerned:
            concerned._sync_cases()

    # === ACTIONS === #

    def action_correct(self):
        """Ask a manager what was wrong."""
        self.ensure_one()
        return get_dialog(
            'complaint.sla.pause.correct', self.env._("Correct the pause"), default_pause_id=self.id
        )
