{{- define "parley.gateway.env" -}}
{{- if include "parley.plays.discord" . }}
# Known to everybody: only the loopback Discord takes it.
PARLEY_GATEWAY_DISCORD_TOKEN: MTE5MTE2ODkxNDIyNzIwMDAwMA.loop.back
PARLEY_GATEWAY_DISCORD_REST_URL: {{ include "parley.url" (list . "sandbox" "discord") }}/api/v10
# The loopback grants the intent, so that threads and free talk can be tried.
PARLEY_GATEWAY_MESSAGE_CONTENT: "true"
{{- else }}
PARLEY_GATEWAY_DISCORD_TOKEN: { {{- include "parley.env.secret" (list .Values.discord.existingSecret .Values.discord.key) -}} }
{{- end }}
PARLEY_GATEWAY_CACHE: {{ include "parley.target" (list . "cache") }}
PARLEY_GATEWAY_MONITOR: {{ include "parley.target" (list . "monitor") }}
# For while no monitor tells of any.
PARLEY_GATEWAY_EXECUTORS: {{ include "parley.target" (list . "executor") }}
{{- end -}}
