"""Every name that Parley emits, once: spans, attributes, metrics.

They follow OpenTelemetry's semantic conventions 1.44 where those have a name (RPC, GenAI, HTTP, resource); our
own stand under `parley.` and `discord.`. A room adds its names to its own block.
"""

from __future__ import annotations

from typing import Final

# --- resource
SERVICE_NAME: Final = "service.name"
SERVICE_INSTANCE_ID: Final = "service.instance.id"
SERVICE_VERSION: Final = "service.version"
SERVICE_NAMESPACE: Final = "service.namespace"
EVENT_NAME: Final = "event.name"
ERROR_TYPE: Final = "error.type"

# --- rpc, by the kit's interceptors
RPC_SYSTEM_NAME: Final = "rpc.system.name"
RPC_METHOD: Final = "rpc.method"
RPC_STATUS_CODE: Final = "rpc.response.status_code"
SERVER_ADDRESS: Final = "server.address"

RPC_SERVER_DURATION: Final = "rpc_server_call_duration_seconds"
RPC_CLIENT_DURATION: Final = "rpc_client_call_duration_seconds"
GRPC_CALLS_IN_FLIGHT: Final = "parley_grpc_calls_in_flight"
EVENT_LOOP_LAG: Final = "parley_event_loop_lag_seconds"
BUILD: Final = "parley_build_info"

# --- attributes that several rooms share
TURN_ID: Final = "parley.turn.id"
CONVERSATION_ID: Final = "gen_ai.conversation.id"

# --- gateway
ADMISSION: Final = "admission"
ADMISSION_DECISION: Final = "parley.admission.decision"
ADMISSION_REASON: Final = "parley.admission.reason"
TURN_OUTCOME: Final = "parley.turn.outcome"
TURN_REASON: Final = "parley.turn.reason"
TURN_SOURCE: Final = "parley.turn.source"
TURN_ADOPTED: Final = "parley.turn.adopted"
TURN_FIRST_TEXT: Final = "parley.turn.first_text"
TURN_TROUBLE: Final = "parley.turn.trouble"
TURN_REMEDY: Final = "parley.turn.remedy"
DISCORD_EVENT_NAME: Final = "discord.event.name"
DISCORD_GUILD_ID: Final = "discord.guild.id"
DISCORD_CHANNEL_ID: Final = "discord.channel.id"
DISCORD_MESSAGE_ID: Final = "discord.message.id"
DISCORD_ERROR_CODE: Final = "discord.error.code"
HTTP_REQUEST_METHOD: Final = "http.request.method"
HTTP_ROUTE: Final = "http.route"
HTTP_RESPONSE_STATUS_CODE: Final = "http.response.status_code"

DISCORD_EVENTS: Final = "discord_gateway_events_total"
DISCORD_SHARD_UP: Final = "discord_gateway_shard_up"
DISCORD_INTERACTION_ACK: Final = "discord_interaction_ack_seconds"
DISCORD_RATELIMIT_HITS: Final = "discord_ratelimit_hits_total"
HTTP_CLIENT_DURATION: Final = "http_client_request_duration_seconds"
ADMISSION_DECISIONS: Final = "parley_admission_decisions_total"
ADMISSION_QUEUE_DEPTH: Final = "parley_admission_queue_depth"
ADMISSION_QUEUE_WAIT: Final = "parley_admission_queue_wait_seconds"
REPLY_FIRST_TEXT: Final = "parley_reply_first_text_seconds"
REPLY_DURATION: Final = "parley_reply_duration_seconds"
REPLY_EDIT_STALENESS: Final = "parley_reply_edit_staleness_seconds"
REPLY_EDITS: Final = "parley_reply_edits_total"
TURNS: Final = "parley_turns_total"
TURNS_UNANSWERED: Final = "parley_turns_unanswered_total"
TURN_OPENING: Final = "parley_turn_opening_seconds"
TURNS_HELD: Final = "parley_gateway_turns_held"
TURN_TROUBLES: Final = "parley_turn_troubles_total"
# the four names of the notes that Parley grew from
BOT_REQUESTS: Final = "discord_bot_requests_total"
BOT_ERRORS: Final = "discord_bot_errors_total"
BOT_MEMORY: Final = "discord_bot_memory_usage_bytes"
BOT_RESPONSE_TIME: Final = "discord_bot_response_time_seconds"

# --- cache
CACHE_RESULT: Final = "parley.cache.result"
CACHE_PROMOTED: Final = "parley.cache.promoted"
CACHE_ADOPTED: Final = "parley.cache.adopted"
DB_SYSTEM_NAME: Final = "db.system.name"
DB_OPERATION_NAME: Final = "db.operation.name"
DB_STORED_PROCEDURE_NAME: Final = "db.stored_procedure.name"

CACHE_REQUESTS: Final = "parley_cache_requests_total"
CACHE_HANDOVERS: Final = "parley_cache_handovers_total"
CACHE_TURNS: Final = "parley_cache_turns"
CACHE_LOGS: Final = "parley_cache_logs"
CACHE_LOG_BYTES: Final = "parley_cache_log_bytes"
CACHE_STORED_REPLIES: Final = "parley_cache_stored_replies"
CACHE_STORED_BYTES: Final = "parley_cache_stored_bytes"
CACHE_CONVERSATIONS: Final = "parley_cache_conversations"
DB_DURATION: Final = "db_client_operation_duration_seconds"
REDIS_UP: Final = "parley_redis_up"

# --- executor
CHAT: Final = "chat"
ANTHROPIC: Final = "anthropic"
GEN_AI_OPERATION_NAME: Final = "gen_ai.operation.name"
GEN_AI_PROVIDER_NAME: Final = "gen_ai.provider.name"
GEN_AI_REQUEST_MODEL: Final = "gen_ai.request.model"
GEN_AI_REQUEST_MAX_TOKENS: Final = "gen_ai.request.max_tokens"
GEN_AI_REQUEST_STREAM: Final = "gen_ai.request.stream"
GEN_AI_RESPONSE_MODEL: Final = "gen_ai.response.model"
GEN_AI_RESPONSE_ID: Final = "gen_ai.response.id"
GEN_AI_RESPONSE_FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
GEN_AI_USAGE_INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
GEN_AI_USAGE_OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
GEN_AI_USAGE_CACHE_READ_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
GEN_AI_USAGE_CACHE_WRITE_TOKENS: Final = "gen_ai.usage.cache_creation.input_tokens"
EXECUTOR_ENGINE: Final = "parley.executor.engine"
EXECUTOR_RETRY: Final = "parley.executor.retry"
EXECUTOR_RETRY_WAIT: Final = "parley.executor.retry.wait"
UPSTREAM_STATUS_CODE: Final = "http.response.status_code"

GEN_AI_DURATION: Final = "gen_ai_client_operation_duration_seconds"
GEN_AI_TIME_TO_FIRST_CHUNK: Final = "gen_ai_client_operation_time_to_first_chunk_seconds"
GEN_AI_TOKEN_USAGE: Final = "gen_ai_client_token_usage"
EXECUTOR_SLOTS: Final = "parley_executor_slots"
EXECUTOR_SLOT_WAIT: Final = "parley_executor_slot_wait_seconds"
UPSTREAM_RETRIES: Final = "parley_upstream_retries_total"

# --- monitor
ASSESS_CAPACITY: Final = "assess capacity"
CAPACITY_TIER: Final = "parley.capacity.tier"
CAPACITY_SLOTS_TOTAL: Final = "parley.capacity.slots.total"
CAPACITY_SLOTS_FREE: Final = "parley.capacity.slots.free"
CAPACITY_EXECUTORS: Final = "parley.capacity.executors"
CAPACITY_ESTIMATE: Final = "parley.capacity.estimate"

SERVICE_TIER: Final = "parley_capacity_tier"
CAPACITY_SLOTS: Final = "parley_capacity_slots"
SATURATION_RATIO: Final = "parley_saturation_ratio"
REPORT_AGE: Final = "parley_report_age_seconds"
REPORTS: Final = "parley_reports_total"
EXECUTORS: Final = "parley_executors"
