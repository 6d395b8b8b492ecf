"""Where a company runs Invoicing, Inventory, Repairs and Manufacturing, complaints point at them.

The suite depends on none of them: here it is there first, and they are installed beside it.
"""

import pytest

pytestmark = pytest.mark.once

STOCK_MODELS = ["stock.picking", "repair.order", "mrp.production"]

SCRIPT = """
import json
found = {}
customer = env['res.partner'].create({'name': "Buyer"})
case = env['complaint.case'].create({'description': "Broken", 'partner_id': customer.id})

remedy = env['complaint.remedy'].create(
    {'case_id': case.id, 'kind': 'refund', 'amount': 99.9, 'item': "Display",
     'basis': "Contract"}
)
remedy.action_submit()
opened = remedy.action_make_note()
note = env[opened['res_model']].browse(opened['res_id'])
line = note.invoice_line_ids
found['note'] = {
    'kind': note.move_type, 'state': note.state, 'total': note.amount_total, 'line': line.name,
    'customer': note.partner_id == customer, 'names the complaint': note.ref == case.number,
    'currency': note.currency_id == remedy.currency_id, 'taxes': len(line.tax_ids),
    'on the complaint': case.document_ids.mapped('res_id') == note.ids,
}
found['second note'] = remedy.can_make_note

product = env['product.product'].create({'name': "Display", 'type': 'consu'})
arrival = env['stock.picking.type'].search([('code', '=', 'incoming')], limit=1)
plain = env['res.users'].with_context(no_reset_password=True).create({
    'name': "Plain handler", 'login': 'plain_handler',
    'group_ids': [(4, env.ref('complaint_management.group_complaint_user').id)],
})
case.handler_id = plain
records = {
    'stock.picking': env['stock.picking'].create({'picking_type_id': arrival.id}),
    'repair.order': env['repair.order'].create({'product_id': product.id}),
    'mrp.production': env['mrp.production'].create({'product_id': product.id, 'product_qty': 1}),
}
for model, record in records.items():
    goods = env['complaint.return'].create({
        'case_id': case.id, 'product': "Display", 'quantity': 1,
        'document_ref': f'{model},{record.id}',
    })
    env.invalidate_all()
    shown = goods.document_ref == record
    blind = bool(goods.with_user(plain).document_ref)
    record.unlink()
    env.invalidate_all()
    found[model] = [shown, blind, bool(goods.document_ref), goods.product]
env.cr.rollback()
print('FOUND', json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(find_with_apps):
    """What the script sees in a database with all four apps."""
    return find_with_apps("account,repair,mrp", SCRIPT)


def test_a_refund_becomes_a_draft_credit_note(found):
    """What was granted is what the customer gets; it is booked once."""
    assert found["note"] == {
        "kind": "out_refund",
        "state": "draft",
        "total": 99.9,
        "line": "Display",
        "customer": True,
        "names the complaint": True,
        "currency": True,
        "taxes": 0,
        "on the complaint": True,
    }
    assert found["second note"] is False


@pytest.mark.parametrize("model", STOCK_MODELS)
def test_returned_goods_point_at_documents_of_the_warehouse(found, model):
    """Shown to who may read the document, not to others; the return outlives it (RET-5.4-a)."""
    shown, to_others, when_gone, product = found[model]
    assert (shown, to_others, when_gone, product) == (True, False, False, "Display")
