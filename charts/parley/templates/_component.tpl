{{/* What the chart knows of the components, and what is decided about them. */}}

{{/* Facts of the programs: tests compare them with the settings classes and the contract. `finish`: seconds that a
     service takes for itself after its grace, to hand over what is left. */}}
{{- define "parley.facts" -}}
gateway:
  ports: {grpc: 50051, metrics: 9091}
  health: parley.gateway.v1.GatewayService
  grace: 75
  finish: 7
cache:
  ports: {grpc: 50052, metrics: 9092}
  health: parley.cache.v1.TurnService
  grace: 10
  finish: 0
executor:
  ports: {grpc: 50053, metrics: 9093}
  health: parley.executor.v1.ExecutorService
  grace: 600
  finish: 0
monitor:
  ports: {grpc: 50054, metrics: 9094}
  health: parley.monitor.v1.MonitorService
  grace: 10
  finish: 0
sandbox:
  ports: {page: 8010, discord: 8011, claude: 8012, otlp: 4318}
announce: 2
margin: 20
{{- end -}}

{{- define "parley.port" -}}
{{- $facts := include "parley.facts" . | fromYaml -}}
{{- index (index $facts (index . 0)) "ports" (index . 1) -}}
{{- end -}}

{{/* A component's values over those of all. */}}
{{- define "parley.values" -}}
{{- $root := index . 0 -}}
{{- mustMergeOverwrite (deepCopy $root.Values.defaults) (deepCopy (index $root.Values (index . 1))) | toYaml -}}
{{- end -}}

{{/* "true" or nothing. */}}
{{- define "parley.autoscaled" -}}
{{- $values := include "parley.values" . | fromYaml -}}
{{- $enabled := $values.autoscaling.enabled | toString -}}
{{- $decided := or (index . 0).Values.sandbox.enabled (ne ($values.replicas | toString) "auto") -}}
{{- if or (eq $enabled "true") (and (eq $enabled "auto") (not $decided)) -}}true{{- end -}}
{{- end -}}

{{/* How many pods there are, or at least are. */}}
{{- define "parley.replicas" -}}
{{- $values := include "parley.values" . | fromYaml -}}
{{- if include "parley.autoscaled" . -}}
{{- $values.autoscaling.minReplicas -}}
{{- else if ne ($values.replicas | toString) "auto" -}}
{{- $values.replicas -}}
{{- else -}}
{{- ternary 1 2 (or (index . 0).Values.sandbox.enabled (and (eq (index . 1) "cache") (eq (index . 0).Values.redis.mode "memory"))) -}}
{{- end -}}
{{- end -}}

{{/* bundled, external or memory. */}}
{{- define "parley.redis" -}}
{{- $external := .Values.redis.external -}}
{{- if ne .Values.redis.mode "auto" -}}
{{- .Values.redis.mode -}}
{{- else if or $external.url $external.urlKey -}}
external
{{- else if and .Values.sandbox.enabled (eq (include "parley.replicas" (list . "cache")) "1") -}}
memory
{{- else -}}
bundled
{{- end -}}
{{- end -}}

{{/* Which of the outside parties the sandbox plays: "true" or nothing. */}}
{{- define "parley.plays.discord" -}}
{{- if and .Values.sandbox.enabled (not .Values.discord.existingSecret) -}}true{{- end -}}
{{- end -}}
{{- define "parley.plays.claude" -}}
{{- if and .Values.sandbox.enabled (not .Values.claude.existingSecret) -}}true{{- end -}}
{{- end -}}

{{/* SIGTERM to SIGKILL, in seconds: the announcement, the grace, what a service does after it, and a margin for telemetry. */}}
{{- define "parley.terminationGrace" -}}
{{- $values := include "parley.values" . | fromYaml -}}
{{- if ne ($values.terminationGracePeriodSeconds | toString) "auto" -}}
{{- $values.terminationGracePeriodSeconds -}}
{{- else -}}
{{- $all := include "parley.facts" . | fromYaml -}}
{{- $facts := index $all (index . 1) -}}
{{- $prefix := printf "PARLEY_%s" (upper (index . 1)) -}}
{{- $announce := dig (printf "%s_DRAIN_ANNOUNCE" $prefix) $all.announce $values.env -}}
{{- $grace := dig (printf "%s_GRACE" $prefix) $facts.grace $values.env -}}
{{- ceil (addf ($announce | float64) ($grace | float64) $facts.finish $all.margin) -}}
{{- end -}}
{{- end -}}

{{/* The cluster knows a kind: (list $ "monitoring.coreos.com/v1/PodMonitor" .enabled) gives "true" or nothing. */}}
{{- define "parley.wanted" -}}
{{- $enabled := index . 2 | toString -}}
{{- if or (eq $enabled "true") (and (eq $enabled "auto") ((index . 0).Capabilities.APIVersions.Has (index . 1))) -}}true{{- end -}}
{{- end -}}

{{/* Whether a real cluster is looked into: only it lists kinds beside groups. */}}
{{- define "parley.cluster" -}}
{{- if .Capabilities.APIVersions.Has "apps/v1/Deployment" -}}true{{- end -}}
{{- end -}}

{{/* The name of a PriorityClass of the release's own, (list $ "monitor") or (list $ "service"): it belongs to the whole cluster,
     so the namespace is in it. */}}
{{- define "parley.priorityClass" -}}
{{- printf "%s-%s-%s" (index . 0).Release.Namespace (include "parley.fullname" (index . 0)) (index . 1) -}}
{{- end -}}

{{- define "parley.priorityClassName" -}}
{{- $values := include "parley.values" . | fromYaml -}}
{{- if $values.priorityClassName -}}
{{- $values.priorityClassName -}}
{{- else if (index . 0).Values.priorityClasses.create -}}
{{- include "parley.priorityClass" (list (index . 0) (ternary "monitor" "service" (eq (index . 1) "monitor"))) -}}
{{- end -}}
{{- end -}}
