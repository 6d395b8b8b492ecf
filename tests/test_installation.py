"""Each addon installs, updates and uninstalls, alone and together, without a word in the log."""

import psycopg2
import pytest

ADDONS = ["complaint_management", "complaint_sla", "complaint_reports"]


# What a company adds of its own, and what would hold on to the addon's data if it stayed.
OWN_RECORDS = """
procedure = env['complaint.procedure'].create({
    'name': 'Own', 'code': 'own', 'stage_ids': [(0, 0, {'name': 'First', 'phase': 'intake'})],
})
category = env['complaint.category'].create({'name': 'Own', 'procedure_id': procedure.id})
env['complaint.category'].create({'name': 'Below', 'parent_id': category.id})
team = env['complaint.team'].create({'name': 'Own', 'procedure_id': procedure.id})
env['complaint.team'].create({'name': 'Below', 'parent_id': team.id})
case = env['complaint.case'].create({'description': 'Own', 'team_id': team.id})
env['complaint.case'].create({'description': 'About it', 'parent_id': case.id})
for preset in env['complaint.preset'].search([]):
    if not preset.is_installed:  # the examples bring one of them
        preset._install(env.company)
if 'complaint.sla.policy' in env:
    received = env.ref('complaint_management.milestone_received')
    closed = env.ref('complaint_management.milestone_closed')
    env['complaint.sla.policy'].create({
        'name': 'Own', 'start_milestone_id': received.id, 'stop_milestone_id': closed.id,
        'procedure_id': procedure.id,
    })
env.cr.commit()
"""


def _states(database):
    with psycopg2.connect(dbname=database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name, state FROM ir_module_module WHERE name = ANY(%s)", [ADDONS])
        return dict(cursor.fetchall())


def _leftovers(database):
    """Return what an uninstalled suite may not leave: tables, functions, triggers, models."""
    with psycopg2.connect(dbname=database) as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT 'relation', relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
             WHERE nspname = 'public' AND relname LIKE 'complaint%%' AND relkind IN ('r', 'v', 'S')
             UNION ALL
            SELECT 'function', proname FROM pg_proc WHERE proname LIKE 'complaint%%'
             UNION ALL
            SELECT 'trigger', tgname FROM pg_trigger WHERE tgname LIKE 'complaint%%'
             UNION ALL
            SELECT 'model', model FROM ir_model WHERE model LIKE 'complaint.%%'
             UNION ALL
            SELECT 'external id', module || '.' || name FROM ir_model_data
             WHERE module = ANY(%s)
        """,
            [ADDONS],
        )
        return cursor.fetchall()


@pytest.mark.parametrize("addon", ADDONS)
def test_each_addon_installs_and_uninstalls_alone(addon, new_database, odoo_cli):
    """An addon brings those below it; taking the lowest away takes all and leaves nothing."""
    database = new_database(addons=False)
    installed = odoo_cli(database, "-i", addon, "--stop-after-init")
    assert not installed.bad_lines
    expected = ADDONS[: ADDONS.index(addon) + 1]
    states = _states(database)
    assert [name for name in ADDONS if states[name] == "installed"] == expected
    odoo_cli(database, "shell", stdin=OWN_RECORDS)
    removed = odoo_cli(database, "module", "uninstall", "complaint_management")
    assert not removed.bad_lines
    assert not _leftovers(database)


def test_upper_addons_come_off_and_the_lower_one_keeps_working(new_database, odoo_cli):
    """Removing complaint_reports and complaint_sla leaves complaints that can be worked on."""
    database = new_database()
    for addon in reversed(ADDONS[1:]):
        removed = odoo_cli(database, "module", "uninstall", addon)
        assert not removed.bad_lines, addon
    assert _states(database)["complaint_management"] == "installed"
    script = """
case = env['complaint.case'].search([('is_closed', '=', False)], limit=1)
new = env['complaint.case'].create({'description': 'After the other addons went'})
assert new.number and case.number and new.event_count == 2, (new.number, new.event_count)
assert not case._find_broken_histories()
print('STILL', 'WORKS')
"""
    assert "STILL WORKS" in odoo_cli(database, "shell", stdin=script).log


def test_an_addon_installed_later_completes_the_presets(new_database, odoo_cli):
    """A company worked with a preset before its limits and reports came (design, section 8)."""
    database = new_database(addons=False)
    odoo_cli(database, "-i", "complaint_management", "--stop-after-init")
    # One of them comes with the examples.
    script = """
for preset in env['complaint.preset'].search([]).filtered(lambda preset: not preset.is_installed):
    preset._install(env.company)
env['complaint.category'].search([('code', '=', 'property_lift')]).unlink()
env.cr.commit()
"""
    odoo_cli(database, "shell", stdin=script)
    installed = odoo_cli(database, "-i", ",".join(ADDONS[1:]), "--stop-after-init")
    assert not installed.bad_lines
    script = """
upper = ('complaint.sla.', 'complaint.report.')
for preset in env['complaint.preset'].search([]):
    records = env['complaint.preset.loader']._get_records(preset.install_id)
    found = {name for name, record in records.items() if record._name.startswith(upper)}
    files = env['complaint.preset.loader']._read_folders(preset.code)
    wanted = {row.id for file in files if file.model.startswith(upper) for row in file.rows}
    assert wanted and found == wanted - {'policy_close_lift'}, (preset.code, wanted ^ found)
    in_use = [('procedure_id', '=', preset.install_id.procedure_id.id)]
    is_used = env['complaint.case'].search_count(in_use)
    assert bool(preset.install_id._remove()) == bool(is_used), preset.code
print('ALL', 'THERE')
"""
    assert "ALL THERE" in odoo_cli(database, "shell", stdin=script).log


def test_updating_twice_changes_nothing_and_says_nothing(new_database, odoo_cli):
    """An update keeps cases, their history and what an administrator changed."""
    database = new_database()

    def picture():
        with psycopg2.connect(dbname=database) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*), max(event_head), sum(event_count) FROM complaint_case")
            cases = cursor.fetchone()
            cursor.execute(
                "SELECT count(*), md5(string_agg(hash, '' ORDER BY id)) FROM complaint_event"
            )
            events = cursor.fetchone()
            cursor.execute("SELECT array_agg(name ORDER BY id) FROM complaint_stage")
            return cases, events, cursor.fetchone()

    with psycopg2.connect(dbname=database) as connection, connection.cursor() as cursor:
        cursor.execute("""
            UPDATE complaint_stage SET name = name || '{"en_US": "Our own name"}'
             WHERE id = (SELECT min(id) FROM complaint_stage)
        """)
    before = picture()
    for _time in range(2):
        updated = odoo_cli(database, "-u", ",".join(ADDONS), "--stop-after-init")
        assert not updated.bad_lines
    assert picture() == before


def test_a_company_that_exists_already_gets_its_numbers(new_database, odoo_cli):
    """The addon goes into an Odoo that a company already runs."""
    database = new_database(addons=False)
    odoo_cli(database, "shell", stdin="env['res.company'].create({'name': 'Old'}); env.cr.commit()")
    odoo_cli(database, "-i", "complaint_management", "--stop-after-init")
    with psycopg2.connect(dbname=database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM res_company WHERE complaint_sequence_id IS NULL")
        assert cursor.fetchone() == (0,)
