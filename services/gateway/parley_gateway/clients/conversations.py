"""What the cache remembers, over gRPC."""

from __future__ import annotations

from typing_extensions import override

from parley.cache.v1 import conversations_pb2 as pb
from parley.cache.v1.conversations_pb2_grpc import ConversationServiceStub
from parley_gateway.clients.cache_codes import state_of
from parley_gateway.clients.cache_events import posted_of, said_of
from parley_gateway.clients.cache_steps import conversation_of
from parley_gateway.clients.caches import Caches
from parley_gateway.memory import Exchange, Forgotten, Remembered, Removed
from parley_gateway.model import Named, Recent, Reference, RepliesTo
from parley_gateway.ports import Conversations

FORGET_SECONDS = 10.0
"""For all of a member: each conversation is forgotten by itself, some milliseconds for one."""


class ConversationClient(Conversations):
    """Asks the caches."""

    def __init__(self, caches: Caches) -> None:
        self._caches = caches

    @override
    async def get(self, reference: Reference) -> Remembered:
        asked = pb.GetConversationRequest(conversation=conversation_of(reference))
        found = await self._caches.ask(
            _key(reference), lambda channel: ConversationServiceStub(channel).GetConversation(asked)
        )
        return Remembered(
            found.conversation_id,
            found.started_by,
            found.revision,
            found.messages,
            tuple(map(said_of, found.window)),
            tuple(found.active_turn_ids),
            tuple(found.queued_turn_ids),
        )

    @override
    async def forget(self, reference: Reference) -> Forgotten:
        asked = pb.ForgetConversationRequest(conversation=conversation_of(reference))
        done = await self._caches.ask(
            _key(reference), lambda channel: ConversationServiceStub(channel).ForgetConversation(asked)
        )
        return Forgotten(1, done.messages)

    @override
    async def forget_member(self, user_id: str) -> Forgotten:
        asked = pb.ForgetMemberRequest(user_id=user_id)
        done = await self._caches.ask(
            user_id, lambda channel: ConversationServiceStub(channel).ForgetMember(asked, timeout=FORGET_SECONDS)
        )
        return Forgotten(done.conversations, done.messages)

    @override
    async def find(self, turn_id: str, message_id: str = "") -> Exchange:
        asked = pb.FindTurnRequest(turn_id=turn_id, message_id=message_id)
        key = turn_id or message_id
        found = await self._caches.ask(key, lambda channel: ConversationServiceStub(channel).FindTurn(asked))
        return Exchange(
            found.question.turn_id or turn_id,
            found.conversation_id,
            found.revision,
            found.last,
            state_of(found.state),
            said_of(found.question),
            said_of(found.answer) if found.HasField("answer") else None,
            posted_of(found.posted),
            found.model,
        )

    @override
    async def remove(self, turn_id: str, by: str) -> Removed:
        asked = pb.RemoveTurnRequest(turn_id=turn_id, by=by)
        done = await self._caches.ask(turn_id, lambda channel: ConversationServiceStub(channel).RemoveTurn(asked))
        return Removed(posted_of(done.posted), done.revision)


def _key(reference: Reference) -> str:
    match reference:
        case Named(conversation_id):
            return conversation_id
        case RepliesTo(message_id):
            return message_id
        case Recent(channel_id, user_id):
            return f"{channel_id}:{user_id}"
