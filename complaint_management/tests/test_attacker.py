import itertools
from functools import partial

import psycopg2

from odoo import Command, fields
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..const import FREE_PASS_KEY, IMPORT_KEY, INTAKE_KEY, INTERNAL_KEY
from .common import ComplaintCommon

# Beside refusals: programs get nothing from a call that breaks either; it is undone as a whole.
REFUSALS = (
    *(AccessError, UserError, RedirectWarning, ValueError, TypeError, KeyError),
    psycopg2.IntegrityError,
)

# What a client can put into a context in place of the software's own object.
FORGERIES = (True, 1, 'INTERNAL_WRITE', '<object object>', [], {'a': 1})

# Lines of a case that people write themselves, with what the smallest one needs.
LINES = {
    'contact_ids': {'means': 'phone', 'direction': 'in', 'content': "Said"},
    'document_ids': {'number': "D-1"},
    'investigation_ids': {'finding': "Found"},
    'cost_ids': {'amount': 10},
    'measure_ids': {'name': "Check each piece"},
    'remedy_ids': {'kind': 'apology', 'item': "Letter"},
    'trace_ids': {'lot': "L1"},
    'hold_ids': {'product': "P"},
    'return_ids': {'product': "P", 'quantity': 1},
    'solution_ids': {'proposal': "Repair"},
    'panel_ids': {},
    'assistance_ids': {'request': "Help"},
    'callback_ids': {},
}


class AttackerCommon(ComplaintCommon):
    """A case of the attacker's and one of others.

    An attack is harmless when it is refused, which undoes all of its request, or when the
    database afterwards is to the letter what it was.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case()
        cls.stranger = cls.env['complaint.team'].create({'name': "Stranger"})
        cls.foreign = cls._create_case(
            user=cls.env.user, name="Foreign", team_id=cls.stranger.id, description="Secret"
        )
        cls.mine = cls.case.with_user(cls.handler)

    # === HELPERS === #

    def _take_picture(self):
        """Return {table: digest of its rows} of everything that an attack may be after."""
        self.env.cr.flush()  # what waits for the commit is written before, not by the attack
        tables = {
            model._table
            for name in self.registry
            if (model := self.env[name])._auto
            and not model._abstract
            and not model._transient
            and (name.startswith('complaint.') or name in self._get_side_models())
        }
        picture = {}
        for table in sorted(tables):
            # Who touched a row last, without changing it, is no trace.
            row = "to_jsonb(t) - 'write_date' - 'write_uid'"
            rows = f"SELECT md5(string_agg(({row})::text, '|' ORDER BY t.id)) FROM %s t"
            self.env.cr.execute(SQL(rows, SQL.identifier(table)))
            [picture[table]] = self.env.cr.fetchone()
        return picture

    def _get_side_models(self):
        return ('mail.message', 'mail.followers', 'mail.activity', 'ir.attachment')

    def _assert_all_harmless(self, attacks):
        """Try attacks one after the other.

        :param dict attacks: {what: a call}
        """
        before = self._take_picture()
        for what, attack in attacks.items():
            self._assert_harmless(attack, what, before)

    def _assert_harmless(self, attack, what, before=None):
        before = before or self._take_picture()
        refused = False
        try:
            with mute_logger('odoo.sql_db'), self.env.cr.savepoint():
                attack()
                self.env.flush_all()
        except REFUSALS:
            refused = True
        self.env.invalidate_all()
        if not refused:
            after = self._take_picture()
            changed = [table for table, digest in after.items() if before[table] != digest]
            self.assertFalse(changed, f"{what} changed {changed}")

    def _get_forged_value(self, field):
        """Return something else than a new case holds in this field, as a client sends it."""
        value = self.case.sudo()[field.name]  # some are hidden from all
        match field.type:
            case 'boolean':
                return not value
            case 'integer' | 'float' | 'monetary':
                return 77
            case 'date' | 'datetime':
                return '2020-01-01'
            case 'selection':
                known = [key for key, _label in field._description_selection(self.env)]
                return next(key for key in known if key != value)
            case 'many2one':
                domain = [('id', '!=', value.id)]
                return self.env[field.comodel_name].search(domain, limit=1).id or 1
            case 'one2many' | 'many2many':
                records = self.env[field.comodel_name].search([], limit=1)
                return [Command.set(records.ids or [self.handler.id])]
            case _:
                return "forged"

    def _get_software_fields(self):
        """Return the stored fields of a case that nobody types."""
        return [
            field
            for name, field in self.case._fields.items()
            if field.store
            and name not in ('id', 'create_uid', 'create_date', 'write_uid', 'write_date')
            and field.readonly
            and field.groups != fields.NO_ACCESS  # nobody reaches them, see test_access_key
        ]


@tagged('post_install', '-at_install')
class TestAttacker(AttackerCommon):
    """What a user with a role sends who wants more than the role gives (issue 6)."""

    # === WRITES === #

    def test_no_field_of_the_software_can_be_written(self):
        checked = self._get_software_fields()
        self.assertGreater(len(checked), 50)
        self._assert_all_harmless(
            {
                field.name: partial(self.mine.write, {field.name: self._get_forged_value(field)})
                for field in checked
            }
        )

    def test_numbers_recusals_and_history_cannot_be_forged(self):
        event = self.case.sudo().event_ids[:1]
        closed = self.stages['closed']
        attacks = {
            'number': lambda: self.mine.write({'number': "C1"}),
            'recused': lambda: self.mine.write({'recused_user_ids': [Command.clear()]}),
            'recused by id': lambda: self.mine.write(
                {'recused_user_ids': [Command.link(self.manager.id)]}
            ),
            'stage past its gates': lambda: (
                self._create_case().with_user(self.handler).write({'stage_id': closed.id})
            ),
            'stage of another procedure': lambda: self.mine.write(
                {
                    'stage_id': self.env['complaint.stage']
                    .search([('procedure_id', '!=', self.procedure.id)], limit=1)
                    .id
                    or 10**9
                }
            ),
            'a stage that does not exist': lambda: self.mine.write({'stage_id': 10**9}),
            'occurred_at': lambda: event.with_user(self.handler).write(
                {'occurred_at': fields.Datetime.now()}
            ),
            'occurred_at as administrator': lambda: event.with_user(self.admin).write(
                {'occurred_at': fields.Datetime.now()}
            ),
            'an event of his own': lambda: event.with_user(self.admin).create(
                {'case_id': self.case.id, 'milestone_id': event.milestone_id.id}
            ),
            'an event through the case': lambda: self.mine.write(
                {'event_ids': [Command.create({'milestone_id': event.milestone_id.id})]}
            ),
            'an event away': lambda: event.with_user(self.admin).unlink(),
            'a case away': lambda: self.case.with_user(self.admin).unlink(),
            'another company': lambda: self.mine.write({'company_id': 10**9}),
        }
        self._assert_all_harmless(attacks)

    def test_forged_context_keys_open_nothing(self):
        keys = (INTERNAL_KEY, INTAKE_KEY, FREE_PASS_KEY)
        closed = self.stages['closed'].id
        fresh = self._create_case().with_user(self.handler)
        attacks = {}
        for key, forgery in itertools.product(keys, FORGERIES):
            forged = {key: forgery}
            mine = self.mine.with_context(**forged)
            attacks |= {
                f"number by {forged}": partial(mine.write, {'number': "C1"}),
                f"closed by {forged}": partial(mine.write, {'is_closed': True}),
                f"events by {forged}": partial(mine.write, {'event_count': 0}),
                f"gates by {forged}": partial(
                    fresh.with_context(**forged).write, {'stage_id': closed}
                ),
                f"unlink by {forged}": mine.unlink,
            }
        self._assert_all_harmless(attacks)

    def test_only_an_administrator_imports_history(self):
        history = {IMPORT_KEY: 'history'}
        attacks = {}
        for user in (self.handler, self.receiver, self.manager, self.committee):
            cases = self.env['complaint.case'].with_user(user).with_context(**history)
            case = cases.browse(self.case.id)
            attacks |= {
                f"create as {user.name}": partial(cases.create, {'name': "x", 'number': "C1"}),
                f"write as {user.name}": partial(case.write, {'number': "C1"}),
            }
        self._assert_all_harmless(attacks)

    def test_defaults_in_the_context_set_nothing_that_the_software_sets(self):
        forged = {
            f'default_{field.name}': self._get_forged_value(field)
            for field in self._get_software_fields()
            if field.type not in ('one2many', 'many2many')
        }
        forged['default_recused_user_ids'] = [Command.set(self.manager.ids)]
        values = {'name': "x", 'partner_id': self.customer.id, 'team_id': self.team.id}
        cases = self.env['complaint.case'].with_user(self.receiver)
        plain, case = cases.create(values), cases.with_context(**forged).create(values)
        self.assertTrue(case.number)
        self.assertFalse(case.recused_user_ids)
        self.assertFalse(case.is_closed)
        self.assertFalse(case.sudo()._find_broken_histories())
        own = {'number', 'event_head', 'registered_at', 'rating_ids'}
        for field in self._get_software_fields():
            if field.name not in own and not field.name.endswith('_ids'):
                self.assertEqual(
                    case.sudo()[field.name], plain.sudo()[field.name], f"{field.name} was forged"
                )

    def test_tracking_switched_off_leaves_the_history_whole(self):
        """The chatter may be silenced by a client, the events may not."""
        case = self._create_worked_case()
        quiet = {'tracking_disable': True, 'mail_notrack': True, 'mail_create_nolog': True}
        count = case.event_count
        case.with_user(self.handler).with_context(**quiet).write(
            {'stage_id': self.stages['acknowledgement'].id}
        )
        self.assertGreater(case.event_count, count)

    # === OTHER PEOPLE'S RECORDS === #

    def _get_line_fields(self):
        """Return the names of the fields of a case that hold its lines."""
        return {
            name
            for name, field in self.case._fields.items()
            if field.type == 'one2many'
            and field.inverse_name == 'case_id'
            and field.comodel_name.startswith('complaint.')
        }

    def _create_foreign_line(self, name):
        comodel = self.env[self.case._fields[name].comodel_name]
        values = {'case_id': self.foreign.id, **LINES[name]}
        if name == 'assistance_ids':
            values['partner_id'] = self.customer.id  # a department would get access
        if name == 'cost_ids':
            values['category_id'] = self.env['complaint.cost.category'].search([], limit=1).id
        return comodel.create(values)

    def test_ids_of_foreign_lines_in_commands_reach_nothing(self):
        self.assertLessEqual(LINES.keys(), self._get_line_fields())
        attacks = {}
        for name in LINES:
            line = self._create_foreign_line(name)
            commands = (
                Command.update(line.id, {'case_id': self.case.id}),
                Command.update(line.id, {'company_id': False}),
                Command.delete(line.id),
                Command.unlink(line.id),
                Command.link(line.id),
                Command.set(line.ids),
            )
            attacks |= {
                f"{name} {command}": partial(self.mine.write, {name: [command]})
                for command in commands
            }
            taken = line.with_user(self.handler)
            attacks[f"{name} written"] = partial(taken.write, {'case_id': self.case.id})
        self._assert_all_harmless(attacks)

    def test_every_kind_of_line_is_attacked_or_guarded(self):
        """A line that is new must be named in `LINES`, or be the software's own."""
        attacks = {}
        for name in self._get_line_fields() - LINES.keys():
            attacks[name] = partial(self.mine.write, {name: [Command.clear()]})
            lines = self.env[self.case._fields[name].comodel_name].with_user(self.handler)
            attacks[lines._name] = partial(lines.create, {'case_id': self.foreign.id})
        self._assert_all_harmless(attacks)

    def test_complaints_out_of_reach_cannot_be_linked(self):
        links = [
            name
            for name, field in self.case._fields.items()
            if field.comodel_name == 'complaint.case' and field.store and field.type != 'one2many'
        ]
        self.assertIn('related_ids', links)
        self.assertIn('duplicate_of_id', links)
        attacks = {}
        for name in links:
            is_many = self.case._fields[name].type == 'many2many'
            value = [Command.link(self.foreign.id)] if is_many else self.foreign.id
            attacks[name] = partial(self.mine.write, {name: value})
        self._assert_all_harmless(attacks)

    def test_no_form_of_odoo_names_a_complaint_whose_id_is_typed(self):
        """Odoo reads the names of what its own rows hang on as superuser."""
        model_id = self.env['ir.model']._get_id('complaint.case')
        told = {}
        for name, field in (
            ('mail.activity', 'res_model'),
            ('mail.message', 'model'),
            ('rating.rating', 'res_model'),
        ):
            rows = self.env[name].with_user(self.handler)
            spec = dict.fromkeys(('res_name', 'record_name') & rows._fields.keys(), {})
            for case in (self.foreign, self.case):
                values = {field: 'complaint.case', 'res_id': case.id}
                if 'res_model_id' in rows._fields:
                    values['res_model_id'] = model_id
                default = {f'default_{key}': value for key, value in values.items()}
                for road, call in {
                    'typed': lambda r=rows, v=values, s=spec: r.onchange(v, ['res_id'], s),
                    'given': lambda r=rows, d=default, s=spec: r.with_context(**d).onchange(
                        {}, [], s
                    ),
                }.items():
                    told[name, road, case] = self._hear(call)
        for (name, road, case), answer in told.items():
            if case == self.foreign:
                self.assertNotIn(case.name, answer, f"{name} {road}")
            elif road == 'typed':
                self.assertIn(case.name, answer, name)

    def _fill(self, name, case):
        """Return values of a dialog about a case, as a browser would send them."""
        values = {'case_id': case.id}
        for field in self.env[name]._fields.values():
            if field.name in values or not field.store or field.type.endswith('2many'):
                continue
            if field.type in ('char', 'text', 'html'):
                values[field.name] = "x"
            elif field.required and field.type == 'selection':
                values[field.name] = field._description_selection(self.env)[0][0]
            elif field.required and field.type in ('date', 'datetime'):
                values[field.name] = fields.Datetime.now()
            elif field.required and field.type == 'many2one' and not field.name.endswith('_uid'):
                values[field.name] = self.env[field.comodel_name].search([], limit=1).id
        return values

    def _get_dialog_attacks(self, user, case):
        """Return {what: a call} of every button of every dialog about a case."""
        dialogs = [
            name
            for name in self.registry
            if name.startswith('complaint.')
            and self.env[name]._transient
            and 'case_id' in self.env[name]._fields
            and self.env[name]._fields['case_id'].comodel_name == 'complaint.case'
        ]
        self.assertGreater(len(dialogs), 10)
        return {
            f"{name}.{action}": partial(self._confirm, user, case, name, action)
            for name in dialogs
            for action in dir(type(self.env[name]))
            if action.startswith('action_') and not action.endswith('archive')
        }

    def _confirm(self, user, case, name, action):
        dialog = self.env[name].with_user(user).create(self._fill(name, case))
        getattr(dialog, action)()

    def _get_button_attacks(self, case):
        actions = [
            name
            for name in dir(type(case))
            if name.startswith('action_') and not name.endswith('archive')
        ]
        self.assertGreater(len(actions), 40)
        return {action: getattr(case, action) for action in actions}

    def test_dialogs_do_not_reach_foreign_complaints(self):
        """Each dialog about a case asks again who may do it."""
        self._assert_all_harmless(self._get_dialog_attacks(self.handler, self.foreign))

    def test_buttons_do_not_reach_foreign_complaints(self):
        foreign = self.foreign.with_user(self.handler)
        self._assert_all_harmless(self._get_button_attacks(foreign))

    def test_the_auditor_changes_nothing(self):
        """Design 6: who reads all changes nothing, whatever he presses."""
        case = self.case.with_user(self.auditor)
        attacks = self._get_button_attacks(case) | self._get_dialog_attacks(self.auditor, self.case)
        del attacks['complaint.case.unmask.action_confirm']  # that he looked is recorded
        attacks['the link of the customer'] = case.get_portal_url
        self._assert_all_harmless(attacks)

    # === PEOPLE === #

    def test_nobody_gives_himself_a_role(self):
        group = self.env.ref('complaint_management.group_complaint_admin')
        for user in (self.handler, self.manager, self.committee, self.auditor):
            for attack in (
                partial(user.with_user(user).write, {'group_ids': [Command.link(group.id)]}),
                partial(group.with_user(user).write, {'user_ids': [Command.link(user.id)]}),
                lambda user=user: self.team.with_user(user).write({'leader_id': user.id}),
            ):
                if user == self.manager and self.team.leader_id == user:
                    continue
                with self.assertRaises(AccessError):
                    attack()

    def _invite(self, case, notify):
        """Let a user follow a case by the dialog, which sends an invitation that names it."""
        dialog = (
            self.env['mail.followers.edit']
            .with_user(self.handler)
            .create(
                {
                    'res_model': case._name,
                    'res_ids': str(case.ids),
                    'partner_ids': [Command.set(self.handler.partner_id.ids)],
                    'operation': 'add',
                    'notify': notify,
                    'message': "x",
                }
            )
        )
        dialog.edit_followers()

    def test_followers_and_activities_are_not_a_way_in(self):
        outsider = new_test_user(self.env, 'complaint_friend', groups='base.group_user')
        foreign = self.foreign.with_user(self.handler)
        self._assert_harmless(
            lambda: foreign.message_subscribe(partner_ids=self.handler.partner_id.ids), "follow"
        )
        self._assert_harmless(lambda: foreign.message_post(body="x"), "post")
        self._assert_harmless(
            lambda: foreign.activity_schedule('mail.mail_activity_data_todo'), "activity"
        )
        for notify in (False, True):
            self._assert_harmless(lambda n=notify: self._invite(foreign, n), f"invite {notify}")
        self.mine.message_subscribe(partner_ids=outsider.partner_id.ids)
        with self.assertRaises(AccessError):
            self._as(outsider, self.case).read(['name'])
