"""The actions that open a dialog over the screen that the user is on."""


def get_dialog(model, title, **context):
    """Return the action that opens an empty dialog.

    :param str model: model of the dialog
    :param str title: what stands above it, in the user's language
    :param context: what the dialog begins with (`default_…`)
    """
    return {
        'type': 'ir.actions.act_window',
        'name': title,
        'res_model': model,
        'view_mode': 'form',
        'views': [(False, 'form')],
        'target': 'new',
        'context': context,
    }


def get_record_dialog(record, title, view_id=False):
    """Return the action that opens one record in a dialog.

    :param str title: what stands above it, in the user's language
    :param view_id: id of a form view that is not the first of the model
    """
    record.ensure_one()
    return {
        'type': 'ir.actions.act_window',
        'name': title,
        'res_model': record._name,
        'res_id': record.id,
        'view_mode': 'form',
        'views': [(view_id, 'form')],
        'target': 'new',
    }
