{{/* The one pod of all components: (dict "root" $ "component" "gateway" "env" own …), and optionally
     "args" list, "ports" map, "probes" map, "volumes" list, "mounts" list, "annotations" map, "grace" seconds. */}}
{{- define "parley.pod" -}}
{{- $root := .root -}}{{- $component := .component -}}
{{- $scope := list $root $component -}}
{{- $values := include "parley.values" $scope | fromYaml -}}
{{- $annotations := mustMergeOverwrite (deepCopy $root.Values.commonAnnotations) (.annotations | default dict) $values.podAnnotations -}}
metadata:
  labels:
    {{- mustMergeOverwrite (deepCopy $root.Values.commonLabels) (deepCopy $values.podLabels) (include "parley.selector" $scope | fromYaml) | toYaml | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "parley.serviceAccountName" $scope }}
  automountServiceAccountToken: false
  # One variable for each Service of the namespace would only clutter, and slow a shell's start.
  enableServiceLinks: false
  {{- if not $values.hostUsers }}
  hostUsers: false
  {{- end }}
  terminationGracePeriodSeconds: {{ .grace | default (include "parley.terminationGrace" $scope) }}
  {{- with include "parley.priorityClassName" $scope }}
  priorityClassName: {{ . }}
  {{- end }}
  securityContext:
    {{- toYaml $values.podSecurityContext | nindent 4 }}
  {{- with $values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- range . }}
    - {{ mustMergeOverwrite (dict "labelSelector" (dict "matchLabels" (include "parley.selector" $scope | fromYaml))) . | toYaml | nindent 6 | trim }}
    {{- end }}
  {{- end }}
  {{- range $field := list "affinity" "nodeSelector" "tolerations" "initContainers" }}
  {{- with index $values $field }}
  {{ $field }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  containers:
    - name: {{ $component }}
      image: {{ include "parley.image" (list $root $values.image (printf "parley-%s" $component)) }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      {{- with .args }}
      args:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.envFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      env:
        {{- include "parley.env" (list $root $component .env) | trim | nindent 8 }}
      ports:
        {{- range $name, $port := .ports }}
        - {name: {{ $name }}, containerPort: {{ $port }}}
        {{- end }}
      {{- range $name, $probe := .probes }}
      {{ $name }}Probe:
        {{- mustMergeOverwrite (deepCopy (index $values.probes $name)) $probe | toYaml | nindent 8 }}
      {{- end }}
      {{- with $values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- toYaml $values.securityContext | nindent 8 }}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        {{- with concat (.mounts | default list) $values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with $values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: tmp
      emptyDir: {sizeLimit: {{ $values.tmpSizeLimit }}}
    {{- with concat (.volumes | default list) $values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* The pod of one of the four: (dict "root" $ "component" "gateway" "env" text), and "volumes", "mounts", "secrets". */}}
{{- define "parley.servicePod" -}}
{{- $scope := list .root .component -}}
{{- $facts := index (include "parley.facts" . | fromYaml) .component -}}
{{- $alive := dict "grpc" (dict "port" $facts.ports.grpc) -}}
{{- $working := dict "grpc" (dict "port" $facts.ports.grpc "service" $facts.health) -}}
{{- $env := mustMergeOverwrite (include "parley.env.service" $scope | fromYaml) (.env | fromYaml) -}}
{{- include "parley.pod" (dict
  "root" .root "component" .component "env" $env "ports" $facts.ports "volumes" .volumes "mounts" .mounts
  "probes" (dict "startup" $alive "liveness" $alive "readiness" $working)
  "annotations" (include "parley.checksums" (list .root .secrets) | fromYaml)
) -}}
{{- end -}}

{{/* An annotation that rolls the pods when one of the named Secrets changed; without a cluster to look into there is none. */}}
{{- define "parley.checksums" -}}
{{- $root := index . 0 -}}
{{- $found := list -}}
{{- range compact (index . 1 | default list) -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace . -}}
{{- if $secret }}{{ $found = append $found $secret.data }}{{ end -}}
{{- end -}}
{{- with $found }}
checksum/secrets: {{ . | toJson | sha256sum }}
{{- end }}
{{- end -}}
