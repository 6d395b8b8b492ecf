from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list


class ComplaintLessonSession(models.Model):
    """People are trained with lessons: at the morning meeting, in the service centre, on the floor
    (TEL-1.8, TEL-1.9, PRIN-6-a, 8D-6-c, BDAY-3-a, b)."""

    _name = 'complaint.lesson.session'
    _description = "Training Session"
    _inherit = ['complaint.guarded.record']
    _order = 'held_at desc, id desc'
    _check_company_auto = True

    name = fields.Char(string="Subject of the training", required=True)
    kind = fields.Selection(
        selection=[
            ('morning', "Morning meeting"),
            ('course', "In the classroom"),
            ('floor', "On the floor"),
            ('exchange', "Exchange meeting"),
        ],
        string="Kind of training",
        required=True,
        default='morning',
    )
    held_at = fields.Datetime(
        string="Takes place at", required=True, default=fields.Datetime.now, index=True
    )
    # Not users: tellers and people on the floor have no log-in.
    trainer_id = fields.Many2one(comodel_name='hr.employee.public', index=True, required=True)
    lesson_ids = fields.Many2many(
        comodel_name='complaint.lesson',
        relation='complaint_lesson_session_rel',
        column1='session_id',
        column2='lesson_id',
        string="Lessons trained",
        domain=[('state', '=', 'published')],
    )
    employee_ids = fields.Many2many(
        comodel_name='hr.employee.public',
        relation='complaint_lesson_session_invited_rel',
        column1='session_id',
        column2='employee_id',
        string="To be trained",
    )
    present_ids = fields.Many2many(
        comodel_name='hr.employee.public',
        relation='complaint_lesson_session_present_rel',
        column1='session_id',
        column2='employee_id',
        string="Attended",
        context={'active_test': False},  # who has left was there all the same
        help="Who was there; fill it in after the training.",
    )
    absent_ids = fields.Many2many(
        comodel_name='hr.employee.public', string="Missed it", compute='_compute_attendance'
    )
    attendance_rate = fields.Float(
        string="Attendance", compute='_compute_attendance', aggregator='avg'
    )
    note = fields.Text(string="What was discussed")
    attachment_ids = fields.Many2many(
        comodel_name='ir.attachment',
        relation='complaint_lesson_session_attachment_rel',
        string="Training record",
        help="Attendance list, slides, test results.",
    )
    state = fields.Selection(
        selection=[('planned', "Planned"), ('held', "Held"), ('cancelled', "Cancelled")],
        string="State of the training",
        required=True,
        readonly=True,
        default='planned',
        index=True,
        copy=False,
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company
    )

    # === COMPUTE METHODS === #

    @api.depends('employee_ids', 'present_ids')
    def _compute_attendance(self):
        for session in self:
            session.absent_ids = session.employee_ids - session.present_ids
            invited = len(session.employee_ids)
            there = len(session.employee_ids & session.present_ids)
            session.attendance_rate = there / invited if invited else 0

    # === CONSTRAINTS === #

    @api.constrains('lesson_ids')
    def _check_lessons_published(self):
        """People are trained with what was approved for everybody."""
        for session in self:
            if drafts := session.lesson_ids.filtered(lambda lesson: lesson.state != 'published'):
                raise ValidationError(
                    self.env._(
                        "Publish these lessons before people are trained with them: %(names)s.",
                        names=format_list(self.env, drafts.mapped('name')),
                    )
                )

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'state'}

    @api.model_create_multi
    def create(self, vals_list):
        sessions = super().create(vals_list)
        sessions._adopt_attachments()
        return sessions

    def write(self, vals):
        ended = self.filtered(lambda session: session.state != 'planned')
        if ended and not self._is_internal() and vals.keys() - {'note', 'attachment_ids'}:
            raise UserError(self.env._("A training that is over stays as it was recorded."))
        result = super().write(vals)
        if 'attachment_ids' in vals:
            self._adopt_attachments()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_planned(self):
        if self.filtered(lambda session: session.state == 'held'):
            raise UserError(self.env._("A training that took place is kept."))

    # === ACTIONS === #

    def action_hold(self):
        """Record that the training took place: the cases of its lessons are told so."""
        self.check_access('write')
        self._raise_obstacles(self._get_obstacles())
        self._write_internal({'state': 'held'})
        self._stamp_trained()
        return True

    def action_cancel(self):
        """Call a planned training off."""
        self.check_access('write')
        if any(session.state != 'planned' for session in self):
            raise UserError(self.env._("A training that is over stays as it was recorded."))
        self._write_internal({'state': 'cancelled'})
        return True

    def action_all_present(self):
        """Tick everybody who was to be trained."""
        self.check_access('write')
        for session in self:
            session.present_ids |= session.employee_ids
        return True

    # === BUSINESS METHODS === #

    def _get_obstacles(self):
        """Return {session: [sentences]} that say what keeps it from having taken place."""
        obstacles = {}
        for session in self:
            sentences = []
            if session.state != 'planned':
                sentences.append(self.env._("A training that is over stays as it was recorded."))
            if session.held_at > self.env.cr.now():
                sentences.append(self.env._("What has not happened yet cannot be recorded."))
            if not session.lesson_ids:
                sentences.append(self.env._("Choose the lessons that people were trained with."))
            if not session.present_ids:
                sentences.append(self.env._("Say who attended."))
            if sentences:
                obstacles[session] = sentences
        return obstacles

    def _stamp_trained(self):
        """Write into the history of each case that people were trained with its lesson."""
        rows = []
        for session in self.sudo():  # the trainer need not see the cases
            cases = session.lesson_ids.case_id
            payload = {
                'training': session.name,
                'session_id': session.id,
                'attended': len(session.present_ids),
            }
            rows += [case._prepare_event('lesson_trained', payload) for case in cases]
        self.env['complaint.event']._record(rows)
