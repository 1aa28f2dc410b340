{{/* Names and labels. A helper that asks for (list $ "gateway") speaks of that component. */}}

{{- define "parley.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "parley.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "parley.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "parley.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "parley.componentName" -}}
{{- printf "%s-%s" (include "parley.fullname" (index . 0)) (index . 1) -}}
{{- end -}}

{{/* What selects a component's pods; it must never change between versions. */}}
{{- define "parley.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "parley.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "parley.labels" -}}
{{- $root := index . 0 -}}
{{- $own := dict
  "app.kubernetes.io/part-of" "parley"
  "app.kubernetes.io/version" ($root.Chart.AppVersion | toString)
  "app.kubernetes.io/managed-by" $root.Release.Service
  "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_")
-}}
{{- $selector := include "parley.selector" . | fromYaml -}}
{{- mustMergeOverwrite (deepCopy $root.Values.commonLabels) $own $selector | toYaml -}}
{{- end -}}

{{/* metadata of an object of a component: (list $ "gateway"), with a name (list $ "gateway" "name"), with annotations
     (list $ "gateway" "name" dict). */}}
{{- define "parley.metadata" -}}
{{- $root := index . 0 -}}
{{- $name := include "parley.componentName" . -}}
{{- if gt (len .) 2 }}{{ $name = index . 2 }}{{ end -}}
{{- $annotations := deepCopy $root.Values.commonAnnotations -}}
{{- if gt (len .) 3 }}{{ $annotations = mustMergeOverwrite $annotations (index . 3) }}{{ end -}}
name: {{ $name }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "parley.labels" . | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "parley.serviceAccountName" -}}
{{- $account := (include "parley.values" . | fromYaml).serviceAccount -}}
{{- if $account.name -}}
{{- $account.name -}}
{{- else if $account.create -}}
{{- include "parley.componentName" . -}}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{- define "parley.image" -}}
{{- $root := index . 0 -}}{{- $image := index . 1 -}}{{- $name := index . 2 -}}
{{- $path := $image.repository | default $name -}}
{{- if $image.registry }}{{ $path = printf "%s/%s" (trimSuffix "/" $image.registry) $path }}{{ end -}}
{{- $tag := $image.tag | default $root.Chart.AppVersion | toString -}}
{{- if $image.digest }}{{ printf "%s:%s@%s" $path $tag $image.digest }}{{ else }}{{ printf "%s:%s" $path $tag }}{{ end -}}
{{- end -}}
