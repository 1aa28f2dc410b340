{{/* The Secret of the bundled Redis. */}}
{{- define "parley.redis.secret" -}}
{{- .Values.redis.bundled.existingSecret | default (include "parley.componentName" (list . "redis")) -}}
{{- end -}}

{{/* Secrets that are the operator's own and that the caches read, as JSON. */}}
{{- define "parley.redis.secrets" -}}
{{- $mode := include "parley.redis" . -}}
{{- $external := .Values.redis.external -}}
{{- if eq $mode "bundled" -}}
{{- list .Values.redis.bundled.existingSecret | toJson -}}
{{- else if eq $mode "external" -}}
{{- list $external.existingSecret $external.tls.existingSecret $external.sentinel.existingSecret | toJson -}}
{{- else -}}
[]
{{- end -}}
{{- end -}}

{{/* Ports of an external Redis and its Sentinels, as JSON. */}}
{{- define "parley.redis.ports" -}}
{{- $external := .Values.redis.external -}}
{{- $port := regexFind ":[0-9]+$" ((urlParse ($external.url | default "redis://unknown")).host) | trimPrefix ":" | default "6379" -}}
{{- $ports := list ($port | int) -}}
{{- range $external.sentinel.addresses }}{{ $ports = append $ports (regexFind "[0-9]+$" . | int) }}{{ end -}}
{{- range .Values.networkPolicy.redisPorts }}{{ $ports = append $ports (. | int) }}{{ end -}}
{{- $ports | uniq | toJson -}}
{{- end -}}
