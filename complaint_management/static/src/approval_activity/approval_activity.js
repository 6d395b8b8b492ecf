import { Activity } from "@mail/core/web/activity";
import { patch } from "@web/core/utils/patch";

patch(Activity.prototype, {
    /**
     * Approve or refuse what the activity asks for; the server asks for words where it needs them.
     *
     * @param {string} method of mail.activity
     */
    async decideComplaintApproval(method) {
        const thread = this.thread;
        const reload = () => {
            this.props.onActivityChanged(thread);
            this.props.reloadParentView?.();
        };
        const action = await this.env.services.orm.call("mail.activity", method, [
            [this.props.activity.id],
        ]);
        if (action && action.type) {
            await this.env.services.action.doAction(action, { onClose: reload });
        } else {
            reload();
        }
    },
});
