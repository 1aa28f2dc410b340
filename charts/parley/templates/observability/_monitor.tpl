{{/* What a PodMonitor and a ServiceMonitor have in common: (list $ values). */}}
{{- define "parley.monitor.endpoint" -}}
- port: metrics
  path: /metrics
  interval: {{ .interval }}
  {{- with .scrapeTimeout }}
  scrapeTimeout: {{ . }}
  {{- end }}
  {{- with .relabelings }}
  relabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .metricRelabelings }}
  metricRelabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "parley.monitor.metadata" -}}
{{- $root := index . 0 -}}{{- $values := index . 1 -}}
name: {{ include "parley.fullname" $root }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- mustMergeOverwrite (include "parley.labels" (list $root "metrics") | fromYaml) $values.labels | toYaml | nindent 2 }}
{{- with mustMergeOverwrite (deepCopy $root.Values.commonAnnotations) $values.annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "parley.monitor.selector" -}}
selector:
  matchLabels:
    app.kubernetes.io/name: {{ include "parley.name" . }}
    app.kubernetes.io/instance: {{ .Release.Name }}
  matchExpressions:
    - {key: app.kubernetes.io/component, operator: In, values: [gateway, cache, executor, monitor]}
{{- end -}}
