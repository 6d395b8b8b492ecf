"""Domains rewritten to say the same in fewer words."""

from functools import reduce

from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainOr


def factor(domain):
    """Return a domain that asks what all its choices have in common once: it says the same.

    (A or B) and (A or C) is A or (B and C).
    """
    if not isinstance(domain, DomainAnd):
        return domain
    choices = [part for part in domain.children if isinstance(part, DomainOr)]
    if len(choices) < 2:
        return domain
    others = [part for part in domain.children if not isinstance(part, DomainOr)]
    return Domain.AND([*others, reduce(_meet, choices)])


def _meet(first, second):
    """Return the domain of what is in both."""
    arms, other_arms = _get_arms(first), _get_arms(second)
    shared = [arm for arm in arms if arm in other_arms]
    rest = Domain.OR(arm for arm in arms if arm not in shared)
    other_rest = Domain.OR(arm for arm in other_arms if arm not in shared)
    return Domain.OR([*shared, rest & other_rest])


def _get_arms(domain):
    return domain.children if isinstance(domain, DomainOr) else (domain,)
