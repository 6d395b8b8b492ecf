from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_list

from ..tools import anonymity

# What a lesson says in words: all of it is checked for names and numbers of its case.
TEXT_FIELDS = ('name', 'situation', 'handling', 'learnt', 'reply', 'promises')
# So many lessons can be taken in beside a complaint while somebody waits at the desk.
OFFER_LIMIT = 5


class ComplaintLesson(models.Model):
    """A typical case, or an approved way to answer one: the case library (PRIN-6-a, TEL-2.2-a).

    Everybody who works on complaints reads what is published, so it must tell nobody whom it is
    about: every save and every approval looks for names, phones, mails and numbers of its case.
    """

    _name = 'complaint.lesson'
    _description = "Lesson of the Case Library"
    _inherit = ['complaint.restricted.door', 'complaint.guarded.record']
    _order = 'published_at desc, id desc'
    _rec_names_search = ['name', 'situation', 'learnt', 'reply']
    _check_company_auto = True

    name = fields.Char(string="Title", required=True)
    kind = fields.Selection(
        selection=[('case', "Typical case"), ('script', "Reply script")],
        string="Kind of lesson",
        required=True,
        default='case',
        index=True,
    )
    case_id = fields.Many2one(
        comodel_name='complaint.case',
        string="Made from",
        ondelete='set null',
        index='btree_not_null',
        check_company=True,
        groups='complaint_management.group_complaint_manager,'
        'complaint_management.group_complaint_committee',
        help="The complaint behind the lesson; only managers see which one it is.",
    )
    category_id = fields.Many2one(
        comodel_name='complaint.category', ondelete='restrict', index='btree_not_null'
    )
    cause_id = fields.Many2one(
        comodel_name='complaint.cause', ondelete='restrict', index='btree_not_null'
    )
    situation = fields.Text(string="What it was about")
    handling = fields.Text(string="How it was handled")
    learnt = fields.Text(string="What was learnt")
    reply = fields.Text(string="What to say", help="Words with which such a demand is answered.")
    promises = fields.Text(
        string="What may be promised", help="And what may not be promised without asking."
    )
    state = fields.Selection(
        selection=[('draft', "Draft"), ('approved', "Approved"), ('published', "Published")],
        string="State of the lesson",
        required=True,
        readonly=True,
        default='draft',
        index=True,
        copy=False,
    )
    active = fields.Boolean(default=True)
    approved_at = fields.Datetime(string="Approved at", readonly=True, copy=False)
    approved_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Approved by",
        readonly=True,
        copy=False,
        ondelete='restrict',
        index='btree_not_null',
    )
    published_at = fields.Datetime(string="Published at", readonly=True, copy=False)
    session_ids = fields.Many2many(
        comodel_name='complaint.lesson.session',
        relation='complaint_lesson_session_rel',
        column1='lesson_id',
        column2='session_id',
        string="Training sessions",
        copy=False,
    )
    trained_count = fields.Integer(
        string="Times trained", compute='_compute_trained_count', compute_sudo=True
    )
    company_id = fields.Many2one(
        comodel_name='res.company', index=True, default=lambda self: self.env.company
    )

    # === COMPUTE METHODS === #

    @api.depends('session_ids.state')
    def _compute_trained_count(self):
        for lesson in self:
            lesson.trained_count = len(lesson.session_ids.filtered(lambda s: s.state == 'held'))

    # === CONSTRAINTS === #

    @api.constrains('case_id', *TEXT_FIELDS)
    def _check_anonymous(self):
        """Refuse what could tell whom the lesson is about, and say which words do.

        :raise ValidationError: names each word and where it stands
        """
        lines = []
        for lesson, identity in self._get_identities().items():
            for name in TEXT_FIELDS:
                words = {
                    finding.word: finding.kind
                    for finding in anonymity.find(
                        lesson[name], identity, anybody=lesson._hides_anybody()
                    )
                }
                lines += [lesson._describe_finding(name, *found) for found in words.items()]
        if lines:
            raise ValidationError(
                self.env._(
                    "A lesson must not tell whom it is about. Take out or replace these words:\n"
                    "%(words)s",
                    words='\n'.join(lines),
                )
            )

    def _get_identities(self):
        """Return {lesson: what is known of the people and papers of its case}."""
        lessons = self.sudo()  # who writes a lesson need not see the case any more
        identities = lessons.case_id._get_identities()
        nobody = anonymity.Identity()
        return {lesson: identities.get(lesson.sudo().case_id, nobody) for lesson in self}

    def _hides_anybody(self):
        """Say whether phones and mails of anybody are refused: a script may name our own."""
        self.ensure_one()
        return self.kind == 'case'

    def _describe_finding(self, field_name, word, kind):
        kinds = {
            'name': self.env._("name"),
            'phone': self.env._("phone"),
            'email': self.env._("e-mail address"),
            'number': self.env._("number"),
        }
        return self.env._(
            "“%(word)s” (%(kind)s) in “%(field)s”",
            word=word,
            kind=kinds[kind],
            field=self._fields[field_name]._description_string(self.env),
        )

    # === ACCESS METHODS === #

    @api.model
    def _get_narrowed_domain(self):
        return Domain('state', '!=', 'published')  # in the library it names nobody

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('state', 'approved_at', 'approved_by_id', 'published_at')
        }

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get('case_id') for vals in vals_list):
            # The check would tell whoever can name a case what its people are called.
            cases = self.env['complaint.case'].browse(
                {vals['case_id'] for vals in vals_list if vals.get('case_id')}
            )
            cases.check_access('write')
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_internal():
            self._check_not_published(vals)
            if vals.get('case_id') and not self.env.su:
                self.env['complaint.case'].browse(vals['case_id']).check_access('write')
        return super().write(vals)

    def _check_not_published(self, vals):
        """What was approved stays as it was read; it goes back to the draft to be changed.

        :raise UserError: names the lessons
        """
        fixed = self.filtered(lambda lesson: lesson.state != 'draft')
        if fixed and vals.keys() - {'session_ids', 'active'}:
            raise UserError(
                self.env._(
                    "These lessons are approved: %(names)s. Take them back to the draft to "
                    "change them.",
                    names=format_list(self.env, fixed.mapped('name')),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if self.filtered(lambda lesson: lesson.state != 'draft'):
            raise UserError(self.env._("A lesson that was approved is archived, not deleted."))

    # === ACTIONS === #

    def action_approve(self):
        """Approve drafts; each says enough to learn from and tells nobody whom it is about."""
        self._check_approver()
        self._raise_obstacles(self._get_approval_obstacles())
        self._check_anonymous()
        now = self.env.cr.now().replace(microsecond=0)
        self._write_internal(
            {'state': 'approved', 'approved_at': now, 'approved_by_id': self.env.uid}
        )
        return True

    def action_publish(self):
        """Let everybody who works on complaints read approved lessons."""
        self._check_approver()
        if any(lesson.state != 'approved' for lesson in self):
            raise UserError(self.env._("Only an approved lesson is published."))
        self._check_anonymous()  # the case may have learnt of more people since
        self._write_internal(
            {'state': 'published', 'published_at': self.env.cr.now().replace(microsecond=0)}
        )
        return True

    def action_back_to_draft(self):
        """Take lessons out of the library, to change them."""
        self._check_approver()
        self._write_internal(
            {'state': 'draft', 'approved_at': False, 'approved_by_id': False, 'published_at': False}
        )
        return True

    def action_train(self):
        """Open a new training session about these lessons."""
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Training session"),
            'res_model': 'complaint.lesson.session',
            'views': [(False, 'form')],
            'context': {'default_lesson_ids': self.ids},
        }

    def _check_approver(self):
        """Managers and the committee decide what stands in the library.

        :raise AccessError: the user is neither
        """
        self.check_access('write')
        groups = (
            'complaint_management.group_complaint_manager,'
            'complaint_management.group_complaint_committee'
        )
        if not (self.env.su or self.env.user.has_groups(groups)):
            raise AccessError(
                self.env._("Managers and the handling team decide what the case library holds.")
            )

    def _get_approval_obstacles(self):
        """Return {lesson: [sentences]} that say what keeps it from being approved."""
        obstacles = {}
        for lesson in self:
            names = ('reply',) if lesson.kind == 'script' else ('situation', 'handling', 'learnt')
            missing = [name for name in names if not (lesson[name] or '').strip()]
            sentences = [
                self.env._(
                    "Fill in: %(fields)s.",
                    fields=format_list(
                        self.env,
                        [self._fields[name]._description_string(self.env) for name in missing],
                    ),
                )
            ]
            if lesson.state != 'draft':
                obstacles[lesson] = [self.env._("Only a draft is approved.")]
            elif missing:
                obstacles[lesson] = sentences
        return obstacles

    # === OFFERING === #

    @api.model
    @api.readonly
    def find_lessons(self, values):
        """Return the published lessons for a complaint which somebody is typing or working on.

        :param dict values: `category_id`, `cause_id`, `company_id`: ids, all optional
        :return: list of dicts, best first: `id`, `name`, `kind` (its label), `text` (what to say,
            else what was learnt) and `reasons` (sentences)
        """
        values = values if isinstance(values, dict) else {}
        ids = {
            name: value
            for name in ('category_id', 'cause_id', 'company_id')
            if type(value := values.get(name)) is int and 0 < value < 2**31
        }
        category_ids = self._get_line_of_descent('complaint.category', ids.get('category_id'))
        cause_ids = self._get_line_of_descent('complaint.cause', ids.get('cause_id'))
        if not (category_ids or cause_ids):
            return []
        domain = (
            Domain('state', '=', 'published')
            & Domain('company_id', 'in', (ids.get('company_id') or self.env.company.id, False))
            & (Domain('category_id', 'in', category_ids) | Domain('cause_id', 'in', cause_ids))
        )
        kinds = dict(self._fields['kind']._description_selection(self.env))
        answers = []
        for lesson in self.search(domain, limit=4 * OFFER_LIMIT):
            # The nearer in the tree, the better.
            ranks = [
                ids_.index(found) if found in ids_ else len(ids_)
                for ids_, found in (
                    (category_ids, lesson.category_id.id),
                    (cause_ids, lesson.cause_id.id),
                )
            ]
            answers.append((sum(ranks), lesson._prepare_offer(kinds, category_ids, cause_ids)))
        answers.sort(key=lambda answer: answer[0])
        return [offer for _rank, offer in answers[:OFFER_LIMIT]]

    @api.model
    def _get_line_of_descent(self, model, record_id):
        """Return the id of a node of a tree and the ids of all above it, nearest first."""
        if not record_id:
            return []
        node = self.env[model].sudo().browse(record_id).exists()  # a tree of words, no secret
        parts = (node.parent_path or '').split('/')
        return [int(part) for part in reversed(parts) if part]

    def _prepare_offer(self, kinds, category_ids, cause_ids):
        self.ensure_one()
        reasons = []
        if self.category_id.id in category_ids:
            reasons.append(self.env._("Same category"))
        if self.cause_id.id in cause_ids:
            reasons.append(self.env._("Same cause"))
        return {
            'id': self.id,
            'name': self.name,
            'kind': kinds[self.kind],
            'text': self.reply or self.learnt or '',
            'reasons': reasons,
        }
