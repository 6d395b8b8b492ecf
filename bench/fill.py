"""Many complaints at once, as a few years leave them behind: written with SQL, never shown."""

import common
import steps

from odoo.tools import SQL

# Matters and places make subjects that differ, in both languages, as people write them. A hash
# deals them out: were they counted like the teams, some would never occur in the team of whoever
# searches, and PostgreSQL, which takes the two for independent, would read on in vain.
MATTERS = (
    "电梯故障无人维修", "多收话费要求退还", "物业保安态度恶劣", "快递迟到三天", "退款一直未到账",
    "楼上漏水严重", "当票利息算错", "保单信息有误", "Parcel arrived late",
    "Charged twice for one order", "Rude answer at the counter", "Lift stands still again",
)  # fmt: skip
PLACES = (
    "东区一号楼", "西门营业厅", "南山分公司", "北苑小区", "中心广场店", "滨江花园",
    "Station Road", "Harbour Hall",
)  # fmt: skip
DAYS = 1100


def fill(env, people, filled, size):
    """Add complaints until there are `size`: one in twenty open, most in other teams."""
    env.flush_all()
    stages = people.procedure.stage_ids.sorted("sequence")
    still_open, closed = stages.filtered(lambda s: not s.is_closed), stages.filtered("is_closed")
    env.cr.execute(
        SQL(
            """
        INSERT INTO complaint_case (
            name, number, company_id, procedure_id, team_id, category_id, stage_id, phase,
            is_closed, priority, validity, received_at, registered_at, closed_at, round,
            complainant_name, complainant_phone, partner_id, handler_id, create_uid, create_date,
            event_count
        )
        SELECT
            (%(matters)s::text[])[1 + matter %% %(matter_count)s] || ' '
                || (%(places)s::text[])[1 + place %% %(place_count)s] || ' ' || n,
            'B-' || n, %(company)s, %(procedure)s,
            CASE WHEN n %% 10 = 0 THEN %(team)s END,
            (%(categories)s::int[])[1 + n %% %(category_count)s],
            stage.id, stage.phase, stage.is_closed,
            CASE WHEN n %% 40 = 0 THEN '1' ELSE '0' END, 'undetermined',
            moment, moment, CASE WHEN stage.is_closed THEN moment + interval '5 days' END, 1,
            'Customer ' || n %% 20011, '1390000' || lpad((n %% 20011)::text, 5, '0'),
            CASE WHEN n %% 3 = 0 THEN (%(partners)s::int[])[1 + n %% %(partner_count)s] END,
            CASE WHEN n %% 200 = 0 THEN %(handler)s END, %(uid)s, moment, 0
        FROM generate_series(%(first)s, %(last)s) n
        CROSS JOIN LATERAL (
            SELECT hashint4(n) & 65535, hashint4(-n) & 65535, now() AT TIME ZONE 'UTC'
                - (n::bigint * 7919 %% (%(days)s * 24)) * interval '1 hour'
        ) AS d (matter, place, moment)
        JOIN complaint_stage stage ON stage.id = CASE
            WHEN n %% 20 = 0 THEN (%(still_open)s::int[])[1 + n / 20 %% %(open_count)s]
            ELSE (%(closed)s::int[])[1 + n %% %(closed_count)s]
        END
        """,
            matters=list(MATTERS),
            matter_count=len(MATTERS),
            places=list(PLACES),
            place_count=len(PLACES),
            company=people.team.company_id.id or env.company.id,
            procedure=people.procedure.id,
            team=people.team.id,
            categories=people.categories.ids,
            category_count=len(people.categories),
            partners=people.partners.ids,
            partner_count=len(people.partners),
            still_open=still_open.ids,
            open_count=len(still_open),
            closed=closed.ids,
            closed_count=len(closed),
            handler=people.handler.id,
            uid=env.uid,
            days=DAYS,
            first=filled + 1,
            last=size,
        )
    )
    _add_documents(env, filled, size)
    _tidy(env)


def _add_documents(env, filled, size):
    """Let every second complaint name an order, with lots that hold a hundred complaints each."""
    env.cr.execute(
        SQL(
            """
        INSERT INTO complaint_document (
            case_id, company_id, number, number_key, lot, lot_key, create_uid, create_date
        )
        SELECT c.id, c.company_id, 'SO-' || n, 'so' || n,
            'L-' || lpad((n %% %(lots)s)::text, 4, '0'), 'l' || lpad((n %% %(lots)s)::text, 4, '0'),
            c.create_uid, c.create_date
        FROM generate_series(%(first)s, %(last)s, 2) n
        JOIN complaint_case c ON c.number = 'B-' || n
        """,
            lots=max(size // 200, 1),
            first=filled + 1,
            last=size,
        )
    )
    env.cr.execute("ANALYZE complaint_document")


def _tidy(env):
    """Do what autovacuum does a minute later: sort new rows into the indexes of trigrams."""
    env.cr.execute(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid "
        "JOIN pg_am a ON a.oid = c.relam "
        "WHERE a.amname = 'gin' AND i.indrelid = 'complaint_case'::regclass"
    )
    for (index,) in env.cr.fetchall():
        env.cr.execute(SQL("SELECT gin_clean_pending_list(%s)", index))
    env.cr.execute("ANALYZE complaint_case")
    env.invalidate_all()


def add_clocks(env, filled, size):
    """Give each complaint a time limit: kept by most closed ones, late for some that are open."""
    policy = env["complaint.sla.policy"].create(
        {
            "name": f"Bench {filled}",
            "start_milestone_id": env["complaint.milestone"]._get_by_code("received").id,
            "stop_milestone_id": env["complaint.milestone"]._get_by_code("answered").id,
            "limit_value": 8,
        }
    )
    departments = env["hr.department"].search([]) or env["hr.department"].create({"name": "Bench"})
    env.flush_all()
    env.cr.execute(
        SQL(
            """
        INSERT INTO complaint_sla_clock (
            case_id, company_id, policy_id, policy_version, create_date, round, lap, started_at,
            deadline, warn_at, stopped_at, state, tz, is_imported, department_id
        )
        SELECT c.id, c.company_id, %(policy)s, %(version)s, c.create_date, 1, 1, c.received_at,
            due, due,
            CASE WHEN c.is_closed THEN due + (n %% 7 - 5.5) * interval '6 hours' END,
            CASE WHEN NOT c.is_closed THEN 'running' WHEN n %% 7 > 5 THEN 'missed' ELSE 'met' END,
            'UTC', false, (%(departments)s::int[])[1 + n %% %(department_count)s]
        FROM generate_series(%(first)s, %(last)s) n
        JOIN complaint_case c ON c.number = 'B-' || n
        CROSS JOIN LATERAL (SELECT CASE WHEN c.is_closed THEN c.received_at + interval '3 days'
            ELSE now() AT TIME ZONE 'UTC' + (n %% 50 - 5) * interval '1 day' END) AS d (due)
        """,
            policy=policy.id,
            version=policy.version,
            departments=departments.ids,
            department_count=len(departments),
            first=filled + 1,
            last=size,
        )
    )
    env.cr.execute(
        SQL(
            "UPDATE complaint_case c SET sla_deadline = k.deadline, sla_warn_at = k.warn_at "
            "FROM complaint_sla_clock k WHERE k.case_id = c.id AND k.policy_id = %s "
            "AND k.state = 'running'",
            policy.id,
        )
    )
    env.cr.execute("ANALYZE complaint_sla_clock")
    _tidy(env)


def add_history(env, filled, size):
    """Note what a look back asks for: closing moved each complaint and stopped its time limit, and
    each tenth had another category for its first ten days."""
    field = env["ir.model.fields"]._get
    stage = env["complaint.stage"].search([("is_closed", "=", False)], limit=1)
    category = env["complaint.category"].search([("procedure_id", "=", False)], limit=1)
    for name, value, moment, some in (
        ("stage_id", stage, SQL("c.closed_at"), SQL("c.is_closed")),
        ("category_id", category, SQL("c.received_at + interval '10 days'"), SQL("n %% 10 = 0")),
    ):
        env.cr.execute(
            SQL(
                """
            WITH message AS (
                INSERT INTO mail_message (model, res_id, message_type, date, create_date)
                SELECT 'complaint.case', c.id, 'notification', %(moment)s, %(moment)s
                FROM generate_series(%(first)s, %(last)s) n
                JOIN complaint_case c ON c.number = 'B-' || n
                WHERE %(some)s AND %(moment)s < now() AT TIME ZONE 'UTC'
                RETURNING id, res_id, create_date
            )
            INSERT INTO mail_tracking_value (
                mail_message_id, field_id, create_date,
                old_value_integer, old_value_char, new_value_integer
            )
            SELECT message.id, %(field)s, message.create_date, %(old)s, %(name)s, c.%(column)s
            FROM message JOIN complaint_case c ON c.id = message.res_id
            """,
                moment=moment,
                some=some,
                field=field("complaint.case", name).id,
                old=value.id,
                name=value.display_name,
                column=SQL.identifier(name),
                first=filled + 1,
                last=size,
            )
        )
    env.cr.execute(
        "UPDATE complaint_sla_clock SET past = jsonb_build_array(jsonb_build_object("
        "'until', to_char(stopped_at, 'YYYY-MM-DD HH24:MI:SS'), 'state', 'running', "
        "'deadline', to_char(deadline, 'YYYY-MM-DD HH24:MI:SS'), "
        "'warn_at', to_char(warn_at, 'YYYY-MM-DD HH24:MI:SS'))) "
        "WHERE stopped_at IS NOT NULL AND past IS NULL"
    )
    env.cr.execute("ANALYZE mail_message, mail_tracking_value, complaint_sla_clock")
    _tidy(env)


def commit_all(size):
    """Fill the database of this process for other processes; return ids of who reads it."""
    with common.open_env(keep=True) as env:
        people = steps.prepare(env)
        people.auditor.password = "bench-auditor"
        fill(env, people, 0, size)
        add_clocks(env, 0, size)
        return people.auditor.id
