{{/* The objects that every component has, each from (list $ "gateway"). */}}

{{/* The workload's field that says how many pods there are; nothing where something else decides. */}}
{{- define "parley.workload.replicas" -}}
{{- if not (include "parley.autoscaled" .) -}}
replicas: {{ include "parley.replicas" . }}
{{- end -}}
{{- end -}}

{{- define "parley.deployment.strategy" -}}
{{- $values := include "parley.values" . | fromYaml -}}
strategy:
  {{- if $values.updateStrategy }}
  {{- toYaml $values.updateStrategy | nindent 2 }}
  {{- else }}
  type: RollingUpdate
  rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  {{- end }}
{{- end -}}

{{- define "parley.serviceaccount" -}}
{{- $account := (include "parley.values" . | fromYaml).serviceAccount -}}
{{- if $account.create -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "parley.metadata" (list (index . 0) (index . 1) (include "parley.serviceAccountName" .) $account.annotations) | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}
{{- end -}}

{{/* Headless: each pod's own address is found by name. */}}
{{- define "parley.headless" -}}
{{- $facts := index (include "parley.facts" . | fromYaml) (index . 1) -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "parley.metadata" . | nindent 2 }}
spec:
  clusterIP: None
  {{- if eq (index . 1) "monitor" }}
  # A fresh monitor listens until it has heard of the executors; they must find it before it is ready.
  publishNotReadyAddresses: true
  {{- end }}
  selector:
    {{- include "parley.selector" . | nindent 4 }}
  ports:
    - {name: grpc, port: {{ $facts.ports.grpc }}, targetPort: grpc, appProtocol: kubernetes.io/h2c}
    - {name: metrics, port: {{ $facts.ports.metrics }}, targetPort: metrics}
{{- end -}}

{{- define "parley.pdb" -}}
{{- $budget := (include "parley.values" . | fromYaml).podDisruptionBudget -}}
{{- $several := gt (include "parley.replicas" . | int) 1 -}}
{{- if or (eq ($budget.enabled | toString) "true") (and (eq ($budget.enabled | toString) "auto") $several) -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "parley.metadata" . | nindent 2 }}
spec:
  maxUnavailable: {{ $budget.maxUnavailable }}
  # A pod that is broken anyway keeps no node from being drained.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "parley.selector" . | nindent 6 }}
{{- end -}}
{{- end -}}

{{- define "parley.hpa" -}}
{{- $scaling := (include "parley.values" . | fromYaml).autoscaling -}}
{{- if include "parley.autoscaled" . -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "parley.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "parley.componentName" . }}
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ $scaling.targetCPUUtilizationPercentage }}}
  {{- with $scaling.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}
