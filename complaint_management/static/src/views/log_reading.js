import { useEffect } from "@odoo/owl";

/**
 * Tell the server which restricted complaint a person has open, by a call of its own: reading
 * itself is read-only. What cannot be recorded must not be looked at in silence, so an error of
 * the server is shown.
 *
 * @param {Object} model relational model of a form
 * @param {Object} orm
 */
export function logReading(model, orm) {
    useEffect(
        (resId, isRestricted) => {
            if (resId && isRestricted) {
                orm.call("complaint.case", "log_reading", [[resId]]);
            }
        },
        () => [model.root?.resId, model.root?.data.is_restricted]
    );
}
