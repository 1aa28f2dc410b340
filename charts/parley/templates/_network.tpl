{{/* Who may talk with whom. A policy knows no host names, only pods, addresses and the pods' own ports. */}}

{{/* One component's policy: (dict "root" $ "component" "gateway" "ingress" text "egress" text), both lists of rules. */}}
{{- define "parley.networkpolicy" -}}
{{- $scope := list .root .component -}}
{{- $ingress := .ingress | default "" | fromYamlArray -}}
{{- $egress := .egress | default "" | fromYamlArray -}}
{{- if has .component (list "gateway" "cache" "executor" "monitor" "sandbox") -}}
{{- $extra := (include "parley.values" $scope | fromYaml).networkPolicy -}}
{{- $ingress = concat $ingress $extra.extraIngress -}}
{{- $egress = concat $egress $extra.extraEgress -}}
{{- end -}}
{{- if .root.Values.networkPolicy.enabled -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "parley.metadata" $scope | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "parley.selector" $scope | nindent 6 }}
  policyTypes: [Ingress, Egress]
  {{- with $ingress }}
  ingress:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $egress }}
  egress:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* (list $ "gateway") as a peer. */}}
{{- define "parley.peer" -}}
podSelector: {matchLabels: {{ include "parley.selector" . | fromYaml | toJson }}}
{{- end -}}

{{/* A rule: (list $ "from" (list "gateway" "sandbox") (list 50051)). Components that do not run are left out. */}}
{{- define "parley.rule" -}}
{{- $root := index . 0 -}}
{{- $peers := list -}}
{{- range index . 2 -}}
{{- if include "parley.runs" (list $root .) }}{{ $peers = append $peers (include "parley.peer" (list $root .) | fromYaml) }}{{ end -}}
{{- end -}}
{{- include "parley.rule.peers" (list (index . 1) $peers (index . 3)) -}}
{{- end -}}

{{/* The same with peers as a NetworkPolicy has them; without any there is no rule, as an empty one would admit everybody. */}}
{{- define "parley.rule.peers" -}}
{{- if index . 1 }}
- {{ index . 0 }}: {{ index . 1 | toJson }}
  ports:
    {{- range index . 2 }}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
{{- end }}
{{- end -}}

{{- define "parley.runs" -}}
{{- $root := index . 0 -}}
{{- $optional := dict "sandbox" $root.Values.sandbox.enabled "test" true "lgtm" $root.Values.observability.bundled.enabled "redis" (eq (include "parley.redis" $root) "bundled") -}}
{{- if get $optional (index . 1) | default (has (index . 1) (list "gateway" "cache" "executor" "monitor")) -}}true{{- end -}}
{{- end -}}

{{/* What the pod of `helm test` calls, as its command does: the page that holds the conversation, or the health of those that
     know their peers. */}}
{{- define "parley.test.calls" -}}
{{- if include "parley.plays.discord" . -}}
sandbox: page
{{- else -}}
gateway: grpc
cache: grpc
{{- end -}}
{{- end -}}

{{/* Into a component from the pod of `helm test`, if that calls it. (list $ "gateway") */}}
{{- define "parley.rule.test" -}}
{{- $root := index . 0 -}}{{- $component := index . 1 -}}
{{- with get (include "parley.test.calls" $root | fromYaml) $component -}}
{{- include "parley.rule" (list $root "from" (list "test") (list (include "parley.port" (list $component .)))) -}}
{{- end -}}
{{- end -}}

{{- define "parley.rule.dns" -}}
- to: {{ .Values.networkPolicy.dns.to | toJson }}
  ports:
    {{- range .Values.networkPolicy.dns.ports }}
    - {port: {{ . }}, protocol: UDP}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
{{- end -}}

{{/* Probes come from the node. Nearly everywhere it is never kept out; where it is, its networks are named. (list $ 50051) */}}
{{- define "parley.rule.probes" -}}
{{- $nodes := list -}}
{{- range (index . 0).Values.networkPolicy.nodes }}{{ $nodes = append $nodes (dict "ipBlock" (dict "cidr" .)) }}{{ end -}}
{{- include "parley.rule.peers" (list "from" $nodes (list (index . 1))) -}}
{{- end -}}

{{/* Into each of the four, beside who calls it: scrapes and probes. (list $ "gateway") */}}
{{- define "parley.rules.into" -}}
{{- $root := index . 0 -}}
{{- $metrics := include "parley.port" (list (index . 1) "metrics") -}}
{{ include "parley.rule.peers" (list "from" $root.Values.networkPolicy.metricsFrom (list $metrics)) }}
{{ include "parley.rule" (list $root "from" (list "lgtm") (list $metrics)) }}
{{ include "parley.rule.probes" (list $root (include "parley.port" (list (index . 1) "grpc"))) }}
{{- end -}}

{{/* Out of each of the four, beside whom it calls: names, and traces to whoever takes them first. */}}
{{- define "parley.rules.outOf" -}}
{{ include "parley.rule.dns" . }}
{{- if .Values.sandbox.enabled }}
{{ include "parley.rule" (list . "to" (list "sandbox") (list (include "parley.port" (list "sandbox" "otlp")))) }}
{{- else }}
{{ include "parley.rule.otlp" . }}
{{- end }}
{{- end -}}

{{/* To where traces go in the end. */}}
{{- define "parley.rule.otlp" -}}
{{- if .Values.otel.endpoint -}}
{{- $url := urlParse .Values.otel.endpoint -}}
{{- $port := .Values.networkPolicy.otlpPort | default (regexFind ":[0-9]+$" $url.host | trimPrefix ":") | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- include "parley.rule.peers" (list "to" .Values.networkPolicy.otlpTo (list $port)) -}}
{{- else -}}
{{- include "parley.rule" (list . "to" (list "lgtm") (list "4318")) -}}
{{- end -}}
{{- end -}}
