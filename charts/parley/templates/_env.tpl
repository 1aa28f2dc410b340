{{/* Environment variables: maps by name, merged, so that none is there twice. */}}

{{/* The list of a container: (list $ "gateway" own), where own maps names to texts or to {valueFrom}. The values' env wins
     over own, extraEnv over both. */}}
{{- define "parley.env" -}}
{{- $values := include "parley.values" . | fromYaml -}}
{{- $entries := dict -}}
{{- range $name, $value := mustMergeOverwrite (deepCopy (index . 2)) $values.env -}}
{{- $_ := set $entries $name (include "parley.env.entry" (list $name $value) | fromYaml) -}}
{{- end -}}
{{- range $values.extraEnv -}}
{{- $_ := set $entries .name . -}}
{{- end -}}
{{- /* What others name by $(POD_IP) must stand before them. */ -}}
{{- $first := list "POD_IP" "POD_NAME" "POD_NAMESPACE" "POD_UID" "NODE_NAME" -}}
{{- range concat $first (keys $entries | sortAlpha) | uniq -}}
{{- with get $entries . }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "parley.env.entry" -}}
{{- $value := index . 1 -}}
name: {{ index . 0 }}
{{- if kindIs "map" $value }}
{{ toYaml $value }}
{{- else if kindIs "string" $value }}
value: {{ $value | quote }}
{{- else }}
value: {{ $value | toJson | quote }}
{{- end }}
{{- end -}}

{{- define "parley.env.field" -}}
valueFrom: {fieldRef: {fieldPath: {{ . }}}}
{{- end -}}

{{/* (list "secret" "key") */}}
{{- define "parley.env.secret" -}}
valueFrom: {secretKeyRef: {name: {{ index . 0 }}, key: {{ index . 1 }}}}
{{- end -}}

{{/* Of every pod that tells of itself in its spans. */}}
{{- define "parley.env.identity" -}}
POD_IP: { {{- include "parley.env.field" "status.podIP" -}} }
POD_NAME: { {{- include "parley.env.field" "metadata.name" -}} }
POD_NAMESPACE: { {{- include "parley.env.field" "metadata.namespace" -}} }
POD_UID: { {{- include "parley.env.field" "metadata.uid" -}} }
NODE_NAME: { {{- include "parley.env.field" "spec.nodeName" -}} }
{{- end -}}

{{/* Of all four services: (list $ "gateway"). */}}
{{- define "parley.env.service" -}}
{{- $root := index . 0 -}}{{- $component := index . 1 -}}
{{- $prefix := printf "PARLEY_%s" (upper $component) -}}
{{- $any := ternary "[::]" "0.0.0.0" $root.Values.ipv6 -}}
{{- $own := ternary "[$(POD_IP)]" "$(POD_IP)" $root.Values.ipv6 -}}
{{- $attributes := dict
  "k8s.namespace.name" "$(POD_NAMESPACE)" "k8s.pod.name" "$(POD_NAME)" "k8s.pod.uid" "$(POD_UID)" "k8s.node.name" "$(NODE_NAME)"
-}}
{{ include "parley.env.identity" . }}
{{ $prefix }}_LISTEN: {{ printf "%s:%s" $any (include "parley.port" (list $component "grpc")) | quote }}
{{ $prefix }}_METRICS_LISTEN: {{ printf "%s:%s" $any (include "parley.port" (list $component "metrics")) | quote }}
{{ $prefix }}_ADVERTISE: {{ printf "%s:%s" $own (include "parley.port" (list $component "grpc")) | quote }}
OTEL_RESOURCE_ATTRIBUTES: {{ include "parley.pairs" (mustMerge $attributes $root.Values.otel.resourceAttributes) | quote }}
{{- if $root.Values.sandbox.enabled }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ include "parley.url" (list $root "sandbox" "otlp") }}
# A person waits for the trace.
OTEL_BSP_SCHEDULE_DELAY: "200"
{{- else if include "parley.otlp" $root }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ include "parley.otlp" $root }}
{{- with $root.Values.otel.headers }}
{{- if .existingSecret }}
OTEL_EXPORTER_OTLP_HEADERS: { {{- include "parley.env.secret" (list .existingSecret .key) -}} }
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "parley.pairs" -}}
{{- $pairs := list -}}
{{- range $name, $value := . }}{{ $pairs = append $pairs (printf "%s=%v" $name $value) }}{{ end -}}
{{- join "," $pairs -}}
{{- end -}}

{{/* Where peers are: a headless name, that the services resolve every 2 s. (list $ "cache") */}}
{{- define "parley.target" -}}
{{- printf "%s:%s" (include "parley.componentName" .) (include "parley.port" (list (index . 1) "grpc")) -}}
{{- end -}}

{{/* (list $ "sandbox" "otlp") */}}
{{- define "parley.url" -}}
{{- printf "http://%s:%s" (include "parley.componentName" .) (include "parley.port" (list (index . 1) (index . 2))) -}}
{{- end -}}

{{/* Where traces go in the end; nothing where nobody wants them. */}}
{{- define "parley.otlp" -}}
{{- if .Values.otel.endpoint -}}
{{- .Values.otel.endpoint -}}
{{- else if .Values.observability.bundled.enabled -}}
http://{{ include "parley.componentName" (list . "lgtm") }}:4318
{{- end -}}
{{- end -}}
