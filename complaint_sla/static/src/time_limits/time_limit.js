import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

/** How each state of a time limit is called and coloured, on the bars and in the line above. */
export const STATES = {
    running: { label: _t("Running"), color: "info" },
    at_risk: { label: _t("At risk"), color: "warning" },
    late: { label: _t("Late"), color: "danger" },
    paused: { label: _t("Paused"), color: "secondary" },
    met: { label: _t("Met"), color: "success" },
    missed: { label: _t("Missed"), color: "danger" },
    cancelled: { label: _t("Cancelled"), color: "secondary" },
    superseded: { label: _t("Superseded"), color: "secondary" },
};

/** Return a moment of the server as the user reads it, without seconds. */
export function formatMoment(text) {
    return toLocaleDateTimeString(deserializeDateTime(text), { showSeconds: false });
}

/** Return a moment of the server in milliseconds, for arithmetic. */
export function toMillis(text) {
    return deserializeDateTime(text).toMillis();
}

/** Open the reckoning of a deadline. */
export async function explain(env, clockId) {
    const { orm, action } = env.services;
    await action.doAction(await orm.call("complaint.sla.clock", "action_explain", [[clockId]]));
}
