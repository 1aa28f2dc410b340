{{- define "parley.executor.env" -}}
{{- if include "parley.plays.claude" . }}
ANTHROPIC_API_KEY: loopback
ANTHROPIC_BASE_URL: {{ include "parley.url" (list . "sandbox" "claude") }}
{{- else }}
ANTHROPIC_API_KEY: { {{- include "parley.env.secret" (list .Values.claude.existingSecret .Values.claude.key) -}} }
{{- end }}
PARLEY_EXECUTOR_MONITOR: {{ include "parley.target" (list . "monitor") }}
{{- end -}}
