{{- define "parley.cache.env" -}}
{{- $redis := include "parley.redis" . -}}
{{- $external := .Values.redis.external -}}
PARLEY_CACHE_MONITOR: {{ include "parley.target" (list . "monitor") }}
{{- if eq $redis "memory" }}
# Everything is in the pod's own memory: new turns are refused before its limit ends it.
PARLEY_CACHE_LOG_BYTES: "134217728"
{{- else if eq $redis "bundled" }}
# Well below redis.bundled.maxmemory: the cache refuses new turns with a sentence, Redis would with an error.
PARLEY_CACHE_LOG_BYTES: "268435456"
PARLEY_CACHE_REDIS_URL: redis://{{ include "parley.componentName" (list . "redis") }}:6379/0
PARLEY_CACHE_REDIS_PASSWORD: { {{- include "parley.env.secret" (list (include "parley.redis.secret" .) .Values.redis.bundled.passwordKey) -}} }
{{- else }}
{{- if $external.urlKey }}
PARLEY_CACHE_REDIS_URL: { {{- include "parley.env.secret" (list $external.existingSecret $external.urlKey) -}} }
{{- else }}
PARLEY_CACHE_REDIS_URL: {{ $external.url }}
{{- with $external.username }}
PARLEY_CACHE_REDIS_USERNAME: {{ . }}
{{- end }}
{{- if $external.existingSecret }}
PARLEY_CACHE_REDIS_PASSWORD: { {{- include "parley.env.secret" (list $external.existingSecret $external.passwordKey) -}} }
{{- end }}
{{- end }}
{{- if $external.tls.existingSecret }}
PARLEY_CACHE_REDIS_CA_FILE: /etc/parley/redis/{{ $external.tls.caKey }}
{{- end }}
{{- with $external.sentinel }}
{{- if .addresses }}
PARLEY_CACHE_REDIS_SENTINELS: {{ join "," .addresses | quote }}
PARLEY_CACHE_REDIS_MASTER: {{ .master }}
{{- if .existingSecret }}
PARLEY_CACHE_REDIS_SENTINEL_PASSWORD: { {{- include "parley.env.secret" (list .existingSecret .passwordKey) -}} }
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
