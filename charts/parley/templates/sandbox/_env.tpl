{{- define "parley.sandbox.env" -}}
{{- $sandbox := include "parley.componentName" (list . "sandbox") -}}
{{- $gateways := list -}}
{{- range $index := until (include "parley.replicas" (list . "gateway") | int) -}}
{{- $gateways = append $gateways (printf "%s-%d.%s" (include "parley.componentName" (list $ "gateway")) $index (include "parley.target" (list $ "gateway"))) -}}
{{- end -}}
PARLEY_SANDBOX_HOST: {{ ternary "::" "0.0.0.0" .Values.ipv6 | quote }}
PARLEY_SANDBOX_ADVERTISE: {{ $sandbox }}
PARLEY_SANDBOX_GATEWAY_ADDRESSES: {{ join "," $gateways }}
PARLEY_SANDBOX_MONITOR_ADDRESS: {{ include "parley.target" (list . "monitor") }}
{{- range $party := list "discord" "claude" "otlp" }}
PARLEY_SANDBOX_{{ upper $party }}_PORT: {{ include "parley.port" (list "sandbox" $party) | quote }}
{{- end }}
PARLEY_SANDBOX_PORT: {{ include "parley.port" (list "sandbox" "page") | quote }}
PARLEY_SANDBOX_LOG_FORMAT: json
{{- with include "parley.otlp" . }}
PARLEY_SANDBOX_OTLP_FORWARD: {{ . }}
{{- end }}
{{- with .Values.otel.headers }}
{{- if .existingSecret }}
OTEL_EXPORTER_OTLP_HEADERS: { {{- include "parley.env.secret" (list .existingSecret .key) -}} }
{{- end }}
{{- end }}
{{- /* It plays whom no secret makes real; of the real one it only needs to know that it is. */}}
{{- if not (include "parley.plays.discord" .) }}
DISCORD_TOKEN: the-gateways-own
{{- end }}
{{- if not (include "parley.plays.claude" .) }}
ANTHROPIC_API_KEY: the-executors-own
{{- end }}
{{- end -}}
