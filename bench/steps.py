"""The steps that are measured, each as the web client asks for it."""

import contextlib
from dataclasses import dataclass
from itertools import count, cycle

from odoo.models import BaseModel

CUSTOMERS = 500
STILL_OPEN = [("is_closed", "=", False)]
BAR = {
    "field": "activity_state",
    "colors": {"planned": "success", "today": "warning", "overdue": "danger"},
}
HANDLED = "the same person's same cards, rules on complaints switched off"


@dataclass
class People:
    """Who works in the benchmark, and on what."""

    receiver: BaseModel
    handler: BaseModel
    auditor: BaseModel
    team: BaseModel
    procedure: BaseModel
    categories: BaseModel
    partners: BaseModel


def prepare(env):
    """Make a team with a receptionist and a handler in the standard procedure."""
    groups = "complaint_management.group_complaint_%s"
    users = env["res.users"].with_context(no_reset_password=True)
    receiver, handler, auditor = users.create(
        [
            {"name": role, "login": f"bench_{role}", "group_ids": [(4, env.ref(groups % role).id)]}
            for role in ("receiver", "user", "auditor")
        ]
    )
    procedure = env.ref("complaint_management.procedure_standard")
    team = env["complaint.team"].create(
        {"name": "Bench", "procedure_id": procedure.id, "member_ids": [(6, 0, receiver.ids)]}
    )
    categories = env["complaint.category"].search([("procedure_id", "=", False)])
    partners = env["res.partner"].create(
        [{"name": f"Customer {n}", "phone": f"1370000{n:05}"} for n in range(CUSTOMERS)]
    )
    return People(receiver, handler, auditor, team, procedure, categories, partners)


def get_specification(cases, view_type):
    """Return what the web client asks of a view: its fields, and names of relations."""
    names = cases.get_view(view_type=view_type)["models"]["complaint.case"]
    relations = ("many2one", "many2many", "one2many")
    return {
        name: {"fields": {"display_name": {}}} if field["type"] in relations else {}
        for name, field in cases.fields_get(names, ["type"]).items()
    }


def get_values(people, number):
    """Return what the desk types for one complaint."""
    return {
        "name": f"电梯停运 {number}",
        "description": "The lift stands still.",
        "complainant_name": "Zhang Min",
        "complainant_phone": f"1380000{number % 100000:05}",
        "category_id": people.categories[0].id,
        "team_id": people.team.id,
    }


def get_board(people, cases, domain):
    """Return the function that asks for a board as the web client does."""
    board = cases.with_context(default_procedure_id=people.procedure.id, read_group_expand=True)
    card = get_specification(cases, "kanban")

    def open_board():
        board.web_read_group(
            domain,
            ["stage_id"],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification=card,
            unfold_read_default_limit=40,
        )
        board.read_progress_bar(domain, "stage_id", BAR)

    return open_board


@contextlib.contextmanager
def without_rules(env):
    """Switch the record rules of complaints off meanwhile."""
    rules = env["ir.rule"].search([("model_id.model", "=", "complaint.case")])
    rules.active = False
    env.flush_all()
    env.registry.clear_cache()
    yield
    rules.active = True
    env.flush_all()
    env.registry.clear_cache()


def get_steps_without_rules(env, people):
    """Return {name: function} of boards while no rule holds; both ask for cards by name.

    All that the handler sees is what he handles, so that these are the cards he sees with rules.
    """
    cases = env["complaint.case"].with_user(people.handler)
    handled = [*STILL_OPEN, ("handler_id", "=", people.handler.id)]
    return {
        HANDLED: get_board(people, cases, handled),
        "the same cards as the superuser": get_board(people, cases.sudo(), handled),
    }


def get_steps(env, people):
    """Return {name: function} of what is measured."""
    cases = env["complaint.case"].with_user(people.receiver)
    number = count(1)
    case = cases.create(get_values(people, 0))
    stages = people.procedure.stage_ids.sorted("sequence")
    turn = cycle(stages[1:3].ids)
    row, form = (get_specification(cases, view) for view in ("list", "form"))

    def search_list(domain):
        return lambda: cases.web_search_read(domain, row, limit=80)

    steps = {
        "register one complaint": lambda: cases.create(get_values(people, next(number))),
        "register a hundred": lambda: cases.create(
            [get_values(people, next(number)) for _n in range(100)]
        ),
        "change stage": lambda: case.web_save({"stage_id": next(turn)}, {"stage_id": {}}),
        "open the board": get_board(people, cases, STILL_OPEN),
        "open the board as a handler": get_board(
            people, cases.with_user(people.handler), STILL_OPEN
        ),
        "open the list": search_list(STILL_OPEN),
        "search for a number": search_list([("number", "ilike", "B-50")]),
        "search for a subject": search_list([("name", "ilike", "漏水严重 滨江花园 5")]),
        "open one complaint": lambda: case.web_read(form),
    }
    if "complaint.case.analysis" in env:
        figures = env["complaint.case.analysis"].with_user(people.auditor)
        once = [("is_latest", "=", True)]
        steps["analysis: month by category"] = lambda: figures.formatted_read_grouping_sets(
            once,
            [[], ["received_at:month"], ["category_id"], ["category_id", "received_at:month"]],
            ["__count", "days_to_close:avg"],
        )
        steps["analysis: a page of the ledger"] = lambda: figures.web_search_read(
            once, {"number": {}, "name": {}, "days_to_close": {}, "late_count": {}}, limit=80
        )
    return steps | get_look_up_steps(cases, people)


def get_look_up_steps(cases, people):
    """Return what the form asks while a complaint is typed in, as `get_steps` does."""
    typed = {
        "name": "电梯故障无人维修 东区一号楼",
        "complainant_phone": "139000000042",
        "partner_id": people.partners[7].id,
        "category_id": people.categories[0].id,
    }
    documents = [{"number": "SO-70021", "lot": "L-0042"}, {"number": "SO-90210"}]
    return {
        "what is already known, while typing": lambda: cases.find_similar(typed),
        "the same with documents and a lot": lambda: cases.find_similar(
            {**typed, "documents": documents}
        ),
    }
