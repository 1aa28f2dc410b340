"""Routes that answer interactions. They carry their own token instead of the bot's."""

from parley_sandbox.discord import validation
from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.acts.interactions import Interaction
from parley_sandbox.discord.errors import Code, refusal
from parley_sandbox.discord.model.messages import rendered
from parley_sandbox.discord.rest.call import Call, Reply, Routes, about


def _callback(acts: Acts, call: Call) -> Reply:
    interaction = acts.interactions.by_id(call.params["interaction_id"], call.params["interaction_token"])
    told = acts.responses.acknowledge(interaction, call.form, call.files)
    wanted = call.query.get("with_response", "").lower() in ("true", "1")
    return Reply(told if wanted else None, interaction.channel_id, interaction.original)


def _interaction(acts: Acts, call: Call) -> Interaction:
    if call.params["webhook_id"] != acts.realm.world.bot["id"]:
        raise refusal(Code.UNKNOWN_WEBHOOK)
    return acts.interactions.by_token(call.params["webhook_token"])


def _follow_up(acts: Acts, call: Call) -> Reply:
    return about(acts.responses.follow_up(_interaction(acts, call), call.form, call.files))


def _get(acts: Acts, call: Call) -> Reply:
    message = acts.responses.message(_interaction(acts, call), call.params["message_id"])
    return about(rendered(acts.realm.world, message))


def _edit(acts: Acts, call: Call) -> Reply:
    message = acts.responses.message(_interaction(acts, call), call.params["message_id"])
    return about(acts.messages.edit(message, validation.change(call.form, call.files)))


def _delete(acts: Acts, call: Call) -> Reply:
    message = acts.responses.message(_interaction(acts, call), call.params["message_id"])
    acts.messages.delete(message)
    return Reply(None, message["channel_id"], message["id"])


_MESSAGE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"

ROUTES: Routes = {
    "POST /interactions/{interaction_id}/{interaction_token}/callback": _callback,
    "POST /webhooks/{webhook_id}/{webhook_token}": _follow_up,
    f"GET {_MESSAGE}": _get,
    f"PATCH {_MESSAGE}": _edit,
    f"DELETE {_MESSAGE}": _delete,
}
