/**
 * Tell the server up to which event of its history a person has seen a complaint whose stage
 * changes. The server answers with what somebody else recorded meanwhile.
 *
 * @param {Object} record of the relational model
 * @param {Object} changes that will be written
 */
export function addSeenHistory(record, changes) {
    if (record.resId && "stage_id" in changes) {
        changes.seen_event_count = record.data.event_count;
    }
}
