import logging
from datetime import timedelta
from itertools import count
from string import ascii_uppercase

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..const import IMPORT_HISTORY, IMPORT_KEY

# Between two things that happened to an example, at most.
STEP = timedelta(minutes=5)

_logger = logging.getLogger(__name__)


class ComplaintCaseExample(models.Model):
    """Examples that the set-up guide makes: no number, no mail, in no figure, gone by one click.

    They are examples as any other (`is_example`), so erasing leaves no tombstone. Those of a demo
    database are not meant here: they are there to be counted.
    """

    _inherit = 'complaint.case'

    is_setup_example = fields.Boolean(
        string="Example of the set-up",
        readonly=True,
        copy=False,
        help="Made by the set-up guide: it counts in no report, sends no mail, and an "
        "administrator deletes it by one click.",
    )

    _setup_example_idx = models.Index('(company_id) WHERE is_setup_example IS TRUE')

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'is_setup_example'}

    @api.model
    def _get_intake_fields(self):
        return super()._get_intake_fields() | {'is_setup_example'}

    # === MAKING THEM === #

    @api.model
    def _create_examples(self, rows):
        """Make examples of the set-up guide, each with the course that led to its stage.

        They come in as an import of history does: nobody is told, no mail leaves.

        :param list rows: {'values': create values with `stage_id`, `procedure_id` and
            `company_id`, 'age': timedelta since it was received, 'is_near': whether a time limit
            is about to end}
        :rtype: complaint.case recordset
        """
        cases = self.browse()
        for row in rows:
            cases |= self._create_example(row, self._get_example_start(row))
        return cases

    @api.model
    def _get_example_start(self, row):
        """Hook: return when an example was received (UTC); time limits move the near one."""
        return self.env.cr.now().replace(microsecond=0) - row['age']

    @api.model
    def _create_example(self, row, start):
        """Make one example that was received at `start` (UTC)."""
        values = {
            **row['values'],
            'number': self._get_example_number(row['values']['company_id']),
            'received_at': start,
            'is_example': True,
            'is_setup_example': True,
        }
        history = self.sudo()  # only the software marks examples
        case = history.with_context(**{IMPORT_KEY: IMPORT_HISTORY}).create(values)
        case = case.with_context(**{IMPORT_KEY: None})
        case._record_example_course(start)
        return case.sudo(self.env.su)  # back to whoever asked

    @api.model
    def _get_example_number(self, company_id):
        """Return a name that no sequence gives and nobody takes for a number: “Example A”."""
        cases = self.sudo().with_context(active_test=False)  # numbers are unique in a company
        taken = set(
            cases.search([('is_setup_example', '=', True), ('company_id', '=', company_id)]).mapped(
                'number'
            )
        )
        for turn in count():
            letters = ascii_uppercase[turn % 26] * (turn // 26 + 1)
            number = self.env._("Example %s", letters)
            if number not in taken:
                return number
        return None

    def _record_example_course(self, start):
        """Record that this example went through the stages before its own, one after the other."""
        self.ensure_one()
        stages = self.procedure_id.stage_ids.sorted('sequence')
        passed = stages.filtered(
            lambda stage: not stage.is_closed and stage.sequence <= self.stage_id.sequence
        )
        step = min(STEP, (self.env.cr.now() - start) / (len(passed) + 1))
        previous = passed[:1]
        for rank, stage in enumerate(passed[1:], 1):
            if stage.milestone_id:
                payload = {
                    'from_stage': previous.id,
                    'to_stage': stage.id,
                    'from_name': previous.name,
                    'to_name': stage.name,
                    'imported': True,
                }
                self._record_events(
                    stage.milestone_id.code, {self: start + rank * step}, None, payload
                )
            previous = stage
        if self.limit_date:
            payload = {'limit_date': str(self.limit_date), 'imported': True}
            self._record_events('limit_set', {self: start}, None, payload)

    # === SENDING NOTHING === #

    def _send_stage_mail(self, template):
        real = self.filtered(lambda case: not case.is_setup_example)
        return super(ComplaintCaseExample, real)._send_stage_mail(template)

    # === THE GUIDE === #

    @api.model
    @api.readonly
    def get_setup_guide(self):
        """Return what the guide above a board offers the current user.

        :return: {'examples': number of its examples, 'is_empty': whether nobody was named to lead
            a team yet, and nothing taken in}; {} for who is no administrator of complaints
        :rtype: dict
        """
        if not self._may_set_up():
            return {}
        is_begun = self.search_count([], limit=1) or self.env['complaint.team'].search_count(
            [('leader_id', '!=', False)], limit=1
        )
        return {
            'examples': self.search_count([('is_setup_example', '=', True)]),
            'is_empty': not is_begun,
        }

    @api.model
    def _may_set_up(self):
        return self.env.user.has_group('complaint_management.group_complaint_admin')

    @api.model
    def action_delete_examples(self):
        """Erase the examples of the set-up guide in the user's companies, without a trace.

        The one exception from “a complaint is never deleted”: only administrators, only what the
        software itself marked as an example. The procedure's thread keeps who did it.

        :raise AccessError: the user is no administrator of complaints
        """
        if not self._may_set_up():
            raise AccessError(
                self.env._("Only an administrator of complaints may delete the examples.")
            )
        examples = self.search([('is_setup_example', '=', True), ('is_example', '=', True)])
        for procedure, cases in examples.grouped('procedure_id').items():
            procedure._message_log(
                body=self.env._("Examples of the set-up deleted: %(count)s", count=len(cases))
            )
        _logger.info("User %s deletes the examples with ids %s.", self.env.uid, examples.ids)
        if examples:
            examples._erase(self.env._("Examples of the set-up"))
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'message': self.env._("The examples are gone. The board is yours."),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }
