{{/* `replicas` is left out while a scaler is on: otherwise each upgrade would undo its work, or fail on the conflict. */}}
{{- define "service.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "service.fullname" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
  {{- with .Values.deploymentAnnotations }}
  annotations:
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
spec:
  {{- if not (include "service.isScaled" .) }}
  replicas: {{ int .Values.replicaCount }}
  {{- end }}
  revisionHistoryLimit: {{ int .Values.revisionHistoryLimit }}
  progressDeadlineSeconds: {{ int .Values.progressDeadlineSeconds }}
  minReadySeconds: {{ int .Values.minReadySeconds }}
  strategy:
    {{- if eq .Values.strategy.type "Recreate" }}
    type: Recreate
    {{- else }}
    {{- toYaml .Values.strategy | nindent 4 }}
    {{- end }}
  selector:
    matchLabels:
      {{- include "service.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "service.podLabels" . | nindent 8 }}
      {{- with include "service.podAnnotations" . }}
      annotations:
        {{- . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "service.serviceAccountName" . }}
      {{- include "service.placement" . | nindent 6 }}
      {{- with include "service.topologySpread" . }}
      topologySpreadConstraints:
        {{- . | nindent 8 }}
      {{- end }}
      terminationGracePeriodSeconds: {{ int .Values.terminationGracePeriodSeconds }}
      {{- with include "service.addedContainers" (dict "value" .Values.initContainers "context" .) }}
      initContainers:
        {{- . | nindent 8 }}
      {{- end }}
      containers:
        -
          {{- include "service.container" . | nindent 10 }}
        {{- with include "service.addedContainers" (dict "value" .Values.sidecars "context" .) }}
        {{- . | nindent 8 }}
        {{- end }}
      volumes:
        {{- include "service.volumes" . | nindent 8 }}
{{- end -}}

{{/* The checksum covers what the chart creates and the pods read, so that a change rolls them. It does not cover other secrets: see the README. */}}
{{- define "service.podAnnotations" -}}
{{- $own := dict -}}
{{- with include "service.apiKeysConfigMap" . -}}
{{- $own = dict "checksum/config" (sha256sum .) -}}
{{- end -}}
{{- with merge (include "service.render" (dict "value" .Values.podAnnotations "context" .) | fromYaml) $own -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{/* The file of API keys, if values contain the keys' hashes. A hash of 32 random bytes reveals nothing, so it is no secret. */}}
{{- define "service.apiKeysConfigMap" -}}
{{- $apiKeys := (include "service.settings" . | fromYaml).apiKeys -}}
{{- if and $apiKeys.keys (not $apiKeys.existingSecret) -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "service.fullname" . }}-api-keys
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
data:
  {{ $apiKeys.key }}: |
    keys:
      {{- toYaml $apiKeys.keys | nindent 6 }}
{{- end -}}
{{- end -}}

{{- define "service.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "service.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
  {{- with .Values.serviceAccount.annotations }}
  annotations:
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
{{- end -}}
{{- end -}}

{{/* The API's port, and the admin port for Prometheus. Only the first is ever the backend of a route. */}}
{{- define "service.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "service.fullname" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
    {{- with .Values.service.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.service.annotations }}
  annotations:
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
spec:
  type: {{ .Values.service.type }}
  {{- with .Values.service.clusterIP }}
  clusterIP: {{ . }}
  {{- end }}
  {{- with .Values.service.ipFamilyPolicy }}
  ipFamilyPolicy: {{ . }}
  {{- end }}
  {{- with .Values.service.trafficDistribution }}
  trafficDistribution: {{ . }}
  {{- end }}
  selector:
    {{- include "service.selectorLabels" . | nindent 4 }}
  ports:
    - name: http
      port: {{ int .Values.service.port }}
      targetPort: http
      protocol: TCP
      appProtocol: http
    {{- if eq .Values.service.type "ClusterIP" }}
    - name: admin
      port: {{ int .Values.ports.admin }}
      targetPort: admin
      protocol: TCP
    {{- end }}
{{- end -}}

{{- define "service.podDisruptionBudget" -}}
{{- if .Values.podDisruptionBudget.enabled -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "service.fullname" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
spec:
  {{- with .Values.podDisruptionBudget }}
  {{- if not (kindIs "invalid" .minAvailable) }}
  minAvailable: {{ ternary .minAvailable (include "service.text" .minAvailable) (kindIs "string" .minAvailable) }}
  {{- else }}
  maxUnavailable: {{ ternary .maxUnavailable (include "service.text" .maxUnavailable) (kindIs "string" .maxUnavailable) }}
  {{- end }}
  {{- with .unhealthyPodEvictionPolicy }}
  unhealthyPodEvictionPolicy: {{ . }}
  {{- end }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "service.selectorLabels" . | nindent 6 }}
{{- end -}}
{{- end -}}
