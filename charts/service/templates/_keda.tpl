{{/*
The triggers. Queues are counted over the management API: AMQP shows only ready deliveries, so pods with work in
flight would be removed. Waits in the store are in no queue yet, so a second trigger asks Prometheus for those due
within a minute.
*/}}
{{- define "service.kedaTriggers" -}}
{{- $app := include "service.app" . | fromYaml -}}
{{- $settings := include "service.settings" . | fromYaml -}}
{{- $keda := .Values.keda -}}
{{- if $keda.rabbitmq.enabled }}
{{- range $queue := $app.queues }}
- type: rabbitmq
  name: {{ $queue | replace "." "-" }}
  metadata:
    protocol: http
    host: {{ $settings.rabbitmq.managementUrl | quote }}
    vhostName: {{ $settings.rabbitmq.vhost | default "/" | quote }}
    queueName: {{ $queue | quote }}
    mode: QueueLength
    value: {{ include "service.text" $keda.rabbitmq.messagesPerReplica | quote }}
    excludeUnacknowledged: "false"
    timeout: {{ $keda.rabbitmq.timeout | quote }}
  authenticationRef:
    {{- if $keda.rabbitmq.authenticationRef }}
    {{- toYaml $keda.rabbitmq.authenticationRef | nindent 4 }}
    {{- else }}
    name: {{ include "service.fullname" $ }}-rabbitmq
    {{- end }}
{{- end }}
{{- end }}
{{- if and $keda.dueSoon.enabled $app.waits }}
- type: prometheus
  name: due-soon
  metadata:
    serverAddress: {{ $keda.dueSoon.serverAddress | quote }}
    query: {{ include "service.render" (dict "value" ($keda.dueSoon.query | default (printf "max(herald_waits_due_soon{namespace=%q,kind=%q})" .Release.Namespace $app.waits)) "context" .) | quote }}
    threshold: {{ include "service.text" $keda.dueSoon.perReplica | quote }}
    ignoreNullValues: "true"
  {{- with $keda.dueSoon.authenticationRef }}
  authenticationRef:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- with $keda.targetCPUUtilizationPercentage }}
- type: cpu
  name: cpu
  metricType: Utilization
  metadata:
    value: {{ include "service.text" . | quote }}
{{- end }}
{{- with $keda.triggers }}
{{ include "service.render" (dict "value" . "context" $) }}
{{- end }}
{{- end -}}

{{- define "service.scaledObject" -}}
{{- with .Values.keda -}}
{{- if .enabled -}}
{{- $annotations := deepCopy .annotations -}}
{{- if .transferHpaOwnership -}}
{{- $_ := set $annotations "scaledobject.keda.sh/transfer-hpa-ownership" "true" -}}
{{- end -}}
{{- $triggers := include "service.kedaTriggers" $ | trim -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ include "service.fullname" $ }}
  namespace: {{ $.Release.Namespace }}
  labels:
    {{- include "service.labels" $ | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "service.fullname" $ }}
  pollingInterval: {{ int .pollingInterval }}
  cooldownPeriod: {{ int .cooldownPeriod }}
  minReplicaCount: {{ int .minReplicaCount }}
  maxReplicaCount: {{ int .maxReplicaCount }}
  {{- if and .fallback (regexMatch "type: (rabbitmq|prometheus)" $triggers) }}
  fallback:
    {{- toYaml .fallback | nindent 4 }}
  {{- end }}
  advanced:
    restoreToOriginalReplicaCount: {{ .restoreToOriginalReplicaCount }}
    horizontalPodAutoscalerConfig:
      {{- if .transferHpaOwnership }}
      name: {{ include "service.fullname" $ }}
      {{- end }}
      behavior:
        {{- toYaml .behavior | nindent 8 }}
  triggers:
    {{- $triggers | nindent 4 }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* User and password separately: inside a URL, a special character would break it. */}}
{{- define "service.triggerAuthentication" -}}
{{- $app := include "service.app" . | fromYaml -}}
{{- $rabbitmq := (include "service.settings" . | fromYaml).rabbitmq -}}
{{- if and .Values.keda.enabled .Values.keda.rabbitmq.enabled $app.queues (not .Values.keda.rabbitmq.authenticationRef) -}}
{{- $secret := .Values.keda.rabbitmq.existingSecret | default $rabbitmq.existingSecret -}}
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata:
  name: {{ include "service.fullname" . }}-rabbitmq
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
spec:
  secretTargetRef:
    - parameter: username
      name: {{ $secret }}
      key: {{ $rabbitmq.usernameKey }}
    - parameter: password
      name: {{ $secret }}
      key: {{ $rabbitmq.passwordKey }}
{{- end -}}
{{- end -}}
